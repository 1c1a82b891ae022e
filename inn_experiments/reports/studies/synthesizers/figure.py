"""Fidelity against utility of every preset, a panel a data set, with intervals over seeds."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.reports.panels import grid, plain
from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.synthesizers.runs import by_preset, gain, ranked, shared

COLOURS = {
    "classical": "#555555",
    "inversion": "#0072b2",
    "diffusion": "#d55e00",
    "adversarial or variational": "#009e73",
    "in a latent space": "#cc79a7",
}
FAMILIES = {"inn": "inversion", "diffusion": "diffusion"}
FAMILIES |= dict.fromkeys(("gan", "vae"), "adversarial or variational")


def synthesizers_figure(tables: Mapping[str, Frame]) -> Figure:
    """C2ST (across, 0.5 is best) against the gain in macro F1 over real rows alone (up), a panel for each data set.

    The names stand beside the panel in the order of the gains, so that no two of them overlap; the grey band is what
    fresh real rows score.
    """
    figure, axes = grid(len(tables), 2, 7.2, 4.9)
    for (place, runs), axis in zip(tables.items(), axes, strict=True):
        axis.set_title(plain(place), fontsize=11)
        _panel(axis, runs)
    handles = [axes[0].plot([], [], "o", color=colour)[0] for colour in COLOURS.values()]
    figure.legend(handles, list(COLOURS), loc="outside lower center", ncols=len(COLOURS), fontsize=8)
    return figure


def family(axes: pd.Series) -> str:
    """The kind of generator that a run with these axes has, one of the figure's colours."""
    if axes.get("autoencoder") not in (None, "none"):
        return "in a latent space"
    return FAMILIES.get(axes["generator"], "classical")


def _panel(axis: Axes, runs: Frame) -> None:
    across, up = by_preset(runs, runs.value("test/samples/c2st")), by_preset(runs, gain(runs))
    drawn = [preset for preset in ranked(runs) if across[preset] is not None and up[preset] is not None]
    axis.set_xlabel("C2ST (0.5: cannot be told from real rows)", fontsize=9)
    axis.set_ylabel("macro F1, real + generated less real alone", fontsize=9)
    axis.axhline(0, color="0.6", linewidth=0.8)
    fresh = shared(runs, runs.value("fresh/samples/c2st"))
    if fresh is not None:
        axis.axvspan(fresh[0] - (fresh[1] or 0.002), fresh[0] + (fresh[1] or 0.002), color="0.92", zorder=0)
    families = {preset: family(runs.axes.loc[index[0]]) for preset, index in runs.axes.groupby("preset").groups.items()}
    # From the top down: the names are in the order of the points, so that their lines hardly cross.
    heights = np.linspace(0.98, 0.02, len(drawn)) if len(drawn) != 1 else [0.5]
    for preset, height in zip(drawn, heights, strict=True):
        (x, wide), (y, high), colour = across[preset], up[preset], COLOURS[families[preset]]
        axis.errorbar(x, y, yerr=high, xerr=wide, fmt="o", color=colour, markersize=5, linewidth=0.9)
        line = {"arrowstyle": "-", "color": colour, "linewidth": 0.4, "alpha": 0.6}
        place = {"xytext": (1.03, height), "textcoords": "axes fraction", "annotation_clip": False}
        axis.annotate(preset, (x, y), **place, fontsize=7.5, color=colour, va="center", arrowprops=line)
    if not drawn:
        axis.text(0.5, 0.5, "no run measured both", ha="center", transform=axis.transAxes, color="0.5")
    axis.tick_params(labelsize=8)
