"""What a finished cell leaves for people to look at: rows, PCA, states of the iteration, training curves, samples."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from inn_experiments.contracts import Curves, Paths, RecordScaling, Report, Samples, Shapes, Split
from inn_experiments.reports.cell import row_figures
from inn_experiments.reports.cell.component_figures import geometry_figure, pca_figure
from inn_experiments.reports.cell.drawn import Drawn, enough, is_mass, units_of
from inn_experiments.reports.cell.eye_test import eye_tests
from inn_experiments.reports.cell.mean_figures import difference_figure, means_figure
from inn_experiments.reports.cell.paths_figures import paths_figures
from inn_experiments.reports.cell.samples import write_samples
from inn_experiments.reports.cell.sticks import pairs_figure
from inn_experiments.reports.panels import GENERATED, SEVEN, grid, plain, short, spaced, write_figure

SHOWN_LINES, SHOWN_STATES = 4, 7


class Kind(NamedTuple):
    """How rows of one kind of data are drawn: real ones beside generated ones, and (k, d) of one state in a panel."""

    compare: Callable[[Split, Samples], dict[str, Figure]]
    draw: Callable[..., object]
    states: str  # words of the states' title


def spectra_figures(split: Split, samples: Samples) -> dict[str, Figure]:
    """File -> means with bands, their difference, and single rows, which mass spectra have in pairs."""
    drawn = Drawn.of(split, samples)
    return {
        "real_and_generated.png": means_figure(drawn),
        "difference.png": difference_figure(drawn),
        "rows.png": pairs_figure(drawn) if is_mass(split) else row_figures.rows_figure(drawn),
    }


def points_figures(split: Split, samples: Samples) -> dict[str, Figure]:
    """File -> points beside points."""
    return {"real_and_generated.png": row_figures.points_figure(split, samples)}


def records_figures(split: Split, samples: Samples) -> dict[str, Figure]:
    """File -> images beside images."""
    return {"real_and_generated.png": row_figures.records_figure(split, samples)}


SPECTRA = Kind(spectra_figures, row_figures.draw_spectra, "from the start to the generated row")
POINTS = Kind(points_figures, row_figures.draw_points, "from the start to the generated points")
# Noise has another range than records.
RECORDS = Kind(records_figures, row_figures.draw_record, "each in colours of its own range")


def record(
    folder: Path,
    report: Report,
    split: Split,
    samples: Samples,
    curves: Curves,
    shown: Sequence[object],
    draw: Callable[[np.ndarray], Samples] | None = None,
) -> None:
    """Draw a finished cell's figures, lay out its eye tests and write its samples, all below `folder`.

    Types of what measures have `shown` say which figures are drawn; None is skipped. `draw` makes rows for labels (k,),
    for figures alone, where the samples have few of a class.
    """
    figures = folder / "figures"
    cell_figures(figures, split, samples, curves, draw)
    for one in shown:
        if isinstance(one, Paths):
            paths_figures(figures, one)
        elif isinstance(one, Shapes):
            units = "rows" if samples.latent is None else "latents"
            write_figure(figures / "geometry.png", geometry_figure(one, split.classes, units))
            if split.shape is None:
                eye_tests(folder / "eye_test", report, split, one.real_rows, one.generated_rows)
    write_samples(folder, split, samples)


def kind_of(split: Split) -> Kind:
    """2-D records are images; rows of two features are points of the plane."""
    return RECORDS if split.shape is not None else POINTS if split.features == 2 else SPECTRA


def cell_figures(
    folder: Path, split: Split, samples: Samples, curves: Curves, draw: Callable[[np.ndarray], Samples] | None = None
) -> list[Path]:
    """Draw what there is to draw of one finished cell into `folder`, and return the PNG files.

    `draw` is as in `record`.
    """
    records = split.shape is not None and isinstance(split.scaling, RecordScaling)
    least = (row_figures.SHOWN_RECORDS, row_figures.records_shown(split)) if split.shape is not None else ()
    rows = samples if draw is None else enough(split, samples, draw, *least)
    pictures = {
        **kind_of(split).compare(split, rows),
        "pca.png": pca_figure(split, rows),
        "states.png": states_figure(split, samples),
        "curves.png": curves_figure(curves),
        "preprocessing.png": row_figures.preprocessing_figure(split.scaling) if records else None,
    }
    return [write_figure(folder / name, figure) for name, figure in pictures.items() if figure is not None]


def states_figure(split: Split, samples: Samples) -> Figure | None:
    """Some states of the iteration from its start to the generated rows, evenly spaced; None without states.

    A line is one row of a class, at most four classes; points of the plane are all drawn together.
    """
    if samples.states is None or len(samples.y) == 0:
        return None
    kind = kind_of(split)
    labels = np.unique(samples.y)[:SHOWN_LINES]
    lines = [(short(split.classes[label]), np.flatnonzero(samples.y == label)[:1]) for label in labels]
    if kind is POINTS:
        lines = [("", slice(None))]
    last = len(samples.states) - 1
    steps = spaced(last + 1, SHOWN_STATES)
    figure, axes = grid(len(lines) * len(steps), len(steps), 1.75, 1.9 if kind is POINTS else 1.3, share="row")
    axes = axes.reshape(len(lines), len(steps))
    for line, (name, place) in zip(axes, lines, strict=True):
        for axis, step in zip(line, steps, strict=True):
            kind.draw(axis, split, samples.states[step, place], GENERATED if step == last else "0.35")
        line[0].set_ylabel(name, fontsize=8)
    for axis, step in zip(axes[0], steps, strict=True):
        axis.set_title("start" if step == 0 else f"state {step}", fontsize=8)
    figure.suptitle(f"States of the iteration, {kind.states}", fontsize=9)
    if kind is SPECTRA:
        figure.supxlabel(plain(split.axis_name), fontsize=9)
        figure.supylabel(units_of(split).label, fontsize=9)
    return figure


def curves_figure(curves: Curves) -> Figure | None:
    """Training curves over steps, on a logarithmic axis where their values allow it; None without any."""
    drawn = {name: curve for name, curve in sorted(curves.items()) if len(curve[0])}
    if not drawn:
        return None
    figure = Figure(figsize=(7.5, 4), layout="constrained")
    axis = figure.subplots()
    for place, (name, (steps, values)) in enumerate(drawn.items()):
        dashes = ("-", "--", ":")[place // len(SEVEN) % 3]
        marker = "o" if len(steps) == 1 else None
        axis.plot(steps, values, dashes, color=SEVEN[place % len(SEVEN)], linewidth=1, label=name, marker=marker)
    if all(min(values) > 0 for _, values in drawn.values()):
        axis.set_yscale("log")
    axis.set_xlabel("step", fontsize=9)
    axis.set_ylabel("loss or error", fontsize=9)
    axis.set_title("Training curves", fontsize=9)
    axis.grid(color="0.92")
    axis.legend(fontsize=8, frameon=False, ncols=math.ceil(len(drawn) / 8))
    return figure
