"""What figures show of a measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Paths:
    """Points of the plane on their way into noise and back, in the units of the file.

    forward, reverse (k+1, n, 2): states of the same n points, from the data to noise and back, at
    forward_levels, reverse_levels (k+1,); place (n,): where on the manifold each point was at first;
    centre (k+1, m, 2): paths of m points that all start at the rows' own (0, 0) in the noise; lengths
    (k,): mean length of each of their steps; noise_lengths (k,): what the sampler's fresh noise alone would give.
    """

    forward: np.ndarray
    reverse: np.ndarray
    forward_levels: np.ndarray
    reverse_levels: np.ndarray
    place: np.ndarray
    centre: np.ndarray
    lengths: np.ndarray
    noise_lengths: np.ndarray
