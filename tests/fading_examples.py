"""Spectra whose weak peaks come and go, by a rule that is the same for all classes."""

from __future__ import annotations

from functools import cache

import numpy as np

from inn_experiments.contracts import Rows


@cache
def fading(classes: int = 40, per_class: int = 3, bins: int = 60) -> Rows:
    """Spectra of a base peak, six strong peaks that are always there, and six weak ones, there half of the time."""
    rng, x = np.random.default_rng(3), np.zeros((classes * per_class, bins), np.float32)
    y = np.repeat(np.arange(classes), per_class)
    for label in range(classes):
        places, rows = rng.permutation(bins)[:13], np.flatnonzero(y == label)
        x[np.ix_(rows, places[:1])] = 1.0
        x[np.ix_(rows, places[1:7])] = np.exp(rng.uniform(-3, -0.3, (per_class, 6)))
        x[np.ix_(rows, places[7:])] = np.exp(rng.uniform(-6, -4, (per_class, 6))) * (rng.random((per_class, 6)) < 0.5)
    return Rows(x, y)
