"""A model of GC-IMS records, for simulated data: elution, mass action, drift times, baseline and noise.

A gas chromatograph brings each compound to the ion mobility spectrometer at its retention time, as an
exponentially modified Gaussian: a Gaussian peak with a tail. At every retention time all compounds that are
there compete for the charge of the reactant ion, 1 : k1 c : k1 k2 c^2 for monomer and dimer of each. So the
ridge of the reactant ion (RIP) loses what the peaks gain, no ion is made or lost, and no record is a product
of a function of retention and one of drift. Drift times are in proportion to pressure over temperature
(Eiceman, Karpas and Hill, Ion Mobility Spectrometry, 3rd edition, 2013). The compounds are real ones; their
numbers are plausible values for such an instrument, chosen, not measured, and calibrated to no data.
"""

from dataclasses import astuple, dataclass

import numpy as np

from inn_experiments.data.simulated.mobility import HALF_HEIGHT

RETENTION = np.linspace(0.0, 600.0, 128)
"""Retention times, s."""

DRIFT = np.linspace(5.5, 13.0, 192)
"""Drift times, ms."""

REACTANT = 6.8
"""Drift time of the reactant ion, ms; those of the compounds' ions are given relative to it."""

RESOLVING_POWER = 32.0
TEMPERATURE, PRESSURE = 318.15, 760.0
WIDTH, WIDENING = 4.0, 0.012
"""Deviation of a peak along retention, s, and what it gains with each second of retention."""

BASELINE, BASELINE_DEVIATION, BLEED = 4.0, 1.0, 3.0
"""Level and movement of the baseline, and the column's bleed at the last retention time, in ions."""

GAIN_DEVIATION, AMOUNT_DEVIATION, HUMIDITY_DEVIATION = 0.05, 0.35, 0.2


@dataclass(frozen=True)
class Compound:
    """Retention time, s; drift times of monomer and dimer over the reactant ion's; mass-action constants."""

    retention: float
    monomer: float
    dimer: float
    k1: float
    k2: float
    tail: float
    """Time constant of the tail along retention, s."""


COMPOUNDS: dict[str, Compound] = {
    "ethanol": Compound(62, 1.05, 1.13, 1.2, 0.30, 5),
    "acetone": Compound(70, 1.12, 1.21, 2.6, 0.15, 4),
    "ethyl acetate": Compound(118, 1.10, 1.34, 2.2, 0.40, 5),
    "2-butanone": Compound(112, 1.06, 1.25, 2.8, 0.35, 5),
    "acetic acid": Compound(140, 1.05, 1.16, 0.8, 0.20, 16),
    "isobutanol": Compound(146, 1.17, 1.37, 1.3, 0.30, 8),
    "2-pentanone": Compound(172, 1.12, 1.37, 2.9, 0.40, 6),
    "acetoin": Compound(188, 1.07, 1.33, 1.5, 0.20, 14),
    "3-methylbutanol": Compound(212, 1.25, 1.50, 1.4, 0.35, 10),
    "dimethyl disulfide": Compound(206, 1.13, 1.30, 0.7, 0.10, 6),
    "hexanal": Compound(262, 1.26, 1.57, 1.6, 0.40, 8),
    "butanoic acid": Compound(276, 1.16, 1.40, 0.9, 0.25, 22),
    "2-heptanone": Compound(352, 1.26, 1.63, 3.0, 0.45, 8),
    "benzaldehyde": Compound(428, 1.15, 1.47, 1.7, 0.25, 12),
    "limonene": Compound(482, 1.22, 1.66, 0.9, 0.10, 9),
    "2-nonanone": Compound(548, 1.41, 1.75, 2.9, 0.40, 10),
}

NAMES = tuple(COMPOUNDS)
EVERY = Compound(*np.array([astuple(compound) for compound in COMPOUNDS.values()]).T)
"""The constants of all compounds, each (k,)."""


@dataclass(frozen=True)
class Conditions:
    """What differs from record to record: the coordinates of the noise-free record.

    Attributes:
        concentration: (k,) of the compounds, in units in which k1 holds at the peak's top.
        humidity, temperature, pressure: 1 is usual; K and Torr.
        shift, stretch: of the retention times, s and share.
        baseline: (3,) level, wave along retention and wave along drift, in standard deviations.
    """

    concentration: np.ndarray
    humidity: float
    temperature: float
    pressure: float
    gain: float
    shift: float
    stretch: float
    baseline: np.ndarray


def elution(conditions: Conditions) -> np.ndarray:
    """Concentrations (M, k) at each retention time: exponentially modified Gaussians.

    The area of a peak is its concentration times that of a Gaussian of the height 1 at its retention time, so
    that a longer tail makes a lower peak. Shift and stretch move the centres.
    """
    from scipy.stats import exponnorm

    centre = EVERY.retention * (1.0 + conditions.stretch) + conditions.shift
    width = WIDTH + WIDENING * EVERY.retention
    profile = exponnorm.pdf(RETENTION[:, None], EVERY.tail / width, loc=centre, scale=width)
    return conditions.concentration * profile * width * np.sqrt(2.0 * np.pi)


def charge(concentration: np.ndarray, humidity: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares of the charge: reactant ion (M,), monomers (M, k) and dimers (M, k), which sum to 1 in each row.

    `concentration` (M, k); water competes for the charge.
    """
    monomer = EVERY.k1 * concentration / humidity
    dimer = monomer * EVERY.k2 * concentration
    total = 1.0 + monomer.sum(axis=1) + dimer.sum(axis=1)
    return 1.0 / total, monomer / total[:, None], dimer / total[:, None]


def record(conditions: Conditions, ions: float) -> np.ndarray:
    """A noise-free record (M, D), ions in each place: `ions` at each retention time, and the baseline."""
    reactant, monomer, dimer = charge(elution(conditions), conditions.humidity)
    shares = np.concatenate([reactant[:, None], monomer, dimer], axis=1)
    peaks = shares @ mobility_peaks(np.array([1.0, *EVERY.monomer, *EVERY.dimer]), conditions)
    return conditions.gain * (ions * peaks + _baseline(conditions.baseline))


def mobility_peaks(ratios: np.ndarray, conditions: Conditions) -> np.ndarray:
    """Gaussian peaks (p, D), each of the sum 1, of ions `ratios` (p,) times as slow as the reactant's."""
    usual = (conditions.pressure / PRESSURE) * (TEMPERATURE / conditions.temperature)
    centre = REACTANT * ratios[:, None] * usual
    width = centre / (RESOLVING_POWER * HALF_HEIGHT)
    step = DRIFT[1] - DRIFT[0]
    return np.exp(-0.5 * ((DRIFT - centre) / width) ** 2) * step / (width * np.sqrt(2.0 * np.pi))


def _baseline(draws: np.ndarray) -> np.ndarray:
    retention, drift = np.linspace(0.0, 1.0, len(RETENTION))[:, None], np.linspace(0.0, 1.0, len(DRIFT))
    waves = draws[0] + draws[1] * np.cos(np.pi * retention) + draws[2] * np.cos(np.pi * drift)
    # What the column loses grows as the oven warms, and drifts as unresolved large ions.
    bleed = BLEED * retention**2 * np.exp(-0.5 * ((drift - 0.6) / 0.25) ** 2)
    return BASELINE + BASELINE_DEVIATION * waves + bleed
