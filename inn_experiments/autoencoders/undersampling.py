"""Leaving out most of the series in which nothing happens, so that an autoencoder learns the others."""

from __future__ import annotations

import numpy as np


def undersample(series: np.ndarray, low_variance: float, keep: float, seed: int) -> np.ndarray:
    """Indices, rising, of the series (n, L) that are trained on (second source, Section II.B).

    Of the share `low_variance` with the least variance each is kept with the probability `keep`, drawn once; all
    others are kept, and one series is left whatever is asked.
    """
    order = np.argsort(series.var(axis=1, dtype=np.float64), kind="stable")
    kept = np.random.default_rng(seed).random(len(series)) < keep
    kept[order[int(low_variance * len(series)) :]] = True
    kept[order[-1]] = True
    return np.flatnonzero(kept)
