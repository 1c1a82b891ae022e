"""Near-infrared-like spectra: broad bands, of which a few small ones tell the classes, under scatter and an offset."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import Split
from inn_experiments.data.division import Division
from inn_experiments.data.preprocessing.options import Preprocessing, wanted
from inn_experiments.data.preprocessing.prepared import plan
from inn_experiments.data.source import ArrayRows

CHANNELS = 120


def nir(rows: int = 60, channels: int = CHANNELS, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Absorbances (n, d) between 0 and 3 and their classes (n,), three of them."""
    rng, place = np.random.default_rng(seed), np.linspace(0, 1, channels)
    y = np.arange(rows) % 3
    bands = np.exp(-0.5 * ((place - np.array([[0.2], [0.45], [0.7]])) / 0.08) ** 2)
    pure = np.ones((rows, 3)) + 0.3 * np.eye(3)[y]
    slopes, offsets = rng.uniform(0.8, 1.2, (rows, 1)), rng.uniform(0.0, 0.5, (rows, 1))
    return slopes * (pure @ bands) + offsets + 0.001 * rng.standard_normal((rows, channels)), y


def raw(x: np.ndarray, y: np.ndarray, scaling: str = "standard", steps: Preprocessing = None, **more) -> ArrayRows:
    """The rows as a table of wavelengths from 1100 nm on gives them."""
    axis = 1100.0 + 2 * np.arange(x.shape[1])
    found = plan(x, scaling, wanted(steps), unit="nm", axis=axis)
    names = tuple(f"{value:g} nm" for value in axis)
    options = {"columns": names, "label_name": "species", "axis": axis, "axis_name": "wavelength, nm"} | more
    classes = tuple("abc"[: y.max() + 1])
    return ArrayRows(
        **{"x": x, "y": y, "classes": classes, "name": "nir", "fit": found.fit, "bounded": found.bounded} | options
    )


def split(x: np.ndarray, y: np.ndarray, *given, **more) -> Split:
    """The rows divided: half to train, no validation rows."""
    return raw(x, y, *given, **more).divided(Division(test_fraction=0.5, val_fraction=0.0), seed=0)
