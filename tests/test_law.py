"""The law of how rows of a class differ, and its counterpart without a network."""

from __future__ import annotations

from functools import cache

import cells
import numpy as np
import pytest
import torch
from fading_examples import fading

from inn_experiments.contracts import About, Rows, UserError
from inn_experiments.nets.curve_law import CurveLaw
from inn_experiments.nets.law import PeakLaw
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.peak_transfer import PeakTransfer
from inn_experiments.synthesizers.law import Law
from inn_experiments.training.files import write
from inn_experiments.training.trainer import Trainer
from inn_experiments.training.variation import gathered, pairs, subsets

BOUNDED = About(bounded=True)
PLAIN = ("autoencoder=plain", "autoencoder.epochs=2")


def law(**settings: object) -> Law:
    return Law(Trainer(progress=False), **{"steps": 15, "hidden": 8, **settings})


def kept(folder, rows: Rows, about: About = BOUNDED, **settings: object) -> str:
    made = law(**settings)
    made.fit(rows, about, seed=0)
    write(folder, made.state())
    return str(folder)


def ones(rows: Rows) -> Rows:
    """One row of each class."""
    return rows.take(np.unique(rows.y, return_index=True)[1])


@cache
def taught() -> Law:
    made = law(steps=600, hidden=32)
    made.fit(fading(), BOUNDED, seed=0)
    return made


def shares(made: np.ndarray, rows: Rows, y: np.ndarray) -> tuple[float, float]:
    """How often a strong and a weak peak of a class' rows is in made rows."""
    top = np.stack([rows.x[rows.y == label].max(axis=0) for label in y])
    return float((made[top > 0.03] > 0).mean()), float((made[(top > 0) & (top < 0.03)] > 0).mean())


def test_strong_peaks_stay_and_weak_ones_come_and_go() -> None:
    y = np.repeat(np.arange(40), 10)
    strong, weak = shares(taught().sample(y, seed=1).x, fading(), y)
    assert strong > 0.95 and 0.25 < weak < 0.7


def test_a_law_of_mixed_up_pairs_keeps_no_strong_peaks(tmp_path) -> None:
    rows, y = fading(), np.repeat(np.arange(40), 10)
    mixed = Rows(rows.x, np.random.default_rng(0).permutation(rows.y))
    wrong = law(pretrained=kept(tmp_path, mixed, steps=600, hidden=32), steps=0)
    wrong.fit(rows, BOUNDED, seed=0)
    assert shares(wrong.sample(y, seed=1).x, rows, y)[0] < 0.7


def test_no_peak_appears_where_no_row_of_the_class_has_one() -> None:
    y = np.arange(40).repeat(5)
    made = taught().sample(y, seed=2).x
    top = np.stack([fading().x[fading().y == label].max(axis=0) for label in y])
    assert not made[top == 0].any() and made.max() <= 1


def test_what_is_seen_does_not_depend_on_rows_that_are_not_there() -> None:
    net, rows = PeakLaw(4, 8), PeakLaw.encoded(torch.tensor(fading().x[:6]))
    background = net.background(rows, torch.zeros(6))
    whole = net.look(*gathered(rows, torch.tensor([[0, 1]])), background)
    padded = net.look(*gathered(rows, torch.tensor([[0, 1, -1, -1]])), background)
    torch.testing.assert_close(whole.features, padded.features)
    torch.testing.assert_close(net.decoded(rows), torch.tensor(fading().x[:6]))


def test_pairs_are_of_one_class_and_never_a_row_with_itself() -> None:
    classes = [torch.tensor([0, 1]), torch.tensor([2, 3, 4, 5, 6, 7])]
    of = torch.tensor([0, 0, 1, 1, 1, 1, 1, 1])
    target, context = pairs(classes, 4, torch.Generator().manual_seed(0))(torch.arange(500))
    there = context >= 0
    assert there[:, 0].all() and {*there.sum(1).tolist()} == {1, 2, 3, 4}
    assert (of[context.clamp(min=0)] == of[target][:, None])[there].all()
    assert not (context == target[:, None]).any()
    assert all(len({*row}) == len(row) for row in (part[part >= 0].tolist() for part in context))
    assert {*zip(target.tolist(), context[:, 0].tolist(), strict=True)} >= {(0, 1), (1, 0), (2, 7), (7, 2)}


def test_parts_of_a_class_are_of_its_rows() -> None:
    found = subsets(torch.tensor([1, 3, 9]), 4, torch.Generator().manual_seed(0))
    assert found.shape == (3, 4) and found[0, 0] == 0 and {*found[1, :3].tolist()} == {0, 1, 2}


@pytest.mark.parametrize("bins", [60, 90])
def test_a_law_of_other_rows_makes_rows_of_classes_with_one_row_each(bins, tmp_path) -> None:
    rows = ones(fading(bins=bins))
    write(tmp_path, taught().state())
    borrowed = law(pretrained=str(tmp_path if bins == 60 else tmp_path / "weights.pt"))
    borrowed.fit(rows, BOUNDED, seed=0)
    y = np.repeat(np.arange(40), 10)
    made = borrowed.sample(y, seed=1).x
    strong, _ = shares(made, rows, y)
    assert made.shape == (400, bins) and strong > 0.9 and not np.array_equal(made[0], made[1])


