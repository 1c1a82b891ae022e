"""The shape of each class: moments and structure of generated rows, beside two references."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from inn_experiments.contracts import Rows, UserError
from inn_experiments.contracts.limits import NaturalInt
from inn_experiments.contracts.quantity import Quantity
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.numbers.c2st import FOLDS, c2st
from inn_experiments.measures.numbers.distances import nearest
from inn_experiments.measures.numbers.errors import frechet
from inn_experiments.measures.numbers.moments import gaussian_rows, moment_errors, moments
from inn_experiments.measures.numbers.prdc import prdc
from inn_experiments.measures.numbers.sliced import along, sliced_wasserstein

MOMENTS = (
    Quantity("mean", "mean"),
    Quantity("std", "SD"),
    Quantity("spread", "spread"),
    Quantity("pc1", "PC1"),
    Quantity("pc2", "PC2"),
)
GEOMETRY = (
    Quantity("mean_error", "mean error", "lower"),
    Quantity("std_error", "SD error", "lower"),
    Quantity("spread_error", "spread error", "lower"),
    Quantity("pc1_error", "PC1 error", "lower"),
    Quantity("pc2_error", "PC2 error", "lower"),
    Quantity("c2st", "C2ST", "lower", best=0.5, note="higher is told apart more often"),
    Quantity("swd", "SWD", "lower"),
    Quantity("coverage", "coverage", "higher"),
    Quantity("precision", "precision", "higher"),
    Quantity("distance", "distance to train", "lower"),
    Quantity("along", "along PC1", "lower"),
    Quantity("frechet", "Fréchet", "lower"),
    Quantity("distance_ratio", "distance ratio", best=1.0),
    Quantity("coverage_ratio", "coverage ratio", "higher"),
    Quantity("judge", "C2ST of decoded rows", "lower", best=0.5, note="higher is told apart more often"),
)
ARMS = ("generated", "second", "gaussian")
HIGHER = ("coverage", "coverage_ratio", "precision")
RATIO = "distance_ratio"
REFERENCE_ROWS, LEAST_TRAIN = 2000, 2


class Geometry:
    """Table 8 of the paper and what it lacks (Section 10.2): class by class, and with two references.

    `generated` rows are scored against real ones; so are `second`, other real rows, which a perfect generator
    would equal, and `gaussian`, draws from a Gaussian with the training rows' mean and covariance, which has
    the moments and nothing else. A score means something between these two.

    Arguments: `rows` of a class on each side, at most; 0 for no geometry at all. `decoded`: whether rows that
    were decoded from latents are scored too, which takes as long again for wide ones. Raises UserError for
    fewer rows than a comparison takes.
    """

    def __init__(self, rows: NaturalInt = 500, decoded: bool = True) -> None:
        if 0 < rows < FOLDS:
            raise UserError(f"geometry.rows is {rows}; it must be {FOLDS} or more, or 0 for no geometry")
        self.rows, self.decoded = rows, decoded

    def score(
        self, real: Rows, generated: Rows, second: Rows, train: Rows, classes: tuple[str, ...], seed: int
    ) -> list[dict[str, Any]]:
        """One dict per class: `class`, `n` rows a side, `moments` of `real` and of each arm, and `scores`.

        All rows are points (n, d) of one space, rows or latents. Scores of an arm: mean_error, std_error (in
        the class' own standard deviation), spread_error, pc1_error, pc2_error, swd (in the spread of the
        class about its mean row), frechet (likewise, squared), along and distance, to the nearest of at most
        2,000 training rows: lower is better. coverage, precision: higher is. c2st: 0.5 is best.
        distance_ratio, coverage_ratio: over those of `second`;
        distance_ratio is best at 1, and copies of training rows are far below. A class with fewer than five
        rows on a side (two in `train`) is left out with a warning. Raises UserError for NaN or infinity in
        the generated rows.
        """
        found, parts = [], {"real": real, "generated": generated, "second": second}
        for label in self._classes(parts, classes, train):
            name = classes[label]
            arms = self._arms(parts, label, child_seed(seed, f"geometry/{name}"))
            reference = _draw(train, label, REFERENCE_ROWS, child_seed(seed, f"geometry/{name}/train"))
            count = len(arms["real"])
            arms["gaussian"] = gaussian_rows(reference, count, seed=child_seed(seed, f"geometry/{name}/gaussian"))
            shape = {arm: moments(x) for arm, x in arms.items()}
            scale = max(shape["real"]["std"], 1e-12 * (np.abs(arms["real"]).max() + 1.0))
            spread = max(shape["real"]["spread"], 1e-9 * scale)
            scores = {
                arm: moment_errors(shape[arm], shape["real"], scale)
                | _structure(arms["real"], arms[arm], reference, spread, child_seed(seed, f"geometry/{name}/{arm}"))
                for arm in ARMS
            }
            for arm in ARMS:
                scores[arm] |= _relative(scores[arm], scores["second"], scale)
            found.append({"class": name, "n": count, **shape, "scores": scores})
        return found

    def judge(
        self, real: Rows, generated: Rows, second: Rows, classes: tuple[str, ...], seed: int
    ) -> dict[str, dict[str, float]]:
        """Class -> C2ST of its `generated` rows and of its `second` real ones against `real`; 0.5 is best.

        The machine judge of Figure 6, on rows as a person would see them. Leaves out classes as `score` does.
        """
        found, parts = {}, {"real": real, "generated": generated, "second": second}
        for label in self._classes(parts, classes):
            name = classes[label]
            arms = self._arms(parts, label, child_seed(seed, f"judge/{name}"))
            found[name] = {
                arm: c2st(arms[arm], arms["real"], seed=child_seed(seed, f"judge/{name}/{arm}"))
                for arm in ("generated", "second")
            }
        return found

    def _classes(self, parts: dict[str, Rows], classes: tuple[str, ...], train: Rows | None = None) -> list[int]:
        """The labels of `real` with enough rows in all parts; warns of those without."""
        if not self.rows:
            return []
        generated = parts["generated"]
        broken = ~np.isfinite(generated.x).all(axis=1)
        if broken.any():
            raise UserError(
                f"the generator made {broken.sum()} of {len(broken)} rows with NaN or infinity, the first of "
                f"class {classes[generated.y[np.argmax(broken)]]!r}; a lower learning rate is the usual cure"
            )
        kept, short = [], []
        for label in np.unique(parts["real"].y):
            least = min(self.rows, *(int(np.sum(rows.y == label)) for rows in parts.values()))
            enough = train is None or np.sum(train.y == label) >= LEAST_TRAIN
            (kept if least >= FOLDS and enough else short).append(int(label))
        if short:
            warnings.warn(
                f"geometry: {len(short)} of {len(short) + len(kept)} classes have fewer than {FOLDS} rows to "
                f"compare or {LEAST_TRAIN} to train on and are left out, the first is {classes[short[0]]!r}",
                UserWarning,
                stacklevel=3,
            )
        return kept

    def _arms(self, parts: dict[str, Rows], label: int, seed: int) -> dict[str, np.ndarray]:
        """Equally many rows of one class from every part."""
        count = min(self.rows, *(int(np.sum(rows.y == label)) for rows in parts.values()))
        return {name: _draw(rows, label, count, child_seed(seed, name)) for name, rows in parts.items()}


def metrics(rows: list[dict[str, Any]]) -> dict[str, float]:
    """`test/geometry/ARM/SCORE`, the mean over classes, and `..._worst`, over classes, of all scores; flat.

    The worst is the largest, the smallest of what is better higher, and for distance_ratio the furthest from
    1.
    """
    found: dict[str, float] = {}
    for arm in ARMS if rows else ():
        for score in rows[0]["scores"][arm]:
            values = [row["scores"][arm][score] for row in rows]
            found[f"test/geometry/{arm}/{score}"] = float(np.mean(values))
            if score == RATIO:
                worst = max(values, key=lambda value: max(value, 1 / max(value, 1e-12)))
            else:
                worst = min(values) if score in HIGHER else max(values)
            found[f"test/geometry/{arm}/{score}_worst"] = float(worst)
    return found


def _draw(rows: Rows, label: int, most: int, seed: int) -> np.ndarray:
    """At most `most` rows of a class, drawn without replacement, as float64."""
    index = np.flatnonzero(rows.y == label)
    chosen = np.sort(np.random.default_rng(seed).permutation(index)[:most])
    return np.asarray(rows.x[chosen], np.float64)


def _structure(real: np.ndarray, arm: np.ndarray, train: np.ndarray, spread: float, seed: int) -> dict[str, float]:
    """The scores of `arm` (n, d) that see more than moments."""
    neighbours = prdc(real, arm)
    return {
        "c2st": c2st(arm, real, seed=child_seed(seed, "c2st")),
        "swd": sliced_wasserstein(arm, real, seed=child_seed(seed, "swd")) / spread,
        "coverage": neighbours["coverage"],
        "precision": neighbours["precision"],
        "distance": float(nearest(arm, train).mean()),
        "along": along(real, arm),
        "frechet": frechet(arm, real) / spread**2,
    }


def _relative(scores: dict[str, float], second: dict[str, float], scale: float) -> dict[str, float]:
    """What is left to compare with a second real sample; where both are zero the ratio is 1, not NaN."""
    floor = 1e-9 * scale
    return {
        RATIO: (scores["distance"] + floor) / (second["distance"] + floor),
        "coverage_ratio": (scores["coverage"] + 1e-9) / (second["coverage"] + 1e-9),
    }
