"""Fidelity against utility of every preset, a panel a data set, with intervals over seeds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.reports.before import metric
from inn_experiments.reports.studies.synthesizers_runs import Report, Table, fidelity, gain, ranked, shared, summary

COLOURS = {
    "classical": "#555555",
    "inversion": "#0072b2",
    "diffusion": "#d55e00",
    "adversarial or variational": "#009e73",
    "in a latent space": "#cc79a7",
}
COLUMNS = 2


def synthesizers_figure(tables: Mapping[str, Table]) -> Figure:
    """C2ST (across, 0.5 is best) against the gain in macro F1 over real rows alone (up), preset by preset.

    Arguments: `tables`, data set -> preset -> seed -> report. The names stand beside the panel in the order
    of the gains, so that no two of them overlap; the grey band is what fresh real rows score.
    """
    columns = min(COLUMNS, len(tables))
    lines = -(-len(tables) // columns)
    figure = Figure(figsize=(7.2 * columns, 4.9 * lines + 0.5), layout="constrained")
    axes = figure.subplots(lines, columns, squeeze=False).ravel()
    for axis in axes[len(tables) :]:
        axis.remove()
    for (place, table), axis in zip(tables.items(), axes, strict=False):
        axis.set_title(place, fontsize=11)
        _panel(axis, table)
    handles = [axes[0].plot([], [], "o", color=colour)[0] for colour in COLOURS.values()]
    figure.legend(handles, list(COLOURS), loc="outside lower center", ncols=len(COLOURS), fontsize=8)
    return figure


def family(report: Report) -> str:
    """The kind of generator that a run has, one of the figure's colours."""
    axes = report["axes"]
    if axes.get("autoencoder", "none") != "none":
        return "in a latent space"
    kinds = {"inn": "inversion", "diffusion": "diffusion"}
    kinds |= dict.fromkeys(("gan", "vae"), "adversarial or variational")
    return kinds.get(axes["generator"], "classical")


def _panel(axis: Axes, table: Table) -> None:
    points = {preset: (summary(table[preset], fidelity), summary(table[preset], gain)) for preset in ranked(table)}
    drawn = {preset: found for preset, found in points.items() if None not in found}
    axis.set_xlabel("C2ST (0.5: cannot be told from real rows)", fontsize=9)
    axis.set_ylabel("macro F1, real + generated less real alone", fontsize=9)
    axis.axhline(0, color="0.6", linewidth=0.8)
    fresh = shared(table, metric("fresh/samples/c2st"))
    if fresh is not None:
        axis.axvspan(fresh[0] - (fresh[1] or 0.002), fresh[0] + (fresh[1] or 0.002), color="0.92", zorder=0)
    # From the top down: the names are in the order of the points, so that their lines hardly cross.
    heights = np.linspace(0.98, 0.02, len(drawn)) if len(drawn) > 1 else [0.5]
    for (preset, ((x, wide), (y, high))), height in zip(drawn.items(), heights, strict=True):
        colour = COLOURS[family(next(iter(table[preset].values())))]
        axis.errorbar(x, y, yerr=high, xerr=wide, fmt="o", color=colour, markersize=5, linewidth=0.9)
        line = {"arrowstyle": "-", "color": colour, "linewidth": 0.4, "alpha": 0.6}
        place = {"xytext": (1.03, height), "textcoords": "axes fraction", "annotation_clip": False}
        axis.annotate(preset, (x, y), **place, fontsize=7.5, color=colour, va="center", arrowprops=line)
    if not drawn:
        axis.text(0.5, 0.5, "no run measured both", ha="center", transform=axis.transAxes, color="0.5")
    axis.tick_params(labelsize=8)
