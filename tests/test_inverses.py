"""One linear layer undone: the damped pseudo-inverse, its gradient, and bad layers reported by name."""

from __future__ import annotations

import warnings

import pytest
import torch

from inn_experiments.maths.inverses import ConditioningWarning, Exact, RegularisedSVD, damped_pseudo_inverse

SHAPES = {"square": (5, 5), "tall": (7, 4), "wide": (4, 7)}
EPSILON = torch.finfo(torch.float32).eps


def with_values(values, shape=None, seed: int = 0) -> torch.Tensor:
    """A float64 matrix of `shape` with these singular values and random singular vectors."""
    generator = torch.Generator().manual_seed(seed)
    out, into = shape or (len(values), len(values))
    u, _ = torch.linalg.qr(torch.randn(out, out, generator=generator, dtype=torch.float64))
    v, _ = torch.linalg.qr(torch.randn(into, into, generator=generator, dtype=torch.float64))
    count = len(values)
    return u[:, :count] @ torch.diag(torch.tensor(values, dtype=torch.float64)) @ v[:, :count].T


def gaussian(shape, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_pseudo_inverse_is_the_moore_penrose_one_for_good_matrices(shape):
    weight = gaussian(shape)
    pseudo, values = damped_pseudo_inverse(weight, floor=1e-12)
    torch.testing.assert_close(pseudo, torch.linalg.pinv(weight), rtol=0, atol=1e-10)
    torch.testing.assert_close(values, torch.linalg.svdvals(weight), rtol=0, atol=1e-12)
    torch.testing.assert_close(weight @ pseudo @ weight, weight, rtol=0, atol=1e-10)
    torch.testing.assert_close(pseudo @ weight @ pseudo, pseudo, rtol=0, atol=1e-10)


@pytest.mark.parametrize("values", [[3, 1, 1e-3, 1e-9], [3, 1, 0, 0], [1e-200, 1e-220], [0, 0, 0], [1e150, 1e-150]])
@pytest.mark.parametrize("floor", [0.3, 1e-6])
def test_no_direction_is_amplified_beyond_the_floor_and_nothing_is_ever_nan(values, floor):
    weight = with_values(values)
    pseudo, found = damped_pseudo_inverse(weight, floor)
    assert pseudo.isfinite().all()
    if found.max() > 0:
        assert torch.linalg.svdvals(pseudo).max() <= (1 + 1e-6) / (floor * found.max())


def test_damping_is_continuous_at_the_floor_and_lets_small_values_fall_to_0():
    floor = 0.3
    amplification = []
    for small in (0.3 - 1e-9, 0.3 + 1e-9, 0.1, 0.01, 0.0):
        pseudo, _ = damped_pseudo_inverse(torch.diag(torch.tensor([1.0, small], dtype=torch.float64)), floor)
        amplification.append(float(pseudo[1, 1]))
    assert amplification[0] == pytest.approx(amplification[1], rel=1e-7) == pytest.approx(1 / 0.3)
    assert amplification[1:] == sorted(amplification[1:], reverse=True) and amplification[-1] == 0


MATRICES = {
    **{name: gaussian(shape) for name, shape in SHAPES.items()},
    "orthogonal": with_values([1.0] * 5),
    "identity": torch.eye(4, dtype=torch.float64),
    "tall orthonormal": with_values([2.0] * 3, shape=(6, 3)),
}


@pytest.mark.parametrize("weight", MATRICES.values(), ids=MATRICES)
def test_the_gradient_of_the_pseudo_inverse_agrees_with_finite_differences(weight):
    weight = weight.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda w: damped_pseudo_inverse(w, 1e-9)[0], weight)


