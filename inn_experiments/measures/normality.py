"""How soon noise makes a Gaussian of rows, with the power of the test that says so, and whether sums are the reason."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy

from inn_experiments.contracts import Findings, Measure, Number, Scoring, SeveralInt, Split, Subject, UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.claims import claim, mean, share
from inn_experiments.measures.numbers.intervals import mean_interval
from inn_experiments.measures.numbers.normality import bhep, excess_kurtosis, whitened
from inn_experiments.measures.numbers.two_samples import c2st

TOLD, GRID = (0.0, 0.1, 0.3, 0.5, 1.0), 10
"""Levels that are told one by one, as shares of all; and in how many steps the first undetected one is looked for."""
NULL, SIZE = 400, 0.05
"""Gaussian samples that give the critical values, and the size of the tests."""
FEW = 0.16
"""A smaller share of samples told is not told from 5 %: of 40 Gaussian ones, 7 or more have a chance of 1 in 295."""
TEXTS = {"shape": "told from every Gaussian", "limit": "told from N(0, I)"}

Tests = dict[str, Callable[[np.ndarray], bool]]


@dataclass
class Normality(Measure):
    """Level by level: "as noise is added, any distribution eventually becomes Gaussian" (Inverse Diffusion, 6).

    Samples of n test rows at a level of the forward process are tested for being Gaussian (`shape`, of any mean and
    covariance) and for being N(0, I) in the units that noise is added in (`limit`). What is measured is the share of
    samples that a test of size 5 % tells: its power where they are not, 5 % where they are. Critical values are those
    of Gaussian samples of as many rows.

    Noise of a step is Gaussian itself: x_t = alpha x + sigma z goes to N(0, I) because alpha goes to 0, by one draw z
    as by a chain of them. The central limit theorem is of sums: coins (1 or -1) in the place of z become Gaussian in a
    chain of many steps alike, and never in one draw. All four are measured at the last level.

    Args:
        rows: n, of a sample.
        repeats: samples a level; they share test rows.
    """

    rows: SeveralInt = 300
    repeats: SeveralInt = 40

    def check(self, split: Split, *, seed: int) -> None:
        """Raise UserError where test rows are too few for a sample, or a sample for a covariance."""
        if not split.features < self.rows <= len(split.test):
            raise UserError(
                f"claims.rows is {self.rows}: a sample takes more rows than there are columns ({split.features}) "
                f"and no more than {split.name} has test rows ({len(split.test)})"
            )

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """Shares of samples told, kurtosis and C2ST by level; raises UserError without a forward process."""
        process, x = subject.synthesizer, subject.split.test.x
        if not isinstance(process, Scoring):
            raise UserError("claims=normality watches a diffusion; choose generator=diffusion, or claims=none")
        alphas = process.signal()
        top, d = len(alphas) - 1, x.shape[1]
        states = process.diffuse(x, seed=child_seed(seed, "normality/forward"))[1]
        tests = gaussian_tests(self.rows, d, child_seed(seed, "normality/null"))
        rng = np.random.default_rng(child_seed(seed, "normality/size"))
        gaussian = [rng.normal(size=(self.rows, d)) for _ in range(self.repeats)]
        found = _shares("gaussian", "control: Gaussian samples", gaussian, tests)[0]
        power: dict[int, dict[str, float]] = {}
        told = {round(top * part) for part in TOLD}
        for t in sorted({round(top * part / GRID) for part in range(GRID + 1)} | told):
            draws = self._samples(process.standardised(states[t]), child_seed(seed, f"normality/{t}"))
            numbers, power[t] = _shares(f"{t:04d}", f"x_{t}, alpha {alphas[t]:.2g}: samples", draws, tests)
            if t in told:
                found += numbers + _shape(f"{t:04d}", f"x_{t}", draws, gaussian[0], child_seed(seed, f"c2st/{t}"))
        for name, text in TEXTS.items():
            found += _level(
                name, f"first level from which on samples are no longer {text}, over all levels", power, top
            )
        return Findings(found + self._sums(process.standardised(x), alphas, tests, seed))

    def _samples(self, x: np.ndarray, seed: int) -> list[np.ndarray]:
        """Samples (n, d) of the rows x (m, d)."""
        rng = np.random.default_rng(seed)
        return [x[rng.permutation(len(x))[: self.rows]] for _ in range(self.repeats)]

    def _sums(self, x: np.ndarray, alphas: np.ndarray, tests: Tests, seed: int) -> list[Number]:
        """At the last level: samples told after a chain of steps and after one draw, of Gaussian noise and of coins."""
        found, top = [], len(alphas) - 1
        for noise in ("gaussian", "coins"):
            for way, path in ((f"{top} steps", alphas), ("one draw", alphas[[0, -1]])):
                key = f"{noise}_{'one' if way == 'one draw' else 'chain'}"
                rng = np.random.default_rng(child_seed(seed, f"normality/{key}"))
                draws = [noised(z, path, noise, rng) for z in self._samples(x, child_seed(seed, "normality/sums"))]
                found += _shares(key, f"x_{top} by {way} of {noise}: samples", draws, {"shape": tests["shape"]})[0]
        return found


def noised(x: np.ndarray, alphas: np.ndarray, noise: str, rng: np.random.Generator) -> np.ndarray:
    """Rows x (n, d) after steps x_t = r x_s + sqrt(1 - r^2) z, r the ratio of neighbours in `alphas` (k+1,).

    z is `gaussian`, or `coins`, 1 or -1.
    """
    for before, after in pairwise(alphas):
        z = rng.normal(size=x.shape) if noise == "gaussian" else rng.choice([-1.0, 1.0], size=x.shape)
        ratio = after / before
        x = ratio * x + np.sqrt(1 - ratio**2) * z
    return x


def gaussian_tests(rows: int, d: int, seed: int) -> Tests:
    """Whether a sample (rows, d) is told from every Gaussian, or from N(0, I), each at the size of 5 %."""
    rng = np.random.default_rng(seed)
    usual = [(bhep(whitened(z)), bhep(z)) for z in (rng.normal(size=(rows, d)) for _ in range(NULL))]
    shape, limit = np.quantile(usual, 1 - SIZE, axis=0, method="higher")
    return {"shape": lambda z: bhep(whitened(z)) > shape, "limit": lambda z: bhep(z) > limit}


def _shares(key: str, text: str, draws: list[np.ndarray], tests: Tests) -> tuple[list[Number], dict[str, float]]:
    """The share of samples that each test tells, beside its size, with p against that."""
    numbers, values = [], {}
    for name, test in tests.items():
        hits = np.array([test(z) for z in draws])
        p = float(scipy.stats.binomtest(int(hits.sum()), len(hits), SIZE).pvalue)
        numbers += share(f"normality/{key}_{name}", f"{text} {TEXTS[name]}", hits, SIZE, p)
        values[name] = float(hits.mean())
    return numbers, values


def _shape(key: str, text: str, draws: list[np.ndarray], gaussian: np.ndarray, seed: int) -> list[Number]:
    """Excess kurtosis of the samples, and how well trees tell the first from a Gaussian one."""
    kurtosis = [excess_kurtosis(whitened(z)) for z in draws]
    usual = excess_kurtosis(whitened(gaussian))
    found = mean(
        f"normality/{key}_kurtosis",
        f"{text}: excess kurtosis, relative; chance: a Gaussian sample",
        *mean_interval(kurtosis),
        chance=usual,
        n=len(kurtosis),
    )
    told = c2st(draws[0], gaussian, seed=seed)
    bounds = {"low": told.low, "high": told.high}
    text = f"{text}: C2ST of a sample against one of N(0, I)"
    return found + claim(f"normality/{key}_c2st", text, told.value, chance=0.5, n=len(gaussian), **bounds)


def _level(name: str, text: str, power: dict[int, dict[str, float]], top: int) -> list[Number]:
    """The share of levels before the one from which on few samples are told; none where the last level's are."""
    told = [t for t, shares in power.items() if shares[name] >= FEW]
    left = [t for t in power if t > max(told, default=-1)]
    return claim(f"normality/{name}_level", text, left[0] / top, n=len(power)) if left else []
