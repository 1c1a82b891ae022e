"""What the measured statements look like: whatever figures there are for what was shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inn_experiments.contracts import Paths
from inn_experiments.reports.cell.animation import write_animation
from inn_experiments.reports.cell.paths_figures import path_figure, snapshots_figure, steps_figure
from inn_experiments.reports.files import write_figure


def claims_figures(folder: Path, shown: Any) -> list[Path]:
    """Draw what a measured statement shows, if anything, into `folder`; returns the files.

    Of `Paths`: the figures of Kulkarni et al. (Figures 1 to 5), and the reverse process as an animation.
    """
    if not isinstance(shown, Paths):
        return []
    pictures = {
        "forward.png": snapshots_figure(
            shown.forward, shown.forward_levels, shown.place, "Points on their way into the noise"
        ),
        "reverse.png": snapshots_figure(
            shown.reverse, shown.reverse_levels, shown.place, "The same points on their way back, colours kept"
        ),
        "path.png": path_figure(shown),
        "steps.png": steps_figure(shown),
    }
    files = [write_figure(folder / name, figure) for name, figure in pictures.items()]
    return [*files, write_animation(folder / "reverse.gif", shown)]
