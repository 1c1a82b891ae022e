"""Made-up rows for benchmarks, where only time matters."""

import numpy as np

from inn_experiments.contracts import Rows, Split
from inn_experiments.data.scaling import Standard


def made_up(rows: int, features: int, classes: int = 10, shape: tuple[int, int] | None = None) -> Split:
    """A division whose training rows are normal draws, as many of every class; records where they have a `shape`."""
    rng = np.random.default_rng(0)
    part = Rows(rng.standard_normal((rows, features), dtype=np.float32), np.arange(rows) % classes)
    return Split(
        part,
        part.take(np.arange(0)),
        part.take(np.arange(classes)),
        None,
        tuple(f"class {label}" for label in range(classes)),
        np.arange(features),
        "place",
        Standard(0.0, 1.0),
        False,
        "made up",
        shape=shape,
    )
