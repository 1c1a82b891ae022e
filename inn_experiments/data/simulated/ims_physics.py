"""A model of drift-time ion mobility spectra, for simulated data: mass action, drift times, peaks, noise.

In each polarity the ions of a row are shared by mass action between the reactant ion, the analyte's monomer
and its dimer, 1 : k1 c : k1 k2 c^2: none is made or lost while the concentration c moves them from peak to
peak. An ion of reduced mobility K0 drifts for t = L^2 / (V K), K = K0 (T / 273.15 K) (760 Torr / P), and
arrives in a Gaussian peak of width t / R at half height (Eiceman, Karpas and Hill, Ion Mobility Spectrometry,
3rd edition, 2013). The numbers below are plausible values for such an instrument, chosen, not measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inn_experiments.data.simulated.mobility import HALF_HEIGHT

BINS = 838
FIRST, LAST = 3.0, 13.5
TIMES = FIRST + (LAST - FIRST) * (np.arange(BINS) + 0.5) / BINS
"""The drift times of the bins of either polarity, ms."""

LENGTH, VOLTAGE = 4.0, 1200.0
TEMPERATURE, PRESSURE = 298.15, 760.0
RESOLVING_POWER = 40.0
REACTANT = (2.24, 2.19)
"""Reduced mobility of (H2O)nH+ and (H2O)nO2-, cm^2/(V s)."""

HUMIDITY_DEVIATION = 0.3
CLUSTERING = 0.006
"""How much, relatively, the reactant ion slows for each factor e of humidity: its water cluster grows."""

GAIN_DEVIATION, GATE_DEVIATION, TILT_DEVIATION = 0.03, 0.003, 0.3
BASELINE, BASELINE_DEVIATION, BASELINE_TERMS = 1e-3, 2e-4, 4
"""Level and movement of the baseline in a bin, as shares of all ions of the polarity."""


@dataclass(frozen=True)
class Chemistry:
    """What one chemical does in one polarity: mass-action constants, K0 of its monomer and dimer peaks."""

    k1: float
    k2: float
    monomer: tuple[float, ...]
    dimer: tuple[float, ...]
    shares: tuple[float, ...] = (1.0,)
    resolving_power: float = RESOLVING_POWER


JET_FUEL = Chemistry(
    0.8,
    0.02,
    (1.92, 1.78, 1.65, 1.53, 1.42, 1.32),
    (1.33, 1.25, 1.18, 1.11, 1.05, 0.99),
    (0.10, 0.20, 0.26, 0.22, 0.14, 0.08),
    18.0,
)

PEROXIDE = Chemistry(0.7, 0.08, (1.96, 1.72), (1.36, 1.25), (0.6, 0.4))

CHEMICALS: dict[str, tuple[Chemistry, Chemistry]] = {
    "DEB": (Chemistry(0.5, 0.05, (1.80,), (1.33,)), Chemistry(0.004, 0.0, (1.60,), (1.20,))),
    "DEM": (Chemistry(1.6, 0.30, (1.66,), (1.24,)), Chemistry(0.30, 0.05, (1.58,), (1.19,))),
    "DMMP": (Chemistry(2.5, 0.50, (1.91,), (1.42,)), Chemistry(0.05, 0.01, (1.70,), (1.28,))),
    "DPM": (Chemistry(2.2, 0.35, (1.52,), (1.08,)), Chemistry(0.04, 0.01, (1.45,), (1.05,))),
    "DtBP": (PEROXIDE, Chemistry(0.01, 0.0, (1.75,), (1.30,))),
    "JP8": (JET_FUEL, Chemistry(0.006, 0.0, (1.55,), (1.15,))),
    "MES": (Chemistry(0.9, 0.12, (1.63,), (1.21,)), Chemistry(1.8, 0.15, (1.56,), (1.15,))),
    "TEPO": (Chemistry(2.8, 0.45, (1.69,), (1.22,)), Chemistry(0.06, 0.01, (1.50,), (1.12,))),
}
"""Chemical -> what it does in positive and in negative polarity, where several have almost no ions."""


@dataclass(frozen=True)
class Conditions:
    """What differs from row to row, each (n,): the coordinates of the noise-free spectra.

    Attributes:
        concentration: in units in which k1 holds.
        humidity, temperature, pressure: 1 is usual; K and Torr.
        gate, tilt: the delay, ms; from light to heavy parts of a mixture.
        baseline: (n, 2, terms).
    """

    concentration: np.ndarray
    humidity: np.ndarray
    temperature: np.ndarray
    pressure: np.ndarray
    gain: np.ndarray
    gate: np.ndarray
    tilt: np.ndarray
    baseline: np.ndarray

    def take(self, index: np.ndarray) -> Conditions:
        """Those of the rows at `index`."""
        return Conditions(**{name: values[index] for name, values in vars(self).items()})


def draw(
    rows: int, concentration: tuple[float, float], temperature: float, pressure: float, rng: np.random.Generator
) -> Conditions:
    """Conditions of so many `rows`: the range of `concentration`, deviations of `temperature`, `pressure`."""
    low, high = np.log(concentration)
    return Conditions(
        concentration=np.exp(rng.uniform(low, high, rows)),
        humidity=np.exp(HUMIDITY_DEVIATION * rng.standard_normal(rows)),
        temperature=TEMPERATURE + temperature * rng.standard_normal(rows),
        pressure=PRESSURE + pressure * rng.standard_normal(rows),
        gain=np.exp(GAIN_DEVIATION * rng.standard_normal(rows)),
        gate=GATE_DEVIATION * rng.standard_normal(rows),
        tilt=TILT_DEVIATION * rng.standard_normal(rows),
        baseline=rng.standard_normal((rows, 2, BASELINE_TERMS)),
    )


def charge(chemistry: Chemistry, concentration: np.ndarray) -> np.ndarray:
    """Shares (n, 3) of reactant ion, monomer and dimer, 1 : k1 c : k1 k2 c^2, which sum to 1."""
    first = chemistry.k1 * concentration
    weights = np.stack([np.ones_like(first), first, first * chemistry.k2 * concentration], axis=1)
    return weights / weights.sum(axis=1, keepdims=True)


def drift_time(mobility: np.ndarray | float, conditions: Conditions) -> np.ndarray:
    """Drift times (n,) in ms of ions of reduced `mobility` K0, cm^2/(V s), the gate's delay included."""
    actual = mobility * (conditions.temperature / 273.15) * (760.0 / conditions.pressure)
    return 1000.0 * LENGTH**2 / (VOLTAGE * actual) + conditions.gate


