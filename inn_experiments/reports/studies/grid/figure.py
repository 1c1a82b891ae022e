"""Every cell of the grid with its interval, beside the best trivial predictor or fresh real rows."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.reports.design import Combination, Design, combined
from inn_experiments.reports.estimate import Estimate
from inn_experiments.reports.panels import SEVEN
from inn_experiments.reports.studies.grid.cells import METHODS

COLOURS = dict(zip(METHODS, SEVEN, strict=False))
MARKERS = {"gaussian": "o", "convex": "s"}
# Means further apart than this factor need a logarithmic axis to be told apart.
WIDE = 20
PANELS = {
    "test/denoise/mse": "Test MSE (noisy → clean)",
    "test/forward/mse": "Forward MSE (prime → clean)",
    "test/inverse/mse": "Inverse MSE (clean → prime)",
    "test/round_trip_clean/mse": "Round trip from clean, MSE",
    "test/round_trip_prime/mse": "Round trip from prime, MSE",
    "test/samples/fid": "Samples FID",
    "test/samples/kl": "Samples KL",
    "test/samples/c2st": "Samples C2ST (0.5 is best)",
}


def grid_figure(grid: Design) -> Figure:
    """A panel per number of Tables 6 and 7: one row per cell, its mean and interval over seeds.

    The grey bar of a row is its reference: the best trivial predictor for an error, fresh real rows for a
    score of generated rows.
    """
    figure = Figure(figsize=(13, 8.5), layout="constrained")
    axes = figure.subplots(2, 4, sharey=True)
    for axis, (key, title) in zip(axes.flat, PANELS.items(), strict=True):
        _panel(axis, grid, key)
        axis.set_title(title, fontsize=10)
    for axis in axes[:, 0]:
        axis.set_yticks(range(len(grid.places())), grid.places(), fontsize=8)
        for label, cell in zip(axis.get_yticklabels(), combined(grid.values), strict=True):
            label.set_color(COLOURS[cell["method"]])
    figure.suptitle(
        f"Mean and 95 % interval over {len(grid.seeds)} seeds; circle: gaussian, square: convex, hollow: kl; "
        "grey bar: best trivial predictor (errors) or fresh real rows (samples)",
        fontsize=10,
    )
    return figure


def _panel(axis: Axes, grid: Design, key: str) -> None:
    fresh, best = grid.frame.value(key.replace("test/", "fresh/")), grid.frame.trivial(key).min(axis=1)
    cells, tables = combined(grid.values), (grid.number(key), grid.table(fresh if "/samples/" in key else best))
    values, marks = ([grid.estimate(table[[place]]) for place in grid.places()] for table in tables)
    means = [value.mean for value in (*values, *marks) if value is not None]
    logarithmic = bool(means) and min(means) > 0 and max(means) > WIDE * min(means)
    for row, (cell, value, mark) in enumerate(zip(cells, values, marks, strict=True)):
        if mark is not None:
            axis.plot([mark.mean] * 2, [row - 0.4, row + 0.4], color="0.6", linewidth=3, solid_capstyle="butt")
        if value is None:
            place = {"ha": "center", "va": "center", "transform": axis.get_yaxis_transform()}
            axis.text(0.5, row, "missing", fontsize=7, color="0.5", **place)
        else:
            _point(axis, row, cell, value, logarithmic)
    if logarithmic:
        axis.set_xscale("log")
    axis.set_ylim(len(cells) - 0.5, -0.5)
    axis.grid(axis="x", color="0.92")
    axis.set_axisbelow(True)
    axis.tick_params(axis="x", labelsize=8)
    axis.tick_params(axis="y", length=0)
    for border in range(4, len(cells), 4):
        axis.axhline(border - 0.5, color="0.85", linewidth=0.8)


def _point(axis: Axes, row: int, cell: Combination, value: Estimate, logarithmic: bool) -> None:
    colour = COLOURS[cell["method"]]
    if value.half is not None:
        low = value.mean - value.half
        # A logarithmic axis has no zero: an interval that reaches it is drawn down to a tenth of the mean.
        low = max(low, value.mean / 10) if logarithmic else low
        axis.plot([low, value.mean + value.half], [row, row], color=colour, linewidth=1.2)
    face = colour if cell["loss"] == "fid" else "white"
    axis.plot([value.mean], [row], MARKERS[cell["sampling"]], color=colour, markersize=5.5, markerfacecolor=face)
