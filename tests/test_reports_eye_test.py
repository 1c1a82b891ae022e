"""Figure 6: which sheets there are, that they keep the secret, and that the key tells it."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from inn_experiments.contracts import Rows, Split, file_name
from inn_experiments.contracts.report import Number, Report
from inn_experiments.reports.cell import eye_test
from inn_experiments.reports.cell.eye_test import PANELS, eye_tests

CLASSES = ("1,2-DCE / a", "1,2-DCE: a", "few", "many")
AXIS = np.linspace(0, 1, 16)


def report(seed: int = 0) -> Report:
    judge = {"generated": 0.7, "second": 0.51}
    numbers = [Number(f"test/geometry/{arm}/judge", value, of=CLASSES[0]) for arm, value in judge.items()]
    return Report("cell", seed, "mark", {}, numbers=numbers)


def split(classes: tuple[str, ...] = CLASSES) -> Split:
    none = Rows(np.zeros((0, 16), np.float32), np.zeros(0, np.int64))
    return Split(none, none, none, None, classes, AXIS, "m/z", None, True, "toy")


def make() -> tuple[Rows, Rows]:
    """Real rows hold values below 1, generated ones 2 and more (shown in percent): a test can tell them, whatever a
    person can."""
    rng = np.random.default_rng(0)
    y = np.array([0] * 9 + [1] * 5 + [2] * 4 + [3] * 30)
    real = Rows(rng.uniform(0, 1, (len(y), 16)).astype(np.float32), y)
    return real, Rows(2 + rng.uniform(0, 1, (20, 16)).astype(np.float32), np.arange(20) % 4)


@pytest.fixture
def drawn(monkeypatch) -> list:
    """Every figure that is written, by its file's name."""
    figures = []
    write = eye_test.write_figure
    monkeypatch.setattr(eye_test, "write_figure", lambda path, figure: figures.append(figure) or write(path, figure))
    return figures


def key_of(folder) -> list[dict[str, str]]:
    with (folder / "key" / "key.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_key_names_the_one_synthetic_panel_of_every_sheet(tmp_path, drawn):
    paths = eye_tests(tmp_path, report(), split(), *make())
    key = key_of(tmp_path)
    assert [row["class"] for row in key] == [CLASSES[0], CLASSES[1], CLASSES[3]]
    assert [tmp_path / row["sheet"] for row in key] == paths[:-1] and paths[-1].parent.name == "key"
    assert len({row["sheet"] for row in key}) == 3
    for row, figure in zip(key, drawn, strict=True):
        synthetic = [axis.get_title(loc="left") for axis in figure.axes if axis.lines[0].get_ydata().max() > 100]
        assert synthetic == [row["synthetic_panel"]]
        assert len({axis.lines[0].get_ydata().tobytes() for axis in figure.axes}) == len(PANELS)
    assert (key[0]["judge_c2st_generated"], key[0]["judge_c2st_second_real"]) == ("0.7", "0.51")
    assert key[1]["judge_c2st_generated"] == ""


def test_rows_that_no_machine_has_judged_have_no_sheets(tmp_path):
    assert eye_tests(tmp_path, Report("cell", 0, "mark", {}), split(), *make()) == [] == list(tmp_path.iterdir())


def test_a_sheet_gives_no_hint(tmp_path, drawn):
    eye_tests(tmp_path, report(), split(), *make())
    for figure in drawn:
        assert [axis.get_title(loc="left") for axis in figure.axes] == list(PANELS)
        assert len({(a.lines[0].get_color(), a.lines[0].get_linewidth(), a.get_ylim()) for a in figure.axes}) == 1
        assert not any(axis.texts or axis.get_legend() for axis in figure.axes)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        row["sheet"] for row in key_of(tmp_path)
    )


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    real, made = make()
    sheets = []
    for folder in ("one", "again"):
        paths = eye_tests(tmp_path / folder, report(3), split(), real.take(real.y == 0), made)
        sheets.append([path.read_bytes() for path in paths])
    assert sheets[0] == sheets[1]


def test_the_place_is_random_over_seeds(tmp_path, monkeypatch):
    monkeypatch.setattr(eye_test, "write_figure", lambda path, figure: path)
    monkeypatch.setattr(eye_test, "_sheet", lambda *arguments: None)
    real, made = make()
    places = []
    for seed in range(60):
        eye_tests(tmp_path, report(seed), split(), real.take(real.y == 0), made)
        places.append(key_of(tmp_path)[0]["synthetic_panel"])
    assert {panel: places.count(panel) > 3 for panel in PANELS} == dict.fromkeys(PANELS, True)


def test_twelve_sheets_at_most_and_names_that_every_file_system_takes(tmp_path, monkeypatch):
    monkeypatch.setattr(eye_test, "write_figure", lambda path, figure: path)
    monkeypatch.setattr(eye_test, "_sheet", lambda *arguments: None)
    y = np.repeat(np.arange(15), 6)
    rows = Rows(np.random.default_rng(0).uniform(0, 1, (90, 16)).astype(np.float32), y)
    paths = eye_tests(tmp_path, report(), split(tuple(map(str, range(15)))), rows, rows)
    assert len(key_of(tmp_path)) == 12 == len(set(paths)) - 1
    used: set[str] = set()
    assert [file_name(name, used) for name in ("a/b", "A:B", "..", "a_b_2", "é" * 99)] == [
        "a_b",
        "A_B_2",
        "class",
        "a_b_2_2",
        "class_2",
    ]
