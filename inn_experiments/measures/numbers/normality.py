"""Are rows a sample of one Gaussian? By their characteristic function (Henze and Zirkler), and by the fourth moment."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

BATCH = 2_000_000
"""Squared distances that are held at a time."""

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Gaussian draws (b, n, d) -> what an alternative makes of them."""


def henze_zirkler(scores: np.ndarray) -> np.ndarray:
    """The statistic (b,) of samples (b, n, k) whose columns are uncorrelated, of the mean 0 and the mean square 1.

    n times the squared distance of the sample's characteristic function from the standard normal one's, weighed by a
    Gaussian of width beta: 0 for a sample that looks Gaussian, large otherwise, against every alternative.
    Source: Henze and Zirkler 1990, with their beta.
    """
    _, n, k = scores.shape
    beta = (n * (2 * k + 1) / 4) ** (1 / (k + 4)) / np.sqrt(2)
    squares = np.square(scores).sum(axis=2)
    apart = squares[:, :, None] + squares[:, None, :] - 2 * scores @ scores.transpose(0, 2, 1)
    both = np.exp(-(beta**2) / 2 * apart).mean(axis=(1, 2))
    one = np.exp(-(beta**2) / (2 * (1 + beta**2)) * squares).mean(axis=1)
    return n * (both - 2 * (1 + beta**2) ** (-k / 2) * one + (1 + 2 * beta**2) ** (-k / 2))


def bhep(z: np.ndarray) -> float:
    """The statistic of one sample z (n, d), its distance from N(0, I); of `whitened` rows no affine map changes it.

    Example:
        >>> z = np.random.default_rng(0).normal(size=(400, 2))
        >>> bhep(z) < 1 < bhep(np.sign(z))
        True
    """
    return float(henze_zirkler(np.asarray(z, np.float64)[None])[0])


def leading_scores(x: np.ndarray, components: int) -> np.ndarray:
    """Scores (b, n, k) of samples (b, n, d) on their own leading components, each of the mean 0 and mean square 1.

    They are the leading eigenvectors of the rows' products with each other, so d may be as large as it likes.
    """
    centred = x - x.mean(axis=1, keepdims=True)
    vectors = np.linalg.eigh(centred @ centred.transpose(0, 2, 1))[1]
    return vectors[:, :, : -components - 1 : -1] * np.sqrt(x.shape[1])


def statistics(x: np.ndarray, components: int) -> np.ndarray:
    """The statistic (b,) of samples (b, n, d) along their own leading components."""
    size = max(1, BATCH // x.shape[1] ** 2)
    parts = (x[start : start + size] for start in range(0, len(x), size))
    return np.concatenate([henze_zirkler(leading_scores(part, components)) for part in parts])


def whitened(x: np.ndarray) -> np.ndarray:
    """Rows x (n, d) with their own mean and covariance taken out, n > d; directions without variance stay at 0."""
    x = np.asarray(x, np.float64)
    centred = x - x.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(x))
    scale = np.sqrt(np.maximum(values, 1e-12 * max(float(values[-1]), 1e-300)))
    return centred @ (vectors / scale) @ vectors.T


def excess_kurtosis(z: np.ndarray) -> float:
    """Mardia's kurtosis of `whitened` rows z (n, d) over that of a Gaussian, less 1: 0 of one, below 0 of flat rows."""
    d = z.shape[1]
    return float(((z**2).sum(axis=1) ** 2).mean() / (d * (d + 2)) - 1)


@dataclass(frozen=True)
class Law:
    """A Gaussian with the mean of rows (n, d) and their covariance, shrunk as `rho` says (Ledoit and Wolf 2004)."""

    rows: np.ndarray
    rho: float

    @classmethod
    def of(cls, rows: np.ndarray) -> "Law":
        """The Gaussian that generator=gaussian fits to rows (n, d)."""
        from sklearn.covariance import ledoit_wolf_shrinkage

        rows = np.asarray(rows, np.float64)
        return cls(rows - rows.mean(axis=0), float(ledoit_wolf_shrinkage(rows)))

    def draw(self, samples: int, rng: np.random.Generator) -> np.ndarray:
        """Samples (b, n, d) of as many rows as it was fitted to, about 0."""
        n, d = self.rows.shape
        structured = rng.standard_normal((samples, n, n)) @ self.rows / np.sqrt(n)
        isotropic = rng.standard_normal((samples, n, d)) * np.sqrt(np.square(self.rows).mean())
        return np.sqrt(1 - self.rho) * structured + np.sqrt(self.rho) * isotropic

    def two_clusters(self, x: np.ndarray, rng: np.random.Generator, share: float = 0.9) -> np.ndarray:
        """Draws x (b, n, d) of it in two clusters along its leading component, with nearly the same covariance.

        The clusters' centres are at plus and minus `share` of that component's deviation: for 0.9, four of the
        clusters' own deviations apart.
        """
        _, values, vectors = np.linalg.svd(self.rows, full_matrices=False)
        deviation = np.sqrt((1 - self.rho) * values[0] ** 2 / len(self.rows) + self.rho * np.square(self.rows).mean())
        place = x @ vectors[0]
        signs = rng.choice([-1.0, 1.0], place.shape)
        moved = share * deviation * signs + np.sqrt(1 - share**2) * place
        return x + (moved - place)[..., None] * vectors[0]


def heavy_tailed(x: np.ndarray, rng: np.random.Generator, freedom: int = 3) -> np.ndarray:
    """Gaussian draws x (b, n, d) about 0 as draws of a multivariate t with `freedom` degrees of freedom."""
    return x * np.sqrt(freedom / rng.chisquare(freedom, x.shape[:2]))[..., None]


def null(n: int, components: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """The statistic (draws,), sorted, of Gaussian samples (n, components): the same for every mean and covariance."""
    return np.sort(statistics(rng.standard_normal((draws, n, components)), components))


def p_values(found: np.ndarray, under_null: np.ndarray) -> np.ndarray:
    """The share (b,) of the sorted `under_null` (draws,) that is as large as each of `found` (b,), never 0."""
    larger = len(under_null) - np.searchsorted(under_null, found, side="left")
    return (1 + larger) / (1 + len(under_null))


def fisher(p: np.ndarray) -> np.ndarray:
    """The p value (b,) of all of the independent p values (c, b) being those of true hypotheses (Fisher 1925)."""
    from scipy.stats import chi2

    return chi2.sf(-2 * np.log(p).sum(axis=0), 2 * len(p))
