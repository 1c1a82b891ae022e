"""Training examples of a diffusion model: every row once an epoch, standardised and corrupted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from inn_experiments.contracts import Rows
from inn_experiments.maths.moments import Moments
from inn_experiments.maths.parameterization import X0, Epsilon, V
from inn_experiments.maths.schedules import Cosine, Linear
from inn_experiments.training import batches
from inn_experiments.training.batches import Blocks, cut


def rows() -> Rows:
    """Rows of three classes in units far from standard."""
    y = np.arange(900) % 3
    x = np.random.default_rng(0).normal(10 + y[:, None], 2, (900, 3))
    return Rows(x.astype(np.float32), y)


def units() -> tuple[float, float]:
    moments = Moments.of(rows().x)
    return moments.mean, moments.deviation


def examples(way, schedule=None) -> Blocks:
    data, generator, (mean, deviation) = rows(), torch.Generator().manual_seed(0), units()

    def seen(index: torch.Tensor) -> batches.Batch:
        return torch.tensor((data.x[index] - mean) / deviation), torch.eye(3)[torch.tensor(data.y)[index]]

    draw = batches.examples(seen, schedule or Cosine(10), way, generator)
    return Blocks(*data.x.shape, draw, 32, generator)


def joined(made: Blocks) -> SimpleNamespace:
    items = [item for block in made for item in cut(block, 32)]
    named = zip(("x_t", "t", "z", "target"), map(torch.cat, zip(*items, strict=True)), strict=True)
    return SimpleNamespace(sizes=[len(item[0]) for item in items], **dict(named))


def test_an_epoch_has_every_row_once_standardised_and_told_its_class(monkeypatch):
    monkeypatch.setattr(batches, "BLOCK_VALUES", 70 * 3)
    made = examples(X0())
    epoch, data = joined(made), rows()
    # Blocks of two batches of 32: the last block is the rest of 900 rows.
    assert len(list(made)) == len(made) == 15 and sum(epoch.sizes) == 900 and set(epoch.sizes[:-1]) == {32}
    clean = torch.as_tensor((data.x - units()[0]) / units()[1])
    order = torch.cdist(epoch.target, clean).argmin(1)
    assert torch.equal(order.sort().values, torch.arange(900))
    torch.testing.assert_close(epoch.target, clean[order], rtol=0, atol=1e-5)
    assert torch.equal(epoch.z.argmax(1), torch.as_tensor(data.y)[order])
    assert epoch.t.min() == 1 and epoch.t.max() == 10
    assert clean.mean().abs() < 1e-4 and clean.std() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("schedule", [Cosine(10), Linear(10), Linear(1000, last=1.0)])
def test_all_parameterizations_share_rows_levels_and_noise(schedule):
    """The last schedule underflows to alpha = 0, where a noise target must still be the noise."""
    x0, epsilon, v = (joined(examples(way, schedule)) for way in (X0(), Epsilon(), V()))
    assert torch.equal(x0.x_t, epsilon.x_t) and torch.equal(x0.t, v.t)
    share = schedule.alpha_bar()[x0.t][:, None]
    alpha, sigma = share.sqrt().float(), (1 - share).sqrt().float()
    torch.testing.assert_close(alpha * x0.target + sigma * epsilon.target, x0.x_t, rtol=0, atol=1e-5)
    torch.testing.assert_close(alpha * epsilon.target - sigma * x0.target, v.target, rtol=0, atol=1e-5)


def test_statistics_are_those_of_all_values_whatever_the_block(monkeypatch):
    x = np.random.default_rng(0).normal(5, 2, (1000, 7)).astype(np.float32)
    for block in (3, 4096):
        monkeypatch.setattr("inn_experiments.maths.moments.BLOCK", block)
        moments = Moments.of(x)
        assert moments.mean == pytest.approx(x.mean(dtype=np.float64))
        assert moments.deviation == pytest.approx(x.std(dtype=np.float64))
    assert Moments.of(np.full((4, 2), 3.0, dtype=np.float32)).deviation == 0