def test_a_law_of_other_rows_is_learned_further_where_there_are_pairs(tmp_path) -> None:
    given = kept(tmp_path, fading(), steps=30)
    as_it_is, further = law(pretrained=given, steps=0), law(pretrained=given)
    for made in (as_it_is, further):
        made.fit(fading(classes=20), BOUNDED, seed=0)
    assert not as_it_is.curves and further.curves["train/loss"][0] == [1, 2]
    y = np.arange(20)
    assert not np.array_equal(as_it_is.sample(y, seed=0).x, further.sample(y, seed=0).x)


def test_a_class_with_one_row_borrows_the_law_of_the_others() -> None:
    rows = fading().take(np.r_[0, 3:120])
    made = law()
    made.fit(rows, BOUNDED, seed=0)
    x = made.sample(np.zeros(20, int), seed=0).x
    assert not x[:, rows.x[0] == 0].any() and len(np.unique(x, axis=0)) > 10


def test_without_any_pair_the_message_says_what_to_give() -> None:
    for generator in (law(), PeakTransfer()):
        with pytest.raises(UserError, match="one training row"):
            generator.fit(ones(fading()), BOUNDED, seed=0)


def test_what_is_no_law_or_one_of_other_rows_is_refused(tmp_path) -> None:
    copies = Bootstrap()
    copies.fit(fading(), BOUNDED, seed=0)
    write(tmp_path / "copies", copies.state())
    curves = kept(tmp_path / "curves", fading(), About())
    for path, words in ((tmp_path / "copies", "bootstrap"), (curves, "curves"), (tmp_path / "none", "missing")):
        with pytest.raises(UserError, match=words):
            law(pretrained=str(path)).fit(fading(), BOUNDED, seed=0)


def test_the_content_of_a_given_law_decides_a_training_and_its_place_does_not(tmp_path) -> None:
    settings = [
        {"pretrained": kept(tmp_path / name, fading(), steps=steps)}
        for name, steps in zip("abc", (5, 5, 6), strict=True)
    ]
    first, same, other = map(Law.decisive, settings)
    assert first == same != other and Law.decisive({"keep": 0.5}) == {}


def test_keeping_fewer_leaves_out_the_least_sure() -> None:
    every, few = taught().sample(np.zeros(40, int), seed=5), law(keep=0.5)
    few.restore(taught().state())
    best = few.sample(np.zeros(20, int), seed=5)
    assert every.sure.shape == (40,) and best.sure.min() >= np.sort(every.sure)[20]
    np.testing.assert_array_equal(best.x, every.x[every.sure >= best.sure.min()])


def test_a_row_of_another_class_is_less_sure() -> None:
    rows, net = fading(), taught().net
    encoded = net.encoded(torch.tensor(rows.x))
    seen = net.look(*gathered(encoded, torch.arange(0, 60, 3)[:, None]), torch.tensor(taught().background[:-1]))
    z = torch.zeros(20, 8)
    own, other = (net.likelihood(seen, encoded[start : start + 60 : 3], z) for start in (1, 4))
    assert (own > other).all()


def test_the_validation_curve_changes_no_row() -> None:
    seen, unseen = law(), law()
    rows = fading()
    seen.fit(rows.take(np.arange(0, 60)), BOUNDED, seed=0, val=rows.take(np.arange(50, 80)))
    unseen.fit(rows.take(np.arange(0, 60)), BOUNDED, seed=0)
    assert "val/loss" in seen.curves and "val/loss" not in unseen.curves
    y = np.arange(20)
    np.testing.assert_array_equal(seen.sample(y, seed=0).x, unseen.sample(y, seed=0).x)


def test_curves_of_an_untrained_law_are_moved_by_differences_of_other_rows() -> None:
    """Rows of a class differ along one direction alone, so made rows do."""
    rng, along = np.random.default_rng(0), np.sin(np.arange(30) / 3)
    y = np.repeat(np.arange(5), 4)
    x = 3 * rng.standard_normal((5, 30))[y] + rng.standard_normal((20, 1)) * along
    made = law(steps=0)
    made.fit(Rows(x.astype(np.float32), y), About(), seed=0)
    moved = made.sample(y, seed=1).x - x[y * 4]
    assert isinstance(made.net, CurveLaw)
    left = moved - np.outer(moved @ along, along) / (along @ along)
    assert np.abs(left).max() < 1e-4 < np.abs(moved).max()


def test_peaks_of_transfer_are_those_of_a_row_of_the_class() -> None:
    rows, y = fading(), np.repeat(np.arange(40), 10)
    made = PeakTransfer(neighbours=20)
    made.fit(rows, BOUNDED, seed=0)
    x = made.sample(y, seed=1).x
    strong, weak = shares(x, rows, y)
    assert strong > 0.97 and 0.1 < weak < 0.8 and x.any(axis=1).all()
    assert all(((row > 0) <= (rows.x[rows.y == label] > 0)).all(axis=1).any() for row, label in zip(x, y, strict=True))


def test_rows_of_a_latent_law_follow_its_latents() -> None:
    made = cells.built(*cells.short(2), "generator=law", "generator.steps=10", *PLAIN)
    cells.trained(made, cells.spectra())
    assert made.sample(np.array([0, 1]), seed=0).latent is not None
