"""Training pairs: every row once an epoch, as a corrupted row or its own prime image, at levels 1..T+1."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from inn_experiments.maths.corruption import Convex, Gaussian
from inn_experiments.maths.primes import Orthogonal
from inn_experiments.maths.schedules import Cosine
from inn_experiments.training import batches
from inn_experiments.training.batches import Batch, Blocks, cut

STEPS = 10
ROWS, FEATURES = 203, 6


def pairs(kind=Gaussian, batch=32, share=0.5, seed=0, rows=ROWS) -> tuple[Blocks, SimpleNamespace]:
    """Batches over random rows whose first feature is their number, so that each can be recognised."""
    x = torch.randn(rows, FEATURES, generator=torch.Generator().manual_seed(9))
    x[:, 0] = torch.arange(rows)
    y = torch.arange(rows) % 3
    corruption = kind()
    corruption.fit(x, y, Cosine(STEPS), ("a", "b", "c"))
    prime = Orthogonal()
    generator = torch.Generator().manual_seed(seed)
    draw = batches.pairs(x, y, prime, corruption, STEPS, share, generator)
    return Blocks(*x.shape, draw, batch, generator), SimpleNamespace(x=x, y=y, prime=prime(x, y))


def epoch_of(made: Blocks, batch: int = 32) -> list[Batch]:
    """The batches of one epoch, cut out of their blocks."""
    found = list(made)
    assert len(found) == len(made)
    return [item for block in found for item in cut(block, batch)]


def joined(items: list[Batch]) -> SimpleNamespace:
    """All batches as one."""
    names = ("x_t", "t", "alpha", "sigma", "noise", "clean", "primes", "row", "image")
    return SimpleNamespace(**dict(zip(names, map(torch.cat, zip(*items, strict=True)), strict=True)))


@pytest.mark.parametrize("batch", [1, 32, 203, 500])
def test_an_epoch_has_every_row_once_with_its_own_prime(batch):
    made, rows = pairs(batch=batch)
    items = epoch_of(made, batch)
    sizes = [len(item[0]) for item in items]
    assert sum(sizes) == ROWS and set(sizes[:-1]) <= {batch}
    epoch = joined(items)
    number = epoch.clean[:, 0].long()
    assert torch.equal(number.sort().values, torch.arange(ROWS))
    assert torch.equal(epoch.clean, rows.x[number]) and torch.equal(epoch.primes, rows.prime[number])


def test_images_of_many_rows_are_made_a_block_at_a_time(monkeypatch):
    monkeypatch.setattr(batches, "BLOCK_VALUES", 10 * FEATURES)
    made, rows = pairs(batch=10)
    asked, image = [], Orthogonal.__call__
    monkeypatch.setattr(Orthogonal, "__call__", lambda self, x, y: asked.append(len(x)) or image(self, x, y))
    epoch = joined(epoch_of(made, 10))
    assert asked == [10] * 20 + [3]
    torch.testing.assert_close(epoch.primes, rows.prime[epoch.clean[:, 0].long()])


@pytest.mark.parametrize("kind", [Gaussian, Convex])
def test_pairs_are_corrupted_rows_or_primes_and_always_add_up(kind):
    made, _ = pairs(kind)
    epoch = joined([item for _ in range(5) for item in epoch_of(made)])
    assert epoch.t.dtype == torch.int64 and epoch.t.min() >= 1 and epoch.t.max() == STEPS + 1
    last = epoch.t == STEPS + 1
    assert torch.equal(epoch.x_t[last], epoch.primes[last])
    assert (epoch.alpha[last] == 0).all() and (epoch.sigma[last] == 1).all()
    assert (epoch.alpha[~last] > 0).all()
    torch.testing.assert_close(epoch.alpha * epoch.clean + epoch.sigma * epoch.noise, epoch.x_t, atol=1e-4, rtol=0)


def test_levels_are_uniform_among_the_corrupted_rows():
    made, _ = pairs(share=0.0)
    levels = joined([item for _ in range(60) for item in epoch_of(made)]).t
    share = torch.bincount(levels, minlength=STEPS + 2)[1 : STEPS + 1].double() / len(levels)
    assert levels.max() == STEPS
    torch.testing.assert_close(share, torch.full_like(share, 1 / STEPS), atol=0.012, rtol=0)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_the_share_of_primes_is_the_one_asked_for(share):
    made, _ = pairs(share=share)
    last = joined([item for _ in range(30) for item in epoch_of(made)]).t == STEPS + 1
    assert last.double().mean() == pytest.approx(share, abs=0.03)
    assert share not in (0.0, 1.0) or last.double().mean() == share


def test_a_convex_partner_is_never_the_row_itself():
    made, rows = pairs(Convex, share=0.0)
    for item in epoch_of(made):
        noise, clean = joined([item]).noise, joined([item]).clean
        assert ((noise - clean).abs().amax(1) > 0).all()
        own, partner = clean[:, 0].long(), noise[:, 0].long()
        assert torch.equal(rows.y[own], rows.y[partner])


def test_epochs_differ_and_the_seed_repeats_them():
    made, _ = pairs()
    first, second = joined(epoch_of(made)), joined(epoch_of(made))
    again = joined(epoch_of(pairs()[0]))
    other = joined(epoch_of(pairs(seed=1)[0]))
    assert torch.equal(first.x_t, again.x_t) and torch.equal(first.t, again.t)
    assert not torch.equal(first.clean, second.clean) and not torch.equal(first.clean, other.clean)


def test_drawing_in_small_blocks_still_covers_the_epoch(monkeypatch):
    monkeypatch.setattr(batches, "BLOCK_VALUES", 70 * FEATURES)
    made, _ = pairs(batch=32)
    items = epoch_of(made)
    assert [len(item[0]) for item in items] == [32] * 6 + [11] and len(made) == 4
    assert torch.equal(joined(items).clean[:, 0].long().sort().values, torch.arange(ROWS))
