"""Simulated ion mobility spectra of eight chemicals: not measured; the model is in `ims_physics`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Split, UserError
from inn_experiments.contracts.limits import NaturalInt, NonNegative, Positive, PositiveInt
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.data.checks import check_fractions, shorten
from inn_experiments.data.ims.stored import new_rows, save_arrays, split_stored
from inn_experiments.data.simulated import ims_physics

AXIS_NAME = "drift bin (positive, then negative)"

BLOCK = 1024
"""Rows that share a child seed; another number would make other rows."""


class ImsSimulated:
    """Simulated rows of eight chemicals, 838 positive and 838 negative drift bins, standardised.

    rows: of all parts together. imbalance: rows of the first class, in the order of names, over those of the
        last; the others lie on a geometric ladder between them.
    concentration: lowest and highest, drawn log-uniformly; at 1 the chemistry's constants hold.
    temperature, pressure: standard deviations between rows, K and Torr. ions: in each polarity of a row; they
        decide the shot noise. electronic_noise: standard deviation, in ions.
    smiles: chemical -> its SMILES, several for a mixture; the chemicals named here are simulated.
    test_fraction, val_fraction, fresh_fraction, per_class: as for `Table`.
    generation_seed: of the rows themselves; the seed of `load` divides them.
    Raises UserError for an unknown chemical, values out of range, and too few rows.
    """

    def __init__(
        self,
        smiles: dict[str, list[str]],
        rows: PositiveInt = 24000,
        imbalance: Positive = 13.0,
        concentration: tuple[Positive, Positive] = (0.1, 30.0),
        temperature: NonNegative = 0.5,
        pressure: NonNegative = 1.0,
        ions: Positive = 20000.0,
        electronic_noise: NonNegative = 5.0,
        test_fraction: float = 0.2,
        val_fraction: float = 0.05,
        fresh_fraction: float = 0.2,
        per_class: int | None = None,
        generation_seed: NaturalInt = 0,
    ) -> None:
        check_fractions(test_fraction, val_fraction, fresh_fraction, per_class)
        unknown = sorted(set(smiles) - set(ims_physics.CHEMICALS))
        if unknown or not smiles:
            raise UserError(
                f"data.smiles: found {shorten(unknown) or 'no chemical'}; the simulated ones are: "
                f"{shorten(list(ims_physics.CHEMICALS))}"
            )
        if len(concentration) != 2 or not 0 < concentration[0] <= concentration[1]:
            raise UserError(f"data.concentration={concentration}: must be [lowest, highest], both above 0")
        self.classes = tuple(sorted(smiles))
        self.smiles = tuple(tuple(smiles[name]) for name in self.classes)
        self.fractions = (val_fraction, test_fraction, fresh_fraction)
        self.per_class = per_class
        self.rows, self.imbalance, self.seed = rows, imbalance, generation_seed
        self.concentration = (float(concentration[0]), float(concentration[1]))
        self.temperature, self.pressure = temperature, pressure
        self.ions, self.electronic_noise = ions, electronic_noise

    def load(self, *, seed: int, cache: Path) -> Split:
        """The division that `seed` gives of the rows kept in the folder `cache`."""
        path = self.stored(cache)
        return split_stored(
            path,
            self.labels(),
            classes=self.classes,
            fractions=self.fractions,
            per_class=self.per_class,
            axis_name=AXIS_NAME,
            name="ims_simulated",
            smiles=self.smiles,
            seed=seed,
        )

    def labels(self) -> np.ndarray:
        """Class codes (rows,) int64 in random order, in counts of a geometric ladder."""
        steps = np.arange(len(self.classes)) / max(1, len(self.classes) - 1)
        ladder = float(self.imbalance) ** -steps
        # Rounding the cumulated counts keeps their sum exact.
        edges = np.round(np.cumsum(ladder) / ladder.sum() * self.rows).astype(np.int64)
        y = np.repeat(np.arange(len(self.classes)), np.diff(edges, prepend=0))
        return np.random.default_rng(child_seed(self.seed, "labels")).permutation(y)

    def stored(self, cache: Path) -> Path:
        """The .npy file of the raw rows (rows, 1676), simulated into `cache` once.

        Beside it, under the same name as .npz, lie the labels `y` and the conditions of every row.
        """
        from filelock import FileLock

        cache.mkdir(parents=True, exist_ok=True)
        # The formulas' own text is part of the name, so that a changed number there never meets old rows.
        formulas = hashlib.sha256(Path(ims_physics.__file__).read_bytes()).hexdigest()
        options = [
            formulas,
            BLOCK,
            self.classes,
            self.rows,
            self.imbalance,
            self.seed,
            self.concentration,
            self.temperature,
            self.pressure,
            self.ions,
            self.electronic_noise,
        ]
        key = hashlib.sha256(json.dumps(options).encode()).hexdigest()[:16]
        path = cache / f"ims_simulated-{self.rows}-{key}.npy"
        with FileLock(f"{path}.lock"):
            if not path.exists():
                self._simulate(path)
        return path

    def _simulate(self, path: Path) -> None:
        y = self.labels()
        drawn = []
        with new_rows(path, 2 * ims_physics.BINS) as writer:
            for start in range(0, self.rows, BLOCK):
                labels = y[start : start + BLOCK]
                rng = np.random.default_rng(child_seed(self.seed, f"block/{start // BLOCK}"))
                conditions = ims_physics.draw(len(labels), self.concentration, self.temperature, self.pressure, rng)
                clean = self.clean(labels, conditions)
                writer.append(ims_physics.add_noise(clean, self.electronic_noise, rng))
                drawn.append(asdict(conditions))
            arrays = {name: np.concatenate([block[name] for block in drawn]) for name in drawn[0]}
            save_arrays(path.with_suffix(".npz"), y=y, **arrays)

    def clean(self, y: np.ndarray, conditions: ims_physics.Conditions) -> np.ndarray:
        """Noise-free rows (n, 1676) of the classes `y` (n,) under `conditions`."""
        x = np.empty((len(y), 2 * ims_physics.BINS), dtype=np.float32)
        for label in np.unique(y):
            chosen = np.flatnonzero(y == label)
            x[chosen] = ims_physics.spectra(self.classes[label], conditions.take(chosen), self.ions)
        return x
