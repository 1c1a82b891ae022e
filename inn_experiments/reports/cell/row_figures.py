"""Pictures of real beside generated rows: spectra as lines, two features as points, 2-D records as images."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from inn_experiments.contracts import RecordScaling, Samples, Split
from inn_experiments.reports.cell.drawn import Drawn, labels_shown, set_places, units_of
from inn_experiments.reports.panels import GENERATED, REAL, class_panels, draw_rows, grid, head, mark, plain, short

SHADES = (1.0, 0.7, 0.5, 0.35)
"""Of the rows that are shown of a class."""

LIFT = 1.15
"""Of the extent of a panel's rows, by which real ones stand above generated ones."""

SHOWN_POINTS = 2000
SHOWN_CLASSES = 6
SHOWN_RECORDS = 3
STYLE = {"origin": "lower", "aspect": "auto", "cmap": "viridis", "interpolation": "nearest"}
UNITS = {"log": "log", "minmax": "normalised"}
"""Of a record after a step, where they are not the file's."""


def rows_figure(drawn: Drawn) -> Figure:
    """A few single real rows above a few generated rows, per class: a mean hides what single rows look like.

    The scale stands twice at the side, once for either.
    """
    split, units = drawn.split, units_of(drawn.split)
    figure, panels, cut = class_panels(labels_shown(split), split.classes, side=2.2, share="x")
    for label, axis in panels:
        few = [units.of(rows[: len(SHADES)]) for rows in drawn.pair(label)]
        low, high = (float(end(np.concatenate(few))) for end in (np.min, np.max))
        extent = (high - low) or 1.0
        for rows, lift, colour in zip(few, (LIFT * extent, 0.0), (REAL, GENERATED), strict=True):
            for shade, row in zip(SHADES, rows, strict=False):
                draw_rows(axis, split.axis, row + lift, color=colour, linewidth=0.8, alpha=shade)
        axis.axhline(low + 0.5 * (1 + LIFT) * extent, color="0.8", linewidth=0.6)
        ticks = [tick for tick in MaxNLocator(3).tick_values(low, high) if low - 1e-9 * extent <= tick <= high]
        places = [tick + lift for lift in (0.0, LIFT * extent) for tick in ticks]
        axis.set_yticks(places, labels=[f"{tick:.4g}" for tick in ticks] * 2)
        set_places(axis, split)
    words = ((f"{drawn.words}, above", REAL), ("generated rows, below", GENERATED))
    handles = [(Line2D([], [], color=colour), name) for name, colour in words]
    head(figure, f"Single rows of each class{cut}", handles)
    figure.supxlabel(plain(split.axis_name), fontsize=9)
    figure.supylabel(units.label, fontsize=9)
    return figure


def draw_spectra(axis: Axes, split: Split, rows: np.ndarray, colour: str) -> None:
    """Rows (k, d) as lines over the axis of the split, in the units that figures show."""
    draw_rows(axis, split.axis, units_of(split).of(rows), color=colour, linewidth=0.9)
    set_places(axis, split)


def points_figure(split: Split, samples: Samples) -> Figure:
    """Real test points and generated points (n, 2), in the units of the file."""
    figure, axes = grid(2, 2, 3.3, 2.9, least=7.0, share=True)
    names = [plain(name) for name in split.columns or (f"{split.axis_name} 1", f"{split.axis_name} 2")]
    parts = ((split.test.x, REAL, "real test points"), (samples.x, GENERATED, "generated points"))
    for axis, (x, colour, name) in zip(axes, parts, strict=True):
        draw_points(axis, split, x, colour)
        axis.set_title(f"{min(len(x), SHOWN_POINTS)} {name}", fontsize=8)
        axis.set_xlabel(names[0], fontsize=8)
    axes[0].set_ylabel(names[1], fontsize=8)
    handles = [(mark(colour, "."), name) for _, colour, name in parts]
    head(figure, "Real test points and generated points, units of the file", handles)
    return figure


def draw_points(axis: Axes, split: Split, rows: np.ndarray, colour: str) -> None:
    """The first 2,000 rows (k, 2) as points, in the units of the file."""
    axis.plot(*split.scaling.undo(rows[:SHOWN_POINTS]).T, ".", color=colour, markersize=2, alpha=0.6)
    axis.set_aspect("equal")


