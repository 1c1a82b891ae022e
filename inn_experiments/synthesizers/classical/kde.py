"""A kernel density estimate per class: training rows with Gaussian noise as wide as their density asks for."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from inn_experiments.contracts import Positive, Rows, UserError
from inn_experiments.synthesizers.classical.base import Classical

# Rows whose likelihood is looked at, and bandwidths that are tried.
JUDGED, TRIED = 1000, 60


@dataclass(eq=False)
class Kde(Classical):
    """Draws from (1/n) sum_i N(x_i, h^2 I) over the class' rows x_i (second source, open question 3).

    Nothing is assumed about the distribution's shape, and its covariance is S_c + h^2 I.

    Args:
        bandwidth: h of each class: `cross_validated`, where left-out rows are likeliest, see `cross_validated`; `scott`
            or `silverman`, their rules for n rows of d features times the features' root mean square deviation: they
            suit few features, with many h is nearly that deviation itself; or a number, in the units that the
            generator gets.
    """

    minimum = 2
    why = "a bandwidth cannot be estimated from one row"

    bandwidth: Literal["cross_validated", "scott", "silverman"] | Positive = "cross_validated"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.bandwidth, str) and not self.bandwidth > 0:
            raise UserError(f"generator kde: bandwidth is {self.bandwidth}; it must be above 0, e.g. 0.1")

    def _learn(self, train: Rows) -> None:
        from sklearn.neighbors import KernelDensity

        self.densities = {
            label: KernelDensity(bandwidth=self._width(rows)).fit(rows)
            for label, rows in ((label, rows.astype(np.float64)) for label, rows in self.rows.items())
        }

    def _width(self, rows: np.ndarray) -> float:
        if not isinstance(self.bandwidth, str):
            return float(self.bandwidth)
        n, d = rows.shape
        deviation = float(np.sqrt(rows.var(axis=0, ddof=1).mean()))
        widths = {
            "cross_validated": lambda: cross_validated(rows),
            "scott": lambda: deviation * n ** (-1 / (d + 4)),
            "silverman": lambda: deviation * (n * (d + 2) / 4) ** (-1 / (d + 4)),
        }
        # Equal rows are given back as they are: scikit-learn takes no bandwidth of 0.
        return max(widths[self.bandwidth](), np.finfo(np.float64).tiny)

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        return self.densities[label].sample(count, random_state=int(rng.integers(2**32)))


def cross_validated(rows: np.ndarray) -> float:
    """The bandwidth at which rows (n, d), each left out in turn, are likeliest under the others; 0 for equal ones.

    Where it is best, d h^2 = mean_i E_i |x_i - x_j|^2, E_i weighing the others by their kernels. This lies between
    the mean squared distance of a row to its nearest other row and that to all of them, so these two bound what
    has to be tried, on a logarithmic grid. A row that is there twice is left out in both places: its copy
    would ask for h = 0. Of many rows, some evenly over all are judged, under all.
    """
    from scipy.spatial.distance import cdist
    from scipy.special import logsumexp

    n, d = rows.shape
    judged = rows[np.linspace(0, n - 1, min(n, JUDGED)).astype(np.int64)]
    squares = cdist(judged, rows, "sqeuclidean")
    others = squares > 0
    if not others.any():
        return 0.0
    squares = np.where(others, squares, np.inf)[others.any(axis=1)]
    nearest = squares.min(axis=1).mean()
    overall = squares.mean(axis=1, where=np.isfinite(squares)).mean()
    tried = np.sqrt(np.geomspace(nearest, max(overall, nearest), TRIED) / d)
    likelihood = [logsumexp(-squares / (2 * h * h), axis=1).mean() - d * np.log(h) for h in tried]
    return float(tried[int(np.argmax(likelihood))])
