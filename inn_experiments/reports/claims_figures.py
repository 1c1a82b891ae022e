"""What the measured statements look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def claims_figures(folder: Path, shown: Any) -> list[Path]:
    """Draw what a measured statement shows, if anything, into `folder`; returns the files."""
    return []
