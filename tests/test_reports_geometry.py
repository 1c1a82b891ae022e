"""Table 8, Figure 5 and the console's block: the reports' numbers, their errors and intervals."""

from __future__ import annotations

import io
from argparse import Namespace

import numpy as np
import pytest
from geometry_examples import make_class, make_report
from reports_examples import found_by, framed
from rich.console import Console

from inn_experiments.contracts import Rows, Shapes, UserError
from inn_experiments.contracts.old_report import from_dict
from inn_experiments.contracts.report import Report
from inn_experiments.reports import __main__ as command
from inn_experiments.reports.cell.component_figures import geometry_figure
from inn_experiments.reports.cell.console import cell_table
from inn_experiments.reports.runs import frame_of
from inn_experiments.reports.studies.table8 import PAPER, answer, error_table, moments_table, structure_table
from inn_experiments.reports.study import Document

PRINTED = np.array(
    [
        (0.02, 0.02, 10.67, 10.41),
        (-0.03, -0.05, 10.07, 9.96),
        (-0.22, -0.17, 17.73, 16.60),
        (-0.01, 0.10, 23.75, 20.73),
        (-0.38, -0.31, 18.48, 16.89),
        (-0.06, -0.08, 11.42, 11.21),
        (0.19, 0.21, 14.62, 13.98),
        (-0.47, -0.32, 21.84, 18.04),
    ]
)


def line(table: str, first: str) -> list[str]:
    """The entries of the table's row that begins with `first`."""
    found = [text for text in table.splitlines() if text.startswith(f"| {first} ")]
    assert len(found) == 1, table
    return [part.strip() for part in found[0].strip("|").split("|")]


def table8(reports: list[dict]) -> Document:
    return answer(framed(reports), Namespace(only={}))


def test_one_seed_gives_the_papers_columns_and_its_error_lines():
    runs = framed([make_report(0)])
    expected = ["DEB", "500", "0.020", "0.120", "10.0", "9.00", "51.40 %", "50.00 %", "21.40 %", "20.00 %"]
    assert line(moments_table(runs), "DEB") == expected
    # Means 0.1 and 0.3 off on deviations of 10 and 20; deviations 1 and 1 off.
    found = line(error_table(runs), "**generated**")
    assert found[1:7] == ["0.200", "1.25 %", "1.50 %", "1.00", "7.50 %", "10.00 %"]
    assert line(error_table(runs), "**second real**")[1] == "0.000"
    structure = structure_table(runs, {"c2st": "C2ST", "coverage": "coverage"})
    assert line(structure, "JP8") == ["JP8", "0.600", "0.500", "0.900", "0.600", "0.500", "0.900", "0.600", "0.100"]


def test_several_seeds_give_student_intervals():
    reports = [make_report(seed, shift=shift) for seed, shift in enumerate((0.0, 0.01, 0.02))]
    runs = framed(reports)
    # t(0.975, 2) = 4.303, the standard error is 0.01 / sqrt(3).
    assert line(moments_table(runs), "DEB")[3] == "0.130 ± 0.025"
    assert line(moments_table(runs), "DEB")[2] == "0.020 ± 0.000"
    assert line(structure_table(runs, {"c2st": "C2ST"}), "DEB")[1] == "0.610 ± 0.025"
    lacking = framed([*reports, make_report(3) | {"geometry": reports[0]["geometry"][1:]}])
    assert line(moments_table(lacking), "DEB")[1] == "500 (3 of 4 seeds)"


def test_the_papers_figures_are_quoted_beside_what_its_rows_give():
    means, deviations = np.abs(PRINTED[:, 0] - PRINTED[:, 1]), np.abs(PRINTED[:, 2] - PRINTED[:, 3])
    assert f"{means.mean():.3f} ({100 * np.mean(means / PRINTED[:, 2]):.1f} %" in PAPER
    assert f"{deviations.mean():.3f}" == "1.345" and f"{100 * np.mean(deviations / PRINTED[:, 2]):.1f} %" in PAPER


