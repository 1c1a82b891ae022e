"""Four pictures of one finished cell: rows, PCA per class, states of the iteration, training curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.contracts import Samples, Split
from inn_experiments.reports.cell.plane_figures import PLANE, plane_figure, plane_states_figure
from inn_experiments.reports.cell.record_figures import preprocessing_figure, record_states_figure, records_figure
from inn_experiments.reports.colours import GENERATED, REAL
from inn_experiments.reports.files import write_figure

SHOWN_CLASSES = 12
SHOWN_ROWS = 4
SHOWN_STATES = 7
SHOWN_POINTS = 150
TITLE_WIDTH = 7.0
# Two components are settled by this many rows; of all of them the decomposition takes longer than a training.
PCA_ROWS = 500
MINIMUM_FOR_PCA = 3
Curves = dict[str, tuple[list[int], list[float]]]


def cell_figures(folder: Path, split: Split, samples: Samples, curves: Curves) -> list[Path]:
    """Draw one finished cell and return the PNG files.

    2-D records are images, and so is their preprocessing; rows of two features are points of the plane.

    Args:
        folder: where the files go.
        split: the real rows, normalised.
        samples: generated rows (n, d) in the same units; `states` (k, n, d) makes the iteration's picture.
        curves: name -> (steps, values) of each training curve; none makes no picture.
    """
    before = None
    if split.shape is not None:
        rows, states = records_figure(split, samples), record_states_figure(split, samples)
        before = preprocessing_figure(split.scaling)
    elif split.features == PLANE:
        rows, states = plane_figure(split, samples), plane_states_figure(split, samples)
    else:
        rows, states = rows_figure(split, samples), states_figure(split, samples)
    pictures = {
        "real_and_generated.png": rows,
        "pca.png": pca_figure(split, samples),
        "states.png": states,
        "curves.png": curves_figure(curves),
        "preprocessing.png": before,
    }
    return [write_figure(folder / name, figure) for name, figure in pictures.items() if figure is not None]


def rows_figure(split: Split, samples: Samples) -> Figure:
    """A few real test rows above a few generated rows, per class, on one scale."""
    figure, panels = _class_panels(split, height=1.75)
    shown = [_few(rows, label) for rows in (split.test, samples) for label, _ in panels]
    extent = float(np.ptp(np.concatenate(shown))) or 1.0
    for label, axis in panels:
        for rows, lift, colour in ((split.test, 1.1 * extent, REAL), (samples, 0.0, GENERATED)):
            for shade, row in zip((1.0, 0.7, 0.5, 0.35), _few(rows, label), strict=False):
                axis.plot(split.axis, row + lift, color=colour, linewidth=0.8, alpha=shade)
        axis.set_yticks([])
    _legend(figure, f"Real test rows (above) and generated rows (below), normalised units{_cut(split)}")
    figure.supxlabel(split.axis_name, fontsize=9)
    return figure


def pca_figure(split: Split, samples: Samples) -> Figure:
    """Real test rows and generated rows on the first two components of each class' real training rows."""
    figure, panels = _class_panels(split, height=1.9)
    for label, axis in panels:
        train = split.train.x[split.train.y == label][:PCA_ROWS]
        if len(train) < MINIMUM_FOR_PCA:
            axis.text(
                0.5,
                0.5,
                f"{len(train)} training rows:\ntoo few for a PCA",
                ha="center",
                va="center",
                fontsize=7,
                transform=axis.transAxes,
            )
            continue
        centre = train.mean(axis=0)
        components = np.linalg.svd(train - centre, full_matrices=False)[2][:2]
        for rows, colour, marker in ((split.test, REAL, "o"), (samples, GENERATED, "x")):
            points = (rows.x[rows.y == label][:SHOWN_POINTS] - centre) @ components.T
            axis.plot(points[:, 0], points[:, 1], marker, color=colour, markersize=2.5, alpha=0.6, linestyle="")
        axis.tick_params(labelsize=6)
    _legend(figure, f"Components 1 and 2 of each class, fitted on its training rows{_cut(split)}")
    return figure


