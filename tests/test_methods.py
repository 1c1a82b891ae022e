"""The four methods: their networks, their terms by hand, the iteration, and what they refuse."""

from __future__ import annotations

from functools import cache

import cells
import pytest
import torch
from torch.nn.functional import mse_loss

from inn_experiments.contracts import Corrupted, UserError
from inn_experiments.methods.base import Pairs
from inn_experiments.training import batches

METHODS = ["implicit", "semi_implicit", "svd", "explicit"]
STEPS = 100


@cache
def generator(*overrides: str, bounded: bool = False):
    """A generator after one epoch."""
    return cells.fitted(*overrides, epochs=1, of=cells.spectra() if bounded else cells.split())


def pairs(made):
    """Forty training pairs, corrupted rows and primes, for this generator."""
    train = cells.split().train
    x, y = torch.as_tensor(train.x), torch.as_tensor(train.y)
    drawn = torch.Generator().manual_seed(0)
    draw = batches.pairs(x, y, made.prime, made.sampling, STEPS, 0.5, drawn)
    *corrupted, clean, prime, row, image = draw(torch.arange(0, len(x), len(x) // 40))
    return Pairs(Corrupted(*corrupted), clean, prime, row, image)


def raw(method, x, t, z=None):
    return method.net(x, torch.as_tensor(t).expand(len(x)), None if z is None else torch.full((len(x),), z))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("iterations", [1, 2, 3, 7])
def test_levels_start_where_they_are_and_fall_in_equal_parts(method, iterations):
    made = generator(f"method={method}", f"generator.iterations={iterations}").method
    t = torch.tensor([1, 2, 50, STEPS, STEPS + 1])
    levels = made.levels(t)
    assert len(levels) == iterations and torch.equal(levels[0], t)
    for number, level in enumerate(levels):
        assert level.dtype == torch.int64 and (level >= 1).all()
        exact = t * (1 - number / iterations)
        assert ((level - exact) < 1).all() and (level >= exact - 1e-9).all()
    states = made.denoise(torch.zeros(5, 40), t)
    assert len(states) == iterations


@pytest.mark.parametrize("iterations", [1, 3])
def test_each_iteration_is_one_application_of_the_network(iterations):
    """Equation (1): x_{i+1} = f(x_i, t_i)."""
    whole = generator("method=svd", "loss=mse", f"generator.iterations={iterations}")
    made, batch = whole.method, pairs(whole)
    c = batch.corrupted
    state, loss = c.x_t, 0.0
    with torch.no_grad():
        states = made.denoise(c.x_t, c.t, c.alpha, c.sigma)
        for level, found in zip(made.levels(c.t), states, strict=True):
            state = made.net(state, level)
            assert torch.equal(state, found)
            loss = loss + mse_loss(state, batch.clean)
        terms = made.terms(batch)
    assert set(terms) == {"forward"}
    torch.testing.assert_close(terms["forward"], loss)


@pytest.mark.parametrize("loss", ["fid", "kl"])
@pytest.mark.parametrize("weight", [0.5, 2.0])
def test_the_divergence_of_the_last_state_is_added_with_its_weight(loss, weight):
    made = generator("method=svd", f"loss={loss}", f"loss.weight={weight}", "generator.iterations=2")
    batch = pairs(made)
    c = batch.corrupted
    with torch.no_grad():
        terms = made.method.terms(batch)
        last = made.method.denoise(c.x_t, c.t, c.alpha, c.sigma)[-1]
        torch.testing.assert_close(terms["divergence"], weight * made.loss(last))


def test_implicit_has_two_networks_of_one_shape_and_scores_both():
    made = generator("method=implicit", "loss=mse")
    net, inverse = made.method.net, made.method.inverse_net
    shapes = [[tuple(p.shape) for p in part.parameters()] for part in (net, inverse)]
    assert shapes[0] == shapes[1] and not torch.equal(net.leave.weight, inverse.leave.weight)
    assert made.parameters == 2 * sum(p.numel() for p in net.parameters())
    batch = pairs(made)
    with torch.no_grad():
        terms = made.method.terms(batch)
        level = torch.zeros(len(batch.clean), dtype=torch.int64)
        torch.testing.assert_close(terms["inverse"], mse_loss(inverse(batch.clean, level), batch.prime))
        torch.testing.assert_close(terms["forward"], mse_loss(net(batch.corrupted.x_t, batch.corrupted.t), batch.clean))
    assert set(terms) == {"forward", "inverse"}


def test_semi_implicit_has_the_four_terms_of_equation_6():
    made = generator("method=semi_implicit", "loss=mse", "method.round_trip_fi=0.25", "method.round_trip_if=3")
    batch = pairs(made)
    method, clean, prime, c = made.method, batch.clean, batch.prime, batch.corrupted
    with torch.no_grad():
        terms = method.terms(batch)
        forward = method.net(c.x_t, c.t, torch.zeros(len(clean)))
        inverse = raw(method, clean, 0, 1.0)
        expected = {
            "forward": mse_loss(forward, clean),
            "inverse": mse_loss(inverse, prime),
            "round_trip_fi": 0.25 * mse_loss(raw(method, forward, 0, 1.0), prime),
            "round_trip_if": 3 * mse_loss(raw(method, inverse, STEPS + 1, 0.0), clean),
        }
        torch.testing.assert_close(method.inverse(clean), inverse)
    assert set(terms) == set(expected)
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], value, msg=name)


