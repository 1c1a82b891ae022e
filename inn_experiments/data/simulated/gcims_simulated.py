"""Simulated GC-IMS records of six blends of volatiles: not measured; the model is in `gcims_physics`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inn_experiments.contracts import Split
from inn_experiments.contracts.limits import NaturalInt, NonNegative, Positive, SeveralInt
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.data.checks import check_fractions
from inn_experiments.data.records.files import RawRecords
from inn_experiments.data.records.preprocessing import Settings
from inn_experiments.data.records.split import split_records
from inn_experiments.data.simulated import gcims_physics

LEVEL = 0.35
"""What a blend has of a compound that is in it like in the others."""

BLENDS: dict[str, dict[str, float]] = {
    "blend_a": {"ethanol": 3.0, "ethyl acetate": 1.8, "hexanal": 0.6, "2-nonanone": 0.3, "limonene": 0.0},
    "blend_b": {"ethanol": 2.4, "3-methylbutanol": 2.0, "acetoin": 1.6, "2-nonanone": 0.5, "limonene": 0.0},
    "blend_c": {"2-butanone": 1.8, "3-methylbutanol": 1.7, "acetoin": 2.0, "benzaldehyde": 0.0, "hexanal": 0.5},
    "blend_d": {"2-butanone": 2.0, "2-heptanone": 2.0, "butanoic acid": 1.8, "benzaldehyde": 0.0},
    "blend_e": {"2-pentanone": 2.0, "2-heptanone": 1.8, "hexanal": 1.8, "dimethyl disulfide": 0.0},
    "blend_f": {"ethyl acetate": 1.7, "2-pentanone": 1.8, "isobutanol": 2.0, "dimethyl disulfide": 0.0},
}
"""Blend -> how many times LEVEL it has of a compound; 1 where none is given, and 0 is not at all."""


class GcimsSimulated:
    """Simulated, not measured, records of 128 retention by 192 drift times, preprocessed as in `Records2d`.

    Plausible, not calibrated to an instrument. Neighbours in the list share what sets them apart from others.

    records: of all parts together. imbalance: records of the first blend over those of the last; the others
        lie on a geometric ladder between them.
    spread: deviation of each compound's log concentration between records of a blend; the larger, the harder.
    shift, stretch: standard deviations of the retention times between records, s and share.
    temperature, pressure: of the drift tube, standard deviations between records, K and Torr.
    ions: at each retention time; they decide the shot noise. electronic_noise: standard deviation, in ions.
    wavelet, levels, retention, drift: the preprocessing; the crop is in s and ms.
    test_fraction, val_fraction, fresh_fraction, per_class: as for `Records2d`.
    generation_seed: of the records themselves; the seed of `load` divides them.
    Raises UserError for values out of range and too few records of a blend.
    """

    def __init__(
        self,
        records: SeveralInt = 260,
        imbalance: Positive = 6.4,
        spread: NonNegative = 0.55,
        shift: NonNegative = 2.0,
        stretch: NonNegative = 0.01,
        temperature: NonNegative = 0.8,
        pressure: NonNegative = 4.0,
        ions: Positive = 20000.0,
        electronic_noise: NonNegative = 3.0,
        wavelet: str = "db2",
        levels: tuple[NaturalInt, NaturalInt] = (1, 1),
        retention: tuple[float, float] | None = None,
        drift: tuple[float, float] | None = None,
        test_fraction: float = 0.3,
        val_fraction: float = 0.1,
        fresh_fraction: float = 0.15,
        per_class: int | None = None,
        generation_seed: NaturalInt = 0,
    ) -> None:
        check_fractions(test_fraction, val_fraction, fresh_fraction, per_class)
        self.settings = Settings.of(wavelet, levels, retention, drift)
        self.fractions = (val_fraction, test_fraction, fresh_fraction)
        self.per_class = per_class
        self.records, self.imbalance, self.seed = records, imbalance, generation_seed
        self.spread, self.shift, self.stretch = spread, shift, stretch
        self.temperature, self.pressure = temperature, pressure
        self.ions, self.electronic_noise = ions, electronic_noise

    def load(self, *, seed: int, cache: Path) -> Split:
        """The division that `seed` gives; `cache` is not used, the simulation takes about a second."""
        return split_records(
            self.simulate(),
            self.settings,
            name="gcims_simulated",
            fractions=self.fractions,
            per_class=self.per_class,
            seed=seed,
        )

    def counts(self) -> dict[str, int]:
        """Blend -> its number of records, on a geometric ladder."""
        ladder = float(self.imbalance) ** -np.linspace(0.0, 1.0, len(BLENDS))
        # Rounding the cumulated counts keeps their sum exact.
        edges = np.round(np.cumsum(ladder) / ladder.sum() * self.records).astype(int)
        return dict(zip(BLENDS, np.diff(edges, prepend=0).tolist(), strict=True))

    def simulate(self) -> RawRecords:
        """All records, blend by blend; each has a seed of its own, so that more records change none."""
        labels = np.repeat(list(BLENDS), list(self.counts().values()))
        x = np.empty((len(labels), len(gcims_physics.RETENTION), len(gcims_physics.DRIFT)), dtype=np.float32)
        place = 0
        for blend, count in self.counts().items():
            for number in range(count):
                rng = np.random.default_rng(child_seed(self.seed, f"{blend}/{number}"))
                conditions = gcims_physics.draw(
                    usual(blend), self.spread, self.shift, self.stretch, self.temperature, self.pressure, rng
                )
                clean = gcims_physics.record(conditions, self.ions)
                x[place] = gcims_physics.add_noise(clean, self.electronic_noise, rng)
                place += 1
        return RawRecords(x, labels, None, gcims_physics.RETENTION, gcims_physics.DRIFT)


def usual(blend: str) -> np.ndarray:
    """The usual concentrations (k,) of the compounds in a blend."""
    return LEVEL * np.array([BLENDS[blend].get(name, 1.0) for name in gcims_physics.NAMES])
