"""The walk backwards through a network: exact where it is invertible, float64, differentiable, never silently NaN."""

from __future__ import annotations

import copy
import warnings
from functools import cache

import cells
import pytest
import torch

from inn_experiments.maths.inverses import ConditioningWarning

METHODS = ["svd", "explicit"]
# What a layer is called, how many there are, and the worst condition of one.
INVERTIBLE = {"square": ("linears", 4, 1.01), "coupling": ("shifts", 8, 100.0), "coupling_conv": ("shifts", 12, 100.0)}
TOLERANCE = {torch.float64: 1e-8, torch.float32: 1e-4}


def untrained(*overrides: str, of=None):
    """A generator with its initial weights: no epoch is run."""
    return cells.fitted("trainer.learning_rate=1e-12", *overrides, epochs=1, of=of)


@cache
def trained(network: str, method: str, iterations: int, inverse_weight: float):
    """The network as configured by default after 140 steps; with inverse_weight through the walk too."""
    return cells.fitted(
        f"network={network}",
        f"method={method}",
        f"generator.iterations={iterations}",
        f"method.inverse_weight={inverse_weight}",
        epochs=20,
    )


def primes(generator, rows: int = 250) -> torch.Tensor:
    """Prime images of test rows, which lie where the walk is to lead."""
    test = cells.split().test
    return torch.as_tensor(generator.primes(test.x[:rows], test.y[:rows]))


def round_trip(method, prime: torch.Tensor) -> float:
    """max |inverse(forward(x)) - x|."""
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("error")
        walked = method.inverse(method.forward(prime))
    assert walked.dtype == torch.float64
    return float((walked - prime.double()).abs().max())


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("iterations", [1, 3])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("network", INVERTIBLE)
def test_an_invertible_network_is_inverted_untrained(network, method, iterations, dtype):
    generator = untrained(f"network={network}", f"method={method}", f"generator.iterations={iterations}")
    assert round_trip(generator.method.to(dtype), primes(generator).to(dtype)) <= TOLERANCE[dtype]


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("inverse_weight", [0.0, 1.0])
@pytest.mark.parametrize("iterations", [1, 3])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("network", INVERTIBLE)
def test_an_invertible_network_is_inverted_trained(network, method, iterations, inverse_weight, dtype):
    generator = trained(network, method, iterations, inverse_weight)
    losses = generator.curves["train/loss"][1]
    assert losses[-1] < 0.95 * losses[0], "nothing was trained"
    double = copy.deepcopy(generator.method).to(dtype)
    assert round_trip(double, primes(generator).to(dtype)) <= TOLERANCE[dtype]
    layers = generator.conditioning() or double.conditioning()
    kind, number, worst = INVERTIBLE[network]
    assert [layer["layer"] for layer in layers] == [f"{kind}.{index}" for index in reversed(range(number))]
    assert all(layer["exact"] and layer["condition"] < worst for layer in layers)


def test_the_walks_own_error_in_the_loss_makes_a_better_inverse():
    """A good forward fit does not make a good inverse; training through the walk does."""
    train = cells.split().train
    error = {}
    for weight in (0.0, 1.0):
        generator = trained("square", "explicit", 1, weight)
        target = generator.primes(train.x, train.y)
        error[weight] = float(((generator.inverses(train.x)["inverse"] - target) ** 2).mean())
    assert error[1.0] < 0.5 * error[0.0]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("network", ["point_unet", "square", "coupling", "coupling_conv"])
def test_a_gradient_reaches_every_weight_through_the_walk(network, method):
    generator = untrained(f"network={network}", f"method={method}", "method.inverse_weight=1.0")
    batch = torch.as_tensor(cells.split().train.x[:32])
    net = generator.method
    net.zero_grad()
    torch.nn.functional.mse_loss(net.walk(batch).float(), torch.zeros_like(batch)).backward()
    for name, parameter in net.named_parameters():
        if name == "net.scale.weight":
            assert (parameter.grad == 0).all(), "couplings do not scale at the level where a walk begins"
            continue
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all() and parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("method", METHODS)
def test_the_walk_is_computed_in_float64_whatever_the_networks_type(method):
    """The same digits as the walk of the network cast to float64, far beyond float32's."""
    generator = untrained("network=point_unet", f"method={method}")
    x = torch.as_tensor(cells.split().test.x[:50])
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConditioningWarning)
        walked = generator.method.walk(x)
        double = copy.deepcopy(generator.method).double().walk(x.double())
    assert generator.method.net.enter.weight.dtype == torch.float32 and walked.dtype == torch.float64
    torch.testing.assert_close(walked, double, rtol=1e-10, atol=1e-10 * float(double.abs().max()))


def spoiled(network: str, method: str, layer: str, values):
    """An untrained generator one layer of which has singular values scaled by `values`(index)."""
    plain = ["network.orthogonal=false"] if network == "square" else []
    generator = untrained(f"network={network}", f"method={method}", *plain)
    linear = generator.method.net.get_submodule(layer)
    with torch.no_grad():
        u, s, vh = torch.linalg.svd(linear.weight, full_matrices=False)
        linear.weight.copy_((u * values(s)) @ vh)
    return generator


SPOILED = {
    "singular": (lambda s: torch.cat([s[:-1], s[-1:] * 0]), 1e6),
    "zero": (torch.zeros_like, 1e100),
    "badly conditioned": (lambda s: torch.logspace(0, -5, len(s)), 0.9e5),
}


@pytest.mark.parametrize("values, least", SPOILED.values(), ids=SPOILED)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "network, layer, name",
    [
        ("square", "linears.2", "linears.2"),
        ("point_unet", "inner.1", "encoder.1"),
        ("point_unet", "inner.4", "middle"),
        ("point_unet", "inner.7", "decoder.2"),
    ],
)
def test_a_bad_layer_of_a_network_is_named_and_the_answer_stays_finite(network, layer, name, method, values, least):
    generator = spoiled(network, method, layer, values)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = generator.inverses(cells.split().test.x[:20])["inverse"]
    assert torch.as_tensor(answer).isfinite().all()
    messages = [str(w.message) for w in caught if w.category is ConditioningWarning]
    assert any(f"layer {name} " in message and "condition number" in message for message in messages)
    (record,) = [layer for layer in generator.conditioning() if layer["layer"] == name]
    assert record["condition"] >= least and record["error"] >= least * 1e-7
