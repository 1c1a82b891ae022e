"""Networks that learn side by side: the gradients of automatic differentiation, and the weights of each alone."""

from __future__ import annotations

import cells
import pytest
import torch
from torch import nn

from inn_experiments.contracts import UserError
from inn_experiments.maths.losses import Fid, Kl, mse
from inn_experiments.nets.point_unet import PointUNet
from inn_experiments.nets.stacked import StackedPointUNet
from inn_experiments.synthesizers.direction import fit_together
from inn_experiments.training.fitting import Fitting

SHAPES = [
    {},
    {"layers": 0},
    {"layers": 1, "activation": "leaky_relu", "slope": 0.2},
    {"layers": 2, "activation": "tanh"},
    {"layers": 3, "activation": "sigmoid"},
    {"layers": 2, "activation": "identity"},
]


def networks(count: int = 3, conditions: int = 1, **shape) -> list[PointUNet]:
    torch.manual_seed(1)
    return [PointUNet(features=5, steps=9, conditions=conditions, hidden=6, **shape).double() for _ in range(count)]


def inputs(count: int = 3, rows: int = 7) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(2)
    x, z = torch.randn(count, rows, 5, generator=generator).double(), torch.rand(count, rows, generator=generator)
    return x, torch.randint(0, 11, (count, rows), generator=generator), z.double()


def passed(net, x, t, z) -> torch.Tensor:
    """Two passes, the second of what the first made, as a round trip has them."""
    return net(net(x, t, z), t.flip(-1), None).square()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("count", [1, 3])
def test_gradients_are_those_of_automatic_differentiation(shape, count) -> None:
    nets, (x, t, z) = networks(count, **shape), inputs(count)
    x.requires_grad_()
    together = StackedPointUNet(nets)
    found = passed(together, x, t, z)
    found.sum().backward()
    by_rows = x.grad.clone()
    alone = [passed(net, *of) for net, *of in zip(nets, x, t, z, strict=True)]
    torch.testing.assert_close(found, torch.stack(alone), rtol=1e-12, atol=1e-12)
    x.grad = None
    torch.stack(alone).sum().backward()
    torch.testing.assert_close(by_rows, x.grad, rtol=1e-10, atol=1e-12)
    for name, slopes in together.by_weight.items():
        expected = torch.stack([net.get_parameter(name).grad for net in nets])
        torch.testing.assert_close(slopes, expected, rtol=1e-10, atol=1e-12, msg=name)
        assert expected.abs().max() > 0
    assert together.flat.grad.data_ptr() == together.slopes.data_ptr()


def test_a_step_forgets_the_gradient_of_the_step_before() -> None:
    together, (x, t, z) = StackedPointUNet(networks()), inputs()
    optimizer = torch.optim.AdamW(together.parameters())
    found = []
    for _ in range(2):
        optimizer.zero_grad()
        passed(together, x, t, z).sum().backward()
        found.append(together.flat.grad.clone())
    assert torch.equal(*found)


def test_networks_get_back_what_their_stack_learned() -> None:
    nets, (x, t, z) = networks(), inputs()
    together = StackedPointUNet(nets)
    optimizer = torch.optim.AdamW(together.parameters(), lr=0.1)
    passed(together, x, t, z).sum().backward()
    optimizer.step()
    assert not torch.allclose(together(x, t, z)[1], nets[1](x[1], t[1], z[1]))
    together.hand_back()
    torch.testing.assert_close(together(x, t, z)[1], nets[1](x[1], t[1], z[1]))


def test_views_follow_their_parameters() -> None:
    together, (x, t, z) = StackedPointUNet(networks()).float(), inputs()
    passed(together, x.float(), t, z.float()).sum().backward()
    assert together.flat.grad.dtype == torch.float32 and together.weights["enter.weight"].dtype == torch.float32
    assert together.weights["enter.weight"].untyped_storage().data_ptr() == together.flat.untyped_storage().data_ptr()


@pytest.mark.parametrize("change", ["network=square", "trainer.precision=bfloat16", "method.inverse_weight=0.1"])
def test_what_has_no_such_form_is_trained_as_it_is(change) -> None:
    assert prepared("method=svd").directions[0].stacks and not prepared("method=svd", change).directions[0].stacks


@pytest.mark.parametrize("kind", [Fid, Kl])
@pytest.mark.parametrize("features", [5, 150])
def test_losses_abreast_are_each_its_own(kind, features) -> None:
    generator = torch.Generator().manual_seed(3)
    sets = [torch.randn(40, features, generator=generator).double() * (1 + i) + i for i in range(3)]
    losses = [kind() for _ in sets]
    for loss, x in zip(losses, sets, strict=True):
        loss.fit(x)
    predictions = torch.randn(3, 20, features, generator=generator).double().requires_grad_()
    together = losses[0].abreast(losses[1:])(predictions)
    (gradient,) = torch.autograd.grad(together.sum(), predictions)
    alone = torch.stack([loss(x) for loss, x in zip(losses, predictions, strict=True)])
    torch.testing.assert_close(together, alone)
    torch.testing.assert_close(gradient, torch.autograd.grad(alone.sum(), predictions)[0])


