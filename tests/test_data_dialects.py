"""Text tables in every dialect: separators, decimal signs, encodings, lines above, no header."""

from __future__ import annotations

import codecs

import numpy as np
import pytest
from spectra_examples import CASES, WAVELENGTHS, X, Y, check, read, table

from inn_experiments.contracts import UserError
from inn_experiments.data.tables.table import Table

EUROPEAN = table().to_csv(index=False, sep=";", decimal=",")
PLAIN = table().to_csv(index=False)
HEADLESS = table().to_csv(index=False, header=False)


def test_a_semicolon_and_a_decimal_comma_are_found(tmp_path):
    rows = Table(str(CASES / "csv-semicolon-decimal-comma/spectra.csv"), "cls").read(tmp_path)
    check(rows)
    assert rows.told.notes == ("separator ';'", "decimal ','")


@pytest.mark.parametrize(
    "content",
    [
        EUROPEAN.replace("\n", "\r\n"),
        EUROPEAN.replace("\n", "\r"),
        codecs.BOM_UTF8 + EUROPEAN.encode(),
        EUROPEAN.encode("utf-16"),
        EUROPEAN.encode("utf-16-be"),
        EUROPEAN.encode("utf-32"),
        table().to_csv(index=False, sep="\t", decimal=","),
        table().to_csv(index=False, sep="|"),
        table().to_csv(index=False, sep=" "),
        table().to_string(index=False),
        table().to_csv(index=False, decimal=",", quoting=1),
        PLAIN.replace(",", " , "),
        "# exported\n% by a machine, 2020\n\n" + PLAIN,
        "My spectra\nof three classes;\n" + EUROPEAN,
        PLAIN + "," * 10 + "\n" + "," * 10 + "\n\n",
        PLAIN.replace("\n", ",\n"),
        PLAIN.replace(",1100,", ',"1100\nnm",', 1).replace("1120", "1120 nm", 1),
        table().set_index(np.arange(1, 37).astype(str)).to_csv(sep=" ").lstrip(),
    ],
    ids=lambda content: repr(content[:24]),
)
def test_the_same_spectra_come_out_of_every_dialect(tmp_path, content):
    rows = read(tmp_path, content, "t.txt")
    check(rows, unit="nm" if "nm" in str(content) else "")


def test_a_byte_near_the_end_decides_on_latin_1(tmp_path):
    late = table(note=["x"] * 35 + ["café"]).to_csv(index=False).encode("latin-1")
    rows = read(tmp_path, late)
    check(rows)
    assert rows.told.notes == ("encoding cp1252",) and rows.told.left_out == ("text in column 'note'",)
    assert read(tmp_path, EUROPEAN.replace("cls", "Größe").encode("latin-1"), label="Größe").label_name == "Größe"


@pytest.mark.parametrize(("thousand", "decimal"), [(".", ","), (",", "."), ("", ".")])
def test_thousands_are_told_from_decimals_where_both_stand_in_a_number(tmp_path, thousand, decimal):
    def cell(value: float) -> str:
        return f"{value * 1e5:,.3f}".replace(",", "~").replace(".", decimal).replace("~", thousand)

    lines = [";".join(["cls", *map(str, WAVELENGTHS)])]
    lines += [";".join([name, *map(cell, row)]) for name, row in zip(Y, X, strict=True)]
    check(read(tmp_path, "\n".join(lines)), x=np.round(X * 1e5, 3))


def test_one_sign_that_may_be_either_has_to_be_said(tmp_path):
    rows = [f"{name};1,234;2,345" for name in Y]
    text = "\n".join(["cls;50;51", *rows])
    with pytest.raises(UserError, match="'1,234' may be a number with a decimal comma or one with thousands"):
        read(tmp_path, text)
    assert read(tmp_path, text.replace("1,234", "1,235", 1), decimal=",", scaling="none").x[1].tolist() == [
        1.234,
        2.345,
    ]
    assert read(tmp_path, text.replace("1,234", "1,235", 1), decimal=".", scaling="none").x[1].tolist() == [1234, 2345]


@pytest.mark.parametrize("text", ["n.d.", "1,5", "1_000", "0x1A", "１.５", "1.2.3", "--1", "1d3", "<0.1", "2024-01-02"])
def test_what_is_no_number_is_named_with_line_and_column(tmp_path, text):
    spoiled = table().astype({"1140": object})
    spoiled.loc[20, "1140"] = text
    with pytest.raises(UserError, match=r"'1140' is not numeric.* row 21 .*line 24, column 4: text") as error:
        read(tmp_path, "# a comment\n\n" + spoiled.to_csv(index=False), "t.csv")
    assert text in str(error.value)


def test_lines_may_be_left_out(tmp_path):
    lines = PLAIN.split("\n")
    units = [lines[0], "-" + ",AU" * 10, *lines[1:]]
    with pytest.raises(UserError, match="row 1 .*line 2, column 2: text 'AU'"):
        read(tmp_path, "\n".join(units))
    check(read(tmp_path, "\n".join(units), skip_rows=[2]))
    check(read(tmp_path, "\n".join(["a,b,c", *lines]), skip_rows=1))
    check(read(tmp_path, EUROPEAN, separator="semicolon", decimal="comma"))
    with pytest.raises(UserError, match="data.separator='ab': must be one character"):
        Table("t.csv", "cls", separator="ab")
    with pytest.raises(UserError, match=r"data.skip_rows=\[0\]"):
        Table("t.csv", "cls", skip_rows=[0])


@pytest.mark.parametrize("name", ["spectra.csv", "spectra.tsv"])
def test_a_file_without_a_header_has_numbered_columns(tmp_path, name):
    rows = Table(str(CASES / "no-header-label-first" / name), "1").read(tmp_path)
    np.testing.assert_array_equal(rows.x, X)
    assert rows.classes == ("1", "2", "3") and np.bincount(rows.y).tolist() == [12] * 3 and rows.axis is None
    assert "no header, columns are counted from 1" in rows.told.notes


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (HEADLESS, 1),
        (table().to_csv(index=False, header=False, sep=";", decimal=","), 1),
        (table()[[*map(str, WAVELENGTHS), "cls"]].to_csv(index=False, header=False), 11),
        (table().assign(cls=np.repeat([-1, 1, 2], 12)).to_csv(index=False, header=False, sep="\t"), 1),
        (table(x=np.cumsum(X, axis=1)).to_csv(index=False, header=False), 1),
    ],
)
def test_a_first_row_of_data_is_never_lost_as_a_header(tmp_path, content, label):
    rows = read(tmp_path, content, label=label)
    assert len(rows.x) == 36 and rows.x.shape[1] == 10 and np.bincount(rows.y).tolist() == [12] * 3


@pytest.mark.parametrize("label", ["cls", "a", 0])
def test_a_label_that_no_header_names_is_refused(tmp_path, label):
    with pytest.raises(UserError, match=rf"data.label={label}: .* has no header.*data.label=1 for the first of 11"):
        read(tmp_path, HEADLESS, label=label)


@pytest.mark.parametrize("x", [X, np.cumsum(X, axis=1)])
def test_a_header_of_numbers_is_a_header(tmp_path, x):
    numbered = table(range(1, 11), x).rename(columns={"cls": "0"}).assign(**{"0": np.repeat([0, 1, 2], 12)})
    rows = read(tmp_path, numbered, label=0)
    assert len(rows.x) == 36 and rows.axis.tolist() == [*range(1, 11)] and rows.classes == ("0", "1", "2")
    assert len(read(tmp_path, HEADLESS, label="a", header=True).x) == 35, "forced"
