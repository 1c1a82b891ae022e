"""What is kept by content: computed once, by one of several processes, and again where the file is damaged."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import cells
import numpy as np
import pytest
from measured import subject

from inn_experiments.contracts import Samples, in_turn, kept
from inn_experiments.contracts.keeping import digest
from inn_experiments.data import mapped
from inn_experiments.data.source import ArrayRows
from inn_experiments.measures import directions, fidelity
from inn_experiments.measures.utility import forest
from inn_experiments.measures.utility.utility import Utility
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap


class Counted:
    """Something to be computed that counts how often it was."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, np.ndarray | float]:
        self.times += 1
        return {"x": np.arange(3), "half": 0.1}


def slow(cache: Path, log: Path, number: int) -> dict[str, np.ndarray]:
    """Writes a line for each time that it is computed."""

    def compute() -> dict[str, float]:
        with log.open("a") as handle:
            handle.write(f"{number}\n")
        time.sleep(0.3)
        return {"square": number**2}

    return kept(cache, "squares", [number], compute)


def without_cache_and_with(tmp_path, measure, of):
    """What a measure finds, without a cache, with a new one, and with the same again."""
    plain = measure(replace(of, about=replace(of.about, cache=None)))
    of = replace(of, about=replace(of.about, cache=tmp_path))
    return plain, measure(of), lambda: measure(of)


def test_what_was_computed_is_read_again_to_the_last_bit(tmp_path):
    counted = Counted()
    first = kept(tmp_path, "kind", [np.ones(2), "a"], counted)
    again = kept(tmp_path, "kind", [np.ones(2), "a"], counted)
    assert counted.times == 1
    for found in (first, again):
        assert list(found) == ["x", "half"] and float(found["half"]) == 0.1
        assert found["x"].dtype == np.arange(3).dtype and found["x"].tolist() == [0, 1, 2]
    kept(tmp_path, "other kind", [np.ones(2), "a"], counted)
    assert counted.times == 2
    left = [path.suffix for path in tmp_path.rglob("*") if path.is_file()]
    assert left == [".npz", ".npz"], "no lock stays, nor anything unfinished"


def test_every_part_of_the_content_counts():
    zeros = np.zeros((2, 3), np.float32)
    different = [
        [zeros, 1],
        [zeros, 2],
        [zeros, "1"],
        [zeros, None],
        [zeros],
        [1, zeros],
        [zeros.T, 1],
        [zeros.astype(np.int32), 1],
        [zeros, np.zeros((0, 3)), 1],
        [zeros, np.zeros((3, 0)), 1],
    ]
    assert len({digest(content) for content in different}) == len(different)
    strided = np.arange(12).reshape(3, 4)[:, ::2]
    assert digest([strided]) == digest([strided.copy()])


def test_another_version_of_a_package_is_another_content(monkeypatch):
    before = digest([1])
    monkeypatch.setattr("inn_experiments.contracts.keeping._versions", lambda: b"another")
    assert digest([1]) != before


def test_nothing_is_kept_without_a_cache():
    counted = Counted()
    for _ in range(2):
        assert kept(None, "kind", [1], counted)["x"].tolist() == [0, 1, 2]
    assert counted.times == 2


@pytest.mark.parametrize("content", (b"", b"PK\x03\x04 not an archive", None))
def test_a_damaged_file_is_computed_anew(tmp_path, content):
    counted = Counted()
    kept(tmp_path, "kind", [1], counted)
    (path,) = tmp_path.rglob("*.npz")
    whole = path.read_bytes()
    # None: one bit of the values has changed, which the archive's own checksum tells.
    place = len(whole) // 3
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] if content is None else content)
    assert kept(tmp_path, "kind", [1], counted)["x"].tolist() == [0, 1, 2]
    kept(tmp_path, "kind", [1], counted)
    assert counted.times == 2


def test_a_failure_keeps_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError):
        kept(tmp_path, "kind", [1], lambda: {"x": 1 / 0})
    counted = Counted()
    assert kept(tmp_path, "kind", [1], counted) is not None and counted.times == 1


def test_processes_at_the_same_content_compute_it_once(tmp_path):
    log = tmp_path / "log"
    with multiprocessing.get_context("fork").Pool(3) as pool:
        found = pool.starmap(slow, [(tmp_path / "cache", log, number) for number in (3, 3, 3, 4, 4)])
    assert [int(one["square"]) for one in found] == [9, 9, 9, 16, 16]
    assert sorted(log.read_text().split()) == ["3", "4"]


