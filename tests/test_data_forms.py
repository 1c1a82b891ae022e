"""Workbooks, ARFF, time series files and JCAMP-DX folders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from spectra_examples import WAVELENGTHS, X, Y, check, on_its_side, read, table

from inn_experiments.contracts import UserError, memory
from inn_experiments.data.tables.table import Table

ARFF = "\n".join(
    [
        "% a comment",
        "@relation spectra",
        *(f"@attribute '{name} nm' numeric" for name in WAVELENGTHS),
        "@attribute cls {a,b,c}",
        "@data",
        *(",".join([*map(repr, row), label]) for row, label in zip(X.tolist(), Y, strict=True)),
    ]
)
SERIES = "\n".join(
    [
        "# a comment",
        "@problemName Spectra",
        "@timeStamps false",
        "@univariate true",
        "@classLabel true a b c",
        "@data",
        *(f"{','.join(map(repr, row))}:{label}" for row, label in zip(X.tolist(), Y, strict=True)),
    ]
)


def book(path, sheets: dict[str, pd.DataFrame], **options: object) -> str:
    with pd.ExcelWriter(path) as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, **{"index": False, **options})
    return str(path)


def test_a_workbook_is_read_with_its_index_title_and_sheets(tmp_path):
    path = tmp_path / "t.xlsx"
    check(Table(book(path, {"one": table()}), "cls").read(tmp_path))
    indexed = Table(book(path, {"one": table()}, index=True), "cls").read(tmp_path)
    check(indexed)
    assert indexed.told.left_out == ("row numbers in column ''",)
    check(Table(book(path, {"one": table()}, startrow=3), "cls").read(tmp_path))
    two = {"notes": pd.DataFrame({"a": [1]}), "spectra": table()}
    rows = Table(book(path, two), "cls", sheet="spectra").read(tmp_path)
    check(rows)
    assert "sheet 'spectra' of 2" in rows.told.notes
    with pytest.raises(UserError, match="data.sheet=spektra: .*notes, spectra"):
        Table(str(path), "cls", sheet="spektra").read(tmp_path)
    side = pd.DataFrame([[int(row[0]), *map(float, row[1:])] if row[0].isdigit() else row for row in on_its_side()])
    check(Table(book(path, {"one": side}, header=False), "cls").read(tmp_path))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", b"cls,1100\na,1\n"])
def test_a_damaged_workbook_is_named(tmp_path, content):
    with pytest.raises(UserError, match="t.xlsx"):
        read(tmp_path, content, "t.xlsx")


def test_the_room_of_a_workbook_is_asked_for_first(tmp_path, monkeypatch):
    path = book(tmp_path / "t.xlsx", {"one": table()})
    monkeypatch.setattr(memory, "available", lambda: 10_000)
    with pytest.raises(UserError, match=r"t.xlsx: a workbook of [\d,]+ bytes when unpacked needs .* of which 10.0 kB"):
        Table(path, "cls").read(tmp_path)


def test_arff_and_time_series_files(tmp_path):
    check(read(tmp_path, ARFF, "t.arff"), unit="nm")
    rows = read(tmp_path, SERIES, "t.ts", label="class")
    np.testing.assert_array_equal(rows.x, X)
    assert np.bincount(rows.y).tolist() == [12] * 3


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (SERIES.replace(":a", "", 1), "t.ts", "line 7 has no class after a colon"),
        (SERIES.replace(":a", ":1,2:a", 1), "t.ts", "line 7 has 2 channels"),
        (SERIES.replace("0.16826,", "", 1), "t.ts", "line 8 has 9 values, line 7 has 10"),
        (SERIES.replace("0.16826,", "n.d.,", 1), "t.ts", "'1' is not numeric, first in row 2 .*line 8"),
        (SERIES.replace("@timeStamps false", "@timeStamps true"), "t.ts", "time stamps"),
        (ARFF.replace("@attribute cls {a,b,c}", "@attribute cls {a,b}"), "t.arff", "cannot be read as .arff"),
        (ARFF.replace("@data", ""), "t.arff", "t.arff"),
    ],
)
def test_damaged_files_name_the_line(tmp_path, content, name, message):
    with pytest.raises(UserError, match=message):
        read(tmp_path, content, name, label="class" if name.endswith("ts") else "cls")


def jcamp(title: str, x: list[float], y: list[float], units: str = "1/CM") -> str:
    points = "\n".join(f"{a}, {b}" for a, b in zip(x, y, strict=True))
    head = f"##TITLE={title}\n##JCAMP-DX=4.24\n##DATA TYPE=INFRARED SPECTRUM\n##XUNITS={units}\n##YUNITS=ABSORBANCE"
    return f"{head}\n##NPOINTS={len(x)}\n##XYPOINTS=(XY..XY)\n{points}\n##END=\n"


def jcamp_folder(root, suffix: str = ".jdx"):
    for place, (row, label) in enumerate(zip(X.tolist(), Y, strict=True)):
        file = root / label / f"s{place:02}{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(jcamp(f"class {label}", WAVELENGTHS, row), encoding="utf-8")
    return root


@pytest.mark.parametrize("suffix", [".jdx", ".DX"])
def test_a_folder_of_jcamp_files_has_its_classes_in_subfolders_or_fields(tmp_path, suffix):
    root = jcamp_folder(tmp_path / "spectra", suffix)
    rows = Table(str(root), "folder").read(tmp_path)
    check(rows, unit="cm⁻¹")
    assert rows.name == "spectra"
    assert Table(str(root), "title").read(tmp_path).classes == ("class a", "class b", "class c")


def test_what_is_wrong_with_a_jcamp_folder_is_named(tmp_path):
    root = jcamp_folder(tmp_path / "spectra")
    with pytest.raises(UserError, match="data.label=kind: .*s00.jdx has no such field.*title"):
        Table(str(root), "kind").read(tmp_path)
    (root / "b" / "s99.jdx").write_text(jcamp("x", [1.0, 2.0], [1.0, 2.0]), encoding="utf-8")
    with pytest.raises(UserError, match="s99.jdx: its axis of 2 places from 1 to 2 is not that of .*s00.jdx"):
        Table(str(root), "folder").read(tmp_path)
    (root / "b" / "s99.jdx").write_bytes(b"\xff\xfe nothing")
    with pytest.raises(UserError, match=r"s99.jdx"):
        Table(str(root), "folder").read(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no JCAMP-DX file"):
        Table(str(tmp_path / "empty"), "folder").read(tmp_path)
