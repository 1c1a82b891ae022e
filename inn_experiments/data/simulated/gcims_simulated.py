"""Simulated GC-IMS records of six blends of volatiles: not measured; the model is in `gcims_physics`."""

from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path

import numpy as np

from inn_experiments.contracts import NaturalInt, NonNegative, Positive, SeveralInt, child_seed
from inn_experiments.data.records.reader import RawRecords, RecordReader
from inn_experiments.data.simulated import gcims_physics
from inn_experiments.data.simulated.mobility import add_noise, ladder
from inn_experiments.data.source import ArrayRows

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


@dataclass
class GcimsSimulated(RecordReader):
    """Simulated, not measured, records of 128 retention by 192 drift times, preprocessed as in `Records2d`.

    Plausible, not calibrated to an instrument. Neighbours in the list share what sets them apart from others.

    Args:
        records: of all parts together.
        imbalance: records of the first blend over those of the last; the others lie on a geometric ladder
            between them.
        spread: deviation of each compound's log concentration between records of a blend; the larger, the harder.
        shift, stretch: standard deviations of the retention times between records, s and share.
        temperature, pressure: of the drift tube, standard deviations between records, K and Torr.
        ions: at each retention time; they decide the shot noise.
        electronic_noise: standard deviation, in ions.
        generation_seed: of the records themselves; the seed of `load` divides them.
        wavelet, levels, retention, drift: as in `Settings`; the crop is in s and ms.
    """

    records: SeveralInt = 260
    imbalance: Positive = 6.4
    spread: NonNegative = 0.55
    shift: NonNegative = 2.0
    stretch: NonNegative = 0.01
    temperature: NonNegative = 0.8
    pressure: NonNegative = 4.0
    ions: Positive = 20000.0
    electronic_noise: NonNegative = 3.0
    generation_seed: NaturalInt = 0
    _: KW_ONLY
    fresh_fraction: float = 0.15

    def read(self, cache: Path) -> ArrayRows:
        """All records; `cache` is not used, the simulation takes about a second."""
        return replace(self.simulate().rows("gcims_simulated", self), pool=f"gcims_simulated {self.generation_seed}")

    def counts(self) -> dict[str, int]:
        """Blend -> its number of records, on a geometric ladder."""
        return dict(zip(BLENDS, ladder(len(BLENDS), self.imbalance, self.records).tolist(), strict=True))

    def simulate(self) -> RawRecords:
        """All records, blend by blend; each has a seed of its own, so that more records change none."""
        labels = np.repeat(list(BLENDS), list(self.counts().values()))
        x = np.empty((len(labels), len(gcims_physics.RETENTION), len(gcims_physics.DRIFT)), dtype=np.float32)
        numbered = ((blend, number) for blend, count in self.counts().items() for number in range(count))
        for place, (blend, number) in enumerate(numbered):
            rng = np.random.default_rng(child_seed(self.generation_seed, f"{blend}/{number}"))
            clean = gcims_physics.record(self.draw(usual(blend), rng), self.ions)
            x[place] = add_noise(clean, self.electronic_noise, rng)
        return RawRecords(x, labels, None, gcims_physics.RETENTION, gcims_physics.DRIFT)

    def draw(self, usual: np.ndarray, rng: np.random.Generator) -> gcims_physics.Conditions:
        """Conditions of one record around the `usual` concentrations (k,) of its class."""
        amount = np.exp(gcims_physics.AMOUNT_DEVIATION * rng.standard_normal())
        return gcims_physics.Conditions(
            concentration=usual * amount * np.exp(self.spread * rng.standard_normal(len(usual))),
            humidity=float(np.exp(gcims_physics.HUMIDITY_DEVIATION * rng.standard_normal())),
            temperature=gcims_physics.TEMPERATURE + self.temperature * rng.standard_normal(),
            pressure=gcims_physics.PRESSURE + self.pressure * rng.standard_normal(),
            gain=float(np.exp(gcims_physics.GAIN_DEVIATION * rng.standard_normal())),
            shift=self.shift * rng.standard_normal(),
            stretch=self.stretch * rng.standard_normal(),
            baseline=rng.standard_normal(3),
        )


def usual(blend: str) -> np.ndarray:
    """The usual concentrations (k,) of the compounds in a blend."""
    return LEVEL * np.array([BLENDS[blend].get(name, 1.0) for name in gcims_physics.NAMES])
