"""The 2 x 2 case of Inverse Diffusion: its two iterations number for number, and a model that learns it."""

from __future__ import annotations

from functools import cache

import cells
import numpy as np
import torch

from inn_experiments.data.toys.checker import PATTERNS, Checker
from inn_experiments.maths.parameterization import Epsilon
from inn_experiments.maths.samplers import DDIM, Seen

NOISE = 10.0
LABELS = np.arange(600) % 2

# The start of the case study, the noise that is predicted in each iteration, and the states that follow.
START = [[130, 80], [90, 110]]
PREDICTED = [[[-30, 15], [20, -40]], [[-20, 10], [15, -30]]]
STATES = [[[160, 65], [70, 150]], [[180, 55], [55, 180]]]


def row(matrix: list[list[int]]) -> torch.Tensor:
    return torch.tensor(matrix, dtype=torch.float64).reshape(1, 4)


def levels(*sigmas: float) -> list[tuple[float, float]]:
    """The source's reading of a state: the row is not shrunk, alpha = 1, and only noise is added to it."""
    return [(1.0, sigma) for sigma in sigmas]


def iterated(sigmas: tuple[float, ...]) -> list[torch.Tensor]:
    """The states after each iteration of the program's deterministic rule, with what the article predicts."""
    x, states, way = row(START), [], Epsilon()
    for number, predicted in enumerate(PREDICTED):
        now, then = levels(*sigmas)[number : number + 2]
        alpha, sigma = (torch.tensor([[value]], dtype=torch.float64) for value in now)
        clean, noise = way.split(row(predicted), x, alpha, sigma, torch.tensor([2 - number]))
        x = DDIM().step([Seen(x, clean, noise, now)], then, torch.Generator())
        states.append(x)
    return states


def test_the_two_worked_iterations_come_out_number_for_number():
    """x - eta eps is the deterministic rule (20) at alpha = 1: x_s = (x_t - sigma_t eps) + sigma_s eps.

    The source's eta is thus the step of sigma, sigma_t - sigma_s: its eta = 1, "for simplicity", is sigma
    falling from 2 to 1 to 0.
    """
    for state, expected in zip(iterated((2.0, 1.0, 0.0)), STATES, strict=True):
        assert torch.equal(state, row(expected))


def test_other_steps_of_sigma_do_not_give_the_numbers():
    assert not torch.equal(iterated((2.0, 1.5, 1.0))[0], row(STATES[0]))
    assert torch.equal(iterated((4.0, 2.0, 0.0))[0], row(START) - 2 * row(PREDICTED[0]))


def test_each_iteration_brings_the_state_nearer_to_the_pattern():
    pattern = torch.as_tensor(PATTERNS[:1])
    distances = [float((state - pattern).norm()) for state in (row(START), *iterated((2.0, 1.0, 0.0)))]
    assert distances[0] > distances[1] > distances[2] > 0


@cache
def sampled(*overrides: str) -> np.ndarray:
    """Rows of LABELS in grey values from the experiment, trained with these overrides."""
    split = Checker(noise=NOISE).load(seed=0, cache=None)
    made = cells.built("experiment=checker", "trainer.progress=false", *overrides)
    cells.trained(made, split)
    return split.scaling.undo(made.sample(LABELS, seed=1).x)


def own(x: np.ndarray) -> float:
    """The share of rows x (n, 4) that are nearest to the pattern of the class that was asked for."""
    return float((np.linalg.norm(x[:, None] - PATTERNS, axis=2).argmin(1) == LABELS).mean())


def offset(x: np.ndarray) -> float:
    """How far the mean row of either class is off its pattern, at the worst pixel."""
    return max(np.abs(x[label == LABELS].mean(0) - PATTERNS[label]).max() for label in (0, 1))


def test_a_trained_model_paints_the_pattern_that_is_asked_for():
    x = sampled()
    assert own(x) > 0.99 and offset(x) < NOISE
    # Neither one memorised picture nor a blur: the grey noise of the training rows is there too.
    spread = np.mean([x[label == LABELS].std(0) for label in (0, 1)])
    assert 0.5 * NOISE < spread < 1.5 * NOISE


def test_an_untrained_network_paints_neither():
    x = sampled("trainer.epochs=1", "trainer.learning_rate=1e-12")
    assert own(x) < 0.9 and offset(x) > 3 * NOISE


def test_a_model_that_is_not_told_the_class_paints_either_one():
    """The control of "that is asked for": as good a picture, of the right class half the time."""
    x = sampled("conditioning=none")
    nearest = np.linalg.norm(x[:, None] - PATTERNS, axis=2).min(1)
    assert np.mean(nearest < 4 * NOISE) > 0.8
    assert abs(own(x) - 0.5) < 5 * 0.5 / len(LABELS) ** 0.5