def test_every_cell_has_its_block_and_ambiguous_runs_are_refused():
    reports = [make_report(seed, cell) for cell in ("x0", "epsilon") for seed in (0, 1)]
    document = table8([*reports, make_report(5) | {"geometry": []}])
    text = document.markdown("2026-01-01", ["python -m a"])
    assert len(document.runs) == 4 and text.index("## epsilon") < text.index("## x0") and "Seeds: 0, 1." in text
    assert "7.4 %" in text and "machine judge" in text and "python -m a" in text
    with pytest.raises(UserError, match="two finished runs are called x0 with seed 0"):
        table8([*reports, make_report(0, "x0")])
    with pytest.raises(UserError, match="none of the 1 finished runs has a geometry.*experiment=table8"):
        answer(frame_of([Report("old", 0, "", {})]), Namespace(only={}))


def test_the_command_writes_the_file(tmp_path, monkeypatch):
    reports = [make_report(seed, schedule="cosine") for seed in (0, 1)] + [make_report(0, schedule="linear")]
    found_by(monkeypatch, reports)
    target = tmp_path / "table8.md"
    arguments = ["table8", "--outputs", str(tmp_path), "--to", str(target), "--date", "2026-01-01"]
    assert command.main(arguments) == 2 and not target.exists()
    assert command.main([*arguments, "--only", "schedule=cosine"]) == 0
    assert "- 2026-01-01: 2 runs" in target.read_text() and "--only schedule=cosine" in target.read_text()


def test_figure_5_has_a_panel_per_class_with_the_shares_of_both_sets_together():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 2], 200)
    spread = np.where(y == 0, 3.0, 1.0)[:, None] * np.array([1.0, 0, 0]) + np.array([0, 1.0, 0.0])
    real, made = (Rows((rng.standard_normal((400, 3)) * spread).astype(np.float32), y) for _ in range(2))
    made = made.take(np.arange(390))
    figure = geometry_figure(Shapes(real, made, real, made), ("DEB", "none", "JP8"), "latents")
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["DEB", "JP8"]
    both = np.concatenate([real.x[y == 0], made.x[made.y == 0]])
    values = np.linalg.eigvalsh(np.cov(both.T))[::-1]
    shares = 100 * values / values.sum()
    assert figure.axes[0].get_xlabel() == f"PC1 ({shares[0]:.1f} %)"
    assert figure.axes[0].get_ylabel() == f"PC2 ({shares[1]:.1f} %)"
    assert [text.get_text() for text in figure.legends[0].texts] == ["real latents", "generated latents"]
    # Equally many points of either side: 190 of the second class.
    drawn = [sum(len(drawing.get_xdata()) for drawing in axis.lines) for axis in figure.axes]
    assert drawn == [400, 380]


def test_figure_5_of_single_points_one_feature_and_many_classes():
    few = Rows(np.ones((3, 1), np.float32), np.array([0, 1, 1]))
    figure = geometry_figure(Shapes(few, few, few, few), ("one", "two"), "rows")
    assert figure.axes[0].texts[0].get_text().startswith("1 pair") and figure.axes[1].get_ylabel() == "PC2 (0.0 %)"
    many = Rows(np.random.default_rng(0).standard_normal((60, 4)).astype(np.float32), np.repeat(np.arange(20), 3))
    figure = geometry_figure(Shapes(many, many, many, many), tuple(map(str, range(20))), "rows")
    assert len(figure.axes) == 12 and "first 12 of 20" in figure.get_suptitle()


def test_the_console_shows_each_class_beside_a_second_real_sample():
    def shown(report: dict) -> str:
        console = Console(file=io.StringIO(), width=100)
        console.print(cell_table(from_dict(report), "outputs/runs/x"))
        return console.file.getvalue()

    text = shown(make_report(0))
    deb = next(row for row in text.splitlines() if row.startswith("DEB")).split()
    assert deb == ["DEB", "1.0", "%", "10.0", "%", "60.0", "%", "0.600", "(0.100)", "0.600", "(0.500)"]
    assert "mean of 2 classes" in text
    many = make_report(0) | {"geometry": [make_class(f"class {n}", 0, 0, 1, 1) for n in range(50)]}
    assert "class 11" in shown(many) and "class 12" not in shown(many) and "mean of 50 classes" in shown(many)
    assert "geometry" not in shown(make_report(0) | {"geometry": []})
