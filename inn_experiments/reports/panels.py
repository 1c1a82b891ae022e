"""What all figures share: colours, grids of panels, names that fit them, states evenly spaced, files."""

import math
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.lines import Line2D

from inn_experiments.contracts import printable, replacing

REAL, GENERATED = "#0072b2", "#d55e00"
"""In every figure; SEVEN are for any other things."""
SEVEN = (REAL, GENERATED, "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKS = ((REAL, "o"), (GENERATED, "x"))
"""How points of either are drawn."""

DOTS_PER_INCH = 110
SHOWN_CLASSES, TICKS = 12, 4
LONGEST_NAME = 22
HEAD = 0.42
"""Of a figure's height, for title and legend, in inches."""

PIECE = 50
TITLE_WIDTH = 7.0
"""One or two panels are wider than they would need to be, so that a title of one line fits above them, in inches."""


def grid(
    count: int, columns: int, width: float, height: float, *, least: float = 4.0, share: bool | str = False
) -> tuple[Figure, np.ndarray]:
    """A figure and `count` axes (count,) on it, line by line, `columns` of a line at most; one panel at least is made.

    `width` and `height` are those of a panel, `least` the least width of the figure, in inches. `share`: whether the
    panels share their axes; `x`: the horizontal one alone; `row`: that, and the vertical one line by line.
    """
    columns = max(1, min(columns, count))
    lines = max(1, math.ceil(count / columns))
    figure = Figure(figsize=(max(width * columns + 0.4, least), height * lines + 0.9), layout="constrained")
    sharey = False if share == "x" else share
    axes = figure.subplots(lines, columns, squeeze=False, sharex=bool(share), sharey=sharey).ravel()
    for axis in axes[count:]:
        axis.remove()
    if share:
        # The panels above the gaps in the last line have none below them that has the scale.
        for axis in axes[max(count - columns, 0) : count]:
            axis.tick_params(labelbottom=True)
    for axis in axes[:count]:
        axis.tick_params(labelsize=6)
        # Laying out the numbers takes most of a figure's time.
        axis.locator_params(nbins=TICKS)
    return figure, axes[:count]


def class_panels(
    labels: Iterable[int], classes: tuple[str, ...], side: float = 2.0, share: bool | str = False
) -> tuple[Figure, list[tuple[int, Axes]], str]:
    """A figure with an axis for each of the first 12 labels, titled with its class, and words on what is not shown.

    `side`: of a panel, about, in inches; `share` as in `grid`.
    """
    every = [int(label) for label in labels]
    shown = every[:SHOWN_CLASSES]
    figure, axes = grid(
        len(shown), 5 if len(shown) in (5, 9, 10) else 4, 1.1 * side, side, least=TITLE_WIDTH, share=share
    )
    for label, axis in zip(shown, axes, strict=True):
        axis.set_title(short(classes[label]), fontsize=8)
    cut = f" (first {len(shown)} of {len(every)} classes)" if len(every) > len(shown) else ""
    return figure, list(zip(shown, axes, strict=True)), cut


def head(figure: Figure, title: str, entries: Sequence[tuple[Artist | tuple[Artist, ...], str]]) -> None:
    """The title above all panels, and below it the legend: what each colour and mark stands for."""
    height = figure.get_size_inches()[1]
    figure.suptitle(title, fontsize=9, y=1 - 0.07 / height, va="top")
    handles, words = zip(*entries, strict=True)
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, 1 - 0.2 / height), "borderaxespad": 0.0}
    figure.legend(handles, words, ncols=len(words), fontsize=7, frameon=False, **place)
    # Laid out by hand: the engine would put one over the other.
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - HEAD / height))


def mark(colour: str, marker: str) -> Line2D:
    """A point of this kind, for the legend."""
    return Line2D([], [], color=colour, marker=marker, markersize=4, linestyle="")


def note(axis: Axes, text: str) -> None:
    """Words in the middle of a panel that has nothing to show."""
    axis.text(0.5, 0.5, text, ha="center", va="center", fontsize=7, transform=axis.transAxes)


def draw_rows(axis: Axes, places: np.ndarray, rows: np.ndarray, **style: object) -> None:
    """One row (d,) or several (k, d) as lines over their `places` (d,); a single value as a point."""
    axis.plot(places, rows.T, marker="." if len(places) == 1 else "", **style)


def draw_pair(axis: Axes, real: np.ndarray, generated: np.ndarray) -> None:
    """Real and generated points (n, 2), (m, 2), in alternating small pieces, so that neither hides the other."""
    for start in range(0, max(len(real), len(generated)), PIECE):
        for points, (colour, marker) in ((real, MARKS[0]), (generated, MARKS[1])):
            piece = points[start : start + PIECE]
            axis.plot(*piece.T, marker, color=colour, markersize=2.5, alpha=0.6, linestyle="")


def plain(text: str) -> str:
    """A name as figures show it letter by letter: no formula between dollar signs, no line breaks, not too long."""
    return printable(text).replace("$", r"\$")


def short(name: str) -> str:
    """As `plain`, its end left out where it is long."""
    return plain(name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…")


def spaced(count: int, most: int) -> np.ndarray:
    """At most `most` numbers of 0..count-1, evenly spaced, the first and the last among them.

    Example:
        >>> spaced(101, 6).tolist(), spaced(3, 6).tolist()
        ([0, 20, 40, 60, 80, 100], [0, 1, 2])
    """
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def write_figure(path: Path, figure: Figure) -> Path:
    """Draw `figure` as a PNG at `path`, whole or not at all; the same figure gives the same bytes."""
    figure.dpi = DOTS_PER_INCH
    canvas = FigureCanvasAgg(figure)
    with warnings.catch_warnings():
        # A letter of a class' name that the font lacks is drawn as a box; that is no fault of the run.
        for message in ("Glyph .* missing from font", "Matplotlib currently does not support"):
            warnings.filterwarnings("ignore", message)
        # Figure.savefig would lay the figure out and draw it a second time.
        canvas.draw()
    with replacing(path) as fresh:
        imsave(fresh, canvas.buffer_rgba(), format="png", dpi=DOTS_PER_INCH)
    return path
