"""Refinement of an approximate inverse: far better answers for targets in the range, never a worse one."""

from __future__ import annotations

import copy
from functools import cache

import cells
import pytest
import torch

from inn_experiments.maths.refine import refine

STEPS = 20
ROWS = 60


@cache
def trained(epochs: int, refine_steps: int = 0):
    """The default point_unet after `epochs` epochs of 7 steps, inverted by the svd walk."""
    return cells.fitted("method=svd", f"method.refine_steps={refine_steps}", epochs=epochs)


def double_forward(generator):
    net = copy.deepcopy(generator.method).double().requires_grad_(False)
    return lambda rows: net(rows)


def in_range(generator, forward) -> torch.Tensor:
    """Images of test rows' primes: by construction within the network's range."""
    test = cells.split().test
    return forward(torch.as_tensor(generator.primes(test.x[:ROWS], test.y[:ROWS])).double())


def residual(forward, x, y) -> torch.Tensor:
    return (forward(x) - y).norm(dim=1)


@pytest.mark.filterwarnings("ignore::inn_experiments.maths.inverses.ConditioningWarning")
@pytest.mark.parametrize("start", ["zeros", "walk"])
@pytest.mark.parametrize("epochs", [20, 60])
def test_the_median_residual_falls_thirty_times_and_no_row_gets_worse(epochs, start):
    generator = trained(epochs)
    forward = double_forward(generator)
    y = in_range(generator, forward)
    with torch.no_grad():
        first = torch.zeros_like(y) if start == "zeros" else generator.method.walk(y)
    before = residual(forward, first, y)
    after = residual(forward, refine(forward, y, first, STEPS), y)
    assert (after <= before).all()
    assert after.median() <= before.median() / 30


@pytest.mark.filterwarnings("ignore::inn_experiments.maths.inverses.ConditioningWarning")
def test_the_method_refines_its_walk_and_shows_both():
    generator = trained(20, refine_steps=STEPS)
    forward = double_forward(generator)
    y = in_range(generator, forward)
    answers = {name: torch.as_tensor(rows) for name, rows in generator.inverses(y.float().numpy()).items()}
    assert set(answers) == {"inverse", "inverse_walk"}
    walked = torch.as_tensor(trained(20).inverses(y.float().numpy())["inverse"])
    assert torch.equal(answers["inverse_walk"], walked)
    before, after = (residual(forward, answers[name], y.float().double()) for name in ("inverse_walk", "inverse"))
    assert (after <= before).all() and after.median() <= before.median() / 30


def quadratic(rows: torch.Tensor) -> torch.Tensor:
    """Three outputs of two inputs, not linear, and with a range that is a surface."""
    a, b = rows[:, 0], rows[:, 1]
    return torch.stack([a + 0.1 * b**2, b - 0.2 * a * b, a * b], 1)


def test_a_linear_map_is_solved_in_a_few_steps_whatever_its_shape():
    generator = torch.Generator().manual_seed(0)
    for out, into in ((4, 4), (6, 3), (3, 6)):
        matrix = torch.randn(out, into, generator=generator, dtype=torch.float64)
        x = torch.randn(7, into, generator=generator, dtype=torch.float64)
        y = x @ matrix.T
        found = refine(lambda rows, m=matrix: rows @ m.T, y, torch.zeros(7, into, dtype=torch.float64), 6)
        torch.testing.assert_close(found @ matrix.T, y, rtol=0, atol=1e-6)


def test_no_row_gets_worse_even_for_targets_out_of_range_and_wild_starts():
    generator = torch.Generator().manual_seed(1)
    y = 3 * torch.randn(200, 3, generator=generator, dtype=torch.float64)
    start = 20 * torch.randn(200, 2, generator=generator, dtype=torch.float64)
    before = residual(quadratic, start, y)
    previous = before
    for steps in (1, 3, 10):
        after = residual(quadratic, refine(quadratic, y, start, steps), y)
        assert (after <= previous + 1e-12).all()
        previous = after
    assert previous.median() < before.median() / 5


def test_a_row_at_its_solution_stays_and_rows_do_not_touch_each_other():
    x = torch.tensor([[0.3, -0.4], [1.0, 0.5], [-0.7, 0.2]], dtype=torch.float64)
    y = quadratic(x)
    torch.testing.assert_close(refine(quadratic, y, x, 5), x, rtol=0, atol=1e-12)
    assert torch.equal(refine(quadratic, y, x + 0.1, 0), x + 0.1)
    together = refine(quadratic, y, x + 0.1, 4)
    in_pieces = refine(quadratic, y, x + 0.1, 4, chunk=1)
    torch.testing.assert_close(together, in_pieces, rtol=0, atol=1e-9)


def test_a_function_without_gradient_leaves_the_start_as_it_was():
    start = torch.randn(5, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    found = refine(lambda rows: rows * 0 + 1, torch.zeros(5, 3, dtype=torch.float64), start, 3)
    assert torch.equal(found, start)