@pytest.mark.parametrize("rows", [20, 200])
def test_fid_of_wide_rows_is_that_of_unshrunk_covariances(rows) -> None:
    """By the definition with d x d matrices, and with the gradient of automatic differentiation."""
    generator = torch.Generator().manual_seed(4)
    mixing = torch.randn(150, 150, generator=generator).double() / 12
    real, x = (torch.randn(n, 150, generator=generator).double() @ mixing for n in (300, rows))
    loss = Fid()
    loss.fit(real)
    moved = (x + 0.3).requires_grad_()
    value = loss(moved)
    (gradient,) = torch.autograd.grad(value, moved)

    def defined(rows_: torch.Tensor) -> torch.Tensor:
        mean = rows_ - rows_.mean(0)
        # The nuclear norm of B_r B^T is tr (C_r^1/2 C C_r^1/2)^1/2.
        other = (real - real.mean(0)) / (len(real) - 1) ** 0.5
        cross = torch.linalg.matrix_norm(mean / (len(rows_) - 1) ** 0.5 @ other.T, "nuc")
        traces = mean.square().sum() / (len(rows_) - 1) + other.square().sum()
        return ((rows_.mean(0) - real.mean(0)).square().sum() + traces - 2 * cross) / 150

    again = moved.detach().clone().requires_grad_()
    torch.testing.assert_close(value, defined(again), rtol=1e-6, atol=1e-9)
    if rows < 150:
        (expected,) = torch.autograd.grad(defined(again), again)
        torch.testing.assert_close(gradient, expected, rtol=1e-4, atol=1e-7)


def test_mse_is_torchs() -> None:
    x, y = torch.randn(2, 4, 3).double().requires_grad_(), torch.randn(2, 4, 3).double()
    (found,) = torch.autograd.grad(mse(x, y).sum(), x)
    each = [nn.functional.mse_loss(a, b) for a, b in zip(x, y, strict=True)]
    torch.testing.assert_close(found, torch.autograd.grad(sum(each), x)[0])


FOUR_EPOCHS = [*cells.short(10), "trainer.batch=41"]
"""200 rows in batches of 41 and a smaller last one: fifty steps."""
CASES = [
    ("method=svd",),
    ("method=implicit", "loss=kl"),
    ("method=semi_implicit",),
    ("method=semi_implicit", "method.row_scale=true", "method.detached=true"),
    ("method=implicit", "parameterization=v", "generator.iterations=2"),
]


def prepared(*overrides: str, seed: int = 0):
    generator = cells.built(*FOUR_EPOCHS, *overrides)
    generator.prepare(cells.split().train, cells.about(cells.split()), seed=seed, val=cells.split().val)
    return generator


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_side_by_side_each_becomes_what_it_becomes_alone(case) -> None:
    """Seeds and corruptions may differ; after fifty steps weights agree to 1e-5."""
    # Later iterations corrupt to nominal levels, which are the corruption's own.
    kinds = [
        (seed, s) for seed in (0, 1) for s in ("gaussian", "convex") if s == "convex" or "iterations" not in str(case)
    ]
    alone = [cells.trained(cells.built(*FOUR_EPOCHS, *case, f"sampling={s}"), cells.split(), n) for n, s in kinds]
    many = [prepared(*case, f"sampling={s}", seed=n) for n, s in kinds]
    for directions in zip(*(one.directions for one in many), strict=True):
        fit_together(directions)
    for one, expected in zip(many, alone, strict=True):
        one.join()
        for (name, found), weights in zip(one.method.named_parameters(), expected.method.parameters(), strict=True):
            torch.testing.assert_close(found, weights, rtol=1e-5, atol=1e-5, msg=name)
        assert one.curves.keys() == expected.curves.keys()
        for name, (epochs, values) in one.curves.items():
            assert epochs == expected.curves[name][0]
            assert values == pytest.approx(expected.curves[name][1], rel=1e-4, abs=1e-6)
    first, second = many[0].method.net, many[1].method.net
    assert not torch.allclose(first.leave.weight, second.leave.weight), "corruptions are not mixed up"


def test_one_alone_has_the_bits_of_the_plain_network() -> None:
    """With loss=mse every product is the one of the plain step; plain is what bfloat16 trains, here in float32."""
    lean, plain = prepared("method=semi_implicit", "loss=mse"), prepared("method=semi_implicit", "loss=mse")
    lean.directions[0].fit()
    from inn_experiments.training.objectives import Inversion

    blocks, validation = plain.directions[0].examples()
    objective = Inversion([plain.directions[0].training], [validation], stack=False)
    plain.trainer.fit(objective, objective.blocks([blocks]))
    for (name, found), weights in zip(lean.method.named_parameters(), plain.method.parameters(), strict=True):
        torch.testing.assert_close(found, weights, rtol=1e-6, atol=1e-7, msg=name)


class Lost(Exception):
    """Stands for a lost machine."""


def test_an_interrupted_stack_goes_on_and_ends_with_the_same_weights(tmp_path, monkeypatch) -> None:
    def many(folder) -> list:
        made = [prepared("method=svd", "trainer.checkpoint_minutes=0", seed=seed) for seed in (0, 1)]
        directions = [one.directions[0] for one in made]
        directions[0].resume_in(folder)
        return directions

    whole = many(tmp_path / "whole")
    fit_together(whole)
    ended = Fitting.on_train_epoch_end

    def lose(module: Fitting) -> None:
        ended(module)
        if module.current_epoch == 6:
            raise Lost

    with monkeypatch.context() as patched, pytest.raises(Lost):
        patched.setattr(Fitting, "on_train_epoch_end", lose)
        fit_together(many(tmp_path / "parts"))
    again = many(tmp_path / "parts")
    fit_together(again)
    for one, other in zip(whole, again, strict=True):
        assert one.curves == other.curves
        for a, b in zip(one.training.net.parameters(), other.training.net.parameters(), strict=True):
            assert torch.equal(a, b)


def test_a_network_that_diverges_is_told_of() -> None:
    with pytest.raises(UserError, match="diverged"):
        fit_together([prepared("trainer.learning_rate=1e12", seed=seed).directions[0] for seed in (0, 1)])
