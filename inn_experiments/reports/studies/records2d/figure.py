"""Errors of reconstruction against d, and the uplift of each class against its size."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.panels import SEVEN
from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.records2d.runs import ERROR, Kind, Width, class_sizes, protocols

GREY = "0.55"
STEP = 1.03
"""Points of one class side by side, as a factor of its size."""

Points = list[tuple[float, pd.Series, Frame]]
"""A place across, and a number of some runs, one a seed."""


def records2d_figure(widths: Mapping[Width, Frame], kinds: Mapping[Kind, Frame]) -> Figure:
    """The figure of the report; where no run tells its classes, its first panel alone."""
    told = {kind: runs for kind, runs in kinds.items() if protocols(runs, by_class=True)}
    figure = Figure(figsize=(12.5 if told else 6.5, 4.6), layout="constrained")
    panels = figure.subplots(1, 2 if told else 1, squeeze=False)[0]
    _reconstruction(panels[0], widths)
    if told:
        _uplift(panels[1], told)
    for axis in panels:
        axis.minorticks_off()
        axis.legend(frameon=False, fontsize=8)
    return figure


def _reconstruction(axis: Axes, widths: Mapping[Width, Frame]) -> None:
    names = sorted({width.autoencoder for width in widths}, reverse=True)
    for colour, name in zip(SEVEN, names, strict=False):
        mine = [(each.latent, runs.value(ERROR), runs) for each, runs in widths.items() if each.autoencoder == name]
        _line(axis, mine, name, color=colour, marker="o")
    widest = {width.latent: runs for width, runs in widths.items()}
    for predictor, label, style in (("pca", "PCA, as many numbers", "--"), ("global_mean", "mean record", ":")):
        reference = [(latent, runs.value(ERROR, reference=predictor), runs) for latent, runs in widest.items()]
        _line(axis, reference, label, color=GREY, linestyle=style, marker=".")
    latents = sorted(widest)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_xticks(latents, [str(latent) for latent in latents])
    axis.set(xlabel="d", ylabel="MSE on test records", title="Reconstruction")


def _uplift(axis: Axes, kinds: Mapping[Kind, Frame]) -> None:
    for place, (kind, runs) in enumerate(kinds.items()):
        _points(axis, runs, "synthetic", str(kind), SEVEN[place % len(SEVEN)], STEP**place)
    first = next(iter(kinds.values()))
    # Convex combinations know no generator: one kind's are all kinds'.
    _points(axis, first, "convex", "convex combinations (control)", GREY, STEP ** len(kinds))
    sizes = class_sizes(first, protocols(first, by_class=True)[0])
    beside = {"xycoords": ("data", "axes fraction"), "va": "top", "ha": "right", "rotation": 90}
    for name, size in sizes.items():
        axis.annotate(name, (size, 1), fontsize=7, color="0.4", **beside)
    axis.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    axis.set_xscale("log")
    ticks = sorted({round(size) for size in sizes.values()})
    axis.set_xticks(ticks, [str(size) for size in ticks])
    axis.set(xlabel="real training records of the class", ylabel="F1 − original", title="Uplift per class")


def _points(axis: Axes, runs: Frame, treatment: str, label: str, colour: str, shift: float) -> None:
    protocol = protocols(runs, by_class=True)[0]
    key, sizes = f"utility/{protocol}/{treatment}/difference_f1", class_sizes(runs, protocol)
    points = [(size * shift, runs.value(key, of=name), runs) for name, size in sizes.items()]
    _line(axis, points, label, color=colour, marker="o", linestyle="none")


def _line(axis: Axes, points: Points, label: str, **style: str) -> None:
    found = [(place, over_seeds(values, runs)) for place, values, runs in points]
    known = sorted((place, mean, half or 0.0) for place, interval in found if interval for mean, half in [interval])
    if known:
        places, means, halves = zip(*known, strict=True)
        axis.errorbar(places, means, halves, label=label, capsize=2, markersize=4, linewidth=1.2, **style)
