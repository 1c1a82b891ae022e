"""How latents are brought to a common scale before a generator learns them, with training statistics alone."""

from typing import Any, Literal

import numpy as np

from inn_experiments.contracts.parts import State
from inn_experiments.maths.moments import LEAST_VARIANCE, Moments, blocks

Kind = Literal["scalar", "class", "whitened"]


class Normalisation:
    """z -> (z - centre) @ forward and back; fitted on training latents (n, m), in place and in blocks.

    scalar: one mean and one deviation over all values, as the paper does (Section 8.3). class: the mean of
    each class, and the deviation around it. whitened: likewise, then the principal directions of what is
    around the class means, each brought to a deviation of 1; directions with less than 1e-4 of the largest
    variance are left out, so that a generator sees fewer numbers.

    A decoupled encoder maps rows of a compound close to one point: beside the distance between the points,
    which the class means hold, a generator under `scalar` has to learn structure of a hundredth of the scale.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.centres = np.zeros((1, 1), np.float32)
        self.scale = 1.0
        self.directions: np.ndarray | None = None
        self.spread: np.ndarray | None = None

    def fit(self, latents: np.ndarray, y: np.ndarray) -> bool:
        """Take the statistics of `latents` (n, m) with classes `y` (n,); False where all latents are equal."""
        moments = Moments.of(latents)
        if not moments.residual > 0:
            return False
        if self.kind == "scalar":
            self.centres = np.full((1, latents.shape[1]), moments.mean, np.float32)
            self.scale = moments.deviation
            return True
        # A class without training rows is put where the classes are on average.
        overall = np.mean([latents[y == label].mean(axis=0) for label in np.unique(y)], axis=0)
        self.centres = np.tile(overall, (int(y.max()) + 2, 1)).astype(np.float32)
        for label in np.unique(y):
            self.centres[label] = latents[y == label].mean(axis=0, dtype=np.float64)
        around = [part - self.centres[labels] for part, labels in zip(blocks(latents), blocks(y), strict=True)]
        covariance = sum(part.T.astype(np.float64) @ part for part in around) / len(latents)
        self.scale = float(np.sqrt(np.trace(covariance) / len(covariance))) or 1.0
        if self.kind == "whitened":
            values, vectors = np.linalg.eigh(covariance)
            kept = values > LEAST_VARIANCE * values[-1]
            self.directions = vectors[:, kept].astype(np.float32)
            self.spread = np.sqrt(values[kept]).astype(np.float32)
        return True

    def apply(self, latents: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Normalised latents (n, k) of `latents` (n, m), which are overwritten unless they are whitened."""
        for part, labels in zip(blocks(latents), blocks(y), strict=True):
            part -= self._centres(labels)
            if self.directions is None:
                part /= np.float32(self.scale)
        return latents if self.directions is None else (latents @ self.directions) / self.spread

    def undo(self, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Latents (n, m) in the encoder's units from normalised ones z (n, k) of classes y (n,)."""
        around = z * np.float32(self.scale) if self.directions is None else (z * self.spread) @ self.directions.T
        return (around + self._centres(y)).astype(np.float32)

    def state(self) -> State:
        """What `restore` needs."""
        found = {"centres": self.centres, "scale": self.scale}
        return found if self.directions is None else {**found, "directions": self.directions, "spread": self.spread}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` gave."""
        self.centres, self.scale = state["centres"], state["scale"]
        self.directions, self.spread = state.get("directions"), state.get("spread")

    def _centres(self, y: np.ndarray) -> np.ndarray:
        return self.centres[np.minimum(y, len(self.centres) - 1)]
