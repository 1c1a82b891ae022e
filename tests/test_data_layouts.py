"""Long forms and tables on their side are read or refused, and missing numbers are never silent."""

from __future__ import annotations

import numpy as np
import pytest
from spectra_examples import CASES, WAVELENGTHS, X, Y, check, long_table, on_its_side, read, table

from inn_experiments.contracts import UserError
from inn_experiments.data.tables.table import Table

ASK = "data.sample, data.axis and data.value"


def test_the_long_form_is_folded(tmp_path):
    rows = Table(str(CASES / "long-form/spectra.csv"), "cls").read(tmp_path)
    check(rows, unit="nm")
    assert rows.told.notes == ("long form: 'sample' along 'wavelength'",) and rows.columns == tuple(
        map(str, WAVELENGTHS)
    )


@pytest.mark.parametrize(
    ("names", "unit"),
    [
        (("sample", "wavelength", "value"), "nm"),
        (("Sample ID", "Raman shift (cm-1)", "Intensity (a.u.)"), "cm⁻¹"),
        (("spectrum", "m/z", "abundance"), "m/z"),
        (("id", "ppm", "signal"), "ppm"),
    ],
)
def test_long_forms_are_known_by_their_names(tmp_path, names, unit):
    made = long_table(*names)
    check(read(tmp_path, made), unit=unit)
    check(read(tmp_path, made.to_csv(index=False, sep=";", decimal=",")), unit=unit)
    shuffled = read(tmp_path, made.assign(lab="x", temperature=20.1).sample(frac=1, random_state=0))
    np.testing.assert_array_equal(shuffled.axis, WAVELENGTHS)
    assert sorted(shuffled.x[:, 0].tolist()) == sorted(X[:, 0].tolist())
    assert shuffled.told.left_out == ("columns 'lab', 'temperature'",)


def test_a_long_form_with_other_names_is_refused_until_they_are_said(tmp_path):
    made = long_table("plant", "place", "A")
    with pytest.raises(UserError, match=f"looks like one row a point, spectra by 'plant' .*'place'.*{ASK}"):
        read(tmp_path, made)
    check(read(tmp_path, made, sample="plant", axis="place", value="A", unit="nm"), unit="nm")
    with pytest.raises(UserError, match=ASK):
        read(tmp_path, long_table().drop(columns="sample"))
    with pytest.raises(UserError, match="data.axis and data.value: missing"):
        read(tmp_path, made, sample="plant")
    with pytest.raises(UserError, match="data.axis=plcae: .*did you mean 'place'"):
        read(tmp_path, made, sample="plant", axis="plcae", value="A")
    assert read(tmp_path, made, features=["plant", "place", "A"]).x.shape == (360, 3), "what was asked for"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda made: made.iloc[:-1], "sample '35' has 9 of 10 places of wavelength"),
        (lambda made: made.iloc[[0, *range(360)]], "sample '0' has the wavelength '1100' more than once"),
        (lambda made: made.assign(cls=["b", *made["cls"][1:]]), "data.label=cls: the sample '0' .*two values"),
    ],
)
def test_a_long_form_that_cannot_be_folded_names_the_sample(tmp_path, spoil, message):
    with pytest.raises(UserError, match=message):
        read(tmp_path, spoil(long_table()))


def test_a_table_on_its_side_is_turned(tmp_path):
    rows = Table(str(CASES / "spectra-in-columns/spectra.csv"), "Class:").read(tmp_path)
    check(rows)
    assert "one spectrum a column" in rows.told.notes
    with pytest.raises(UserError, match="on its side.*its rows are called 'Sample:', 'Class:'"):
        Table(str(CASES / "spectra-in-columns/spectra.csv"), "cls").read(tmp_path)


def written(cells: list[list[str]], separator: str = ",") -> str:
    return "\n".join(separator.join(row) for row in cells)


