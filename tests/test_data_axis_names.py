"""What a file says of its axis and its values goes with the rows to whoever draws them; nothing is made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_data_forms import jcamp_folder

from inn_experiments.contracts import Split
from inn_experiments.data.tables.coffee import Coffee
from inn_experiments.data.tables.table import Table

PLACES = np.array([400.0, 500.0, 650.0, 700.0, 820.0, 900.0])


def load(path: Path, label: str = "kind") -> Split:
    return Table(str(path), label).load(seed=0, cache=path.parent)


def wide(path: Path, form: str) -> Path:
    table = pd.DataFrame(np.random.default_rng(0).random((18, 6)), columns=[form.format(place) for place in PLACES])
    table.assign(kind=["a", "b", "c"] * 6).to_csv(path / "t.csv", index=False)
    return path / "t.csv"


@pytest.mark.parametrize(
    ("form", "unit", "name"),
    [
        ("{:g} cm-1", "cm⁻¹", "wavenumber / cm⁻¹"),
        ("raman_shift_{:g}", "cm⁻¹", "Raman shift / cm⁻¹"),
        ("{:g} nm", "nm", "wavelength / nm"),
        ("mz_{:g}", "m/z", "m/z"),
        ("{:g}", "", "axis"),
        ("feature {:g} of it", "", "axis"),
    ],
)
def test_names_of_columns_tell_unit_and_axis(tmp_path, form, unit, name):
    split = load(wide(tmp_path, form))
    assert (split.unit, split.axis_name, split.value_name) == (unit, name, "")


def test_a_long_form_names_its_axis_and_its_values(tmp_path):
    for axis, unit, name in (
        ("Raman shift (cm-1)", "cm⁻¹", "Raman shift / cm⁻¹"),
        ("wavelength (nm)", "nm", "wavelength / nm"),
        ("position", "", "position"),
    ):
        rows = [(f"s{n}", "abc"[n % 3], place, n + place) for n in range(18) for place in PLACES]
        file = tmp_path / f"{axis[:5]}.csv"
        pd.DataFrame(rows, columns=["sample", "kind", axis, "absorbance"]).to_csv(file, index=False)
        split = load(file)
        assert (split.unit, split.axis_name, split.value_name) == (unit, name, "absorbance")


def test_archives_and_jcamp_files_name_theirs(tmp_path):
    x, y = np.random.default_rng(0).random((18, 6)), np.array(["a", "b", "c"] * 6)
    np.savez(tmp_path / "t.npz", X=x, kind=y, raman_shift=PLACES)
    split = load(tmp_path / "t.npz")
    assert (split.unit, split.axis_name) == ("cm⁻¹", "Raman shift / cm⁻¹")
    split = load(jcamp_folder(tmp_path / "spectra"), "folder")
    assert (split.unit, split.axis_name, split.value_name) == ("cm⁻¹", "wavenumber / cm⁻¹", "absorbance")


def test_channels_that_nobody_calibrated_have_no_unit(tmp_path):
    split = Coffee().load(seed=0, cache=tmp_path)
    assert (split.unit, split.axis_name, split.value_name) == ("", "channel", "absorbance")
