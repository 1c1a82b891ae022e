"""Which columns are channels: numbers with or without a unit are, other columns never without a word."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from spectra_examples import CASES, WAVELENGTHS, X, Y, check, read, table

from inn_experiments.contracts import UserError
from inn_experiments.data.axes import series
from inn_experiments.data.tables.table import Table


def named(form: str) -> pd.DataFrame:
    return table([form.format(wavelength) for wavelength in WAVELENGTHS])


@pytest.mark.parametrize("file", ["nm.csv", "r.csv"])
def test_names_with_a_unit_or_rs_x_are_the_axis_and_the_names_of_the_samples(tmp_path, file):
    split = Table(str(CASES / "units-in-header" / file), "cls").load(seed=0, cache=tmp_path)
    np.testing.assert_array_equal(split.axis, WAVELENGTHS)
    assert split.columns == tuple(f"{w} nm" if file == "nm.csv" else f"X{w}" for w in WAVELENGTHS)
    assert split.reading.unit == ("nm" if file == "nm.csv" else "")


@pytest.mark.parametrize(
    ("form", "unit"),
    [
        ("{}", ""),
        ("X{}", ""),
        ("X.{}", ""),
        ("{}nm", "nm"),
        ("{} cm-1", "cm⁻¹"),
        ("{} cm^-1", "cm⁻¹"),
        ("{} (1/cm)", "cm⁻¹"),
        ("{}_ppm", "ppm"),
        ("m/z {}", "m/z"),
        ("mz_{}", "m/z"),
        ("wl_{}", "nm"),
        ("Raman shift {}", "cm⁻¹"),
        ("Absorbance at {} nm", "nm"),
        ("abs.{}", ""),
        ("[{}]", ""),
        ("feature_{}", ""),
    ],
)
def test_every_way_to_name_a_wavelength_is_an_axis(tmp_path, form, unit):
    check(read(tmp_path, named(form)), unit=unit)
    assert read(tmp_path, named(form), unit="nm").told.unit == "nm"


def test_a_year_and_a_protein_content_stop_the_run_until_they_are_ignored(tmp_path):
    path = str(CASES / "numeric-metadata/spectra.csv")
    with pytest.raises(UserError, match=r"'Year', 'Protein' .*'data.ignore=\[Year,Protein\]'.*data.features"):
        Table(path, "cls").read(tmp_path)
    for ignore in (["Year", "Protein"], ["Y*", "Prot*"]):
        rows = Table(path, "cls", ignore=ignore).read(tmp_path)
        check(rows)
        assert rows.told.left_out == ("in data.ignore: 'Year', 'Protein'",)
    assert Table(path, "cls", features=["1*"]).read(tmp_path).x.shape == (36, 10)
    with pytest.raises(UserError, match="data.ignore=Protien: .*did you mean 'Protein'"):
        Table(path, "cls", ignore=["Protien"]).read(tmp_path)
    with pytest.raises(UserError, match="data.ignore=cls: this is the label"):
        Table(path, "cls", ignore=["cls"]).read(tmp_path)


@pytest.mark.parametrize("form", ["{}", "X{}", "{} nm", "V{}", "mz_{}"])
@pytest.mark.parametrize("values", [2020, 10.5, np.random.default_rng(0).permutation(36)])
def test_numbers_beside_any_axis_are_never_a_channel(tmp_path, form, values):
    made = named(form)
    made.insert(3, "extra", values)
    with pytest.raises(UserError, match=r"'extra' .*'data.ignore=\[extra\]'"):
        read(tmp_path, made)
    assert read(tmp_path, made, ignore=["extra"]).x.shape == (36, 10)


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"Operator": "Ada"}, "text in column 'Operator'"),
        ({"Date": "2020-01-31"}, "text in column 'Date'"),
        ({"ok": [True, False] * 18}, "text in column 'ok'"),
        ({"note": [None] * 36}, "nothing in column 'note'"),
        ({"protein": [11.5] * 35 + ["n.d."]}, "text in column 'protein'"),
        ({"ID": np.arange(1001, 1037)}, "row numbers in column 'ID'"),
    ],
)
def test_text_and_row_numbers_are_left_out_and_named(tmp_path, extra, reason):
    rows = read(tmp_path, table(**extra))
    check(rows)
    assert rows.told.left_out == (reason,)


def test_a_saved_row_index_is_no_channel(tmp_path):
    for file, name in (("named.csv", "row"), ("unnamed.csv", "")):
        rows = Table(str(CASES / "saved-row-index" / file), "cls").read(tmp_path)
        check(rows)
        assert rows.told.left_out == (f"row numbers in column '{name}'",)
    for index in ([5, 3, 1] * 12, np.arange(36.0) / 2):
        with pytest.raises(UserError, match=r"no places on the axis.*: '' \(first values"):
            read(tmp_path, table().set_index(pd.Index(index)).to_csv())
    again = pd.DataFrame({"Unnamed: 0": range(36)}).join(table())
    with pytest.raises(UserError, match=r"'Unnamed: 0' .*data.ignore=\[\"Unnamed: 0\"\]"):
        read(tmp_path, again)
    check(read(tmp_path, again, ignore=["Unnamed: 0"]))


def test_a_table_whose_columns_have_names_keeps_all_numbers_but_a_row_index(tmp_path):
    words = ["sepal", "petal", "stem", "leaf"]
    made = pd.DataFrame(X[:, :4], columns=words).assign(cls=table()["cls"])
    rows = read(tmp_path, made.to_csv())
    assert rows.columns == tuple(words) and rows.axis is None and rows.told.left_out == ("row numbers in column ''",)
    for name in ("Sample ID", "row", "No."):
        assert read(tmp_path, made.assign(**{name: range(1, 37)})).columns == tuple(words)
    assert read(tmp_path, made.assign(leaf=range(36))).columns == tuple(words), "a channel that happens to count"
    with pytest.raises(UserError, match="'stem' is not numeric, first in row 3"):
        read(tmp_path, made.astype({"stem": object}).replace({"stem": {X[2, 2]: "n.d."}}))


def test_parquet_keeps_what_it_says_of_its_index(tmp_path):
    index = pd.Index(np.random.default_rng(0).permutation(36), name="position")
    for made, left_out in (
        (table().set_index(index), ("an index, as the file says, in column 'position'",)),
        (table().set_index(np.array([f"r{row}" for row in range(36)])), ("an index, as the file says, in column '__",)),
        (table(meta=[[1, 2]] * 36), ("text in column 'meta'",)),
    ):
        made.to_parquet(tmp_path / "t.parquet")
        rows = Table(str(tmp_path / "t.parquet"), "cls").read(tmp_path)
        check(rows)
        assert rows.told.left_out[0].startswith(left_out[0])
    table().set_index("cls").to_parquet(tmp_path / "t.parquet")
    check(Table(str(tmp_path / "t.parquet"), "cls").read(tmp_path))


@pytest.mark.parametrize("cell", [[1.0], {"a": 1}, b"\xff", pd.Timestamp("2020-01-31")])
def test_a_parquet_column_of_another_kind_is_refused_as_a_channel_and_as_a_label(tmp_path, cell):
    made = table()
    made["1140"] = [cell] * 36
    made.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(UserError, match="column '1140' holds values of the kind"):
        Table(str(tmp_path / "t.parquet"), "cls").read(tmp_path)
    if not isinstance(cell, pd.Timestamp):
        with pytest.raises(UserError, match="column '1140' holds values of the kind"):
            Table(str(tmp_path / "t.parquet"), "1140").read(tmp_path)


def test_whole_numbers_beyond_64_bits_are_numbers(tmp_path):
    large = np.floor(X * 1e21)
    text = "\n".join(["cls,50,51", *(f"{name},{int(a)},{int(b)}" for name, (a, b, *_) in zip(Y, large, strict=True))])
    np.testing.assert_array_equal(read(tmp_path, text).x, large[:, :2])


def test_a_name_of_blanks_is_no_name(tmp_path):
    made = table(**{" ": np.arange(36) * 3.5})
    with pytest.raises(UserError, match=r"'' \(first values"):
        read(tmp_path, made)
    check(read(tmp_path, made, ignore=[""]))


def test_a_name_in_another_case_or_with_blanks_is_suggested(tmp_path):
    made = table().rename(columns={"cls": "Chemical Name"})
    for label in ("chemical name", "ChemicalName", "chemical_name", "Chemcal Name"):
        with pytest.raises(UserError, match=f"data.label={label}: .*did you mean 'Chemical Name'"):
            read(tmp_path, made, label=label)


def test_classes_that_differ_in_case_or_blanks_only_are_told(tmp_path):
    made = table().replace({"cls": {"b": "A", "c": "a a"}})
    split = read(tmp_path, made).divided(Table("t.csv", "cls"), seed=0)
    assert "classes differ only in case or blanks: 'A' and 'a'" in split.reading.line()


def test_series_of_two_polarities_are_taken_together_without_an_axis():
    found = series([f"{half}_{place}" for half in ("pos", "neg") for place in range(6)] + ["temperature"])
    assert found.places == tuple(range(12)) and found.axis.values is None
    assert series(["50", "50.0", "51"]).axis.values is None, "numbers that stand twice"
    assert series(["SiO2", "Fe2O3", "MgO"]).places == ()


def test_rows_of_this_program_are_read_again_where_columns_are_words(tmp_path):
    words = table([f"band {name}" for name in "abcdefghij"])
    marked = words.assign(synthetic="t-convex-seed0, run 0123, drawn with seed 0")
    for content in (words, marked):
        rows = read(tmp_path, content)
        np.testing.assert_allclose(rows.x, X)
    assert rows.told.left_out == ("what says that rows are synthetic, in column 'synthetic'",)
    numbers = read(tmp_path, words.assign(synthetic=np.arange(36) / 7))
    assert numbers.x.shape == (36, 11), "a column of numbers may have any name"
