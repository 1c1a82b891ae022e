"""Heights of peaks on a logarithmic scale, on which weak ones count as they do to a chemist."""

import math
from typing import Literal

import numpy as np
import torch
from torch import Tensor

# Intensities, of which the base peak has 1, below this are noise.
FLOOR = 1e-3
# Rows in [0, 1] of which this share is 0 are spectra of single peaks.
ZEROS = 0.25

Seen = Literal["auto", "peaks", "curves"]
"""Rows as spectra of single peaks, or as curves; auto: as they are."""


def seen_as(seen: Seen, x: np.ndarray, bounded: bool) -> Literal["peaks", "curves"]:
    """How rows x (n, d), which lie in [0, 1] if they are `bounded`, are seen; auto: as peaks where they have zeros."""
    if seen != "auto":
        return seen
    return "peaks" if bounded and np.mean(x == 0) >= ZEROS else "curves"


def encoded(x: Tensor) -> Tensor:
    """log(1 + x / FLOOR) / log(1 + 1 / FLOOR): 0 for none and 1 for the base peak."""
    return torch.log1p(x.clamp(min=0) / FLOOR) / math.log1p(1 / FLOOR)


def decoded(heights: Tensor) -> Tensor:
    """The intensities of encoded ones."""
    return FLOOR * torch.expm1(heights.clamp(min=0) * math.log1p(1 / FLOOR))
