"""Writing whole files or none: a temporary name in the same folder, then a rename."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from inn_experiments.tracking.files import replacing

DOTS_PER_INCH = 110


def write_text(path: Path, text: str) -> Path:
    """Write `text` to `path`, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as fresh:
        fresh.write_text(text, encoding="utf-8")
    return path


def write_figure(path: Path, figure: Figure) -> Path:
    """Draw `figure` as a PNG at `path`, making its folder; the same figure gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    with replacing(path) as fresh:
        figure.savefig(fresh, format="png", dpi=DOTS_PER_INCH)
    return path
