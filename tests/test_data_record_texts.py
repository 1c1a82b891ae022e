"""2-D records in text files: their dialects, their axes in the first row and column, and what cannot be told."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from record_examples import LABELS, SHAPE, records

from inn_experiments.contracts import UserError
from inn_experiments.data.records.records2d import Records2d

RETENTION = np.linspace(100, 250, SHAPE[0])
DRIFT = np.round(np.linspace(5.0, 9.6, SHAPE[1]), 3)
X = records()


def text(rows: list[list[str]], separator: str = ",", decimal: str = ".", end: str = "\n", tail: str = "") -> str:
    return "".join(separator.join(row).replace(".", decimal) + tail + end for row in rows)


def cells(record: np.ndarray, corner: str | None = None, drift: np.ndarray = DRIFT) -> list[list[str]]:
    """One record as cells; with axes where there is a `corner`, which stands before those of drift."""
    rows = [[f"{value:.9g}" for value in row] for row in record]
    if corner is None:
        return rows
    first = [f"{value:.10g}" for value in drift]
    body = [[f"{at:.10g}", *row] for at, row in zip(RETENTION, rows, strict=True)]
    return [first if corner == "none" else [corner, *first], *body]


def folder(root: Path, write, name: str = "csv", encoding: str = "utf-8") -> Path:
    for place, (record, label) in enumerate(zip(X, LABELS, strict=True)):
        (root / label).mkdir(parents=True, exist_ok=True)
        (root / label / f"{place:03}.{name}").write_bytes(write(place, record).encode(encoding))
    return root


def read(root: Path, **options):
    return Records2d(str(root), **options).read(root)


def refused(root: Path, message: str, **options) -> None:
    with pytest.raises(UserError, match=message) as error:
        read(root, **options)
    assert "\n" not in str(error.value)


def check(rows, axes: bool) -> None:
    order = np.lexsort((np.arange(30), LABELS))
    assert np.array_equal(rows.x.reshape(30, *SHAPE), X[order])
    split = rows.split([np.arange(20), np.arange(20, 22), np.arange(22, 30), np.arange(0)])
    retention, drift = split.scaling.raw_axes
    assert np.array_equal(drift, DRIFT if axes else np.arange(24)), drift
    assert np.allclose(retention, RETENTION if axes else np.arange(16))
    told = "retention 100 to 250, drift 5 to 9.6; axes from the first column and first row of each file"
    assert (told in split.reading.line()) == axes


@pytest.mark.parametrize("corner", ["", "none", "rt\\dt", "nan", "0", "17.5"])
def test_axes_are_found_with_and_without_a_corner(tmp_path, corner):
    check(read(folder(tmp_path, lambda _, record: text(cells(record, corner)))), axes=True)


@pytest.mark.parametrize(
    ("options", "encoding"),
    [
        ({"separator": ";"}, "utf-8"),
        ({"separator": ";", "decimal": ","}, "utf-8-sig"),
        ({"separator": "\t"}, "utf-16"),
        ({"separator": "\t", "decimal": ","}, "utf-8"),
        ({"separator": " "}, "utf-8"),
        ({"separator": "  ", "decimal": ","}, "utf-8"),
        ({"separator": "|"}, "latin-1"),
        ({"separator": ", "}, "utf-8"),
        ({"end": "\r\n"}, "utf-8"),
        ({"end": "\n\n"}, "utf-16-le"),
        ({"tail": ","}, "utf-8"),
        ({"separator": ";", "tail": ";", "decimal": ","}, "utf-8"),
    ],
)
@pytest.mark.parametrize("corner", [None, "none", "corner"])
def test_every_dialect_is_read(tmp_path, options, encoding, corner):
    name = "tsv" if options.get("separator") == "\t" else "txt"
    rows = folder(tmp_path, lambda _, record: text(cells(record, corner), **options), name, encoding)
    check(read(rows), axes=corner is not None)


def test_comments_above_are_left_out(tmp_path):
    above = "# GC-IMS export\n% of 2024\n\n"
    check(read(folder(tmp_path, lambda _, record: above + text(cells(record, "")))), axes=True)


def test_measured_values_are_never_taken_for_axes(tmp_path):
    check(read(folder(tmp_path, lambda _, record: text(cells(record)))), axes=False)
    # A smooth slope along both sides goes on inside.
    slope = np.add.outer(np.arange(16.0), np.arange(24.0))
    rows = read(folder(tmp_path / "b", lambda place, _: text(cells(slope * (1 + place % 7) + place))))
    assert rows.channels == 16 * 24
    refused(
        folder(tmp_path / "c", lambda place, record: text(cells(slope))), "cannot be told from values; data.axes=true"
    )


def test_a_header_or_an_index_alone_is_an_axis(tmp_path):
    def header(_, record):
        return text([[f"{value:.10g}" for value in DRIFT], *cells(record)])

    def index(_, record):
        return text([[str(place), *row] for place, row in enumerate(cells(record))])

    rows = read(folder(tmp_path / "a", header))
    assert rows.channels == 16 * 24 and rows.told.notes[1] == "axes from the first row of each file"
    rows = read(folder(tmp_path / "b", index))
    assert rows.channels == 16 * 24 and rows.told.notes[1] == "axes from the first column of each file"
    assert read(folder(tmp_path / "c", header), axes=False).channels == 17 * 24


def test_axes_can_be_forced(tmp_path):
    rows = folder(tmp_path, lambda _, record: text(cells(record, "0")))
    assert read(rows, axes=False).channels == 17 * 25
    assert read(rows, axes=True).channels == 16 * 24
    refused(
        folder(tmp_path / "b", lambda _, record: text(cells(record))), "first row .drift. is another than", axes=True
    )
    refused(
        folder(tmp_path / "c", lambda _, record: text(cells(record, ""))),
        "not finite.*nan in row 1, column 1",
        axes=False,
    )


def test_records_whose_axes_differ_are_named(tmp_path):
    other = DRIFT + 0.1

    def drifting(corner):
        return lambda place, record: text(cells(record, corner, other if place == 4 else DRIFT))

    refused(
        folder(tmp_path / "a", drifting("")),
        r"9/004.csv: the axis in its first row .drift. is another than in .*10/000",
    )
    refused(folder(tmp_path / "b", drifting("0")), "cannot be told from values; data.axes=true")
    mixed = folder(tmp_path / "c", lambda place, record: text(cells(record, "" if place else "1")))
    refused(mixed, "has an empty corner.* but .*10/000.csv has none")
    falling = folder(tmp_path / "d", lambda _, record: text(cells(record, "", DRIFT[::-1])))
    refused(falling, "first row .drift. must increase")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[4].__setitem__(7, "n.d."), "9/004.csv: line 5, column 8: 'n.d.' is no number"),
        (lambda rows: rows[4].__setitem__(7, ""), "9/004.csv: line 5, column 8: '' is no number"),
        (lambda rows: rows[4].__setitem__(7, "1_0"), "9/004.csv: line 5, column 8: '1_0' is no number"),
        (lambda rows: rows[4].pop(), "9/004.csv: line 5 has 24 cells, line 1 has 25"),
        (lambda rows: rows[4].append("1"), "9/004.csv: line 5 has 26 cells, line 1 has 25"),
        (lambda rows: rows[0].__setitem__(3, "time"), "9/004.csv: line 1, column 4: 'time' is no number"),
        (lambda rows: rows[4].__setitem__(7, "inf"), "9/004.csv: not finite.*inf in row 5, column 8"),
        (lambda rows: rows[4].__setitem__(0, "x"), "9/004.csv: line 5, column 1: 'x' is no number"),
    ],
)
def test_a_bad_cell_is_named_by_file_line_and_column(tmp_path, change, message):
    root = folder(tmp_path, lambda _, record: text(cells(record, "corner")))
    rows = cells(X[4], "corner")
    change(rows)
    (root / "9/004.csv").write_text(text(rows))
    refused(root, message)


def test_thousands_that_may_be_decimals_are_asked_for(tmp_path):
    rows = [["1,234", "2,345", "3,456"]] * 3
    root = folder(tmp_path, lambda _, record: "\n".join(";".join(row) for row in rows))
    refused(root, "may be a number with a decimal comma.*data.decimal")


def test_names_of_folders_and_links_that_lead_nowhere_are_named(tmp_path):
    root = folder(tmp_path / "a", lambda _, record: text(cells(record)))
    (root / "loop").symlink_to(root / "loop")
    refused(root, "loop: this link leads nowhere")
    (root / "loop").unlink()
    (root / "beside.csv").write_text("1,2\n3,4\n")
    assert read(root).told.left_out == ("files beside the folders of classes: beside.csv",)
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9")).mkdir()
    refused(root, "caf\udce9: the folder's name is no UTF-8")
    loop = tmp_path / "whole"
    loop.symlink_to(loop)
    refused(loop, "data.path=.*whole")


def test_a_folder_that_may_not_be_read_is_input_and_no_output(tmp_path, monkeypatch):
    root = folder(tmp_path, lambda _, record: text(cells(record)))
    inside = Path.iterdir

    def refusing(path: Path):
        if path.name == "9":
            raise PermissionError(13, "Permission denied", str(path))
        return inside(path)

    monkeypatch.setattr(Path, "iterdir", refusing)
    refused(root, "9: cannot be read: permission denied$")


@pytest.mark.parametrize(
    ("keys", "units"),
    [
        (("retention", "drift"), ("", "")),
        (("Retention_time", "drift_time_ms"), ("", "ms")),
        (("rt_min", "DT"), ("min", "")),
        (("RT (s)", "drift (ms)"), ("s", "ms")),
    ],
)
def test_keys_of_axes_in_an_npz_have_every_common_name(tmp_path, keys, units):
    axes = dict(zip(keys, (RETENTION, DRIFT), strict=True))
    np.savez(tmp_path / "toy.npz", X=X, y=LABELS, **axes)
    (size,) = read(tmp_path / "toy.npz").told.notes
    told = [
        f"{text} {unit}".strip() for text, unit in zip(("retention 100 to 250", "drift 5 to 9.6"), units, strict=True)
    ]
    assert size == f"records of 16 x 24, {', '.join(told)}"
    np.savez(tmp_path / "toy.npz", X=X, y=LABELS, **axes, rt=RETENTION + 1)
    refused(tmp_path / "toy.npz", "the keys '.*' and 'rt' may both be the axis, and differ")


def test_numpy_files_may_have_axes_and_lie_like_others(tmp_path):
    for place, (record, label) in enumerate(zip(X, LABELS, strict=True)):
        (tmp_path / label).mkdir(exist_ok=True)
        whole = np.block([[np.full((1, 1), np.nan), DRIFT[None]], [RETENTION[:, None], record]])
        np.save(tmp_path / label / f"{place:03}.npy", whole)
    check(read(tmp_path), axes=True)
    file = tmp_path / "9" / "001.npy"
    data = file.read_bytes().replace(b"(17, 25)", b"(1e9, 25)")
    file.write_bytes(data)
    refused(tmp_path, "9/001.npy: cannot be read as .npy")
    file.write_bytes(data.replace(b"(1e9, 25)", b"(1700000, 2500000)"))
    refused(tmp_path, "9/001.npy: is damaged")
