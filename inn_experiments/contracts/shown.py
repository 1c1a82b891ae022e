"""What figures show of a measure."""

from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts.rows import Rows


@dataclass(frozen=True)
class Paths:
    """Points of the plane on their way into noise and back, in the units of the file.

    Attributes:
        forward, reverse: (k+1, n, 2), states of the same n points, from the data to noise and back.
        forward_levels, reverse_levels: (k+1,), the levels of these states.
        place: (n,), where on the manifold each point was at first, in 0..1.
        centre: (k+1, m, 2), paths of m points that all start at the rows' own (0, 0) in the noise.
        lengths: (k,), the mean length of each of their steps.
        noise_lengths: (k,), what the sampler's fresh noise alone would give.
    """

    forward: np.ndarray
    reverse: np.ndarray
    forward_levels: np.ndarray
    reverse_levels: np.ndarray
    place: np.ndarray
    centre: np.ndarray
    lengths: np.ndarray
    noise_lengths: np.ndarray


@dataclass(frozen=True)
class Shapes:
    """What was compared class by class: points of the space that was measured, rows or latents, and their rows.

    Attributes:
        real, generated: points (n, k).
        real_rows, generated_rows: (n, d), the same ones where no autoencoder stands between.
    """

    real: Rows
    generated: Rows
    real_rows: Rows
    generated_rows: Rows
