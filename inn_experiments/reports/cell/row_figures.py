"""Pictures of real beside generated rows: spectra as lines, two features as points, 2-D records as images."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from inn_experiments.contracts import RecordScaling, Rows, Samples, Split
from inn_experiments.reports.panels import GENERATED, REAL, class_panels, draw_rows, grid, head, plain, short

SHADES = (1.0, 0.7, 0.5, 0.35)
"""Of the rows that are shown of a class."""

SHOWN_POINTS = 2000
SHOWN_CLASSES = 6
SHOWN_RECORDS = 3
STYLE = {"origin": "lower", "aspect": "auto", "cmap": "viridis", "interpolation": "nearest"}
UNITS = {"log": "log", "minmax": "normalised"}
"""Of a record after a step, where they are not the file's."""


def spectra_figure(split: Split, samples: Samples) -> Figure:
    """A few real test rows above a few generated rows, per class, on one scale."""
    figure, panels, cut = class_panels(range(len(split.classes)), split.classes)
    shown = [_few(rows, label) for rows in (split.test, samples) for label, _ in panels]
    extent = float(np.ptp(np.concatenate(shown))) or 1.0
    for label, axis in panels:
        for rows, lift, colour in ((split.test, 1.1 * extent, REAL), (samples, 0.0, GENERATED)):
            for shade, row in zip(SHADES, _few(rows, label), strict=False):
                draw_rows(axis, split.axis, row + lift, color=colour, linewidth=0.8, alpha=shade)
        axis.set_yticks([])
    head(figure, f"Real test rows (above) and generated rows (below), normalised units{cut}")
    figure.supxlabel(plain(split.axis_name), fontsize=9)
    return figure


def draw_spectra(axis: Axes, split: Split, rows: np.ndarray, colour: str) -> None:
    """Rows (k, d) as lines over the axis of the split."""
    draw_rows(axis, split.axis, rows, color=colour, linewidth=0.9)


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


def records_figure(split: Split, samples: Samples) -> Figure:
    """A few real test records beside a few generated ones, a class a line, on one scale of colours.

    Of more classes than fit, those with the most and with the fewest training records are shown, half and half.
    """
    counts = np.bincount(split.train.y, minlength=len(split.classes))
    order, half = np.argsort(-counts, kind="stable").tolist(), SHOWN_CLASSES // 2
    labels = sorted(order if len(order) <= SHOWN_CLASSES else order[:half] + order[-half:])
    # All but the extremes of the real records.
    low, high = map(float, np.quantile(split.test.x, (0.001, 0.999)))
    limits = {"vmin": low, "vmax": high if high > low else low + 1.0}
    figure, axes = grid(2 * SHOWN_RECORDS * len(labels), 2 * SHOWN_RECORDS, 1.75, 1.35, share=True)
    lines = axes.reshape(len(labels), 2, SHOWN_RECORDS)
    for axis in axes:
        axis.set_axis_off()
    image = None
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
        figure.colorbar(image, ax=axes, shrink=0.6, label="normalised units").ax.tick_params(labelsize=6)
    cut = f" ({len(labels)} of {len(counts)} classes)" if len(labels) < len(counts) else ""
    figure.suptitle(f"Real test records and generated records, retention upwards, drift to the right{cut}", fontsize=9)
    return figure


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
