"""claims=patterns: errors of each class are its own, and what is told a class and what is not."""

from __future__ import annotations

import json

import cells
import numpy as np
import pytest
import torch
from measured import claims, report_of, subject

from inn_experiments.contracts import UserError
from inn_experiments.maths.primes import Catalogue
from inn_experiments.measures.patterns import Patterns

QUICK = ("trainer.epochs=1", "trainer.progress=false", "tracking=none", "data.rows=100", "data.generation_seed=42")


class Sent:
    """Prime images of the catalogue, and an answer that is right for class 0 alone: the negated row."""

    def primes(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return Catalogue()(torch.from_numpy(x), torch.from_numpy(y)).numpy()

    def forward(self, prime: np.ndarray) -> np.ndarray:
        return -prime

    def inverses(self, x: np.ndarray) -> dict[str, np.ndarray]:
        return {"inverse": -x}

    def corrupt(self, *given):
        raise AssertionError("not asked for")

    denoise = conditioning = corrupt


def test_every_class_has_its_own_error() -> None:
    found = claims(Patterns()(subject(Sent(), cells.split()), seed=0))
    for way in ("forward", "inverse"):
        assert found[f"patterns/{way}/0"].value < 1e-12 < found[f"patterns/{way}/0"].chance
        assert all(found[f"patterns/{way}/{label}"].value > 0.01 for label in range(1, 10))
    assert sum(found[f"patterns/forward/{label}"].n for label in range(10)) == 1000


def test_a_linear_map_mends_what_is_linear_and_not_what_is_folded() -> None:
    """Patterns 0 to 6 are affine; |x| - 2 and cos lose the sign, and the cut power saturates."""
    found = claims(Patterns()(subject(Sent(), cells.split(1000)), seed=0))
    told = [found[f"patterns/forward_told/{label}"].value for label in range(10)]
    assert max(told[:7]) < 0.02 and min(told[7], told[9]) > 0.3 and told[8] < told[7]


def test_a_generator_without_directions_is_refused() -> None:
    with pytest.raises(UserError, match="generator=inn"):
        Patterns()(subject(object(), cells.split()), seed=0)


def test_the_experiment_tells_patterns_apart(run, tmp_path) -> None:
    status, _, err = run("experiment=catalogue", *QUICK, "seed=0", "preset=inn_coupling_implicit", "-m")
    assert status == 0, err
    reports = [report_of(json.loads(path.read_text())) for path in (tmp_path / "out/runs").rglob("report.json")]
    assert {one.axes["prime"] for one in reports} == {"catalogue", "orthogonal"}
    assert all(len([key for key in claims(one) if key.startswith("patterns/forward/")]) == 10 for one in reports)
