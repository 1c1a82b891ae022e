"""Peaks of 2-D records: found where they are, not in noise, matched one to one; what each kind of record is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from measured import claims, subject

from inn_experiments.contracts import Rows, Samples, Split, UserError
from inn_experiments.data.records.preprocessing import Settings
from inn_experiments.data.records.reader import RawRecords
from inn_experiments.data.scaling import BasePeak
from inn_experiments.measures.numbers.peaks import matched, noise_level, peaks
from inn_experiments.measures.peaks import PEAK_ARMS, THIRDS, Peaks, in_file_units

SIDES = (32, 40)
CENTRES = {0: [(6, 8), (20, 12), (26, 33)], 1: [(6, 30), (15, 20), (26, 8)]}
HEIGHTS = (400.0, 100.0, 30.0)


def hills(centres, heights, width: float = 1.5) -> np.ndarray:
    rows, columns = np.mgrid[: SIDES[0], : SIDES[1]]
    return sum(
        height * np.exp(-((rows - r) ** 2 + (columns - c) ** 2) / (2 * width**2))
        for (r, c), height in zip(centres, heights, strict=True)
    )


def split(per_class: int = 8) -> Split:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 3 * per_class)
    x = np.stack([hills(CENTRES[label], HEIGHTS) + 5 + rng.normal(0, 0.5, SIDES) for label in y]).astype(np.float32)
    raw = RawRecords(x, y.astype(str), None, np.arange(32) * 2.0, np.arange(40) * 0.1)
    rows, part = raw.rows("hills", Settings(levels=(0, 0))), np.arange(len(y)) % 3
    scaling, (train, test, fresh) = rows.scale([np.flatnonzero(part == place) for place in range(3)])
    parts = [Rows(x, y[part == place]) for place, x in enumerate((train, test, fresh))]
    none = parts[0].take(np.arange(0))
    axis = np.arange(train.shape[1])
    return Split(parts[0], none, *parts[1:], ("0", "1"), axis, "value", scaling, False, "hills", shape=SIDES)


class Coded:
    """A synthesizer as far as this measure looks at one."""

    def __init__(self, encode, decode) -> None:
        self.encode, self.decode = encode, decode


def measured(decode, samples: Rows | None = None) -> dict:
    of = split()
    made = samples or of.test
    about = replace(subject(Coded(lambda x: x, decode), of), samples=Samples(made.x, made.y))
    found = claims(Peaks()(about, seed=0))
    return {key.removeprefix("peaks/"): claim.value for key, claim in found.items()}


def test_hills_are_found_with_their_prominence_and_order() -> None:
    places, prominence = peaks(hills(CENTRES[0], HEIGHTS), 1.0)
    assert places.tolist() == [list(centre) for centre in CENTRES[0]]
    assert prominence == pytest.approx(HEIGHTS, rel=1e-3)


def test_the_prominence_is_that_over_the_saddle() -> None:
    record = np.array([[0.0, 5.0, 3.0, 4.0, 0.0]] * 1)
    places, prominence = peaks(record, 0.0)
    assert places.tolist() == [[0, 1], [0, 3]] and prominence.tolist() == [5.0, 1.0]
    assert peaks(record, 1.5)[0].tolist() == [[0, 1]]
    assert len(peaks(np.zeros((4, 4)), 0.0)[0]) == 0, "a plain has no peak"


def test_noise_is_measured_beside_peaks_and_has_none_of_its_own() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 2.0, (20, *SIDES))
    assert noise_level(noise + hills(CENTRES[0], HEIGHTS)) == pytest.approx(2.0, rel=0.1)
    # Of a record of noise alone, the highest place is a peak of its own.
    counts = [len(peaks(record, 5 * 2.0)[0]) - 1 for record in noise]
    assert np.mean(counts) < 0.2


def test_matching_forms_as_many_pairs_as_there_can_be_and_the_nearest_ones() -> None:
    first, second = np.array([[0, 0], [0, 2]]), np.array([[0, 1], [0, -1]])
    rows, columns = matched(first, second, 2.0)
    assert dict(zip(rows.tolist(), columns.tolist(), strict=True)) == {0: 1, 1: 0}
    assert len(matched(first, np.zeros((0, 2)), 2.0)[0]) == 0
    assert len(matched(first, second + 10, 2.0)[0]) == 0


def test_a_lossless_autoencoder_loses_no_peak_and_another_class_shares_few() -> None:
    found = measured(lambda z: z)
    assert {key.split("/")[0] for key in found} == set(PEAK_ARMS)
    assert found["reconstructed/found"] == 1 and found["reconstructed/spurious"] == 0
    assert found["reconstructed/retention_bins"] == found["reconstructed/height"] == 0
    assert found["second/found"] > 0.9 > 0.4 > found["other/found"]
    assert found["scattered/found"] < 0.2
    assert found["second/height"] < 0.2


def test_a_decoder_that_flattens_loses_the_low_peaks_and_halves_the_high() -> None:
    of = split()

    def decode(z: np.ndarray) -> np.ndarray:
        counts = of.scaling.undo(z)
        return of.scaling.apply(np.where(counts > 60, counts / 2, 5.0))

    found = measured(decode)
    assert found["reconstructed/found_low"] < 0.2 and found["reconstructed/found_high"] == 1
    assert found["reconstructed/height_bias_high"] == pytest.approx(-1, abs=0.15)


def test_shifted_records_are_told_by_how_far_they_moved() -> None:
    of = split()
    moved = np.roll(of.test.x.reshape(-1, *SIDES), 1, axis=2).reshape(of.test.x.shape)
    found = measured(lambda z: z, Rows(moved, of.test.y))
    assert found["generated/drift_bins"] == pytest.approx(1, abs=0.2)
    assert found["generated/drift"] == pytest.approx(0.1, abs=0.02)
    assert found["generated/retention_bins"] < 0.2


def test_thirds_are_of_intensities_in_file_units() -> None:
    of = split()
    assert in_file_units(of.test.x, of.scaling).shape == (len(of.test), *SIDES)
    assert in_file_units(of.test.x, of.scaling)[0].max() == pytest.approx(405, rel=0.02)
    assert THIRDS == ("low", "middle", "high")


def test_rows_that_are_no_records_and_one_class_are_refused() -> None:
    of = split()
    with pytest.raises(UserError, match="no 2-D records"):
        Peaks().check(replace(of, scaling=BasePeak()), seed=0)
    with pytest.raises(UserError, match="one class"):
        Peaks().check(replace(of, train=of.train.take(of.train.y == 0)), seed=0)
    Peaks().check(of, seed=0)
