"""Everything that a finished cell leaves in its folder for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from inn_experiments.contracts import Paths, Samples, Shapes, Split
from inn_experiments.contracts.parts import Curves
from inn_experiments.contracts.report import Report
from inn_experiments.reports.cell.component_figures import geometry_figure
from inn_experiments.reports.cell.eye_test import eye_tests
from inn_experiments.reports.cell.figures import cell_figures
from inn_experiments.reports.cell.paths_figures import paths_figures
from inn_experiments.reports.cell.samples import write_samples
from inn_experiments.reports.panels import write_figure


def record(
    folder: Path, report: Report, split: Split, samples: Samples, curves: Curves, shown: Sequence[object]
) -> None:
    """Draw a finished cell's figures, lay out its eye tests and write its samples, all below `folder`.

    Types of what measures have `shown` say which figures are drawn; None is skipped.
    """
    figures = folder / "figures"
    cell_figures(figures, split, samples, curves)
    for one in shown:
        if isinstance(one, Paths):
            paths_figures(figures, one)
        elif isinstance(one, Shapes):
            units = "rows" if samples.latent is None else "latents"
            write_figure(figures / "geometry.png", geometry_figure(one, split.classes, units))
            if split.shape is None:
                eye_tests(folder / "eye_test", report, split, one.real_rows, one.generated_rows)
    write_samples(folder, split, samples)
