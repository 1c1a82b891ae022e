"""MNIST1D (Greydanus and Kobak, 2020), made by the mnist1d package's own generator and cached as .npz."""

from __future__ import annotations

import contextlib
import io
import os
import random
import zipfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Rows, Split, UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.data.assemble import make_rows
from inn_experiments.data.scaling import Standard
from inn_experiments.data.splits import MINIMUM_TRAIN, balanced_parts

CLASSES = 10
POOL = 4000


class Mnist1d:
    """Ten digits as rows of 40 positions; train, val and fresh come out of the package's 4,000 training rows.

    rows, val_rows, fresh_rows: sizes of these parts, class-balanced as far as the 4,000 rows allow.
    generation_seed: the generator's seed; 42 is the published data set. The test rows are always its 1,000.
    Raises UserError for sizes that are too small or exceed 4,000 together.
    """

    def __init__(
        self, rows: int = 2000, val_rows: int = 500, fresh_rows: int = 1000, generation_seed: int = 42
    ) -> None:
        if rows < MINIMUM_TRAIN * CLASSES:
            raise UserError(f"data.rows={rows}: must be at least {MINIMUM_TRAIN * CLASSES}, two per class")
        for argument, value in (("val_rows", val_rows), ("fresh_rows", fresh_rows)):
            if value < 0:
                raise UserError(f"data.{argument}={value}: must be at least 0")
        if rows + val_rows + fresh_rows > POOL:
            raise UserError(
                f"data.rows={rows}, data.val_rows={val_rows} and data.fresh_rows={fresh_rows} sum to "
                f"{rows + val_rows + fresh_rows}: MNIST1D has {POOL} rows outside its test set"
            )
        if not 0 <= generation_seed < 2**32:
            raise UserError(f"data.generation_seed={generation_seed}: must be in 0..{2**32 - 1}")
        self.sizes = (rows, val_rows, fresh_rows)
        self.generation_seed = generation_seed

    def load(self, *, seed: int, cache: Path) -> Split:
        """The division that `seed` gives, standardised with the training rows' mean and deviation.

        The generated arrays are kept in the folder `cache`; parallel workers wait for the first to finish.
        """
        raw = cached_arrays(cache, self.generation_seed)
        rng = np.random.default_rng(child_seed(seed, "split"))
        train, val, fresh = balanced_parts(raw["y"], self.sizes, rng)
        scaling = Standard.fit(raw["x"][train])

        def part(index: np.ndarray) -> Rows:
            return make_rows(raw["x"][index], raw["y"][index], scaling)

        return Split(
            train=part(train),
            val=part(val),
            test=make_rows(raw["x_test"], raw["y_test"], scaling),
            fresh=part(fresh) if len(fresh) else None,
            classes=tuple(str(digit) for digit in range(CLASSES)),
            axis=np.arange(raw["x"].shape[1], dtype=np.float64),
            axis_name="position",
            scaling=scaling,
            bounded=False,
            name="mnist1d",
        )


def cached_arrays(cache: Path, generation_seed: int) -> dict[str, np.ndarray]:
    """The arrays x (4000, 40), y, x_test (1000, 40), y_test, from `cache` or generated into it once."""
    from filelock import FileLock

    cache.mkdir(parents=True, exist_ok=True)
    # The package's version is in the name: another one may generate other rows.
    path = cache / f"mnist1d-{version('mnist1d')}-seed{generation_seed}.npz"
    with FileLock(f"{path}.lock"):
        if not path.exists():
            _write(path, _generate(generation_seed))
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in ("x", "y", "x_test", "y_test")}
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: this cached file is damaged ({error}); delete it to generate it again") from error


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
    return {key: np.asarray(made[key]) for key in ("x", "y", "x_test", "y_test")}


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as handle:
            np.savez(handle, **arrays)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