def states_figure(split: Split, samples: Samples) -> Figure | None:
    """The states of the iteration from its start to the generated row, for a row of each of a few classes."""
    if samples.states is None or len(samples.y) == 0:
        return None
    labels = np.unique(samples.y)[:SHOWN_ROWS]
    places = [int(np.flatnonzero(samples.y == label)[0]) for label in labels]
    last = len(samples.states) - 1
    steps = np.unique(np.linspace(0, last, min(SHOWN_STATES, last + 1)).round().astype(int))
    figure = Figure(figsize=(max(4.0, 1.75 * len(steps)), 1.2 * len(places) + 0.9), layout="constrained")
    axes = figure.subplots(len(places), len(steps), squeeze=False, sharex=True, sharey="row")
    for row, place in enumerate(places):
        for column, step in enumerate(steps):
            axis = axes[row, column]
            colour = GENERATED if step == last else "0.35"
            axis.plot(split.axis, samples.states[step, place], color=colour, linewidth=0.9)
            axis.tick_params(labelsize=6)
            if row == 0:
                axis.set_title("start" if step == 0 else f"state {step}", fontsize=8)
        axes[row, 0].set_ylabel(_short(split.classes[labels[row]]), fontsize=8)
    figure.suptitle("States of the iteration, from the start to the generated row", fontsize=9)
    figure.supxlabel(split.axis_name, fontsize=9)
    return figure


def curves_figure(curves: Curves) -> Figure | None:
    """Training curves over steps, on a logarithmic axis where their values allow it; None without any."""
    drawn = {name: curve for name, curve in sorted(curves.items()) if len(curve[0])}
    if not drawn:
        return None
    figure = Figure(figsize=(7.5, 4), layout="constrained")
    axis = figure.subplots()
    colours = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
    for place, (name, (steps, values)) in enumerate(drawn.items()):
        dashes = ("-", "--", ":")[place // len(colours) % 3]
        marker = "o" if len(steps) == 1 else None
        axis.plot(steps, values, dashes, color=colours[place % len(colours)], linewidth=1, label=name, marker=marker)
    if all(min(values) > 0 for _, values in drawn.values()):
        axis.set_yscale("log")
    axis.set_xlabel("step", fontsize=9)
    axis.set_title("Training curves", fontsize=9)
    axis.grid(color="0.92")
    axis.legend(fontsize=8, frameon=False, ncols=math.ceil(len(drawn) / 8))
    return figure


def _class_panels(split: Split, height: float) -> tuple[Figure, Sequence[tuple[int, Axes]]]:
    """A grid of axes, one per shown class, titled with the class' name."""
    shown = min(len(split.classes), SHOWN_CLASSES)
    columns = min(5 if shown in (5, 9, 10) else 4, shown)
    lines = math.ceil(shown / columns)
    # One or two panels are wider than they would need to be, so that the title fits above them.
    width = max(2.2 * columns + 0.4, TITLE_WIDTH)
    figure = Figure(figsize=(width, height * lines + 1.0), layout="constrained")
    axes = figure.subplots(lines, columns, squeeze=False).ravel()
    for axis in axes[shown:]:
        axis.remove()
    panels = list(enumerate(axes[:shown]))
    for label, axis in panels:
        axis.set_title(_short(split.classes[label]), fontsize=8)
        axis.tick_params(labelsize=6)
    return figure, panels


def _legend(figure: Figure, title: str) -> None:
    figure.suptitle(title, fontsize=9)
    for name, colour, place, side in (("real", REAL, 0.0, "left"), ("generated", GENERATED, 1.0, "right")):
        figure.text(
            place + (0.01 if side == "left" else -0.01),
            0.99,
            name,
            color=colour,
            fontsize=9,
            fontweight="bold",
            ha=side,
            va="top",
        )


def _few(rows: object, label: int) -> np.ndarray:
    return rows.x[rows.y == label][:SHOWN_ROWS]


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21]}…"


def _cut(split: Split) -> str:
    hidden = len(split.classes) - SHOWN_CLASSES
    return f" (first {SHOWN_CLASSES} of {len(split.classes)} classes)" if hidden > 0 else ""
