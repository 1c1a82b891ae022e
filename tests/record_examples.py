"""Small 2-D records, in memory and as files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SHAPE = (16, 24)


def records(n: int = 30, shape: tuple[int, int] = SHAPE, seed: int = 0) -> np.ndarray:
    """Skewed records (n, M, D) around a baseline, with a few negative values, as 32-bit numbers hold them."""
    rng = np.random.default_rng(seed)
    return (rng.gamma(0.3, 40.0, (n, *shape)) + rng.normal(2.0, 1.0, (n, *shape))).astype(np.float32)


def write_folder(root: Path, x: np.ndarray, labels, kind: str = "npy") -> Path:
    for place, (record, label) in enumerate(zip(x, labels, strict=True)):
        (root / label).mkdir(parents=True, exist_ok=True)
        file = root / label / f"{place:03}.{kind}"
        np.save(file, record) if kind == "npy" else np.savetxt(file, record, delimiter=",", fmt="%.9g")
    return root


LABELS = np.array(["10", "9", "b"])[np.arange(30) % 3]