def spectra(chemical: str, conditions: Conditions, ions: float) -> np.ndarray:
    """Noise-free rows (n, 1676) float32, of so many `ions` in each polarity: positive drift bins, then negative."""
    halves = [
        _peaks(chemistry, REACTANT[polarity], conditions) + _baseline(conditions.baseline[:, polarity])
        for polarity, chemistry in enumerate(CHEMICALS[chemical])
    ]
    return np.concatenate(halves, axis=1) * (ions * conditions.gain[:, None]).astype(np.float32)


def _peaks(chemistry: Chemistry, reactant: float, conditions: Conditions) -> np.ndarray:
    # Water competes with the analyte for the charge and slows the reactant ion.
    shares = charge(chemistry, conditions.concentration / conditions.humidity)
    reactants = reactant * (1.0 - CLUSTERING * np.log(conditions.humidity))
    found = _peak(reactants, shares[:, 0], RESOLVING_POWER, conditions)
    parts = np.array(chemistry.shares) * np.exp(np.outer(conditions.tilt, np.arange(len(chemistry.shares))))
    parts /= parts.sum(axis=1, keepdims=True)
    for column, mobilities in ((1, chemistry.monomer), (2, chemistry.dimer)):
        for part, mobility in enumerate(mobilities):
            area = shares[:, column] * parts[:, part]
            found += _peak(mobility, area, chemistry.resolving_power, conditions)
    return found


def _peak(mobility: np.ndarray | float, area: np.ndarray, power: float, conditions: Conditions) -> np.ndarray:
    centre = drift_time(mobility, conditions)
    # Where diffusion decides, R grows with the square root of V / T.
    width = centre / (power * np.sqrt(TEMPERATURE / conditions.temperature) * HALF_HEIGHT)
    height = area * (TIMES[1] - TIMES[0]) / (width * np.sqrt(2.0 * np.pi))
    centre, width, height = (value.astype(np.float32)[:, None] for value in (centre, width, height))
    return height * np.exp(np.float32(-0.5) * ((TIMES.astype(np.float32) - centre) / width) ** 2)


def _baseline(draws: np.ndarray) -> np.ndarray:
    terms = np.arange(BASELINE_TERMS)
    waves = np.cos(np.pi * np.outer(terms, (np.arange(BINS) + 0.5) / BINS)) / (1.0 + terms)[:, None]
    return (BASELINE + BASELINE_DEVIATION * draws @ waves).astype(np.float32)