@pytest.mark.parametrize("weight", MATRICES.values(), ids=MATRICES)
def test_the_gradient_agrees_with_torchs_own_pseudo_inverse(weight):
    probe = gaussian(tuple(reversed(weight.shape)), seed=4)
    gradients = []
    for function in (lambda w: damped_pseudo_inverse(w, 1e-9)[0], torch.linalg.pinv):
        variable = weight.clone().requires_grad_()
        gradients.append(torch.autograd.grad((function(variable) * probe).sum(), variable)[0])
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("values", [[2, 1, 0.1, 0.03], [1, 0.2, 0.2, 0.2], [1, 0.5, 0, 0]])
@pytest.mark.parametrize("shape", [(4, 4), (6, 4), (4, 6)], ids=["square", "tall", "wide"])
def test_the_gradient_is_right_where_damping_is_at_work(values, shape):
    """With floor 0.3 most singular values of an ordinary layer are damped: svd trains through this case."""
    weight = with_values(values, shape).requires_grad_()
    function = lambda w: damped_pseudo_inverse(w, 0.3)[0]
    assert torch.autograd.gradcheck(function, weight, atol=1e-4, raise_exception=False)


@pytest.mark.parametrize("inverter", [Exact(), RegularisedSVD(1e-9)], ids=repr)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_layer_is_undone_exactly_or_by_least_squares_and_says_which(inverter, shape):
    weight, x = gaussian(shape, seed=1), gaussian((9, shape[1]), seed=2)
    y = x @ weight.T
    found = inverter.linear(f"layer {shape}", weight, y)
    torch.testing.assert_close(found @ weight.T, y, rtol=0, atol=1e-9)
    if shape[0] >= shape[1]:
        torch.testing.assert_close(found, x, rtol=0, atol=1e-9)
    else:
        assert (found.norm(dim=1) <= x.norm(dim=1) + 1e-9).all(), "of all solutions the shortest"
    record = inverter.report()[-1]
    assert record["layer"] == f"layer {shape}" and record["shape"] == shape
    assert record["exact"] == (shape[0] == shape[1])
    assert record["condition"] == pytest.approx(float(torch.linalg.cond(weight)), rel=1e-6)
    assert record["error"] == pytest.approx(record["condition"] * EPSILON)


BAD = {
    "singular": ([1.0, 0.5, 0.0], "is singular"),
    "zero": ([0.0, 0.0, 0.0], "is singular"),
    "almost singular": ([1.0, 1.0, 1e-17], "is singular"),
    "badly conditioned": ([1.0, 0.5, 1e-6], "is badly conditioned"),
}


@pytest.mark.parametrize("values, words", BAD.values(), ids=BAD)
@pytest.mark.parametrize("make", [Exact, RegularisedSVD])
def test_a_bad_layer_is_named_with_its_condition_and_error_and_stays_finite(make, values, words):
    inverter = make()
    with pytest.warns(ConditioningWarning, match=f"decoder.2.*{words}: condition number .*relative error of"):
        x = inverter.linear("decoder.2", with_values(values), gaussian((6, 3)))
    assert x.isfinite().all()
    (record,) = inverter.report()
    assert record["layer"] == "decoder.2" and record["condition"] >= 0.9e6
    assert 0.1 < record["error"] < float("inf")
    assert record["exact"] == (make is Exact and words == "is badly conditioned")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        inverter.linear("decoder.2", with_values(values), gaussian((6, 3)))


def test_a_good_layer_is_recorded_without_a_warning():
    for inverter in (Exact(), RegularisedSVD()):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            inverter.linear("linears.0", with_values([1.0, 0.9, 0.8]), gaussian((2, 3)))
        assert inverter.report()[0]["exact"] and inverter.report()[0]["condition"] == pytest.approx(1.25)


def test_damping_is_reported_as_inexact():
    inverter = RegularisedSVD(0.3)
    inverter.linear("middle", with_values([1.0, 0.9, 0.1]), gaussian((2, 3)))
    assert inverter.report()[0]["exact"] is False


@pytest.mark.parametrize("values", [[1.0, 0.5, 0.0], [0.0, 0.0, 0.0]])
@pytest.mark.parametrize("make", [Exact, RegularisedSVD])
@pytest.mark.filterwarnings("ignore::inn_experiments.maths.inverses.ConditioningWarning")
def test_a_singular_layer_has_a_finite_gradient(make, values):
    weight = with_values(values).requires_grad_()
    make().linear("layer", weight, gaussian((6, 3))).pow(2).sum().backward()
    assert weight.grad.isfinite().all()
