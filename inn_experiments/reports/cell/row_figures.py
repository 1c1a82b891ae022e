"""Pictures of rows: lines over an axis where they are spectra, points where they have two features."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.contracts import Rows, Samples, Split
from inn_experiments.reports.panels import GENERATED, REAL, class_panels, grid, head

SHADES = (1.0, 0.7, 0.5, 0.35)
"""Of the rows that are shown of a class."""

SHOWN_POINTS = 2000


def spectra_figure(split: Split, samples: Samples) -> Figure:
    """A few real test rows above a few generated rows, per class, on one scale."""
    figure, panels, cut = class_panels(range(len(split.classes)), split.classes)
    shown = [_few(rows, label) for rows in (split.test, samples) for label, _ in panels]
    extent = float(np.ptp(np.concatenate(shown))) or 1.0
    for label, axis in panels:
        for rows, lift, colour in ((split.test, 1.1 * extent, REAL), (samples, 0.0, GENERATED)):
            for shade, row in zip(SHADES, _few(rows, label), strict=False):
                axis.plot(split.axis, row + lift, color=colour, linewidth=0.8, alpha=shade)
        axis.set_yticks([])
    head(figure, f"Real test rows (above) and generated rows (below), normalised units{cut}")
    figure.supxlabel(split.axis_name, fontsize=9)
    return figure


def draw_spectra(axis: Axes, split: Split, rows: np.ndarray, colour: str) -> None:
    """Rows (k, d) as lines over the axis of the split."""
    axis.plot(split.axis, rows.T, color=colour, linewidth=0.9)


def points_figure(split: Split, samples: Samples) -> Figure:
    """Real test points and generated points (n, 2), in the units of the file."""
    figure, axes = grid(2, 2, 3.3, 2.9, least=7.0, share=True)
    for axis, x, colour in zip(axes, (split.test.x, samples.x), (REAL, GENERATED), strict=True):
        draw_points(axis, split, x, colour)
    head(figure, "Real test points and generated points, units of the file")
    return figure


def draw_points(axis: Axes, split: Split, rows: np.ndarray, colour: str) -> None:
    """The first 2,000 rows (k, 2) as points, in the units of the file."""
    axis.plot(*split.scaling.undo(rows[:SHOWN_POINTS]).T, ".", color=colour, markersize=2, alpha=0.6)
    axis.set_aspect("equal")


def _few(rows: Rows | Samples, label: int) -> np.ndarray:
    return rows.x[rows.y == label][: len(SHADES)]
