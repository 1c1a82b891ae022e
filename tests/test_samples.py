"""Generated rows are given out in the units and names of the file, and read back as data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from absorbance_examples import nir, split

from inn_experiments.contracts import Samples
from inn_experiments.data.tables.table import Table
from inn_experiments.reports.cell.samples import write_samples
from inn_experiments.synthesizers.classical.smote import Smote

X, Y = nir()
SCALINGS = [("none", None), ("standard", None), ("base_peak", None)]
SCALINGS += [("standard", step) for step in ("snv", "msc", "savgol", "baseline")]
NUMBERS = tuple(f"{1100 + 2 * column}" for column in range(X.shape[1]))


def sampled(found) -> Samples:
    made = Smote()
    made.fit(found.train, found.about(), seed=0)
    return made.sample(np.repeat(np.arange(3), 20), seed=0)


@pytest.mark.parametrize("height", [1.0, 999.0])
@pytest.mark.parametrize(("scaling", "steps"), SCALINGS)
def test_what_is_generated_can_be_given_back_as_data(tmp_path, scaling, steps, height):
    x = height * X
    found = split(x, Y, scaling, steps, columns=NUMBERS)
    path = write_samples(tmp_path, found, sampled(found))
    assert [*pd.read_parquet(path)] == ["species", *NUMBERS]
    again = Table(str(path), "species", scaling="standard").read(tmp_path)
    assert again.classes == found.classes and again.channels == found.features
    np.testing.assert_array_equal(again.axis, found.axis)
    # SMOTE draws between training rows; the scatter of a row, and its height, become those of all.
    for label in range(3):
        real, made = x[label == Y].mean(axis=0), again.x[again.y == label].mean(axis=0)
        np.testing.assert_allclose(made, real, atol=0.15 * height)


def test_names_of_the_file_are_kept_and_the_class_does_not_meet_a_feature(tmp_path):
    found = split(X, Y)
    samples = sampled(found)
    assert [*pd.read_parquet(write_samples(tmp_path, found, samples))][:2] == ["species", "1100 nm"]
    meets = replace(found, columns=("species", "species_", *NUMBERS[2:]))
    assert [*pd.read_parquet(write_samples(tmp_path, meets, samples))][:3] == ["species__", "species", "species_"]
    unnamed = replace(found, columns=None, label_name="label")
    assert [*pd.read_parquet(write_samples(tmp_path, unnamed, samples))][:2] == ["label", "1100"]


@pytest.mark.parametrize("name", ["species", "X", "file"])
def test_records_have_their_class_under_its_name(tmp_path, name):
    found = replace(split(X, Y), shape=(10, 12), label_name=name)
    with np.load(write_samples(tmp_path, found, sampled(found))) as arrays:
        assert arrays["X"].shape == (60, 10, 12)
        assert set(arrays) == {"X", name if name == "species" else f"{name}_"}


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_units_beyond_float32_are_kept(tmp_path, size):
    found = split(size * X, Y)
    table = pd.read_parquet(write_samples(tmp_path, found, sampled(found))).drop(columns="species")
    assert (table.dtypes == np.float64).all()
    np.testing.assert_allclose(table.to_numpy().mean() / size, X.mean(), rtol=0.1)
