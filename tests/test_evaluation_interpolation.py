"""claims=interpolation: what it says of denoisers that are known; walks that start below the last level."""

from __future__ import annotations

import json
from types import SimpleNamespace

import cells
import numpy as np
import pytest
import torch
from measured import claims, report_of, subject
from oracles import GaussianOracle

from inn_experiments.contracts import Restoring, UserError
from inn_experiments.maths.samplers import DDIM
from inn_experiments.maths.schedules import Cosine
from inn_experiments.measures.interpolation import Interpolation, pairs_of
from inn_experiments.measures.numbers import two_samples

QUICK = ("trainer.epochs=1", "trainer.progress=false", "tracking=none", "data.rows=100", "data.generation_seed=42")
SMALL = ("claims.pairs=20", "claims.trees=5", "seed=0", "-m")


@pytest.fixture(autouse=True)
def few_trees(monkeypatch) -> None:
    """Trees cost nearly all of the time, and their number is not what is tested."""
    monkeypatch.setattr(two_samples, "TREES", 10)


class Near:
    """Adds no noise; denoised is the nearest of known rows, or with none, the row itself."""

    def __init__(self, known: np.ndarray | None = None) -> None:
        self.known, self.asked = known, []

    def levels(self) -> int:
        return 20

    def noised(self, x: np.ndarray, y: np.ndarray, level: int, *, seed: int) -> np.ndarray:
        return x

    def restored(self, x_t: np.ndarray, y: np.ndarray, level: int, *, seed: int) -> np.ndarray:
        self.asked.append(level)
        if self.known is None:
            return x_t
        return self.known[np.square(x_t[:, None] - self.known[None]).sum(2).argmin(1)]


def measured(model, split) -> dict[str, SimpleNamespace]:
    found = claims(Interpolation(pairs=60, trees=20)(subject(model, split), seed=0))
    return {key.removeprefix("interpolation/"): claim for key, claim in found.items()}


def test_who_knows_the_rows_makes_rows_of_mixtures() -> None:
    split = cells.split()
    found = measured(Near(split.train.x), split)
    for kind in ("same", "two"):
        assert found[f"{kind}/near/0.5"].value == 0 < found[f"{kind}/near/0.5"].chance
        assert found[f"{kind}/length/0.5"].value > found[f"{kind}/length/0.5"].chance
    assert found["two/judged/1"].value > found["two/judged/0"].value + 0.2


def test_who_changes_nothing_is_its_own_control() -> None:
    model = Near()
    found = measured(model, cells.split())
    compared = [claim for claim in found.values() if claim.chance is not None]
    assert len(compared) > 30 and all(claim.value == pytest.approx(claim.chance, rel=1e-5) for claim in compared)
    assert sorted(set(model.asked)) == [5, 10, 15, 20]


def test_pairs_are_of_different_rows_of_one_class_or_of_two() -> None:
    rows = cells.split().test
    same, two = (pairs_of(rows, kind, 50, seed=0) for kind in (True, False))
    assert (same.a == same.b).all() and (two.a != two.b).all()
    assert (np.abs(same.x_a - same.x_b).max(axis=1) > 0).all()
    assert np.array_equal(pairs_of(rows, True, 50, seed=0).x_b, same.x_b)


def test_a_walk_may_start_at_any_of_its_levels() -> None:
    """What a full walk passes on its way is where a shorter one starts, and both end alike."""
    generator, schedule = torch.Generator().manual_seed(0), Cosine(40)
    denoise = GaussianOracle(torch.ones(3).double(), torch.eye(3).double() * 2).denoiser(schedule)
    start = torch.randn(5, 3, generator=generator, dtype=torch.float64)
    whole = DDIM(10)(denoise, start, schedule, generator, kept=None)
    level = DDIM(10).times(schedule)[4]
    rest = DDIM(10)(denoise, whole[4], schedule, generator, kept=None, top=level)
    assert len(rest) == len(whole) - 4 and torch.equal(rest[-1], whole[-1])
    between = DDIM(10)(denoise, whole[4], schedule, generator, kept=None, top=level + 1)
    assert len(between) == len(rest) + 1


@pytest.mark.parametrize("options", [(), ("generator=diffusion", "network=mlp", "conditioning=none")])
def test_both_generators_restore_what_has_hardly_any_noise(options) -> None:
    model, rows = cells.fitted(*options, epochs=1), cells.split().test.take(np.arange(50))
    assert isinstance(model, Restoring)
    low, high = (model.noised(rows.x, rows.y, level, seed=1) for level in (1, model.levels()))
    assert np.abs(low - rows.x).mean() < 0.2 < np.abs(high - rows.x).mean()
    answer = model.restored(low, rows.y, 1, seed=2)
    assert answer.shape == rows.x.shape and np.array_equal(answer, model.restored(low, rows.y, 1, seed=2))


def test_what_cannot_be_mixed_is_refused() -> None:
    with pytest.raises(UserError, match="generator=inn or diffusion"):
        Interpolation()(subject(object(), cells.split()), seed=0)
    split = cells.split()
    one = SimpleNamespace(test=split.test.take(split.test.y == 3), name="toy")
    with pytest.raises(UserError, match="one class"):
        Interpolation().check(one, seed=0)


@pytest.mark.parametrize("experiment", ["interpolation", "interpolation_diffusion"])
def test_the_experiment_mixes_rows(run, tmp_path, experiment) -> None:
    few = ("sampler.steps=5",) if experiment.endswith("diffusion") else ("hydra/launcher=basic",)
    status, _, err = run(f"experiment={experiment}", *QUICK, *few, *SMALL)
    assert status == 0, err
    (path,) = (tmp_path / "out/runs").rglob("report.json")
    found = claims(report_of(json.loads(path.read_text())))
    assert {"interpolation/two/judged/0.5", "interpolation/same/c2st/1", "interpolation/real/c2st"} <= found.keys()
