"""The weights of the best validation epoch are kept, network by network, alone and in a stack."""

from __future__ import annotations

from dataclasses import replace

import cells
import pytest
import torch

from inn_experiments.synthesizers.direction import fit_together
from inn_experiments.training import fitting
from inn_experiments.training.best import Best
from inn_experiments.training.objectives import Inversion

QUICK = (*cells.short(5), "loss=mse")


def turned(monkeypatch, *signs: float) -> None:
    """Let each network's validation terms be multiplied by its sign: with -1 its first, worst epoch counts as best."""
    found = Inversion.validated

    def validated(self, batch, epoch):
        terms = found(self, batch, epoch)
        return {name: value * (torch.tensor(signs) if value.ndim else signs[0]) for name, value in terms.items()}

    monkeypatch.setattr(Inversion, "validated", validated)


@pytest.fixture(autouse=True)
def often(monkeypatch) -> None:
    monkeypatch.setattr(fitting, "VALIDATE_EVERY", 1)


def rows(val: bool = True):
    split = cells.split()
    return replace(split, val=split.test.take(range(100))) if val else split


def prepared(*overrides: str, seed: int = 0, val: bool = True):
    """A generator with validation rows, ready to be fitted."""
    generator, split = cells.built(*QUICK, *overrides), rows(val)
    generator.prepare(split.train, cells.about(split), seed=seed, val=split.val)
    return generator


def validated(direction) -> float:
    """The sum of its terms on the validation rows, as its network is now."""
    training, (_, batch) = direction.training, direction.examples()
    with torch.no_grad():
        terms = Inversion([training], [batch], stack=False).validated(batch, 0)
    return float(sum(terms.values()))


@pytest.mark.parametrize(
    "overrides", [("method=implicit",), ("method=semi_implicit",), ("method=svd", "network=square")], ids=" ".join
)
def test_each_network_has_the_weights_of_its_own_best_epoch(monkeypatch, overrides) -> None:
    turned(monkeypatch, -1.0)
    generator = prepared(*overrides)
    for direction in generator.directions:
        direction.fit()
        curves = direction.curves
        names = [name for name in curves if name.startswith("val/") and name != "val/kept"]
        sums = [sum(values) for values in zip(*(curves[name][1] for name in names), strict=True)]
        [epoch], [loss] = curves["val/kept"]
        assert loss == min(sums) and sums[epoch - 1] == loss
        assert validated(direction) == pytest.approx(loss, rel=1e-4)
        assert epoch == 1


def test_in_a_stack_each_member_has_its_own(monkeypatch) -> None:
    many, alone = ([prepared("method=svd", seed=seed).directions[0] for seed in (0, 1)] for _ in range(2))
    with monkeypatch.context() as patched:
        turned(patched, 1.0, -1.0)
        fit_together(many)
    for one, other, sign in zip(many, alone, (1.0, -1.0), strict=True):
        with monkeypatch.context() as patched:
            turned(patched, sign)
            other.fit()
        assert one.curves["val/kept"][0] == other.curves["val/kept"][0] == [5 if sign > 0 else 1]
        assert sign * validated(one) == pytest.approx(one.curves["val/kept"][1][0], rel=1e-4)
        torch.testing.assert_close(one.training.net.leave.weight, other.training.net.leave.weight)


@pytest.mark.parametrize(("keep", "val"), [("last", True), ("best", False), ("auto", False)])
def test_without_validation_rows_or_the_wish_it_is_the_last_epoch(keep, val) -> None:
    one, last = prepared(f"trainer.keep={keep}", val=val), prepared("trainer.keep=last", val=val)
    for generator in (one, last):
        generator.directions[0].fit()
    assert "val/kept" not in one.directions[0].curves
    assert torch.equal(one.method.net.leave.weight, last.method.net.leave.weight)


def test_other_generators_keep_the_last_unless_the_best_is_asked_for() -> None:
    cell = (*cells.short(5), "generator=diffusion", "schedule.steps=5", "sampler.steps=5", "generator.ema=0.9")
    kept = [cells.trained(cells.built(*cell, *more), rows()) for more in ((), ("trainer.keep=best",))]
    assert ["val/kept" in one.curves for one in kept] == [False, True]
    names = {cells.training(*QUICK, f"trainer.keep={keep}", of=rows()) for keep in ("auto", "last")}
    assert len(names) == 2, "a kept training would be taken for the other's"


def test_it_looks_at_each_member_and_never_at_what_is_no_number() -> None:
    best, members = Best(2), [[torch.zeros(2)], [torch.zeros(2)]]
    for epoch, losses in enumerate([[3.0, float("nan")], [1.0, 2.0], [2.0, 1.0], [float("nan"), 1.0]], 1):
        for member in members:
            member[0].fill_(epoch)
        best.look(epoch, losses, members)
    assert best.epochs == [2, 3] and best.losses == [1.0, 1.0]
    best.put_back(members)
    assert [float(member[0][0]) for member in members] == [2.0, 3.0]
    fresh = Best(2)
    fresh.put_back(members)
    assert [float(member[0][0]) for member in members] == [2.0, 3.0], "nothing was ever validated"
