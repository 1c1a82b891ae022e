"""claims=iterations: what it says of walks that are known, and of a trained network's through the command line."""

from __future__ import annotations

import json
from types import SimpleNamespace

import cells
import numpy as np
import pytest
import torch
from measured import claims, report_of, subject

from inn_experiments.contracts import Corrupted, UserError
from inn_experiments.measures.iterations import Iterations, rank

QUICK = ("trainer.epochs=2", "trainer.progress=false", "tracking=none", "data.rows=100", "data.generation_seed=42")
STEPS = 20


class Walking:
    """Goes this share of what is left to the nearest of known rows, three times; noise grows with the level."""

    def __init__(self, known: np.ndarray, part: float) -> None:
        self.known, self.part = known, part

    def corrupt(self, x: np.ndarray, y: np.ndarray, *, seed: int, t: np.ndarray | None = None) -> Corrupted:
        rng = np.random.default_rng(seed)
        levels = rng.integers(1, STEPS + 1, len(x)) if t is None else t
        noise = (0.3 * levels[:, None] / STEPS * rng.normal(size=x.shape)).astype(np.float32)
        ones = torch.ones(len(x), 1)
        return Corrupted(torch.from_numpy(x + noise), torch.from_numpy(levels), ones, ones, torch.from_numpy(noise))

    def iterates(self, corrupted: Corrupted) -> np.ndarray:
        states = [np.asarray(corrupted.x_t)]
        goal = self.known[np.square(states[0][:, None] - self.known[None]).sum(2).argmin(1)]
        for _ in range(3):
            states.append(states[-1] + self.part * (goal - states[-1]))
        return np.stack(states)

    def prepare(self, train, about, *, seed, val=None) -> None:
        self.part = 0.0

    def primes(self, *rows):
        raise AssertionError("not asked for")

    denoise = forward = inverses = conditioning = primes


def measured(part: float, split) -> dict[str, SimpleNamespace]:
    model = Walking(split.test.x, part)
    settings = Iterations(rows=200, trees=20)
    found = claims(settings(subject(model, split, lambda: Walking(split.test.x, part)), seed=0))
    return {key.removeprefix("iterations/"): claim for key, claim in found.items()}


def test_a_walk_that_halves_the_distance_takes_steps_as_the_paper_says() -> None:
    found = measured(0.5, cells.split())
    for key in ("step_clean", "step_within", "second"):
        assert found[key].value > 0.999, key
    assert found["stays"].value == 0 and found["nearer_low"].value == found["nearer"].value == 1
    errors = [found[f"error/{state}"].value for state in range(4)]
    assert errors == pytest.approx([errors[0] / 4**state for state in range(4)], rel=1e-4)
    assert found["monotone"].value == found["last_best"].value == 1
    assert found["judged/3"].value == pytest.approx(found["judged/clean"].value, abs=0.05)
    assert found["distance/3"].value == pytest.approx(1, abs=0.05)


def test_who_does_not_move_takes_no_steps() -> None:
    found = measured(0.0, cells.split())
    assert found["step_clean"].value == found["step_within"].value == 0 == found["nearer"].value
    assert found["error/3"].value == found["error/0"].value and found["monotone"].value == 0


def test_controls_are_no_answers_of_the_network() -> None:
    """The untrained copy does not move at all, and the linear denoiser is the same whoever is watched."""
    walking, still = measured(0.5, cells.split()), measured(0.0, cells.split())
    assert walking["step_clean/untrained"].value == 0 < walking["step_clean/wiener"].value
    assert walking["step_clean/wiener"].value == still["step_clean/wiener"].value
    assert walking["error/1"].chance == still["error/1"].chance > 0


def test_ranks_of_what_does_not_vary_are_none() -> None:
    assert rank(np.ones(5), np.arange(5.0)) == 0 and rank(np.arange(5.0), 2 * np.arange(5.0)) == pytest.approx(1)


def test_a_generator_that_does_not_iterate_is_refused() -> None:
    with pytest.raises(UserError, match="generator=inn"):
        Iterations()(subject(object(), cells.split()), seed=0)


def test_iterates_begin_with_the_corrupted_rows_and_end_with_the_denoised() -> None:
    model, rows = cells.fitted("generator.iterations=3", epochs=2), cells.split().test
    noisy = model.corrupt(rows.x, rows.y, seed=1)
    states = model.iterates(noisy)
    assert states.shape == (4, *rows.x.shape)
    np.testing.assert_array_equal(states[0], noisy.x_t.numpy())
    np.testing.assert_array_equal(states[-1], model.denoise(noisy))


def test_the_experiment_watches_every_state(run, tmp_path) -> None:
    small = ("claims.rows=60", "claims.trees=5", "seed=0", "generator.iterations=1,2", "-m")
    status, _, err = run("experiment=iterations", *QUICK, *small)
    assert status == 0, err
    reports = [report_of(json.loads(path.read_text())) for path in (tmp_path / "out/runs").rglob("report.json")]
    one, two = (claims(report) for report in sorted(reports, key=lambda report: report.axes["iterations"]))
    assert {"iterations/error/1", "iterations/judged/clean", "iterations/step_within/untrained"} <= one.keys()
    assert "iterations/error/2" in two and "iterations/second" in two
    assert "iterations/error/2" not in one and "iterations/second" not in one