@pytest.mark.parametrize("method", ["svd", "explicit"])
def test_walked_methods_add_their_own_inverse_error_only_on_request(method):
    plain = generator(f"method={method}", "loss=mse")
    assert set(plain.method.terms(pairs(plain))) == {"forward"}
    made = generator(f"method={method}", "loss=mse", "method.inverse_weight=0.5", "network=square")
    batch = pairs(made)
    with torch.no_grad():
        walked = made.method.walk(batch.clean).float()
        expected = 0.5 * mse_loss(walked, batch.prime)
        torch.testing.assert_close(made.method.terms(batch)["inverse"], expected)


@pytest.mark.parametrize("method", METHODS)
def test_the_forward_direction_starts_at_the_terminal_level(method):
    made = generator(f"method={method}")
    x = torch.randn(6, 40, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(made.method.forward(x), raw(made.method, x, STEPS + 1))


@pytest.mark.parametrize("way", ["epsilon", "v"])
def test_the_first_iteration_is_scored_in_the_space_of_the_parameterization(way):
    made = generator("method=implicit", "loss=mse", f"parameterization={way}")
    batch = pairs(made)
    c = batch.corrupted
    with torch.no_grad():
        target = made.parameterization.target(batch.clean, c)
        expected = mse_loss(made.method.net(c.x_t, c.t), target)
        torch.testing.assert_close(made.method.terms(batch)["forward"], expected)


@pytest.mark.parametrize("way", ["x0", "epsilon", "v"])
@pytest.mark.parametrize("iterations", [1, 3])
def test_bounded_rows_stay_in_the_unit_interval_at_every_iteration(way, iterations):
    made = generator(f"parameterization={way}", f"generator.iterations={iterations}", bounded=True)
    wild = 10 * torch.randn(50, 16, generator=torch.Generator().manual_seed(0))
    states = made.method.denoise(wild, torch.full((50,), STEPS + 1))
    assert all(((state >= 0) & (state <= 1)).all() for state in states)


@pytest.mark.parametrize("method", ["svd", "explicit"])
def test_a_network_that_cannot_be_walked_is_refused_by_name(method):
    """The configuration refuses it as well; a program that builds the parts itself gets the same answer."""
    made = cells.built(f"method={method}")
    made.network = cells.built("method=implicit", "network=conv_unet").network
    with pytest.raises(UserError, match="ConvUNet cannot be"):
        cells.trained(made, cells.split())


@pytest.mark.parametrize("rows", [33, 65])
def test_training_survives_a_last_batch_of_one_row(rows):
    """Batches of 32: the last row of the epoch comes alone, and has no covariance."""
    train = cells.split().train.take(slice(0, rows))
    made = cells.built(*cells.short(2))
    made.fit(train, cells.about(cells.split()), seed=0)
    assert all(parameter.isfinite().all() for parameter in made.method.parameters())
