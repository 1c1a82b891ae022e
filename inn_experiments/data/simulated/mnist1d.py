"""MNIST1D (Greydanus and Kobak, 2020), made by the mnist1d package's own generator and cached as .npz."""

import contextlib
import io
import random
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from inn_experiments.contracts import NaturalInt, Split, UserError, cached, child_seed, read_arrays, write_arrays
from inn_experiments.data.division import Division, Parts, inner
from inn_experiments.data.snooping import Snooping
from inn_experiments.data.source import ArrayRows
from inn_experiments.maths.division import LEAST_TRAIN, balanced

ARRAYS = ("x", "y", "x_test", "y_test")
CLASSES = 10
POOL = 4000


@dataclass
class Mnist1d:
    """Ten digits as rows of 40 positions; train, val and fresh come out of the package's 4,000 training rows.

    Args:
        rows, val_rows, fresh_rows: sizes of these parts, class-balanced as far as the 4,000 rows allow.
        generation_seed: the generator's seed; 42 is the published data set. The test rows are always its 1,000.
        draw: added to `generation_seed`; the run's seed, where every seed is to have a data set of its own.
        snooping: a control, see `data.snooping`: `none` leaves test rows alone.
    """

    rows: int = 2000
    val_rows: int = 500
    fresh_rows: int = 1000
    generation_seed: int = 42
    draw: NaturalInt = 0
    snooping: Snooping = "none"

    def __post_init__(self) -> None:
        sizes = {"rows": self.rows, "val_rows": self.val_rows, "fresh_rows": self.fresh_rows}
        for argument, value in sizes.items():
            least, why = (LEAST_TRAIN * CLASSES, ", two per class") if argument == "rows" else (0, "")
            if value < least:
                raise UserError(f"data.{argument}={value}: must be at least {least}{why}")
        total = sum(sizes.values())
        if total > POOL:
            raise UserError(
                f"data.rows={self.rows}, data.val_rows={self.val_rows} and data.fresh_rows={self.fresh_rows} sum to "
                f"{total}: MNIST1D has {POOL} rows outside its test set"
            )
        if not 0 <= self.generation_seed < 2**32 - self.draw:
            raise UserError(f"data.generation_seed={self.generation_seed}: must be in 0..{2**32 - 1 - self.draw}")

    def load(self, *, seed: int, cache: Path) -> Split:
        """The division that `seed` gives, standardised with the training rows' mean and deviation.

        The generated arrays are kept in the folder `cache`; parallel workers wait for the first to finish.
        """
        raw, parts = self._divided(seed, cache)
        return raw.split(parts)

    def inner(self, *, seed: int, number: int, cache: Path) -> Split:
        """The training rows of that division, divided themselves; `number` tells divisions apart."""
        raw, parts = self._divided(seed, cache)
        child = child_seed(seed, f"inner/{number}")
        return raw.split(inner(Division(), parts.train, raw.y, None, raw.classes, child))

    def _divided(self, seed: int, cache: Path) -> tuple[ArrayRows, Parts]:
        found = cached_arrays(cache, self.generation_seed + self.draw)
        rng = np.random.default_rng(child_seed(seed, "split"))
        train, val, fresh = balanced(found["y"], (self.rows, self.val_rows, self.fresh_rows), rng)
        raw = ArrayRows(
            x=np.concatenate([found["x"], found["x_test"]]),
            y=np.concatenate([found["y"], found["y_test"]]),
            classes=tuple(str(digit) for digit in range(CLASSES)),
            name="mnist1d",
            snooping=self.snooping,
            axis_name="position",
            pool=f"mnist1d {self.generation_seed + self.draw}",
        )
        return raw, Parts(train, val, np.arange(len(found["y"]), len(raw.y)), fresh)


def cached_arrays(cache: Path, generation_seed: int) -> dict[str, np.ndarray]:
    """The arrays x (4000, 40), y, x_test (1000, 40), y_test, from `cache` or generated into it once."""
    # The package's version is in the name: another one may generate other rows.
    path = cache / f"mnist1d-{version('mnist1d')}-seed{generation_seed}.npz"
    return cached(
        path,
        lambda fresh: write_arrays(fresh, **_generate(generation_seed)),
        lambda kept: read_arrays(kept, ARRAYS, "delete it to generate it again"),
    )


def _generate(generation_seed: int) -> dict[str, np.ndarray]:
    with contextlib.redirect_stdout(io.StringIO()):
        from mnist1d.data import get_dataset_args, make_dataset

        # The package seeds Python's and NumPy's global generators; the caller's states are put back.
        states = random.getstate(), np.random.get_state()
        arguments = get_dataset_args()
        arguments.seed = generation_seed
        try:
            made = make_dataset(arguments)
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
    return {key: np.asarray(made[key]) for key in ARRAYS}
