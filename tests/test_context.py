"""Classes told by some of their own rows: what a generator is told, how it sees rows, and what it makes of both."""

from __future__ import annotations

from functools import cache, partial

import cells
import numpy as np
import pytest
import torch
from fading_examples import fading

from inn_experiments.conditioning.context import Context
from inn_experiments.contracts import About, Rows, UserError
from inn_experiments.maths.parameterization import X0, Epsilon, V
from inn_experiments.maths.schedules import Cosine
from inn_experiments.maths.unipc import UniPC
from inn_experiments.nets.places import Places
from inn_experiments.synthesizers.contexts import Contexts
from inn_experiments.synthesizers.diffusion import Diffusion
from inn_experiments.training.files import load, write
from inn_experiments.training.trainer import Trainer

BOUNDED = About(bounded=True)


@cache
def curves() -> Rows:
    """Curves of six classes far apart, whose rows differ along one and the same direction."""
    rng, y = np.random.default_rng(0), np.repeat(np.arange(6), 5)
    x = 5 + 3 * rng.standard_normal((6, 12))[y] + 0.5 * rng.standard_normal((30, 1)) * np.sin(np.arange(12))
    return Rows(x.astype(np.float32), y)


def told(rows: Rows, bounded: bool = True, size: int = 4) -> Contexts:
    return Contexts(Context(size), rows, bounded)


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def built(way=None, epochs: int = 2) -> Diffusion:
    trainer = Trainer(epochs=epochs, batch=60, learning_rate=3e-3, progress=False)
    network = partial(Places, hidden=24, layers=1, embedding=16)
    return Diffusion(Context(), trainer, network, way or X0(), Cosine(50), UniPC(8))


@cache
def taught() -> Diffusion:
    made = built(epochs=250)
    made.fit(fading(), BOUNDED, seed=0)
    return made


def test_a_summary_is_the_same_in_whatever_order_and_blind_to_rows_that_are_not_there() -> None:
    rows = torch.randn(5, 4, 7, generator=draws(), dtype=torch.float64)
    there = (torch.arange(4) < torch.tensor([1, 2, 3, 4, 4])[:, None]).double()
    whole, order = Context.summary(rows, there), torch.tensor([2, 0, 3, 1])
    torch.testing.assert_close(Context.summary(rows[:, order], there[:, order]), whole)
    alone = Context.summary(rows[1:2, :2], there[1:2, :2])
    torch.testing.assert_close(alone, whole[1:2])
    mean, highest, deviation, share, inverse = alone[0]
    torch.testing.assert_close(mean, rows[1, :2].mean(0))
    torch.testing.assert_close(highest, rows[1, :2].amax(0))
    torch.testing.assert_close(deviation, rows[1, :2].std(0, correction=0))
    assert (share == 1).all() and (inverse == 0.5).all()
    assert not Context.summary(torch.zeros(1, 2, 3), torch.ones(1, 2)).any()


def test_a_row_that_is_learned_is_never_in_its_own_context() -> None:
    """Rows that are one number each, all different: of two in a class each is told the other, and no class another."""
    x = np.array([[1.0], [2.0], [10.0], [20.0], [40.0]], np.float32)
    view = told(Rows(x, np.array([0, 0, 7, 7, 7])), bounded=False)
    own = np.arange(5).repeat(200)
    z = view.of(np.array([0, 0, 7, 7, 7])[own], draws(), own)
    mean = (z[:, 0] * view.deviation + view.mean).round(decimals=3).numpy()
    found = [sorted({float(value) for value in mean[own == row]}) for row in range(5)]
    assert found == [[2], [1], [20, 30, 40], [10, 25, 40], [10, 15, 20]]
    free = view.of(np.zeros(200, np.int64), draws())[:, 0] * view.deviation + view.mean
    assert {float(value) for value in free.round(decimals=3)} == {1.0, 1.5, 2.0}


@pytest.mark.parametrize("bounded", [True, False])
def test_what_is_seen_of_a_row_leads_back_to_it(bounded) -> None:
    rows = fading() if bounded else curves()
    view = told(rows, bounded)
    z, x = view.of(rows.y, draws()), torch.tensor(rows.x)
    assert view.peaks == bounded and z.shape == (len(rows), view.width)
    back, room = view.outward(view.inward(x, z), z), z[:, rows.x.shape[1] : 2 * rows.x.shape[1]] > 0
    torch.testing.assert_close(back, x * room if bounded else x, rtol=1e-4, atol=1e-5)
    low, high = view.bounds(float(x.min()), float(x.max()), z)
    assert ((view.inward(x, z) >= low - 1e-5) & (view.inward(x, z) <= high + 1e-5)).all()


def test_strong_peaks_stay_weak_ones_come_and_go_and_none_appears() -> None:
    rows, y = fading(), np.repeat(np.arange(40), 10)
    made = taught().sample(y, seed=1).x
    top = np.stack([rows.x[rows.y == label].max(axis=0) for label in y])
    strong, weak = (made[top > 0.03] > 0).mean(), (made[(top > 0) & (top < 0.03)] > 0).mean()
    assert strong > 0.95 and 0.2 < weak < 0.8
    assert not made[top == 0].any() and made.max() <= 1


