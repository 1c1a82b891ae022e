"""Figure 5: the real and the generated points of each class on their common principal components."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.contracts import Rows
from inn_experiments.reports.cell.figures import GENERATED, REAL, SHOWN_CLASSES

LEAST_POINTS = 2
MOST_POINTS = 500
COLUMNS = 4


def geometry_figure(real: Rows, generated: Rows, classes: tuple[str, ...], units: str) -> Figure:
    """One panel a class (at most 12): components 1 and 2 of real and generated points together.

    Arguments: `real` and `generated`, points (n, d) of one space; `units`, what they are, e.g. `latents`.
    Equally many of either, at most 500, are drawn and enter the PCA, whose shares of the variance stand in
    the panel's title. Source: Figure 5, which fits on real and generated rows together too.
    """
    labels = [int(label) for label in np.unique(real.y)]
    shown = labels[:SHOWN_CLASSES]
    columns = max(1, min(COLUMNS, len(shown)))
    lines = max(1, math.ceil(len(shown) / columns))
    figure = Figure(figsize=(2.9 * columns + 0.3, 2.7 * lines + 0.8), layout="constrained")
    axes = figure.subplots(lines, columns, squeeze=False).ravel()
    for axis in axes[len(shown) :]:
        axis.remove()
    for label, axis in zip(shown, axes, strict=False):
        _panel(axis, real.x[real.y == label], generated.x[generated.y == label], classes[label])
    cut = f" (first {len(shown)} of {len(labels)} classes)" if len(labels) > len(shown) else ""
    handles = [
        axes[0].plot([], [], marker, color=colour, linestyle="")[0]
        for colour, marker in ((REAL, "o"), (GENERATED, "x"))
    ]
    figure.legend(handles, ["real test points", "generated points"], loc="outside lower center", ncols=2, fontsize=8)
    figure.suptitle(f"Components 1 and 2 of real and generated {units} together, class by class{cut}", fontsize=10)
    return figure


def _panel(axis: Axes, real: np.ndarray, generated: np.ndarray, name: str) -> None:
    count = min(len(real), len(generated), MOST_POINTS)
    title = name if len(name) <= 26 else f"{name[:25]}…"
    axis.tick_params(labelsize=6)
    if count < LEAST_POINTS:
        axis.set_title(title, fontsize=8)
        axis.text(
            0.5,
            0.5,
            f"{count} pair(s) of points:\ntoo few for a PCA",
            ha="center",
            va="center",
            fontsize=7,
            transform=axis.transAxes,
        )
        return
    both = np.concatenate([real[:count], generated[:count]]).astype(np.float64)
    both -= both.mean(axis=0)
    _, values, components = np.linalg.svd(both, full_matrices=False)
    shares = 100 * values**2 / max(np.sum(values**2), 1e-300)
    points = np.zeros((len(both), 2))
    points[:, : min(2, both.shape[1])] = both @ components[:2].T
    # Alternating small pieces of both sets, so that neither hides the other.
    for start in range(0, count, 50):
        piece = slice(start, min(start + 50, count))
        for rows, colour, marker in ((points[:count], REAL, "o"), (points[count:], GENERATED, "x")):
            axis.plot(*rows[piece].T, marker, color=colour, markersize=2.5, alpha=0.55, linestyle="")
    second = shares[1] if len(shares) > 1 else 0.0
    axis.set_title(f"{title}\nPC1 {shares[0]:.1f} %, PC2 {second:.1f} %", fontsize=8)
