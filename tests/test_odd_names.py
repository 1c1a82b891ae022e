"""Names that mean something to a program on the way: to matplotlib, a file system, a spreadsheet, a terminal."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from inn_experiments.contracts.files import csv_text, file_name
from inn_experiments.reports.panels import class_panels, plain, short, write_figure
from inn_experiments.reports.table import markdown
from inn_experiments.tracking.files import Files

CASES = Path(__file__).parent / "cases"
NAMES = ("$x^{$", r"a\$b$", "../../x", "/etc/passwd", "=1+1", "con\nman", "🧪 שלום", "x" * 5000)


def odd_table(path: Path) -> Path:
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(len(NAMES)), 36)
    x = np.exp(-0.5 * (np.arange(20) - 2 * y[:, None] - 2) ** 2) + 0.1 + 0.05 * rng.random((len(y), 20))
    table = pd.DataFrame(x, columns=[str(100 + place) for place in range(20)])
    table.insert(0, "kind", [NAMES[label] for label in y])
    table.to_csv(path, index=False)
    return path


def test_a_run_over_classes_of_any_name_ends_with_all_its_files(run, tmp_path) -> None:
    rows = odd_table(tmp_path / "$x^{$ =1\n.csv")
    options = ("generator=smote", "geometry=per_class", "utility=smoke", "tracking=none")
    status, out, err = run("data=table", f"data.path='{rows}'", "data.label=kind", *options)
    assert (status, err) == (0, "") and "missing from font" not in out
    (folder,) = (tmp_path / "out" / "runs").iterdir()
    assert folder.name.startswith("x_1_-smote-seed0-")
    sheets = sorted(path.name for path in (folder / "eye_test").glob("*.png"))
    assert len(sheets) == len(NAMES) and all(name.isascii() and len(name) < 100 for name in sheets)
    with (folder / "eye_test" / "key" / "key.csv").open(newline="") as file:
        key = {row["class"]: row["sheet"] for row in csv.DictReader(file)}
    assert sorted(key.values()) == sheets and set(key) == {*NAMES} - {"=1+1"} | {"'=1+1"}
    assert set(pd.read_parquet(folder / "samples.parquet")["kind"]) == {*NAMES}
    told = json.loads((folder / "report.json").read_text())["numbers"]
    assert {each["of"] for each in told if each.get("of")} >= {*NAMES}
    shown = (folder / "report.html").read_text(encoding="utf-8")
    assert all(name in shown for name in ("$x^{$", r"a\$b$", "../../x", "=1+1", r"con\nman", "🧪 שלום"))
    # Nothing was written elsewhere.
    assert {path.name for path in tmp_path.iterdir()} == {"out", rows.name}


@pytest.mark.parametrize("generator", ["smote", "diffusion"])
def test_rows_of_one_channel_are_drawn_as_points(run, tmp_path, generator, monkeypatch) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr(
        "inn_experiments.reports.cell.figures.write_figure",
        lambda path, figure: drawn.append(figure) or write_figure(path, figure),
    )
    rows = ("data=table", f"data.path={CASES / 'one-channel' / 'one.csv'}", "data.label=cls")
    options = ("data.scaling=standard", f"generator={generator}", "utility=smoke", "tracking=none", "trainer=smoke")
    options = options if generator == "diffusion" else options[:-1]
    status, _, err = run(*rows, *options)
    assert (status, err) == (0, "")
    (report,) = (tmp_path / "out" / "runs").glob("*/report.json")
    assert json.loads(report.read_text())["split"]["features"] == 1
    lines = [line for axis in drawn[0].axes for line in axis.lines]
    assert lines and all(line.get_marker() == "." for line in lines)


def test_one_channel_over_its_base_peak_is_refused_before_the_training(run) -> None:
    rows = ("data=table", f"data.path={CASES / 'one-channel' / 'one.csv'}", "data.label=cls")
    status, _, err = run(*rows, "data.scaling=base_peak", "utility=smoke", "tracking=none")
    assert status == 2 and "after scaling: zero variance" in err and len(err.splitlines()) == 1


def test_names_in_figures_are_drawn_letter_by_letter(tmp_path) -> None:
    figure, panels, _ = class_panels(range(len(NAMES)), NAMES)
    figure.suptitle(plain(NAMES[0]))
    write_figure(tmp_path / "names.png", figure)
    shown = [axis.title._preprocess_math(axis.get_title()) for _, axis in panels]
    assert shown[:2] == [("$x^{$", False), (r"a\$b$", False)] and not any(formula for _, formula in shown)
    assert shown[5][0] == r"con\nman" and len(shown[7][0]) == len(short("x" * 5000)) == 22


def test_files_are_called_by_names_that_are_safe_and_differ() -> None:
    used: set[str] = set()
    names = [file_name(name, used) for name in (*NAMES, "..", ".", "", "-rf", "CON\tMAN", "a\0b", "a" * 300)]
    assert len({name.lower() for name in names}) == len(names)
    assert all(name.isascii() and name[0] not in ".-" and not {*name} & {*"/\\:\0\n $"} for name in names)
    assert max(map(len, names)) <= 63


def test_the_folder_of_a_run_has_a_name_that_fits(tmp_path) -> None:
    with Files().open(tmp_path, f"{'é$' * 200}/../x-smote-seed0", {"fingerprint": "0123456789"}) as run:
        run.text("report.json", "{}")
    assert run.folder.parent == tmp_path / "runs" and len(run.folder.name) < 255


def test_no_text_in_a_csv_is_a_formula_and_numbers_stay_numbers() -> None:
    cells = ["=1+1", "+1-2", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", "-", "a=1", "-2.5", "+1e5", -2.5, "a\nb"]
    (row,) = csv.reader(io.StringIO(csv_text([cells]), newline=""))
    assert row[:8] == [f"'{cell}".replace("\r", "\n") for cell in cells[:8]]
    assert row[8:] == ["a=1", "-2.5", "+1e5", "-2.5", "a\nb"]


def test_no_name_divides_the_columns_or_lines_of_a_table() -> None:
    shown = markdown(["name", "x"], [["a|b\nc\r|", "1"]]).splitlines()
    assert shown == ["| name | x |", "| --- | ---: |", r"| a\|b c \| | 1 |"]
