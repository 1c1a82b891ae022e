"""Errors of reconstruction against d, and the uplift of each class against its size."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.reports.before import baseline, metric
from inn_experiments.reports.studies.records2d_runs import (
    ERROR,
    Interval,
    Kind,
    Run,
    Runs,
    Width,
    by_kind,
    by_width,
    class_sizes,
    in_class,
    over_seeds,
)

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
GREY = "0.55"
# Points of one class side by side, as a factor of its size.
STEP = 1.03


def records2d_figure(runs: Sequence[Run]) -> Figure:
    """The figure of the report; without utility its first panel alone."""
    widths = by_width(runs)
    kinds = {kind: found for kind, found in by_kind(runs).items() if _protocol(found)}
    figure = Figure(figsize=(12.5 if kinds else 6.5, 4.6), layout="constrained")
    panels = figure.subplots(1, 2 if kinds else 1, squeeze=False)[0]
    _reconstruction(panels[0], widths)
    if kinds:
        _uplift(panels[1], kinds)
    return figure


def _reconstruction(axis: Axes, widths: dict[Width, Runs]) -> None:
    for colour, name in zip(COLOURS, sorted({width.autoencoder for width in widths}, reverse=True), strict=False):
        mine = {
            width.latent: over_seeds(runs, metric(ERROR)) for width, runs in widths.items() if width.autoencoder == name
        }
        _line(axis, mine, name, {"color": colour, "marker": "o"})
    widest = {width.latent: runs for width, runs in widths.items()}
    for predictor, label, style in (("pca", "PCA, as many numbers", "--"), ("global_mean", "mean record", ":")):
        reference = {
            latent: over_seeds(runs, baseline("reconstruction", predictor, "mse")) for latent, runs in widest.items()
        }
        _line(axis, reference, label, {"color": GREY, "linestyle": style, "marker": "."})
    latents = sorted(widest)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_xticks(latents, [str(latent) for latent in latents])
    axis.minorticks_off()
    axis.set(xlabel="d", ylabel="MSE on test records", title="Reconstruction")
    axis.legend(frameon=False, fontsize=8)


def _uplift(axis: Axes, kinds: dict[Kind, Runs]) -> None:
    for place, (kind, runs) in enumerate(kinds.items()):
        _points(axis, runs, "synthetic", str(kind), COLOURS[place % len(COLOURS)], STEP**place)
    first = next(iter(kinds.values()))
    # Convex combinations know no generator: one kind's are all kinds'.
    _points(axis, first, "convex", "convex combinations (control)", GREY, STEP ** len(kinds))
    for name, size in class_sizes(first, _protocol(first)).values():
        axis.annotate(
            name,
            (size, 1),
            xycoords=("data", "axes fraction"),
            fontsize=7,
            rotation=90,
            va="top",
            ha="right",
            color="0.4",
        )
    axis.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    axis.set_xscale("log")
    sizes = sorted({round(size) for _, size in class_sizes(first, _protocol(first)).values()})
    axis.set_xticks(sizes, [str(size) for size in sizes])
    axis.minorticks_off()
    axis.set(xlabel="real training records of the class", ylabel="F1 − original", title="Uplift per class")
    axis.legend(frameon=False, fontsize=8)


def _points(axis: Axes, runs: Runs, treatment: str, label: str, colour: str, shift: float) -> None:
    protocol = _protocol(runs)
    found = {
        size * shift: over_seeds(runs, in_class(protocol, treatment, each, "difference_f1"))
        for each, (_, size) in class_sizes(runs, protocol).items()
    }
    _line(axis, found, label, {"color": colour, "marker": "o", "linestyle": "none"})


def _line(axis: Axes, found: dict[float, Interval | None], label: str, style: dict[str, str]) -> None:
    known = sorted((place, *value) for place, value in found.items() if value is not None)
    if known:
        places, means, halves = zip(*known, strict=True)
        axis.errorbar(
            places,
            means,
            [half or 0.0 for half in halves],
            label=label,
            capsize=2,
            markersize=4,
            linewidth=1.2,
            **style,
        )


def _protocol(runs: Runs) -> str:
    """The first protocol whose classes were told, '' where none was."""
    for run in runs.values():
        for row in run["utility"]:
            if row.get("per_class"):
                return row["protocol"]
    return ""
