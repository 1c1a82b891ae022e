"""claims=generalisation: what it says of networks that know their rows by heart, and of ones that do not."""

from __future__ import annotations

import json
from types import SimpleNamespace

import cells
import numpy as np
import pytest
import torch
from measured import claims, report_of, subject

from inn_experiments.contracts import Corrupted, UserError
from inn_experiments.measures.generalisation import Generalisation, steadiness

QUICK = ("trainer.epochs=2", "trainer.progress=false", "tracking=none", "data.rows=100", "data.generation_seed=42")


class Known:
    """Knows some rows by heart: the nearest of them is its answer to whatever it is asked; no prime."""

    def __init__(self, rows: np.ndarray, curves: dict | None = None) -> None:
        self.rows, self.curves = rows, curves or {}

    def primes(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return -x

    def corrupt(self, x: np.ndarray, y: np.ndarray, *, seed: int, t: np.ndarray | None = None) -> Corrupted:
        noise = np.random.default_rng(seed).normal(size=x.shape).astype(np.float32)
        ones = torch.ones(len(x), 1)
        return Corrupted(torch.from_numpy(x + 0.01 * noise), ones[:, 0].long(), ones, ones, torch.from_numpy(noise))

    def _nearest(self, x: np.ndarray) -> np.ndarray:
        return self.rows[np.square(x[:, None] - self.rows[None]).sum(2).argmin(1)]

    def denoise(self, corrupted: Corrupted) -> np.ndarray:
        return self._nearest(corrupted.x_t.numpy())

    def forward(self, prime: np.ndarray) -> np.ndarray:
        return self._nearest(-prime)

    def inverses(self, x: np.ndarray) -> dict[str, np.ndarray]:
        return {"inverse": np.zeros_like(x)}

    def conditioning(self) -> list:
        return []


def measured(model, split) -> dict[str, SimpleNamespace]:
    found = claims(Generalisation()(subject(model, split), seed=0))
    return {key.removeprefix("generalisation/"): claim for key, claim in found.items()}


def test_what_is_known_by_heart_is_a_gap_and_what_is_not_learned_is_none() -> None:
    split = cells.split()
    found = measured(Known(split.train.x), split)
    for way in ("denoise", "forward"):
        assert found[f"{way}/train"].value == 0 and found[f"{way}/gap"].value == found[f"{way}/test"].value > 0.1
    assert abs(found["inverse/gap"].value) < 0.2 * found["inverse/test"].value
    assert found["denoise/train"].n == 200 and found["denoise/test"].n == 1000
    # A linear map that is right everywhere has no gap, and learns from training rows alone.
    assert found["forward/test"].chance < 1e-3 and abs(found["forward/gap"].chance) < 1e-3


def test_it_is_the_rows_that_are_known_and_not_the_labels_of_the_parts() -> None:
    split = cells.split()
    found = measured(Known(split.test.x), split)
    assert found["denoise/test"].value == 0 and found["denoise/gap"].value < -0.1


def test_curves_tell_where_training_should_have_ended() -> None:
    curves = {
        "train/loss": ([1, 2], [2.0, 1.0]),
        "val/loss": ([20, 40, 60], [2.0, 1.0, 1.5]),
        "val/kept": ([40], [1.0]),
    }
    found = claims(SimpleNamespace(numbers=steadiness(curves)))
    assert {key: claim.value for key, claim in found.items()} == {
        "generalisation/overfit/loss": 0.5,
        "generalisation/jump/loss": 0.5,
    }
    assert steadiness({"val/loss": ([20, 40], [2.0, 1.0])})[1].value == 0


def test_a_generator_without_directions_is_refused() -> None:
    with pytest.raises(UserError, match="generator=inn"):
        Generalisation()(subject(object(), cells.split()), seed=0)


def test_the_experiment_compares_patterns_of_equal_size(run, tmp_path) -> None:
    status, _, err = run("experiment=sparsity", *QUICK, "seed=0", "network.budget=20000", "-m")
    assert status == 0, err
    reports = [report_of(json.loads(path.read_text())) for path in (tmp_path / "out/runs").rglob("report.json")]
    assert {one.axes.get("pattern", "mlp") for one in reports} == {"mlp", "random", "band", "dense"}
    assert all(0.97 * 40_000 < one.parameters <= 40_000 for one in reports), "two networks, one a direction"
    assert all("generalisation/denoise/gap" in claims(one) for one in reports)
