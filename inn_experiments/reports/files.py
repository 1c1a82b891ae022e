"""Figures as files that are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from inn_experiments.contracts.files import replacing

DOTS_PER_INCH = 110


def write_figure(path: Path, figure: Figure) -> Path:
    """Draw `figure` as a PNG at `path`, making its folder; the same figure gives the same bytes."""
    FigureCanvasAgg(figure)
    with replacing(path) as fresh:
        figure.savefig(fresh, format="png", dpi=DOTS_PER_INCH)
    return path
