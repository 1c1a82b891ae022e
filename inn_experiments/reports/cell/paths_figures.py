"""Points of the plane in a diffusion: snapshots, animation, the path of one point, its steps (Kulkarni et al.)."""

from pathlib import Path

import numpy as np
from matplotlib.animation import PillowWriter
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from inn_experiments.contracts import Paths
from inn_experiments.contracts.files import scratch_folder
from inn_experiments.reports.panels import GENERATED, REAL, grid, spaced, write_figure

SNAPSHOTS = 6
COLOURS = "rainbow"
OUTSIDE = 0.2
"""The percentage of points on either side that does not decide what is shown."""

FRAMES, HELD, PER_SECOND = 52, 8, 12
POINTS, DOTS_PER_INCH = 600, 72


def paths_figures(folder: Path, paths: Paths) -> list[Path]:
    """Draw Figures 1 to 5 of Kulkarni et al., and the reverse process as an animation; returns the files."""
    there, back = "Points on their way into the noise", "The same points on their way back, colours kept"
    forward = snapshots_figure(paths.forward, paths.forward_levels, paths.place, there)
    reverse = snapshots_figure(paths.reverse, paths.reverse_levels, paths.place, back)
    pictures = {"forward": forward, "reverse": reverse, "path": path_figure(paths), "steps": steps_figure(paths)}
    files = [write_figure(folder / f"{name}.png", figure) for name, figure in pictures.items()]
    return [*files, write_animation(folder / "reverse.gif", paths)]


def snapshots_figure(states: np.ndarray, levels: np.ndarray, place: np.ndarray, title: str) -> Figure:
    """Six of the states (k+1, n, 2), evenly spaced, each point coloured by its place (n,); source: Figures 1 to 3."""
    shown = spaced(len(states), SNAPSHOTS)
    figure, axes = grid(len(shown), len(shown), 2.1, 1.9, share=True)
    for axis, index in zip(axes, shown, strict=True):
        drawn = draw_places(axis, states[index], place)
        axis.set_title(f"level {levels[index]}", fontsize=8)
    frame(axes[0], states[shown])
    figure.colorbar(drawn, ax=list(axes), label="place at first", shrink=0.8)
    figure.suptitle(title, fontsize=10)
    return figure


def path_figure(paths: Paths) -> Figure:
    """The path of one point that starts at the rows' own (0, 0), over the data; source: Figure 4."""
    figure = Figure(figsize=(5.0, 4.2), layout="constrained")
    axis = figure.subplots()
    axis.plot(*paths.forward[0].T, ".", color="0.8", markersize=2, zorder=1)
    path = paths.centre[:, 0]
    axis.plot(*path.T, color="0.4", linewidth=0.7, zorder=2)
    drawn = axis.scatter(*path.T, c=paths.reverse_levels, cmap="viridis", s=14, zorder=3)
    axis.plot(*path[0], "*", color=GENERATED, markersize=12, zorder=4)
    axis.set_aspect("equal")
    frame(axis, np.concatenate([paths.forward[0], path])[None], outside=0)
    figure.colorbar(drawn, ax=axis, label="level")
    axis.set_title("One point from (0, 0) (star) in the reverse process, over the data", fontsize=9)
    return figure


def steps_figure(paths: Paths) -> Figure:
    """Step length against time: of paths from (0, 0), one of them, and noise alone; source: Figure 5."""
    number = np.arange(1, len(paths.lengths) + 1)
    one = np.linalg.norm(np.diff(paths.centre[:, 0], axis=0), axis=1)
    figure = Figure(figsize=(5.4, 3.6), layout="constrained")
    axis = figure.subplots()
    axis.plot(number, one, color="0.7", linewidth=0.8, label="the point of path.png")
    axis.plot(number, paths.lengths, color=REAL, label=f"mean of {paths.centre.shape[1]} paths from (0, 0)")
    if paths.noise_lengths.any():
        axis.plot(number, paths.noise_lengths, "--", color=GENERATED, label="fresh noise alone, expected")
    axis.set_ylim(bottom=0)
    axis.set_xlabel(f"step, from level {paths.reverse_levels[0]} to {paths.reverse_levels[-1]}", fontsize=9)
    axis.set_ylabel("step length, units of the file", fontsize=9)
    axis.legend(fontsize=8)
    return figure


def write_animation(path: Path, paths: Paths) -> Path:
    """Draw the reverse process of `paths` as a GIF at `path`, making its folder; whole or not at all.

    At most 600 points and 60 frames, the last of which stands still for a while.
    """
    states = paths.reverse[:, :POINTS]
    figure = Figure(figsize=(4.0, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axis = figure.subplots()
    drawn = draw_places(axis, states[0], paths.place[:POINTS])
    frame(axis, states)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The writer goes by the ending of the name, so that the temporary one differs in its folder.
    with scratch_folder(path.parent) as room:
        fresh, writer = Path(room) / path.name, PillowWriter(fps=PER_SECOND)
        with writer.saving(figure, fresh, DOTS_PER_INCH):
            shown = spaced(len(states), FRAMES)
            for index in [*shown, *[shown[-1]] * HELD]:
                drawn.set_offsets(states[index])
                axis.set_title(f"level {paths.reverse_levels[index]}", fontsize=9)
                writer.grab_frame()
        fresh.replace(path)
    return path


def draw_places(axis: Axes, points: np.ndarray, place: np.ndarray) -> PathCollection:
    """Points (n, 2) in the colours of their places (n,), on axes without ticks; returns the collection."""
    axis.set(xticks=[], yticks=[], aspect="equal")
    return axis.scatter(*points.T, c=place, cmap=COLOURS, vmin=0, vmax=1, s=3, linewidths=0)


def frame(axis: Axes, states: np.ndarray, outside: float = OUTSIDE) -> None:
    """Square limits that hold the points of `states` (k, n, 2), but for a percentage `outside`."""
    low, high = np.percentile(states.reshape(-1, 2), [outside, 100 - outside], axis=0)
    half = 0.54 * max(float((high - low).max()), 1e-9)
    middle = (low + high) / 2
    axis.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
