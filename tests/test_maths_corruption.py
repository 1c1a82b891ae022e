"""Corruption: x_t = alpha x + sigma noise with the noise that was really added, and what each kind promises."""

from __future__ import annotations

import pytest
import torch

from inn_experiments.contracts import UserError
from inn_experiments.maths.corruption import Convex, Gaussian, Multiplicative
from inn_experiments.maths.schedules import Cosine, Linear

KINDS = [Gaussian, Multiplicative, Convex]
STEPS = 20
COUNTS = (5, 2, 9)
NAMES = ("acetone", "ethanol", "toluene")


def rows(dtype=torch.float64, features=6):
    """Non-negative training rows, classes shuffled together, no two alike."""
    generator = torch.Generator().manual_seed(0)
    y = torch.repeat_interleave(torch.arange(3), torch.tensor(COUNTS))
    y = y[torch.randperm(len(y), generator=generator)]
    return torch.rand(len(y), features, generator=generator, dtype=dtype), y


def ready(kind, x, y, schedule=None):
    corruption = kind()
    corruption.fit(x, y, schedule or Cosine(STEPS), NAMES)
    return corruption


def draw(seed=0):
    return torch.Generator().manual_seed(seed)


def many(x, y, count=4000, level=None, seed=1):
    """`count` training rows with their indices, and levels drawn from 1..T or all at `level`."""
    index = torch.randint(len(x), (count,), generator=draw(seed))
    t = torch.randint(1, STEPS + 1, (count,), generator=draw(seed + 1))
    return x[index], y[index], t if level is None else torch.full_like(t, level), index


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_noise_returned_is_the_noise_that_was_added(kind, dtype):
    x, y = rows(dtype)
    batch, labels, t, index = many(x, y)
    c = ready(kind, x, y)(batch, labels, t, draw(), index)
    assert c.x_t.dtype == c.noise.dtype == dtype and torch.equal(c.t, t)
    assert c.alpha.shape == c.sigma.shape == (len(t), 1)
    torch.testing.assert_close(c.alpha * batch + c.sigma * c.noise, c.x_t, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_generator_decides_every_draw(kind):
    x, y = rows()
    corruption, batch = ready(kind, x, y), many(x, y)
    first, again, other = (corruption(*batch[:3], draw(seed), batch[3]) for seed in (0, 0, 1))
    assert torch.equal(first.x_t, again.x_t) and not torch.equal(first.x_t, other.x_t)


@pytest.mark.parametrize("kind", KINDS)
def test_a_higher_level_is_further_from_the_row(kind):
    x, y = rows()
    corruption = ready(kind, x, y)
    distance = []
    for level in (1, STEPS // 4, STEPS // 2, STEPS):
        batch, labels, t, index = many(x, y, level=level)
        distance.append(float((corruption(batch, labels, t, draw(), index).x_t - batch).pow(2).mean()))
    assert distance == sorted(distance) and distance[0] < distance[-1] / 4


@pytest.mark.parametrize("schedule", [Cosine(STEPS), Linear(STEPS)])
def test_gaussian_keeps_unit_variance_and_follows_the_schedule(schedule):
    x = torch.randn(40_000, 2, generator=draw(3), dtype=torch.float64)
    corruption = ready(Gaussian, x, torch.zeros(len(x), dtype=torch.int64), schedule)
    alpha, sigma = (part.float() for part in schedule.levels())
    for level in (1, 10, STEPS):
        c = corruption(x, None, torch.full((len(x),), level), draw(level))
        assert c.x_t.var() == pytest.approx(1, abs=0.03)
        assert torch.equal(c.alpha, alpha[level].expand(len(x), 1))
        assert (c.x_t - c.alpha * x).var() == pytest.approx(float(sigma[level]) ** 2, rel=0.03)


def test_multiplicative_has_the_variance_of_equation_5_and_keeps_zeros():
    """At level i of n, counted from 0, the factor's variance is (i + 1)/(2n); where none was clipped it shows."""
    x = torch.ones(60_000, 2, dtype=torch.float64)
    x[:, 1] = 0
    corruption = ready(Multiplicative, x, torch.zeros(len(x), dtype=torch.int64))
    for level in (1, 2):
        c = corruption(x, None, torch.full((len(x),), level), draw(level))
        assert c.x_t[:, 0].var() == pytest.approx(level / (2 * STEPS), rel=0.03)
        assert c.x_t[:, 0].mean() == pytest.approx(1, abs=0.01)
    c = corruption(x, None, torch.full((len(x),), STEPS), draw())
    assert (c.x_t[:, 1] == 0).all() and (c.x_t >= 0).all()
    # At the last level the factor is N(1, 1/2): a share Phi(-sqrt 2) = 0.0786 falls below 0 and is clipped.
    assert (c.x_t[:, 0] == 0).double().mean() == pytest.approx(0.0786, abs=0.005)


def test_multiplicative_refuses_negative_intensities():
    x, y = rows()
    x[3, 2] = -0.25
    with pytest.raises(UserError, match=r"multiplicative.*-0\.25"):
        ready(Multiplicative, x, y)


def test_a_convex_partner_is_another_training_row_of_the_class():
    x, y = rows()
    batch, labels, t, index = many(x, y)
    c = ready(Convex, x, y)(batch, labels, t, draw(), index)
    match = (c.noise[:, None] == x[None]).all(2)
    assert (match.sum(1) == 1).all(), "the noise is not a training row"
    partner = match.int().argmax(1)
    assert torch.equal(y[partner], labels)
    assert (partner != index).all()
    for row in range(len(x)):
        mates = set(torch.nonzero(y == y[row]).flatten().tolist()) - {row}
        assert set(partner[index == row].tolist()) == mates, "every other row of the class must come up"


def test_every_convex_partner_is_equally_likely():
    x, y = rows()
    row = int(torch.nonzero(y == 2)[0])
    index = torch.full((16_000,), row)
    c = ready(Convex, x, y)(x[index], y[index], torch.full((16_000,), STEPS), draw(), index)
    partner = (c.noise[:, None] == x[None]).all(2).int().argmax(1)
    share = torch.bincount(partner, minlength=len(x))[y == 2].double() / len(partner)
    expected = torch.full((COUNTS[2] - 1,), 1 / (COUNTS[2] - 1), dtype=torch.float64)
    torch.testing.assert_close(share[share > 0], expected, rtol=0, atol=0.012)


@pytest.mark.parametrize("level", [1, STEPS // 2, STEPS])
def test_the_convex_weight_is_uniform_up_to_the_level(level):
    """At t = T exactly equation (10): lam ~ U(0, 1)."""
    x, y = rows()
    batch, labels, t, index = many(x, y, count=20_000, level=level)
    c = ready(Convex, x, y)(batch, labels, t, draw(), index)
    lam, top = c.sigma[:, 0], level / STEPS
    torch.testing.assert_close(c.alpha + c.sigma, torch.ones_like(c.alpha), rtol=0, atol=1e-12)
    uniform = (torch.arange(len(lam), dtype=torch.float64) + 0.5) / len(lam)
    # Kolmogorov-Smirnov: 1.95 / sqrt(n) is the 0.1 % point.
    assert (lam.sort().values / top - uniform).abs().max() < 1.95 / len(lam) ** 0.5


def test_convex_rows_from_outside_are_mixed_with_training_rows_of_their_class():
    x, y = rows()
    outside, labels = x + 5, y
    c = ready(Convex, x, y)(outside, labels, torch.full((len(y),), STEPS), draw())
    match = (c.noise[:, None] == x[None]).all(2)
    assert match.any(1).all() and torch.equal(y[match.int().argmax(1)], labels)


def test_a_class_with_one_row_is_named():
    x, y = rows()
    keep = (y != 1) | (torch.cumsum((y == 1).long(), 0) == 1)
    with pytest.raises(UserError, match="'ethanol' has 1"):
        ready(Convex, x[keep], y[keep])


@pytest.mark.parametrize("absent", [1, 2])
def test_convex_never_borrows_a_row_of_another_class(absent):
    """Test rows may be of a class without training rows; there is no partner for them, and none is invented."""
    x, y = rows()
    corruption = ready(Convex, x[y != absent], y[y != absent])
    with pytest.raises(UserError, match=NAMES[absent]):
        corruption(x[y == absent], y[y == absent], torch.full((COUNTS[absent],), STEPS), draw())


@pytest.mark.parametrize("kind", KINDS)
def test_nominal_levels_are_the_mean_of_the_drawn_ones(kind):
    x, y = rows()
    corruption = ready(kind, x, y)
    batch, labels, t, index = many(x, y, count=20_000, level=STEPS // 2)
    c = corruption(batch, labels, t, draw(), index)
    alpha, sigma = corruption.nominal(t[:1])
    assert alpha.shape == sigma.shape == (1, 1)
    assert c.alpha.mean() == pytest.approx(float(alpha), abs=0.01)
    assert c.sigma.mean() == pytest.approx(float(sigma), abs=0.01)
