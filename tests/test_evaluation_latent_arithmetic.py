"""Latent arithmetic: what it must say of latents that can and that cannot do it, and its intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from measured import claims, subject

from inn_experiments.contracts import Rows, Split, UserError
from inn_experiments.data.scaling import BasePeak
from inn_experiments.measures.latent_arithmetic import LatentArithmetic, arms, chosen_pairs
from inn_experiments.measures.numbers.intervals import interval_over_rows

CENTRES = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0], [6.0, 6.0]])


def polar(x: np.ndarray) -> np.ndarray:
    return np.stack([np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])], axis=1)


def cartesian(z: np.ndarray) -> np.ndarray:
    return np.stack([z[:, 0] * np.cos(z[:, 1]), z[:, 0] * np.sin(z[:, 1])], axis=1)


def split(train: Rows, test: Rows, bounded: bool = False) -> Split:
    names = tuple(f"class {label}" for label in range(int(train.y.max()) + 1))
    nothing = train.take(np.arange(0))
    place = np.arange(train.x.shape[1])
    return Split(train, nothing, test, None, names, place, "value", BasePeak(), bounded, "toy")


def blobs(per_class: int, seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(4), per_class)
    return Rows((CENTRES[y] + 0.5 * rng.normal(size=(len(y), 2))).astype(np.float32), y)


def rings(per_class: int, seed: int) -> Rows:
    """Two rings about the origin: their rows have one mean, their radii have not."""
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], per_class)
    angle = rng.uniform(-np.pi, np.pi, len(y))
    radius = np.where(y == 0, 2.0, 8.0) + 0.1 * rng.normal(size=len(y))
    return Rows(cartesian(np.stack([radius, angle], axis=1)).astype(np.float32), y)


class Coded:
    """A synthesizer as far as this claim looks at one: two functions."""

    def __init__(self, encode, decode) -> None:
        self.encode, self.decode = encode, decode


IDENTITY = Coded(lambda x: x, lambda z: z)


def measured(synthesizer, of: Split, **settings) -> dict:
    found = LatentArithmetic(**{"trees": 30, **settings})(subject(synthesizer, of), seed=0)
    assert found.shown is None
    return {key.removeprefix("arithmetic/"): claim for key, claim in claims(found).items()}


def test_in_a_linear_latent_the_shift_arrives_and_is_no_better_than_that_of_the_rows():
    of = split(blobs(100, 0), blobs(25, 1))
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(2, 2)))[0] * 3.0
    found = measured(Coded(lambda x: x @ turn, lambda z: z @ np.linalg.inv(turn)), of)
    assert found["shifted"].value > 0.95 and found["ceiling"].value > 0.95
    assert found["unshifted"].value < 0.05 and found["random"].value < 0.5 and found["third"].value < 0.05
    assert abs(found["over_rows"].value) < 1e-9
    assert found["over_rows"].low <= 0 <= found["over_rows"].high
    assert found["shifted"].chance == found["random"].value
    assert all(claim.low <= claim.value <= claim.high for claim in found.values())


def test_a_latent_that_knows_what_tells_the_classes_apart_beats_the_rows():
    """The rings' means are both the origin: only the latent's difference carries a row across."""
    of = split(rings(200, 0), rings(40, 1))
    found = measured(Coded(polar, cartesian), of)
    assert found["shifted"].value > 0.95 and found["rows"].value < 0.2
    assert found["over_rows"].low > 0.5
    assert "third" not in found


def test_a_decoder_that_ignores_its_latent_moves_nothing():
    train = blobs(100, 0)
    constant = Coded(lambda x: x, lambda z: np.broadcast_to(CENTRES[0].astype(np.float32), z.shape))
    found = measured(constant, split(train, blobs(20, 1)))
    # Whatever is asked for, class 0 comes out: b is class 0 in a quarter of the pairs.
    assert found["shifted"].value == found["unshifted"].value == found["random"].value == 0.25
    assert found["over_rows"].high < 0


def test_latents_without_the_class_do_no_arithmetic():
    """Every row is encoded as noise of its own: the class means are alike, and a shift is none."""
    train, rng = blobs(200, 0), np.random.default_rng(5)
    blind = Coded(lambda x: rng.normal(size=x.shape), lambda z: z.astype(np.float32))
    found = measured(blind, split(train, blobs(20, 1)))
    assert found["shifted"].value < 0.5 and found["over_rows"].high < 0


def test_the_seed_decides_and_test_labels_are_all_that_is_taken_of_them():
    of = split(blobs(100, 0), blobs(25, 1))
    assert measured(IDENTITY, of) == measured(IDENTITY, of)
    few = measured(IDENTITY, of, pairs=5, rows=7)
    assert few["shifted"].n == 35


def test_means_and_judge_are_of_training_rows():
    """Moving all test rows far away changes no mean: the rows then end far away too, and no longer at b."""
    of = split(blobs(100, 0), blobs(25, 1))
    away = replace(of, test=Rows(of.test.x + 100, of.test.y))
    assert measured(IDENTITY, away)["shifted"].value < 0.5 < measured(IDENTITY, of)["shifted"].value


def test_the_rows_competitor_stays_within_bounds():
    train = Rows(np.array([[0.1, 0.9], [0.2, 1.0], [1.0, 0.0], [0.9, 0.1]], np.float32), np.array([0, 0, 1, 1]))
    of = split(train, train, bounded=True)
    seen = arms(IDENTITY, of, {0: train.x[:2], 1: train.x[2:]}, [(0, 1), (1, 0)], 0)
    moved = np.concatenate(seen["rows"])
    assert moved.min() >= 0 and moved.max() <= 1 and np.concatenate(seen["shifted"]).min() < 0


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        ([0, 0], [0], "one class"),
        ([0, 1], [0], "'class 1' has no test rows"),
        ([1, 1], [0, 1], "'class 0' has no training"),
    ],
)
def test_rows_that_cannot_do_are_refused_before_training(train, test, words):
    train, test = (Rows(np.ones((len(y), 2), np.float32), np.array(y)) for y in (train, test))
    with pytest.raises(UserError, match=words):
        LatentArithmetic().check(split(train, test), seed=0)
    LatentArithmetic().check(split(blobs(2, 0), blobs(1, 0)), seed=0)


def test_a_generator_without_an_autoencoder_is_refused():
    with pytest.raises(UserError, match="autoencoder"):
        LatentArithmetic()(subject(object(), split(blobs(5, 0), blobs(5, 1))), seed=0)


def test_pairs_are_ordered_and_different():
    assert len(chosen_pairs([0, 1, 2], 100, 0)) == 6
    few = chosen_pairs(list(range(10)), 7, 0)
    assert len(set(few)) == 7 and all(a != b for a, b in few) and few != chosen_pairs(list(range(10)), 7, 1)


def test_the_interval_knows_that_pairs_share_their_rows():
    """Ten comparisons of the same 20 rows know no more than one; of ten classes' rows they know more."""
    values = np.repeat([0.0, 1.0], 10)
    once, shared, apart = (
        interval_over_rows([(label, values) for label in labels], seed=0) for labels in ([0], [0] * 10, range(10))
    )
    assert shared == pytest.approx(once) and once[0] == 0.5
    # The deviation of a share of 20 rows is 0.5 / sqrt(20); of 200 rows, sqrt(10) times less.
    assert once[2] - once[1] == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(20), rel=0.15)
    assert apart[2] - apart[1] == pytest.approx((once[2] - once[1]) / np.sqrt(10), rel=0.15)


def test_the_interval_is_never_empty():
    ones, zeros = [(0, np.ones(20))], [(0, np.zeros(20))]
    mean, low, high = interval_over_rows(ones, seed=0)
    assert mean == high == 1 and 0.8 < low < 0.9
    assert interval_over_rows(zeros, seed=0)[1:] == pytest.approx((0, 1 - low))
    assert interval_over_rows(zeros, seed=0, signed=True)[1:] == pytest.approx((low - 1, 1 - low))
