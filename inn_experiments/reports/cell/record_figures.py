"""Pictures of 2-D records: real beside generated ones, the states of an iteration, and the preprocessing."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.contracts import Samples, Split

SHOWN_CLASSES = 6
SHOWN_RECORDS = 3
SHOWN_STATES = 7
STATE_CLASSES = 4
COLOURS = "viridis"
UNITS = {
    "wavelet": "file's units",
    "crop": "file's units",
    "log": "log",
    "minmax": "normalised",
    "undone": "file's units",
}


def records_figure(split: Split, samples: Samples) -> Figure:
    """A few real test records beside a few generated ones, a class a line, on one scale of colours.

    Arguments: `split`, whose `shape` (m, d) is not None; `samples`, generated rows (n, m*d). Of more classes
    than fit, those with the most and with the fewest training records are shown, half and half.
    """
    labels = _shown(split)
    low, high = _limits(split)
    figure = Figure(figsize=(1.75 * 2 * SHOWN_RECORDS + 0.8, 1.35 * len(labels) + 1.1), layout="constrained")
    axes = figure.subplots(len(labels), 2 * SHOWN_RECORDS, squeeze=False, sharex=True, sharey=True)
    image = None
    for line, label in zip(axes, labels, strict=True):
        for side, rows in enumerate((split.test, samples)):
            own = rows.x[rows.y == label][:SHOWN_RECORDS]
            places = line[side * SHOWN_RECORDS : (side + 1) * SHOWN_RECORDS]
            for axis in places[len(own) :]:
                axis.set_axis_off()
            for axis, row in zip(places, own, strict=False):
                image = _image(axis, row.reshape(split.shape), split, low, high)
        trained = int((split.train.y == label).sum())
        line[0].set_ylabel(f"{_short(split.classes[label])}\n{trained} to train", fontsize=7)
        line[0].set_axis_on()
    for place, axis in enumerate(axes[0]):
        axis.set_title("real" if place < SHOWN_RECORDS else "generated", fontsize=8)
    if image is not None:
        figure.colorbar(image, ax=axes, shrink=0.6, label="normalised units").ax.tick_params(labelsize=6)
    hidden = len(split.classes) - len(labels)
    cut = f" ({len(labels)} of {len(split.classes)} classes)" if hidden else ""
    figure.suptitle(f"Real test records and generated records, retention upwards, drift to the right{cut}", fontsize=9)
    return figure


def record_states_figure(split: Split, samples: Samples) -> Figure | None:
    """The states of an iteration from start to generated record; None for a generator without any."""
    if samples.states is None or len(samples.y) == 0:
        return None
    labels = np.unique(samples.y)[:STATE_CLASSES]
    last = len(samples.states) - 1
    steps = np.unique(np.linspace(0, last, min(SHOWN_STATES, last + 1)).round().astype(int))
    figure = Figure(figsize=(max(4.0, 1.6 * len(steps)), 1.35 * len(labels) + 0.8), layout="constrained")
    axes = figure.subplots(len(labels), len(steps), squeeze=False, sharex=True, sharey=True)
    for line, label in zip(axes, labels, strict=True):
        place = int(np.flatnonzero(samples.y == label)[0])
        for axis, step in zip(line, steps, strict=True):
            # Noise has another range than records: each state has colours of its own.
            _image(axis, samples.states[step, place].reshape(split.shape), split)
        line[0].set_ylabel(_short(split.classes[label]), fontsize=8)
    for axis, step in zip(axes[0], steps, strict=True):
        axis.set_title("start" if step == 0 else f"state {step}", fontsize=8)
    figure.suptitle("States of the iteration, each in colours of its own range", fontsize=9)
    return figure


def preprocessing_figure(scaling: Any) -> Figure | None:
    """One training record before, after each step of the preprocessing, and undone again.

    `scaling` is the split's; None for one that has no `stages`. The raw record and the undone one share their
    colours, and the last panel is their difference: what was lost to wavelet and crop.
    """
    if not hasattr(scaling, "stages"):
        return None
    raw, stages = scaling.example, scaling.stages(scaling.example)
    panels = {"raw": raw, **stages, "raw - undone": raw - stages["undone"]}
    figure = Figure(figsize=(12, 5.6), layout="constrained")
    axes = figure.subplots(2, 4, squeeze=False).ravel()
    for axis in axes[len(panels) :]:
        axis.remove()
    for axis, (name, matrix) in zip(axes, panels.items(), strict=False):
        shared = name in ("raw", "undone")
        limits = {"vmin": raw.min(), "vmax": raw.max()} if shared else {}
        image = axis.imshow(matrix, origin="lower", aspect="auto", cmap=COLOURS, interpolation="nearest", **limits)
        bar = figure.colorbar(image, ax=axis, shrink=0.8)
        bar.ax.tick_params(labelsize=6)
        bar.set_label(UNITS.get(name, "file's units"), fontsize=7)
        axis.set_title(f"{name}, {matrix.shape[0]} x {matrix.shape[1]}", fontsize=9)
        axis.tick_params(labelsize=6)
    figure.supxlabel("place along drift", fontsize=8)
    figure.supylabel("place along retention", fontsize=8)
    figure.suptitle("The first training record after each step of the preprocessing, and undone again", fontsize=9)
    return figure


def _shown(split: Split) -> list[int]:
    """The classes that are shown, in their order."""
    count = len(split.classes)
    if count <= SHOWN_CLASSES:
        return list(range(count))
    order = np.argsort(-np.bincount(split.train.y, minlength=count), kind="stable")
    half = SHOWN_CLASSES // 2
    return sorted(int(label) for label in (*order[:half], *order[-half:]))


def _limits(split: Split) -> tuple[float, float]:
    """The range of colours: all but the extremes of the real test records."""
    low, high = np.quantile(split.test.x, (0.001, 0.999))
    return float(low), float(high if high > low else low + 1.0)


def _image(axis: Axes, matrix: np.ndarray, split: Split, low: float | None = None, high: float | None = None) -> Any:
    axes = getattr(split.scaling, "axes", None)
    extent = None if axes is None else (axes[1][0], axes[1][-1], axes[0][0], axes[0][-1])
    axis.tick_params(labelsize=5)
    return axis.imshow(
        matrix, origin="lower", aspect="auto", cmap=COLOURS, interpolation="nearest", vmin=low, vmax=high, extent=extent
    )


def _short(name: str) -> str:
    return name if len(name) <= 18 else f"{name[:17]}…"
