"""Row scale: networks that see rows at one size, and answer in proportion; and round trips that leave directions be."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cells
import pytest
import torch

from inn_experiments.contracts import Corrupted
from inn_experiments.methods.base import Pairs
from inn_experiments.methods.row_scale import row_scaled

TWO = ["implicit", "semi_implicit"]
ROWS = torch.rand(9, 16, generator=torch.Generator().manual_seed(0)) + 0.1


@cache
def method(*overrides: str, bounded: bool = True):
    """The method of a generator after one epoch on spectra, or on the same rows without bounds."""
    rows = cells.chemicals() if bounded else cells.unbounded()
    return cells.fitted("loss=mse", *overrides, epochs=1, of=rows).method


def batch() -> Pairs:
    draws = torch.Generator().manual_seed(3)
    noise, prime = torch.randn(2, 9, 16, generator=draws)
    t = torch.randint(1, 100, (9,), generator=draws)
    alpha, sigma = torch.full((9, 1), 0.8), torch.full((9, 1), 0.6)
    return Pairs(Corrupted(alpha * ROWS + sigma * noise, t, alpha, sigma, noise), ROWS, prime, ROWS, prime)


def proportional(inverse) -> bool:
    with torch.no_grad():
        return torch.allclose(inverse(0.01 * ROWS), 0.01 * inverse(ROWS), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("name", TWO)
def test_answers_are_in_proportion_to_the_row_where_rows_are_bounded_or_it_is_asked_for(name) -> None:
    assert proportional(method(f"method={name}").inverse)
    assert not proportional(method(f"method={name}", bounded=False).inverse)
    assert proportional(method(f"method={name}", "method.row_scale=true", bounded=False).inverse)
    assert not proportional(method(f"method={name}", "method.row_scale=false").inverse)
    scaled = method(f"method={name}", "method.row_scale=true", bounded=False)
    with torch.no_grad():
        torch.testing.assert_close(scaled.forward(50 * ROWS), 50 * scaled.forward(ROWS), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", TWO)
def test_training_and_use_see_the_same_scaled_network(name) -> None:
    made, pairs = method(f"method={name}"), batch()
    with torch.no_grad():
        terms, c = made.terms(pairs), pairs.corrupted
        clean = made.denoise(c.x_t, c.t, c.alpha, c.sigma)[-1]
        torch.testing.assert_close(terms["forward"], (clean - pairs.clean).square().mean())
        torch.testing.assert_close(terms["inverse"], (made.inverse(pairs.clean) - pairs.prime).square().mean())


def test_a_row_of_zeros_is_answered_by_zeros_with_a_finite_gradient() -> None:
    x = torch.zeros(2, 3, requires_grad=True)
    answer = row_scaled(lambda x, t, z=None: x.cos())(x, torch.zeros(2))
    answer.sum().backward()
    assert x.grad.isfinite().all() and answer.abs().max() < 1e-5


def test_walks_have_no_row_scale_and_share_no_scaled_network() -> None:
    """What went in cannot be had from what came out without its scale."""
    svd = method("method=svd")
    assert not svd.scales and not proportional(svd.forward)
    reads = {name: method(f"method={name}").trainings()[0].reads for name in ("implicit", "svd")}
    assert "method.row_scale" in reads["implicit"] and "method.row_scale" not in reads["svd"]
    assert "method.row_scale" not in method("method=implicit", "method.row_scale=false").trainings()[0].reads


@pytest.mark.parametrize("trip", ["round_trip_fi", "round_trip_if"])
def test_detached_round_trips_have_the_same_errors_and_leave_their_first_direction_alone(trip) -> None:
    pairs, found = batch(), {}
    for detached in ("true", "false"):
        made = method("method=semi_implicit", f"method.detached={detached}")
        made.load_state_dict(method("method=semi_implicit").state_dict())
        x_t, clean = pairs.corrupted.x_t.clone().requires_grad_(), pairs.clean.clone().requires_grad_()
        c = pairs.corrupted
        terms = made.both_terms(made.net, made.loss, Pairs(replace(c, x_t=x_t), clean, pairs.prime, clean, pairs.image))
        start = x_t if trip == "round_trip_fi" else clean
        gradient = torch.autograd.grad(terms[trip], start, allow_unused=True)[0]
        found[detached] = terms[trip].item(), gradient
    assert found["true"][0] == pytest.approx(found["false"][0], rel=1e-6)
    assert found["true"][1] is None, "nothing reaches the direction that the trip starts with"
    assert found["false"][1].abs().max() > 0
