"""What of whitened latents a generator does not learn: it makes the leading directions, and the rest is completed."""

from typing import Any, Literal

import numpy as np

from inn_experiments.contracts import State, UserError, child_seed

Rest = Literal["local", "bootstrap"]

NEIGHBOURS = 10
"""Training rows whose rest a completed one is drawn around."""
RIDGES = (1e-3, 1e-2, 1e-1, 1.0, 10.0, np.inf)
"""Of the linear maps, in the units of a whitened direction; infinite is no map."""
BLOCK = 1024


class Residual:
    """Whitened latents (n, k) as `leading` directions (n, l), those of the largest variance, and the rest (n, k - l).

    A generator is then not asked for the many directions of small variance, which are like noise and which a network
    makes too narrow. They are completed with the rows of the class that were trained on, within the class:

    - local: a linear map of the leading directions; what it leaves of the nearest training rows has a mean, which is
      added, and deviations, of which a random normal combination is. No training row's rest is copied.
    - bootstrap: the rest of the nearest training row is copied.

    `nearest` is by the leading directions. A class without training rows is completed with those of all classes.
    """

    def __init__(self, kind: Rest, leading: int) -> None:
        self.kind, self.leading = kind, leading

    def fit(self, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Keep the training latents z (n, k) of classes y (n,); answers their leading directions (n, l).

        Raises UserError where there are no more directions than those.
        """
        if z.shape[1] <= self.leading:
            raise UserError(
                f"autoencoder.leading is {self.leading}: the latents have {z.shape[1]} directions in which training "
                "rows differ; give fewer, or null for all of them"
            )
        self.z, self.y = np.asarray(z, np.float32), np.asarray(y)
        return self.first(self.z)

    def first(self, z: np.ndarray) -> np.ndarray:
        """The leading directions (n, l) of latents z (n, k), which are ordered by rising variance."""
        return np.ascontiguousarray(z[:, -self.leading :])

    def complete(self, lead: np.ndarray, y: np.ndarray, *, seed: int) -> np.ndarray:
        """Latents (n, k) of leading directions (n, l) of classes y (n,); the same seed gives the same."""
        found = np.empty((len(lead), self.z.shape[1]), np.float32)
        found[:, -self.leading :] = lead
        made = copied if self.kind == "bootstrap" else mixed
        for label in np.unique(y):
            own, wanted = self.y == label, np.flatnonzero(y == label)
            rows = self.z[own] if own.any() else self.z
            first, rest = self.first(rows), rows[:, : -self.leading]
            rng = np.random.default_rng(child_seed(seed, f"residual/{label}"))
            found[wanted, : -self.leading] = made(first, rest, lead[wanted], rng)
        return found

    def state(self) -> State:
        """What `restore` needs: the training latents with their classes."""
        return {"z": self.z, "y": self.y}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` gave."""
        self.z, self.y = state["z"], state["y"]


def copied(first: np.ndarray, rest: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The `rest` (m, r) of the training row whose leading directions `first` (m, l) are nearest to `wanted` (n, l)."""
    from scipy.spatial import cKDTree

    return rest[cKDTree(first).query(wanted)[1]]


def mixed(first: np.ndarray, rest: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a linear map says of `wanted` (n, l), and a draw (n, r) around what it leaves of the nearest rows."""
    from scipy.spatial import cKDTree

    centre, mean = first.mean(axis=0), rest.mean(axis=0)
    weights = regression(first - centre, rest - mean)
    left = rest - mean - (first - centre) @ weights
    found = mean + (wanted - centre) @ weights
    near = min(NEIGHBOURS, len(first))
    _, index = cKDTree(first).query(wanted, k=[*range(1, near + 1)])
    # Of k deviations from their mean such a combination has the covariance that they were drawn from.
    shares = rng.normal(size=index.shape) / np.sqrt(max(near - 1, 1))
    for start in range(0, len(found), BLOCK):
        part = slice(start, start + BLOCK)
        around = left[index[part]]
        middle = around.mean(axis=1)
        found[part] += middle + np.einsum("nk,nkr->nr", shares[part], around - middle[:, None])
    return found


def regression(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Ridge weights (l, r) from centred x (n, l) to centred y (n, r), of `RIDGES` those with the least left-out error.

    The errors of all rows, each left out in turn, follow from one decomposition. Of a single row there is no map.
    """
    if len(x) < 2:
        return np.zeros((x.shape[1], y.shape[1]))
    u, s, vt = np.linalg.svd(np.asarray(x, np.float64), full_matrices=False)
    inside, best = u.T @ y, None
    for ridge in RIDGES:
        share = s**2 / (s**2 + ridge) if np.isfinite(ridge) else np.zeros_like(s)
        leverage = u**2 @ share + 1 / len(x)
        left = (y - u @ (share[:, None] * inside)) / np.maximum(1 - leverage, 1e-9)[:, None]
        error = float(np.mean(left**2))
        if best is None or error < best[0]:
            scale = np.divide(share, s, out=np.zeros_like(s), where=s > 0)
            best = error, vt.T @ (scale[:, None] * inside)
    return best[1]
