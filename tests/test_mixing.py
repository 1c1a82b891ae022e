"""Training rows mixed within their class: on the line between two of them, with the images that belong to them."""

from __future__ import annotations

from types import SimpleNamespace

import cells
import pytest
import torch

from inn_experiments.maths.corruption import Convex, Gaussian, Multiplicative
from inn_experiments.maths.primes import Catalogue, Orthogonal
from inn_experiments.maths.schedules import Cosine
from inn_experiments.training.batches import pairs
from inn_experiments.training.mixing import Mixing

STEPS, ROWS, CLASSES, FEATURES = 10, 60, 3, 6
METHODS = ["implicit", "semi_implicit", "svd", "explicit"]


def rows() -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of three classes whose values say which: class c lies in [10 c, 10 c + 1]."""
    y = torch.arange(ROWS) % CLASSES
    x = torch.rand(ROWS, FEATURES, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return x + 10 * y[:, None], y


def drawn(kind, mix: float, prime=Orthogonal, seed: int = 0) -> SimpleNamespace:
    x, y = rows()
    corruption, generator = kind(), torch.Generator().manual_seed(seed)
    corruption.fit(x, y, Cosine(STEPS), ("a", "b", "c"))
    names = ("x_t", "t", "alpha", "sigma", "noise", "clean", "prime", "row", "image")
    draw = pairs(x, y, prime(), corruption, STEPS, 0.5, generator, mix)
    return SimpleNamespace(**dict(zip(names, draw(torch.arange(ROWS)), strict=True)))


@pytest.mark.parametrize("kind", [Gaussian, Multiplicative, Convex])
@pytest.mark.parametrize("prime", [Orthogonal, Catalogue])
def test_mixed_pairs_stay_in_their_class_and_have_their_own_primes(kind, prime) -> None:
    x, y = rows()
    made = drawn(kind, 1.0, prime)
    last = made.t == STEPS + 1
    assert ((made.row > 10 * y[:, None]) & (made.row < 10 * y[:, None] + 1)).all(), "no row of another class"
    assert (made.row - x).abs().amax(1).min() > 0
    # Images of mixtures, also where they are mixed themselves.
    torch.testing.assert_close(made.image, prime()(made.row, y))
    torch.testing.assert_close(made.prime, prime()(made.clean, y))
    assert torch.equal(made.x_t[last], made.image[last]) and torch.equal(made.clean[last], made.row[last])
    torch.testing.assert_close(made.alpha * made.clean + made.sigma * made.noise, made.x_t, atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", [Gaussian, Multiplicative, Convex])
def test_rows_that_are_corrupted_are_never_mixed(kind) -> None:
    """A mixture has less noise of its own than a row: who learns from mixtures takes too much away."""
    x, _ = rows()
    made = drawn(kind, 1.0)
    noisy = made.t <= STEPS
    assert torch.equal(made.clean[noisy], x[noisy]) and 0 < noisy.sum() < ROWS


def test_a_mixed_row_lies_between_the_row_and_another_of_its_class() -> None:
    x, y = rows()
    mixed = Mixing(y, 1.0, torch.Generator().manual_seed(0))(torch.arange(ROWS))(x)
    for number, row in enumerate(mixed):
        others = x[(y == y[number]) & (torch.arange(ROWS) != number)]
        way, along = others - x[number], row - x[number]
        share = (way @ along) / way.square().sum(1)
        off = (along - share[:, None] * way).norm(dim=1)
        found = off.argmin()
        assert off[found] < 1e-12 and 0 < share[found] < 1


def test_the_chance_is_the_one_asked_for_and_without_it_nothing_is_drawn() -> None:
    x, y = rows()
    generator = torch.Generator().manual_seed(0)
    mixing = Mixing(y, 0.25, generator)
    share = torch.stack([(mixing(torch.arange(ROWS))(x) != x).any(1).double().mean() for _ in range(60)]).mean()
    assert float(share) == pytest.approx(0.25, abs=0.03)
    plain, corruption, same = drawn(Gaussian, 0.0), Gaussian(), torch.Generator().manual_seed(0)
    corruption.fit(x, y, Cosine(STEPS), ("a", "b", "c"))
    assert torch.equal(plain.clean, x) and torch.equal(plain.row, x) and torch.equal(plain.image, plain.prime)
    assert torch.equal(
        plain.t[plain.t <= STEPS], torch.randint(1, STEPS + 1, (ROWS,), generator=same)[plain.t <= STEPS]
    )


def test_a_class_of_one_row_stays_as_it_is() -> None:
    x, _ = rows()
    y = torch.tensor([0] * (ROWS - 1) + [1])
    mixed = Mixing(y, 1.0, torch.Generator().manual_seed(0))(torch.arange(ROWS))(x)
    assert torch.equal(mixed[-1], x[-1]) and (mixed[:-1] != x[:-1]).any(1).all()


def test_bounded_rows_stay_in_their_bounds() -> None:
    train = cells.spectra().train
    x, y = torch.as_tensor(train.x), torch.as_tensor(train.y)
    mixed = Mixing(y, 1.0, torch.Generator().manual_seed(0))(torch.arange(len(x)))(x)
    assert mixed.dtype == x.dtype and mixed.min() >= 0 and mixed.max() <= 1


@pytest.mark.parametrize("sampling", ["gaussian", "multiplicative", "convex"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_learns_from_mixed_pairs(method, sampling) -> None:
    axes = (f"method={method}", f"sampling={sampling}", "loss=mse")
    mixed, plain = (cells.fitted(*axes, f"generator.mix={mix}", epochs=1, of=cells.spectra()) for mix in (1, 0))
    assert not cells.same_weights(mixed, plain)
    assert all(weights.isfinite().all() for weights in mixed.method.parameters())
    names = {cells.training(*axes, f"generator.mix={mix}", of=cells.spectra()) for mix in (1, 0)}
    assert len(names) == 2, "a kept training would be taken for the other's"
