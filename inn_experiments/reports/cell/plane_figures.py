"""Pictures of points of the plane, which lines over an axis would not show."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.contracts import Samples, Split
from inn_experiments.reports.colours import GENERATED, REAL

SHOWN_POINTS = 2000
SHOWN_STATES = 6
PLANE = 2


def plane_figure(split: Split, samples: Samples) -> Figure:
    """Real test points and generated points (n, 2), in the units of the file."""
    figure = Figure(figsize=(7.0, 3.8), layout="constrained")
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    for axis, x, name, colour in ((axes[0], split.test.x, "real", REAL), (axes[1], samples.x, "generated", GENERATED)):
        _points(axis, split.scaling.undo(x[:SHOWN_POINTS]), colour)
        axis.set_title(name, color=colour, fontsize=9, fontweight="bold")
    figure.suptitle("Real test points and generated points, units of the file", fontsize=9)
    return figure


def plane_states_figure(split: Split, samples: Samples) -> Figure | None:
    """The generated points in some states of the iteration, evenly spaced; None without states."""
    if samples.states is None or len(samples.y) == 0:
        return None
    last = len(samples.states) - 1
    shown = np.unique(np.linspace(0, last, min(SHOWN_STATES, last + 1)).round().astype(int))
    figure = Figure(figsize=(max(4.0, 2.1 * len(shown)), 2.8), layout="constrained")
    axes = figure.subplots(1, len(shown), squeeze=False, sharex=True, sharey=True)[0]
    for axis, state in zip(axes, shown, strict=True):
        points = split.scaling.undo(samples.states[state, :SHOWN_POINTS])
        _points(axis, points, GENERATED if state == last else "0.35")
        axis.set_title("start" if state == 0 else f"state {state}", fontsize=8)
    figure.suptitle("States of the iteration, from the start to the generated points", fontsize=9)
    return figure


def _points(axis: Axes, points: np.ndarray, colour: str) -> None:
    axis.plot(points[:, 0], points[:, 1], ".", color=colour, markersize=2, alpha=0.6)
    axis.set_aspect("equal")
    axis.tick_params(labelsize=6)