def test_who_has_other_work_does_not_wait(tmp_path):
    log, cache = tmp_path / "log", tmp_path / "cache"
    other = multiprocessing.get_context("fork").Process(target=slow, args=(cache, log, 1))
    other.start()
    while not log.exists():
        time.sleep(0.005)
    order = []

    def ask(number: int, *, wait: bool) -> int | None:
        order.append((number, wait))
        found = kept(cache, "squares", [number], lambda: {"square": number**2}, wait=wait)
        return found and int(found["square"])

    assert in_turn(partial(ask, number) for number in (1, 2)) == [1, 4]
    assert order == [(1, False), (2, False), (1, True)]
    other.join()
    assert log.read_text() == "1\n", "the first was computed by the other process alone"


def test_forests_are_fitted_once(tmp_path, monkeypatch):
    split, made = cells.split(), Bootstrap()
    made.fit(split.train, split.about(), seed=0)
    utility = Utility(repeats=2, trees=3, per_class=5)
    plain, first, again = without_cache_and_with(tmp_path, lambda of: utility(of, seed=0), subject(made, split))
    monkeypatch.setattr(forest, "_edges", lambda *_: pytest.fail("a forest was fitted again"))
    assert plain == first == again()
    assert len(list(tmp_path.rglob("*.npz"))) == 28


def test_fidelity_is_scored_once(tmp_path, monkeypatch):
    split, made = cells.split(), Bootstrap()
    made.fit(split.train, split.about(), seed=0)
    of = replace(subject(made, split), samples=made.sample(split.test.y, seed=0))
    plain, first, again = without_cache_and_with(tmp_path, lambda of: fidelity.Fidelity()(of, seed=0), of)
    monkeypatch.setattr(fidelity, "c2st", lambda *_, **__: pytest.fail("rows were scored again"))
    assert plain == first == again()
    others = Samples(split.test.x[:, ::-1].copy(), split.test.y)
    with pytest.raises(pytest.fail.Exception):
        fidelity.Fidelity()(replace(of, about=replace(of.about, cache=tmp_path), samples=others), seed=0)


def test_trivial_predictors_are_fitted_once_for_methods_that_share_them(tmp_path, monkeypatch):
    split = cells.split()
    one, other, third = (
        cells.fitted(f"method={method}", f"sampling={sampling}", of=split, epochs=1)
        for method, sampling in (("implicit", "gaussian"), ("svd", "gaussian"), ("svd", "convex"))
    )

    def found(of):
        return [number for number in directions.Directions()(of, seed=0).numbers if number.reference is not None]

    plain, first, again = without_cache_and_with(tmp_path, found, subject(one, split))
    assert any(number.reference == "wiener" for number in plain)
    barred = {number.key for number in plain if number.reference == directions.BAR}
    assert barred == {f"test/{way}/{error}" for way in ("forward", "inverse") for error in directions.ERRORS}
    monkeypatch.setattr(directions, "wiener", lambda *_, **__: pytest.fail("fitted again"))
    about = replace(split.about(), cache=tmp_path)
    assert plain == first == again() == found(replace(subject(other, split), about=about))
    with pytest.raises(pytest.fail.Exception):
        found(replace(subject(third, split), about=about))


@pytest.mark.parametrize("damage", ["half", "one bit"])
def test_a_damaged_file_of_mapped_rows_is_made_again_with_a_word(tmp_path, damage):
    rng = np.random.default_rng(0)
    raw = ArrayRows(x=rng.random((60, 4)), y=np.arange(60) % 3, classes=("a", "b", "c"), name="t")
    mapped.mapped(raw, tmp_path)
    (path,) = tmp_path.glob("rows-*.npy")
    right = path.read_bytes()
    path.write_bytes(right[:-200] if damage == "half" else right[:-9] + bytes([right[-9] ^ 1]) + right[-8:])
    with pytest.warns(UserWarning, match=f"a file of the cache could not be used, and was made again: .*{path.name}"):
        found = mapped.mapped(raw, tmp_path)
    np.testing.assert_array_equal(np.asarray(found.x), raw.x)
    assert path.read_bytes() == right
