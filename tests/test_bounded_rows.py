"""Inversion networks on rows in [0, 1]: sparse spectra are learned, and a walk back undoes the bounds."""

from __future__ import annotations

from dataclasses import replace

import cells
import numpy as np
import pytest
import torch

from inn_experiments.contracts import Rows
from inn_experiments.maths.activations import UnitInterval


def sparse(features: int = 200):
    """Spectra of one to three peaks, whose other 197 or more values are exactly zero."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    x = np.zeros((60, features), np.float32)
    for row, label in enumerate(y):
        x[row, 40 * label + 10] = 1.0
        x[row, rng.integers(features, size=2)] = rng.uniform(0.1, 0.9, 2)
    part = Rows(x, y.astype(np.int64))
    names = ("first", "second", "third")
    return replace(
        cells.spectra(), train=part, test=part, val=part.take(np.arange(0)), axis=np.arange(features), classes=names
    )


@pytest.mark.parametrize(("scale", "zeros"), [("false", 0.8), ("true", 0.9)])
def test_sparse_spectra_do_not_all_become_zeros(scale: str, zeros: float):
    wanted = ("method=semi_implicit", f"method.row_scale={scale}", "sampling=convex", "loss=mse")
    inn = cells.fitted(*wanted, "trainer.learning_rate=0.005", of=sparse(), epochs=300)
    made = inn.sample(np.arange(30) % 3, seed=0)
    own = made.x[np.arange(30), 40 * made.y + 10]
    assert (own > 0.5).mean() > 0.9
    assert (made.x == 0).mean() > zeros, "a clamp reaches exact zeros"


def test_the_walk_back_is_exact_where_rows_lie_within_the_bounds():
    inn = cells.fitted("method=explicit", "network=square", "sampling=convex", "loss=mse", of=cells.spectra(), epochs=2)
    x = cells.spectra().test.x
    assert (x == 0).any() and x.max() == 1
    np.testing.assert_allclose(inn.forward(inn.inverses(x)["inverse"]), x, atol=1e-4)


def test_the_bounds_let_the_gradient_pass_but_not_lead_further_outside():
    x = torch.tensor([-2.0, -2.0, 0.25, 3.0, 3.0], requires_grad=True)
    y = UnitInterval.apply(x)
    y.backward(torch.tensor([-1.0, 1.0, 1.0, 1.0, -1.0]))
    assert y.tolist() == [0.0, 0.0, 0.25, 1.0, 1.0]
    assert x.grad.tolist() == [-1.0, 0.0, 1.0, 1.0, 0.0], "descent goes against the gradient"
