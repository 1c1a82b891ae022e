"""Same-class convex combinations of training rows: the paper's strongest cheap augmentation."""

import numpy as np

from inn_experiments.synthesizers.classical.base import Classical


class Convex(Classical):
    """Rows on the segment between two different training rows of one class (paper, eq. 4 and 10).

    `x = lam x_i + (1 - lam) x_j`, `lam ~ U(0, 1)`, `j != i`.

    Example:
        >>> from inn_experiments.contracts import About, Rows
        >>> convex = Convex()
        >>> convex.fit(Rows(np.array([[0.0, 4.0], [2.0, 8.0]]), np.zeros(2, int)), About(), seed=0)
        >>> x = convex.sample([0, 0, 0], seed=1).x
        >>> x.shape, np.allclose(x[:, 1], 4 + 2 * x[:, 0])
        ((3, 2), True)
    """

    minimum = 2
    why = "a convex combination needs a second row of the same class"

    def _draw(self, label: int, count: int, rng: np.random.Generator) -> np.ndarray:
        rows = self.rows[label]
        first = rng.integers(len(rows), size=count)
        # A step of 1..n-1 around the circle of rows is a uniform choice of a *different* partner.
        second = (first + rng.integers(1, len(rows), size=count)) % len(rows)
        lam = rng.random((count, 1), dtype=np.float32)
        return lam * rows[first] + (1 - lam) * rows[second]
