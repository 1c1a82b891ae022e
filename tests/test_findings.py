"""What a sweep shows in the end: its cells over their seeds, side by side, and nothing where that is no help."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inn_experiments.contracts import Number, Report
from inn_experiments.reports.swept import swept
from inn_experiments.running.findings import MOST, together

GAIN, C2ST = "utility/same_rows/synthetic/difference_f1_macro", "test/samples/c2st_excess"


def report(cell: str, seed: int, gain: float):
    numbers = [Number(GAIN, gain, half=0.5), Number(C2ST, 0.25, low=0.125, high=0.5)]
    return Report(
        cell, seed, f"{cell}{seed}", {"data": "mnist1d_redrawn"}, numbers=numbers, split={"train": 9, "test": 9}
    )


def texts(block) -> list[list[str]]:
    return [[entry.text for entry in row] for row in block.rows]


def test_a_row_a_cell_with_means_and_intervals_over_seeds() -> None:
    cells = {
        "a": [report("a", seed, gain) for seed, gain in enumerate((0.125, 0.25, 0.375))],
        "b": [report("b", 0, -0.25)],
    }
    block = swept(cells)
    assert [head.text for head in block.head] == ["cell", "seeds", "C2ST − real", "macro F1 gained"]
    (a, a_seeds, _, gained), (b, b_seeds, told, lost) = texts(block)
    assert (a, a_seeds, b, b_seeds) == ("a", "3", "b", "1")
    assert gained.startswith("+0.250 ± ") and float(gained.split("± ")[1]) > 0.25
    assert told == "+0.250 [.12,.50]" and lost == "-0.250 ± 0.500", "of one seed: the report's own interval"


def test_seeds_that_agree_are_no_certainty() -> None:
    block = swept({"a": [report("a", seed, 0.0) for seed in range(2)], "b": [report("b", 0, 0.0)]})
    assert texts(block)[0][3] == "0.000 (all seeds)" and texts(block)[1][3] == "0.000 ± 0.500"


def test_what_no_cell_has_is_no_column_and_nothing_is_no_table() -> None:
    bare = replace(report("a", 0, 0.5), numbers=[Number("test/inverse/mse", 0.5)])
    assert [head.text for head in swept({"a": [bare], "b": [report("b", 0, 0.5)]}).head][2:] == [
        "C2ST − real",
        "macro F1 gained",
        "inverse error",
    ]
    assert swept({"a": [replace(bare, numbers=[])]}) is None and swept({}) is None


def test_cells_of_one_name_are_told_apart_by_what_was_typed() -> None:
    sweep = [
        ([f"data.test_fraction={share}", "preset=convex", f"seed={seed}"], report("t-convex", seed, 0.5))
        for share in (0.3, 0.4)
        for seed in (0, 1)
    ]
    found = together([*sweep, (["data.test_fraction=0.3", "preset=smote", "seed=0"], report("t-smote", 0, 0.5))])
    assert {name: len(reports) for name, reports in found.items()} == {
        "t-convex data.test_fraction=0.3 preset=convex": 2,
        "t-convex data.test_fraction=0.4 preset=convex": 2,
        "t-smote": 1,
    }


@pytest.mark.parametrize("cells", [2, 1])
def test_a_sweep_ends_with_its_table(run, tmp_path, cells) -> None:
    presets = "convex,bootstrap"[: None if cells == 2 else 6]
    asked = [
        "data=digits",
        f"preset={presets}",
        "utility=none",
        f"paths.outputs={tmp_path / 'out'}",
        "data.per_class=8",
        "-m",
    ]
    for _ in range(2):
        status, out, err = run(*asked)
        assert status == 0, err
        lines = out.splitlines()
        heads = [line.split()[:2] for line in lines if line.startswith("cell ")]
        assert heads == [["cell", "seeds"]] * (cells == 2)
        rows = [line for line in lines if line.startswith("digits-") and line.split()[1] == "1"]
        assert [row.split()[0] for row in rows] == ["digits-convex", "digits-bootstrap"][:cells] * (cells == 2)
    assert MOST >= 16, "the paper's grid is shown"
