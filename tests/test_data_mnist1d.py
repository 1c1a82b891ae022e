"""MNIST1D: sizes, balance, disjoint parts, training statistics, and a cache that is written once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from inn_experiments.contracts import UserError
from inn_experiments.data.simulated import mnist1d
from inn_experiments.data.simulated.mnist1d import Mnist1d


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    Mnist1d().load(seed=0, cache=folder)
    return folder


def row_set(rows) -> set[bytes]:
    return {row.tobytes() for row in rows.x}


def test_default_parts_have_the_papers_sizes_and_share_no_row(cache):
    split = Mnist1d().load(seed=0, cache=cache)
    parts = [split.train, split.val, split.test, split.fresh]
    assert [len(part) for part in parts] == [2000, 500, 1000, 1000]
    for index, part in enumerate(parts):
        assert part.x.dtype == np.float32 and part.y.dtype == np.int64 and part.x.shape[1] == 40
        for other in parts[index + 1 :]:
            assert not row_set(part) & row_set(other)
    for part in (split.train, split.val, split.fresh):
        assert np.ptp(np.bincount(part.y)) == 0
    assert split.classes == tuple("0123456789") and not split.bounded
    assert split.axis_name == "position" and split.axis.tolist() == list(range(40))


def test_statistics_come_from_the_training_rows_alone(cache):
    raw = mnist1d.cached_arrays(cache, 42)
    split = Mnist1d(rows=200).load(seed=3, cache=cache)
    assert abs(split.train.x.mean()) < 1e-5 and abs(split.train.x.std() - 1) < 1e-5
    assert abs(split.test.x.std() - 1) > 1e-5
    np.testing.assert_allclose(split.scaling.undo(split.test.x), raw["x_test"], atol=1e-5)


def test_the_seed_decides_the_rows_and_the_test_set_stays(cache):
    one, same, other = (Mnist1d().load(seed=seed, cache=cache) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.train.x, same.train.x)
    assert not np.array_equal(one.train.y, other.train.y)
    np.testing.assert_array_equal(one.test.y, other.test.y)
    np.testing.assert_allclose(one.scaling.undo(one.test.x), other.scaling.undo(other.test.x), atol=1e-5)


def test_all_4000_rows_can_be_used(cache):
    split = Mnist1d(rows=3500, val_rows=500, fresh_rows=0).load(seed=0, cache=cache)
    assert (len(split.train), len(split.val), split.fresh) == (3500, 500, None)


def test_parallel_workers_generate_once_and_leave_global_generators_alone(tmp_path, monkeypatch, cache):
    raw = mnist1d.cached_arrays(cache, 42)
    calls = []
    monkeypatch.setattr(mnist1d, "_generate", lambda seed: calls.append(seed) or raw)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: Mnist1d().load(seed=0, cache=tmp_path), range(4)))
    assert calls == [42]
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_generating_is_reproducible_silent_and_restores_global_state(capsys, cache):
    np.random.seed(7)
    random.seed(7)
    before = np.random.get_state()[1].copy(), random.getstate()
    made = mnist1d._generate(42)
    assert np.array_equal(np.random.get_state()[1], before[0]) and random.getstate() == before[1]
    np.testing.assert_array_equal(made["x"], mnist1d.cached_arrays(cache, 42)["x"])
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("damage", ["no archive", "other keys", "other numbers"])
def test_a_damaged_cache_is_made_again_with_a_word(tmp_path, cache, damage):
    file = next(cache.glob("*.npz"))
    path, right = tmp_path / file.name, Mnist1d().load(seed=0, cache=cache)
    if damage == "no archive":
        path.write_bytes(b"not a zip file")
    elif damage == "other keys":
        np.savez(path, a=np.zeros(3))
    else:
        with np.load(file) as archive:
            np.savez(path, **{key: archive[key] if key == "sha256" else archive[key] + 1 for key in archive.files})
    with pytest.warns(UserWarning, match=f"a file of the cache could not be used, and was made again: .*{path.name}"):
        found = Mnist1d().load(seed=0, cache=tmp_path)
    np.testing.assert_array_equal(found.train.x, right.train.x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": 5}, "data.rows=5"),
        ({"rows": 3000, "val_rows": 500, "fresh_rows": 501}, "4001"),
        ({"val_rows": -1}, "data.val_rows=-1"),
        ({"generation_seed": -1}, "data.generation_seed=-1"),
    ],
)
def test_impossible_sizes_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        Mnist1d(**arguments)
