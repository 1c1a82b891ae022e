"""The shape of each class: moments and structure of generated rows, beside two references."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Findings, Measure, Number, Quantity, Rows, Shapes, Subject, UserError
from inn_experiments.contracts.limits import PositiveInt
from inn_experiments.contracts.quantity import SHARE
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.fidelity import C2ST, EXCESS, second_sample
from inn_experiments.measures.numbers.intervals import mean_of
from inn_experiments.measures.numbers.moments import gaussian_rows, moment_errors, moments
from inn_experiments.measures.numbers.rows import check_finite, few_per_class
from inn_experiments.measures.numbers.structure import judged, over_second, structure
from inn_experiments.measures.numbers.told import bounds_of, numbers_of, with_bounds
from inn_experiments.measures.numbers.two_samples import LEAST_ROWS

LABELS = {"mean": "mean", "std": "SD", "spread": "spread", "pc1": "PC1", "pc2": "PC2"}
MOMENTS = tuple(Quantity(key, label) for key, label in LABELS.items())
GEOMETRY = (
    *(Quantity(f"{key}_error", f"{label} error", "lower") for key, label in LABELS.items()),
    replace(C2ST, key="c2st"),
    replace(EXCESS, key="c2st_excess"),
    Quantity("swd", "SWD", "lower"),
    Quantity("coverage", "coverage", "higher", limits=SHARE),
    Quantity("precision", "precision", "higher", limits=SHARE),
    Quantity("distance", "distance to train in a class", "lower"),
    Quantity("along", "along PC1", "lower", limits=SHARE),
    Quantity("frechet", "Fréchet", "lower"),
    Quantity("distance_ratio", "distance ratio", best=1.0),
    Quantity("coverage_ratio", "coverage ratio", "higher"),
)
JUDGE = replace(C2ST, key="judge", label="C2ST of decoded rows")
JUDGES = (JUDGE, replace(EXCESS, key="judge_excess", label="C2ST of decoded rows − real"))
ARMS = ("generated", "second", "gaussian")
REFERENCE_ROWS, LEAST_TRAIN = 2000, 2
"""Training rows of a class that the reference and the Gaussian control are made of, at most and at least."""

Classes = dict[str, dict[str, float]]
"""Class -> `n` rows a side, `real/mean` and other moments, `generated/c2st` and each arm's scores, with any bounds."""


