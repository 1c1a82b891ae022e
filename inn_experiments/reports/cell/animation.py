"""The reverse process of points of the plane as an animated GIF."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from matplotlib.animation import PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from inn_experiments.contracts import Paths
from inn_experiments.reports.cell.paths_figures import draw_points, frame, spaced

FRAMES, HELD, PER_SECOND = 52, 8, 12
POINTS, DOTS_PER_INCH = 600, 72


def write_animation(path: Path, paths: Paths) -> Path:
    """Draw the reverse process of `paths` as a GIF at `path`, making its folder; whole or not at all.

    At most 600 points and 60 frames, the last of which stands still for a while.
    """
    states = paths.reverse[:, :POINTS]
    figure = Figure(figsize=(4.0, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axis = figure.subplots()
    drawn = draw_points(axis, states[0], paths.place[:POINTS])
    frame(axis, states)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The writer goes by the ending of the name, so that the temporary one differs in its folder.
    with TemporaryDirectory(prefix=".", dir=path.parent) as room:
        fresh, writer = Path(room) / path.name, PillowWriter(fps=PER_SECOND)
        with writer.saving(figure, fresh, DOTS_PER_INCH):
            shown = spaced(len(states), FRAMES)
            for index in [*shown, *[shown[-1]] * HELD]:
                drawn.set_offsets(states[index])
                axis.set_title(f"level {paths.reverse_levels[index]}", fontsize=9)
                writer.grab_frame()
        fresh.replace(path)
    return path
