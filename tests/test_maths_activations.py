"""Activations: the inverse undoes the function exactly where it can, finitely where it cannot, and says which."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.contracts import UserError
from inn_experiments.maths.activations import MARGIN, Activation
from inn_experiments.maths.inverses import Exact

EXACT = [
    ("identity", 0.0),
    ("leaky_relu", 0.5),
    ("leaky_relu", 0.01),
    ("leaky_relu", 2.0),
    ("tanh", 0.0),
    ("sigmoid", 0.0),
]


def values(dtype=torch.float64):
    return torch.linspace(-5, 5, 2001, dtype=dtype)


@pytest.mark.parametrize("name, slope", EXACT)
def test_exact_inverses_undo_the_function_on_both_sides(name, slope):
    act = Activation(name, slope)
    assert act.exact
    x = values()
    y = act(x)
    assert (y.diff() > 0).all()
    torch.testing.assert_close(act.inverse(y), x, rtol=0, atol=1e-10)
    torch.testing.assert_close(act(act.inverse(y)), y, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name, slope", EXACT)
def test_an_inverse_has_the_gradient_of_an_inverse(name, slope):
    act = Activation(name, slope)
    x = torch.tensor([-3.0, -0.7, 0.4, 2.5], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: act.inverse(act(v)), x)
    (slope_of_round_trip,) = torch.autograd.grad(act.inverse(act(x)).sum(), x)
    torch.testing.assert_close(slope_of_round_trip, torch.ones_like(x), rtol=0, atol=1e-8)


@pytest.mark.parametrize("name, low, high", [("tanh", -1.0, 1.0), ("sigmoid", 0.0, 1.0)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_values_on_and_beyond_the_border_of_the_range_stay_finite(name, low, high, dtype):
    act = Activation(name)
    y = torch.tensor([low - 3, low, low + MARGIN / 10, high - MARGIN / 10, high, high + 3], dtype=dtype)
    x = act.inverse(y)
    assert x.isfinite().all() and (x.diff() >= 0).all()
    torch.testing.assert_close(act(x), y.clamp(low, high), rtol=0, atol=2 * MARGIN)


def test_relu_is_inverted_by_the_identity_and_said_to_be_approximate():
    act = Activation("relu")
    x = values()
    assert not act.exact and torch.equal(act.inverse(x), x)
    torch.testing.assert_close(act(act.inverse(act(x))), act(x))
    inverter = Exact()
    inverter.activation(act, x)
    inverter.activation(Activation("tanh"), torch.zeros(1))
    assert inverter.approximated == {"relu"}


@pytest.mark.parametrize("slope", [0.0, -0.5])
def test_a_leaky_relu_that_is_not_one_to_one_is_refused_in_one_line(slope):
    """network.slope is a user's option, so a UserError, which the shell shows without a traceback."""
    with pytest.raises(UserError, match="slope"):
        Activation("leaky_relu", slope)
