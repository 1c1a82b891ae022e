"""Simulated ion mobility spectra of eight chemicals: not measured; the model is in `ims_physics`."""

import hashlib
import json
from dataclasses import KW_ONLY, asdict, dataclass
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.contracts.files import read_arrays, write_arrays
from inn_experiments.contracts.limits import NaturalInt, NonNegative, Positive, PositiveInt
from inn_experiments.contracts.making import cached
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.data.checks import shorten
from inn_experiments.data.division import Division
from inn_experiments.data.ims.stored import RowWriter, StoredRows, opened
from inn_experiments.data.mapped import Mappable
from inn_experiments.data.simulated import ims_physics, mobility
from inn_experiments.data.simulated.mobility import add_noise, ladder

BLOCK = 1024
"""Rows that share a child seed; another number would make other rows."""


@dataclass
class ImsSimulated(Mappable):
    """Simulated rows of eight chemicals, 838 positive and 838 negative drift bins, standardised.

    Args:
        smiles: chemical -> its SMILES, several for a mixture; the chemicals named here are simulated.
        rows: of all parts together.
        imbalance: rows of the first class, in the order of names, over those of the last; the others lie on a
            geometric ladder between them.
        concentration: lowest and highest, drawn log-uniformly; at 1 the chemistry's constants hold.
        temperature, pressure: standard deviations between rows, K and Torr.
        ions: in each polarity of a row; they decide the shot noise.
        electronic_noise: standard deviation, in ions.
        generation_seed: of the rows themselves; the seed of `load` divides them.
    """

    smiles: dict[str, list[str]]
    rows: PositiveInt = 24000
    imbalance: Positive = 13.0
    concentration: tuple[Positive, Positive] = (0.1, 30.0)
    temperature: NonNegative = 0.5
    pressure: NonNegative = 1.0
    ions: Positive = 20000.0
    electronic_noise: NonNegative = 5.0
    generation_seed: NaturalInt = 0
    _: KW_ONLY
    test_fraction: float = 0.2
    val_fraction: float = 0.05
    fresh_fraction: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = sorted(set(self.smiles) - set(ims_physics.CHEMICALS))
        if unknown or not self.smiles:
            raise UserError(
                f"data.smiles: found {shorten(unknown) or 'no chemical'}; the simulated ones are: "
                f"{shorten(list(ims_physics.CHEMICALS))}"
            )
        if len(self.concentration) != 2 or not 0 < self.concentration[0] <= self.concentration[1]:
            raise UserError(f"data.concentration={self.concentration}: must be [lowest, highest], both above 0")
        self.classes = tuple(sorted(self.smiles))

    def read(self, cache: Path) -> StoredRows:
        """All rows, kept in the folder `cache`."""
        path, mark = self._kept(cache)
        return StoredRows(
            path=path,
            mark=mark,
            make=lambda fresh: self._simulate(fresh, path.with_suffix(".npz")),
            y=self.labels(),
            classes=self.classes,
            name="ims_simulated",
            pool=f"ims_simulated {self.generation_seed}",
            axis_name="drift bin (positive, then negative)",
            smiles=tuple(tuple(self.smiles[name]) for name in self.classes),
        )

    def labels(self) -> np.ndarray:
        """Class codes (rows,) int64 in random order, in counts of a geometric ladder."""
        y = np.repeat(np.arange(len(self.classes)), ladder(len(self.classes), self.imbalance, self.rows))
        return np.random.default_rng(child_seed(self.generation_seed, "labels")).permutation(y)

    def stored(self, cache: Path) -> Path:
        """The .npy file of the raw rows (rows, 1676), simulated into `cache` once.

        Beside it, under the same name as .npz, lie the labels `y` and the conditions of every row.
        """
        return self._kept(cache)[0]

    def _kept(self, cache: Path) -> tuple[Path, str]:
        """The file of `stored`, and the checksum of its values."""
        others = {"storage", *asdict(Division())}
        options = {key: value for key, value in asdict(self).items() if key not in others}
        # The formulas' own text is part of the name, so that a changed number there never meets old rows.
        texts = [Path(module.__file__).read_bytes() for module in (ims_physics, mobility)]
        formulas = hashlib.sha256(b"".join(texts)).hexdigest()
        key = hashlib.sha256(json.dumps([formulas, BLOCK, options]).encode()).hexdigest()[:16]
        path = cache / f"ims_simulated-{self.rows}-{key}.npy"
        facts = path.with_suffix(".npz")

        def read(kept: Path) -> str:
            told = read_arrays(facts, ("y", "rows"), f"delete {kept} to simulate it again")
            if len(opened(kept)) != len(told["y"]):
                raise UserError(f"{kept}: this cached file has other rows than {facts}; delete it")
            return str(told["rows"])

        return path, cached(path, lambda fresh: self._simulate(fresh, facts), read)

    def _simulate(self, rows: Path, facts: Path) -> None:
        y = self.labels()
        drawn = []
        with RowWriter(rows, 2 * ims_physics.BINS) as writer:
            for start in range(0, self.rows, BLOCK):
                labels = y[start : start + BLOCK]
                rng = np.random.default_rng(child_seed(self.generation_seed, f"block/{start // BLOCK}"))
                conditions = ims_physics.draw(len(labels), self.concentration, self.temperature, self.pressure, rng)
                clean = self.clean(labels, conditions)
                writer.append(add_noise(clean, self.electronic_noise, rng))
                drawn.append(asdict(conditions))
        mark = np.array(writer.mark.hexdigest())
        write_arrays(
            facts, y=y, rows=mark, **{name: np.concatenate([block[name] for block in drawn]) for name in drawn[0]}
        )

    def clean(self, y: np.ndarray, conditions: ims_physics.Conditions) -> np.ndarray:
        """Noise-free rows (n, 1676) of the classes `y` (n,) under `conditions`."""
        x = np.empty((len(y), 2 * ims_physics.BINS), dtype=np.float32)
        for label in np.unique(y):
            chosen = np.flatnonzero(y == label)
            x[chosen] = ims_physics.spectra(self.classes[label], conditions.take(chosen), self.ions)
        return x