def test_with_the_contexts_of_other_classes_rows_are_those_of_the_others() -> None:
    rows, y = fading(), np.arange(40).repeat(5)
    moved = built()
    moved.restore(taught().state() | {"rows": {"x": rows.x, "y": (rows.y + 1) % 40}})
    own, other = taught().sample(y, seed=1).x, moved.sample(y, seed=1).x
    assert not np.array_equal(own, other)
    means = np.stack([rows.x[rows.y == label].mean(axis=0) for label in range(40)])
    nearest = [np.linalg.norm(made[:, None] - means, axis=2).argmin(1) for made in (own, other)]
    assert (nearest[0] == y).mean() > 0.8 and (nearest[1] == (y - 1) % 40).mean() > 0.8


def test_asking_for_another_class_as_well_does_not_change_rows() -> None:
    one, two = taught().sample(np.array([3, 3, 5]), seed=2).x, taught().sample(np.array([9, 3, 5, 0, 3]), seed=2).x
    np.testing.assert_allclose(one, two[[1, 4, 2]], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("way", [X0(), Epsilon(), V()], ids=["x0", "epsilon", "v"])
def test_every_parameterization_learns_how_rows_of_a_class_differ(way) -> None:
    rows, y = curves(), np.repeat(np.arange(6), 40)
    made = built(way, epochs=600)
    made.fit(rows, About(), seed=0)
    x = made.sample(y, seed=1).x
    means = np.stack([rows.x[rows.y == label].mean(axis=0) for label in range(6)])
    away = np.square(x - means[y]).mean()
    assert away < 0.3 * np.square(means - means.mean(0)).mean(), "rows lie about the mean of their class"
    assert away > 0.3 * np.square(rows.x - means[rows.y]).mean(), "and not all on it"


def test_a_class_with_one_row_is_made_of_it_and_teaches_nothing() -> None:
    rows = fading().take(np.r_[0, 3:120])
    made, other = built(), built()
    made.fit(rows, BOUNDED, seed=0)
    changed = Rows(rows.x.copy(), rows.y)
    changed.x[0] *= 0.5
    other.fit(changed, BOUNDED, seed=0)
    assert made.curves == other.curves
    x = made.sample(np.zeros(20, np.int64), seed=0).x
    assert x.any() and not x[:, rows.x[0] == 0].any()


def test_without_any_class_of_two_the_message_says_what_to_give() -> None:
    alone = fading().take(np.unique(fading().y, return_index=True)[1])
    with pytest.raises(UserError, match=r"conditioning=context.*one training row.*give some class two"):
        built().fit(alone, BOUNDED, seed=0)


def test_the_context_is_kept_with_what_is_trained(tmp_path) -> None:
    write(tmp_path, taught().state())
    again = built()
    load(again, tmp_path)
    y = np.arange(40)
    np.testing.assert_array_equal(again.sample(y, seed=4).x, taught().sample(y, seed=4).x)
    assert (tmp_path / "rows.pt").is_file()


def test_validation_rows_change_nothing_and_those_of_unknown_classes_are_left_out() -> None:
    rows, seen, unseen = fading(), built(), built()
    seen.fit(rows.take(rows.y < 20), BOUNDED, seed=0, val=rows.take(rows.y > 17))
    unseen.fit(rows.take(rows.y < 20), BOUNDED, seed=0)
    assert "val/loss" in seen.curves and "val/loss" not in unseen.curves
    y = np.arange(20)
    np.testing.assert_array_equal(seen.sample(y, seed=0).x, unseen.sample(y, seed=0).x)


def test_the_way_into_noise_is_not_shown_without_a_context() -> None:
    with pytest.raises(UserError, match=r"conditioning=context.*conditioning=label or none"):
        taught().diffuse(fading().x, seed=0)


@pytest.mark.parametrize(
    "options",
    [
        ["generator=gan", "generator.hidden=16"],
        ["generator=vae", "generator.hidden=16"],
        ["preset=diffusion", "network.hidden=16", "sampler.steps=5"],
        ["preset=diffusion_conv", "network.channels=8", "sampler.steps=5"],
    ],
    ids=["gan", "vae", "diffusion", "diffusion_conv"],
)
def test_generators_that_are_told_a_class_can_be_told_its_rows(options) -> None:
    made = cells.built(*cells.short(2), *options, "conditioning=context")
    cells.trained(made, cells.spectra())
    assert made.sample(np.array([2, 0, 1]), seed=0).x.shape == (3, 16)


@pytest.mark.parametrize("generator", ["inn", "law", "smote"])
def test_a_generator_that_is_told_no_class_refuses_contexts(generator) -> None:
    with pytest.raises(UserError, match=f"conditioning=context: with generator={generator} nothing reads"):
        cells.composed(f"generator={generator}", "conditioning=context")


def test_a_network_of_places_needs_contexts() -> None:
    with pytest.raises(UserError, match=r"network=places.*needs conditioning=context"):
        cells.composed("generator=diffusion", "network=places")