@dataclass
class Geometry(Measure):
    """Table 8 of the paper and what it lacks (Section 10.2): class by class, and with two references.

    `generated` rows are scored against real ones; so are `second`, other real rows, which a perfect generator would
    equal, and `gaussian`, draws from a Gaussian with the training rows' mean and covariance, which has the moments and
    nothing else. A score means something between these two. Where the generator has latents, all of this is of them.

    Args:
        rows: of a class on each side, at most.
        decoded: whether rows that were decoded from latents are scored too, which takes as long again for wide ones.

    Raises:
        UserError: fewer rows than a comparison takes.

    Example:
        >>> rows = [Rows(np.random.default_rng(seed).normal(size=(60, 2)), np.zeros(60, int)) for seed in range(4)]
        >>> found = Geometry(rows=40).score(*rows, ("blob",), seed=0)["blob"]
        >>> round(found["real/mean"], 2), round(found["generated/mean"], 2)
        (0.05, 0.02)
    """

    rows: PositiveInt = 500
    decoded: bool = True

    def __post_init__(self) -> None:
        if self.rows < LEAST_ROWS:
            raise UserError(f"geometry.rows is {self.rows}; it must be {LEAST_ROWS} or more, or geometry=none")

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """Each class' moments and scores, their means and worst values over classes, and the points for figures.

        Raises UserError for NaN or infinity in the generated rows.
        """
        split, synthesizer = subject.split, subject.synthesizer
        second, real = second_sample(split, seed)
        real = few_per_class(real, self.rows, child_seed(seed, "real"))
        second = few_per_class(second, self.rows, child_seed(seed, "second"))
        train = few_per_class(split.train, REFERENCE_ROWS, child_seed(seed, "train"))
        labels = np.repeat(np.unique(real.y), self.rows)
        samples = synthesizer.sample(labels, seed=child_seed(seed, "geometry/draw"))
        generated = Rows(samples.x, samples.y)
        points = [real, generated, second, train]
        if samples.latent is not None:
            points = [Rows(synthesizer.encode(rows.x), rows.y) for rows in (real, second, train)]
            points.insert(1, Rows(samples.latent, samples.y))
        found = self.score(*points, split.classes, seed=seed, cache=subject.about.cache)
        numbers = over_classes(found)
        if self.decoded:
            judged = self.judge(real, generated, second, split.classes, seed=seed, cache=subject.about.cache)
            found = {name: values | judged[name] for name, values in found.items()}
        for name, values in found.items():
            numbers += numbers_of("test/geometry", values, of=name)
        return Findings(numbers, Shapes(points[0], points[1], real, generated))

    def score(
        self,
        real: Rows,
        generated: Rows,
        second: Rows,
        train: Rows,
        classes: tuple[str, ...],
        *,
        seed: int,
        cache: Path | None = None,
    ) -> Classes:
        """Of each class the number of rows a side, the moments of `real` and of each arm, and each arm's scores.

        All rows are points (n, d) of one space, rows or latents. Scores of an arm: mean_error, std_error (in the class'
        own standard deviation), spread_error, pc1_error, pc2_error, swd (in the spread of the class about its mean
        row), frechet (likewise, squared), along and distance, to the nearest of at most 2,000 training rows: lower is
        better. coverage, precision: higher is. c2st: 0.5 is best; c2st_excess: less that of `second`, of equally many
        rows. distance_ratio, coverage_ratio: over those of `second`; distance_ratio is best at 1, and copies of
        training rows are far below. What is scored is kept in `cache`: two arms of three are the same in all cells of a
        seed. A class with fewer than five rows on a side (two in
        `train`) is left out with a warning.
        """
        found: Classes = {}
        parts = {"real": real, "generated": generated, "second": second}
        for name, label, arms in self._classes(parts, classes, "geometry", seed, train):
            reference = _draw(train, label, REFERENCE_ROWS, child_seed(seed, f"geometry/{name}/train"))
            count = len(arms["real"])
            arms["gaussian"] = gaussian_rows(reference, count, seed=child_seed(seed, f"geometry/{name}/gaussian"))
            shape = {arm: moments(x) for arm, x in arms.items()}
            scale = max(shape["real"]["std"], 1e-12 * (np.abs(arms["real"]).max() + 1.0))
            spread = max(shape["real"]["spread"], 1e-9 * scale)
            scores = {
                arm: moment_errors(shape[arm], shape["real"], scale)
                | structure(
                    arms["real"], arms[arm], reference, spread, cache, child_seed(seed, f"geometry/{name}/{arm}")
                )
                for arm in ARMS
            }
            for arm, own in over_second(scores, "c2st").items():
                scores[arm] |= own
            for arm, own in scores.items():
                shape[arm] |= own
                # What is left to compare with a second real sample; where both are zero the ratio is 1, not NaN.
                for key, floor in (("distance", 1e-9 * scale), ("coverage", 1e-9)):
                    shape[arm][f"{key}_ratio"] = (own[key] + floor) / (scores["second"][key] + floor)
            flat = {f"{arm}/{key}": value for arm, values in shape.items() for key, value in values.items()}
            found[name] = {"n": count, **flat}
        return found

    def judge(
        self,
        real: Rows,
        generated: Rows,
        second: Rows,
        classes: tuple[str, ...],
        *,
        seed: int,
        cache: Path | None = None,
    ) -> Classes:
        """Class -> C2ST of its generated rows and of its second real ones against `real`, `ARM/judge`; 0.5 is best.

        The machine judge of Figure 6, on rows as a person would see them. Leaves out classes as `score` does.
        """
        parts = {"real": real, "generated": generated, "second": second}
        found: Classes = {}
        for name, _, arms in self._classes(parts, classes, "judge", seed):
            scores = {
                arm: judged(arms[arm], arms["real"], cache, child_seed(seed, f"judge/{name}/{arm}"))
                for arm in ("generated", "second")
            }
            scores["generated"] |= over_second(scores, "judge")["generated"]
            found[name] = {f"{arm}/{key}": value for arm, own in scores.items() for key, value in own.items()}
        return found

    def _classes(
        self, parts: dict[str, Rows], classes: tuple[str, ...], purpose: str, seed: int, train: Rows | None = None
    ) -> Iterator[tuple[str, int, dict[str, np.ndarray]]]:
        """Name, label and equally many rows of every part, of each class with enough of them; warns of the others."""
        check_finite(parts["generated"].x, parts["generated"].y, classes)
        labels, short = np.union1d(parts["real"].y, parts["second"].y).tolist(), []
        for label in labels:
            name, count = classes[label], min(self.rows, *(int(np.sum(rows.y == label)) for rows in parts.values()))
            if count < LEAST_ROWS or (train is not None and np.sum(train.y == label) < LEAST_TRAIN):
                short.append(name)
                continue
            child = child_seed(seed, f"{purpose}/{name}")
            drawn = {part: _draw(rows, label, count, child_seed(child, part)) for part, rows in parts.items()}
            yield name, label, drawn
        if short:
            warnings.warn(
                f"geometry: {len(short)} of {len(labels)} classes have fewer than {LEAST_ROWS} rows to compare or "
                f"{LEAST_TRAIN} to train on and are left out, the first is {short[0]!r}",
                stacklevel=3,
            )


def over_classes(found: Classes) -> list[Number]:
    """`test/geometry/ARM/SCORE`, the mean over classes, and `..._worst`, over classes.

    A mean has bounds where the classes' values have. The worst is the largest, the smallest of what is better higher,
    and the furthest from 1 of what is best there.
    """
    numbers = []
    for arm in ARMS if found else ():
        for score in GEOMETRY:
            values = [row[f"{arm}/{score.key}"] for row in found.values() if f"{arm}/{score.key}" in row]
            if not values:
                # A second real sample has no excess over itself.
                continue
            if score.better is None:
                worst = max(values, key=lambda value: max(value, 1 / max(value, 1e-12)))
            else:
                worst = min(values) if score.better == "higher" else max(values)
            key = f"{arm}/{score.key}"
            told, known = {key: float(np.mean(values))}, [bounds_of(row, key) for row in found.values()]
            if all(known):
                told |= with_bounds(key, mean_of(known))
            numbers += numbers_of("test/geometry", told | {f"{key}_worst": float(worst)})
    return numbers


def _draw(rows: Rows, label: int, most: int, seed: int) -> np.ndarray:
    """At most `most` rows of a class, drawn without replacement, as float64."""
    return np.asarray(few_per_class(rows.take(rows.y == label), most, seed).x, np.float64)