def records_figure(split: Split, samples: Samples) -> Figure:
    """A few real test records beside a few generated ones, a class a line, on one scale of colours.

    Of more classes than fit, those with the most and with the fewest training records are shown, half and half.
    """
    counts, labels = np.bincount(split.train.y, minlength=len(split.classes)), records_shown(split)
    # All but the extremes of the real records.
    low, high = map(float, np.quantile(split.test.x, (0.001, 0.999)))
    limits = {"vmin": low, "vmax": high if high > low else low + 1.0}
    figure, axes = grid(2 * SHOWN_RECORDS * len(labels), 2 * SHOWN_RECORDS, 1.75, 1.35, share=True)
    lines = axes.reshape(len(labels), 2, SHOWN_RECORDS)
    for axis in axes:
        axis.set_axis_off()
    image = None
    scale, sides = "normalised units", ("", "")
    if isinstance(split.scaling, RecordScaling):
        scale = "logarithm of the value, 0 to 1 over the training records"
        named = zip(("retention", "drift"), split.scaling.units, strict=True)
        sides = tuple(f"{name} / {unit}" if unit else name for name, unit in named)
    for line, label in zip(lines, labels, strict=True):
        line[0, 0].set_ylabel(f"{short(split.classes[label])}\n{counts[label]} to train", fontsize=7)
        line[0, 0].set_axis_on()
        for side, rows in zip(line, (split.test, samples), strict=True):
            for axis, row in zip(side, rows.x[rows.y == label], strict=False):
                axis.set_axis_on()
                image = draw_record(axis, split, row, **limits)
    for axis, name in zip(lines[0].ravel(), np.repeat(("real", "generated"), SHOWN_RECORDS), strict=True):
        axis.set_title(name, fontsize=8)
    if image is not None:
        figure.colorbar(image, ax=axes, shrink=0.6, label=scale).ax.tick_params(labelsize=6)
    cut = f" ({len(labels)} of {len(counts)} classes)" if len(labels) < len(counts) else ""
    figure.suptitle(f"Real test records and generated records, retention upwards, drift to the right{cut}", fontsize=9)
    figure.supxlabel(sides[1], fontsize=9)
    figure.supylabel(sides[0], fontsize=9)
    return figure


def records_shown(split: Split) -> list[int]:
    """The classes of which records are shown."""
    counts = np.bincount(split.train.y, minlength=len(split.classes))
    order, half = np.argsort(-counts, kind="stable").tolist(), SHOWN_CLASSES // 2
    return sorted(order if len(order) <= SHOWN_CLASSES else order[:half] + order[-half:])


def draw_record(axis: Axes, split: Split, row: np.ndarray, colour: str = "", **limits: float) -> AxesImage:
    """A row (1, m*d) as an image (m, d), its colours between `vmin` and `vmax` or over its own range."""
    extent = None
    if isinstance(split.scaling, RecordScaling):
        retention, drift = split.scaling.axes
        extent = (drift[0], drift[-1], retention[0], retention[-1])
    axis.tick_params(labelsize=5)
    return axis.imshow(row.reshape(split.shape), extent=extent, **STYLE, **limits)


def preprocessing_figure(scaling: RecordScaling) -> Figure:
    """The first training record before, after each step of the preprocessing, and undone again.

    The raw record and the undone one share their colours, and the last panel is their difference: what was lost to
    wavelet and crop.
    """
    raw, stages = scaling.example, scaling.stages(scaling.example)
    panels = {"raw": raw, **stages, "raw - undone": raw - stages["undone"]}
    figure, axes = grid(len(panels), 4, 2.9, 2.4)
    for axis, (name, matrix) in zip(axes, panels.items(), strict=True):
        limits = {"vmin": raw.min(), "vmax": raw.max()} if name in ("raw", "undone") else {}
        bar = figure.colorbar(axis.imshow(matrix, **STYLE, **limits), ax=axis, shrink=0.8)
        bar.ax.tick_params(labelsize=6)
        bar.set_label(UNITS.get(name, "file's units"), fontsize=7)
        axis.set_title(f"{name}, {matrix.shape[0]} x {matrix.shape[1]}", fontsize=9)
    figure.supxlabel("place along drift", fontsize=8)
    figure.supylabel("place along retention", fontsize=8)
    figure.suptitle("The first training record after each step of the preprocessing, and undone again", fontsize=9)
    return figure
