"""Mass spectra as sticks, real ones up and generated ones down, the largest peaks with their m/z."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from inn_experiments.contracts import Split
from inn_experiments.reports.cell.drawn import Drawn, labels_shown, set_places, units_of
from inn_experiments.reports.panels import GENERATED, REAL, class_panels, head, note, plain, short

APART = 0.08
"""Of the width of a panel, between two peaks that are both named."""

NAMED, LEAST_NAMED = 4, 0.05
"""Peaks of a row that are named, if they have this share of the tallest."""

ROOM = 1.25
"""Of the tallest stick, for the names above it."""


def draw_sticks(
    axis: Axes, places: np.ndarray, heights: np.ndarray, colour: str, *, alpha: float = 1.0, peaks: int = 0
) -> None:
    """Sticks of `heights` (d,) at their `places` from zero, the tallest `peaks` named by their place."""
    there = np.flatnonzero(heights)
    axis.vlines(places[there], 0.0, heights[there], color=colour, linewidth=0.9, alpha=alpha)
    if not peaks or not len(there):
        return
    width = float(np.ptp(places[there])) or 1.0
    named: list[float] = []
    for place in there[np.argsort(-np.abs(heights[there]), kind="stable")]:
        if abs(heights[place]) < LEAST_NAMED * np.abs(heights).max():
            break
        if all(abs(places[place] - other) > APART * width for other in named):
            named.append(float(places[place]))
            above = heights[place] > 0
            label = f"{places[place]:g}"
            where = {"ha": "center", "va": "bottom" if above else "top"}
            axis.text(places[place], heights[place], label, fontsize=5.5, **where)
        if len(named) == peaks:
            break


def mirror(axis: Axes, split: Split, there: np.ndarray) -> None:
    """Equal room up and down, a scale without signs, and the places (d,) that are `there` between its ends."""
    most = max((abs(float(end)) for end in axis.dataLim.intervaly if np.isfinite(end)), default=1.0) or 1.0
    axis.set_ylim(-ROOM * most, ROOM * most)
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    axis.axhline(0.0, color="0.2", linewidth=0.6)
    set_places(axis, split, split.axis[there])


def pairs_figure(drawn: Drawn) -> Figure:
    """Per class its most typical real row, up, and the generated row most like it, down; each base peak is 100 %.

    Typical is the row with the largest mean cosine to the others. The cosine of the two stands beside that of the
    real row and the real row most like it.
    """
    split, units = drawn.split, units_of(drawn.split)
    figure, panels, cut = class_panels(labels_shown(split), split.classes, side=2.2)
    for label, axis in panels:
        real, generated = map(units.of, drawn.pair(label))
        if not len(real) or not len(generated):
            note(axis, f"{len(real)} real, {len(generated)} generated rows:\nno pair")
            continue
        row, made, like, control = pair_of(real, generated)
        for one, colour, sign in ((real[row], REAL, 1), (generated[made], GENERATED, -1)):
            draw_sticks(axis, split.axis, sign * of_base_peak(one), colour, peaks=NAMED)
        mirror(axis, split, (real[row] != 0) | (generated[made] != 0))
        beside = "" if control is None else f" (real {control:.2f})"
        axis.set_title(f"{short(split.classes[label])}\ncosine {like:.2f}{beside}", fontsize=7)
    words = (("real, up", REAL), ("generated, down", GENERATED))
    handles = [(Line2D([], [], color=colour), name) for name, colour in words]
    head(figure, f"The most typical of {drawn.words} and the generated row most like it{cut}", handles)
    figure.supxlabel(plain(split.axis_name), fontsize=9)
    figure.supylabel(f"{plain(split.value_name) or 'intensity'}, % of base peak", fontsize=9)
    return figure


def pair_of(real: np.ndarray, generated: np.ndarray) -> tuple[int, int, float, float | None]:
    """Of rows (n, d), (m, d): the typical real one, the generated one most like it, and how alike they are.

    The last number is the cosine of the typical row and the real row most like it, None where there is one row.

    >>> pair_of(np.array([[1.0, 0], [1, 0.5], [1, 1]]), np.array([[0.0, 1], [2, 1]]))[:2]
    (1, 1)
    """
    own, made = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30) for rows in (real, generated))
    alike = own @ own.T
    row = int(np.argmax(alike.sum(axis=1)))
    likes = made @ own[row]
    others = np.delete(alike[row], row)
    return row, int(np.argmax(likes)), float(likes.max()), float(others.max()) if len(others) else None


def of_base_peak(row: np.ndarray) -> np.ndarray:
    """A row (d,) in percent of its largest value; as it is where that is not above zero."""
    most = float(row.max())
    return 100.0 * row / most if most > 0 else row