def test_tables_on_their_side_are_known_by_where_the_label_stands(tmp_path):
    cells = on_its_side()
    check(read(tmp_path, written(cells)))
    check(read(tmp_path, written([[cell.replace(".", ",") for cell in row] for row in cells], ";")))
    check(read(tmp_path, written([["cls", *cells[1][1:]], *cells[2:]])))
    check(read(tmp_path, written(cells), orientation="columns"))
    year = [cells[0], ["Year", *["2020"] * 36], *cells[1:]]
    with pytest.raises(UserError, match=r"'Year' .*data.ignore=\[Year\]"):
        read(tmp_path, written(year))
    check(read(tmp_path, written(year), ignore=["Year"]))
    with pytest.raises(UserError, match="line 4 has another number of cells than line 1"):
        read(tmp_path, written([*cells[:3], cells[3][:-1], *cells[4:]]))
    with pytest.raises(UserError, match="no such column"):
        read(tmp_path, written(cells), orientation="rows")


def test_classes_that_were_numbered_to_differ_are_one_class_again(tmp_path):
    cells = on_its_side()
    numbered = [f"{name}.{place}" if (place := [*Y][:at].count(name)) else str(name) for at, name in enumerate(Y)]
    below = [["wavelength", *numbered], *cells[2:]]
    for options in ({}, {"orientation": "columns"}):
        rows = read(tmp_path, written(below), label="wavelength", **options)
        check(rows)
        assert any("numbered to differ" in note for note in rows.told.notes)
    apart = [name.replace(".", "_") for name in numbered]
    with pytest.raises(
        UserError, match=r"data.label=wavelength: .*each row would be a class.*add a row with the class"
    ):
        read(tmp_path, written([["wavelength", *apart], *cells[2:]]), label="wavelength")
    cycled = [["kind", "a", "b"], *([str(place % 3), str(place / 7), "1.5"] for place in range(12))]
    assert read(tmp_path, written(cycled), label="kind").x.shape == (12, 2), "a few labels that rise are no axis"
    # A name for each spectrum above a row of classes is left as it is.
    check(read(tmp_path, written([["wavelength", *numbered], *cells[1:]])))


HOLE = np.where(np.arange(360).reshape(36, 10) == 44, np.nan, X)


def test_missing_numbers_are_an_error_dropped_or_interpolated(tmp_path):
    with pytest.raises(UserError, match=r"1 missing.*row 5, column '1180': nan; .*data.missing=drop or interpolate"):
        read(tmp_path, table(x=HOLE))
    dropped = read(tmp_path, table(x=HOLE), missing="drop")
    np.testing.assert_array_equal(dropped.x, np.delete(X, 4, axis=0))
    assert dropped.told.left_out == ("1 rows with missing numbers",) and np.bincount(dropped.y).tolist() == [11, 12, 12]
    filled = read(tmp_path, table([*WAVELENGTHS[:5], 1190, *WAVELENGTHS[6:]], HOLE), missing="interpolate")
    assert filled.x[4, 4] == pytest.approx(X[4, 3] + (X[4, 5] - X[4, 3]) * 2 / 3), "along the axis, not the columns"
    assert filled.told.notes == ("1 missing numbers in 1 rows interpolated",)
    with pytest.raises(UserError, match="no number at all in row 5 "):
        read(tmp_path, table(x=np.where(np.arange(36)[:, None] == 4, np.nan, X)), missing="interpolate")
    for policy in ("drop", "interpolate"):
        with pytest.raises(UserError, match="row 5, column '1180': inf"):
            read(tmp_path, table(x=np.where(np.isnan(HOLE), np.inf, HOLE)), missing=policy)


def test_rows_that_stand_twice_are_counted(tmp_path):
    split = read(tmp_path, table(x=np.repeat(X[:18], 2, axis=0))).divided(
        Table("t.csv", "cls", test_fraction=0.3), seed=0
    )
    known = {row.tobytes() for row in split.train.x}
    count = sum(row.tobytes() in known for row in split.test.x)
    assert count and f"{count} of {len(split.test)} test rows are equal to a training row" in split.reading.line()
