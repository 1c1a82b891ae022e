"""Writing whole files or none: a temporary name in the same folder, then a rename."""

from __future__ import annotations

import os
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 110


def write_text(path: Path, text: str) -> Path:
    """Write `text` to `path`, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_figure(path: Path, figure: Figure) -> Path:
    """Draw `figure` as a PNG at `path`, making its folder; the same figure gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        figure.savefig(temporary, format="png", dpi=DOTS_PER_INCH)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
