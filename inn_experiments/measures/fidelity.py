"""How close synthetic rows are to real ones, without a classifier for the task."""

import warnings
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from inn_experiments.contracts import (
    Findings,
    Measure,
    Number,
    Quantity,
    Rows,
    Samples,
    Split,
    Subject,
    UserError,
    in_turn,
    kept_numbers,
)
from inn_experiments.contracts.quantity import GAIN, SHARE
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.division import halves, stratified
from inn_experiments.measures.numbers.beside_real import LEAST_A_CLASS, class_by_class, excess
from inn_experiments.measures.numbers.errors import frechet, histogram_kl
from inn_experiments.measures.numbers.labelled import c2st_labelled
from inn_experiments.measures.numbers.rows import check_finite
from inn_experiments.measures.numbers.told import numbers_of, with_bounds
from inn_experiments.measures.numbers.two_samples import (
    LEAST_ROWS,
    c2st,
    comparable,
    nearest,
    pair_count,
    prdc,
    sliced_wasserstein,
)

C2ST = Quantity("samples/c2st", "C2ST", "lower", best=0.5, note="higher is told apart more often", limits=SHARE)
EXCESS = Quantity("samples/c2st_excess", "C2ST − real", "lower", best=0.0, limits=GAIN)
LABELLED = replace(C2ST, key="samples/c2st_labelled", label="C2ST with labels")
FIDELITY = (
    C2ST,
    EXCESS,
    LABELLED,
    Quantity("samples/precision", "precision", "higher", limits=SHARE),
    Quantity("samples/recall", "recall", "higher", limits=SHARE),
    Quantity("samples/density", "density", "higher"),
    Quantity("samples/coverage", "coverage", "higher", limits=SHARE),
    Quantity("samples/fid", "FID", "lower"),
    Quantity("samples/kl", "KL", "lower"),
    Quantity("samples/swd", "SWD", "lower"),
    Quantity("samples/nearest_train_ratio", "distance to train", best=1.0),
    Quantity("samples/copies", "copies", best=0.01, limits=SHARE),
)
LIMIT = 2000
"""Pairwise distances of more rows than this cost more than they tell."""
NEAREST = 500_000
"""Training rows among which the nearest are looked for, at most."""
COMPARED = 200_000
"""Test rows, and fresh ones, from which those that are compared are drawn, at most."""
SIDES = {"test": "generated rows", "fresh": "fresh real rows"}


@dataclass
class Fidelity(Measure):
    """The scores of the samples, and those of real rows in their place, which a perfect generator would get.

    Args:
        decoded: whether rows that were decoded from latents are scored too.

    Example:
        >>> from inn_experiments.data.toys.two_clusters import TwoClusters
        >>> from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
        >>> split = TwoClusters(rows=60, val_rows=0, test_rows=40, fresh_rows=40).load(seed=0, cache=None)
        >>> copies = Bootstrap()
        >>> copies.fit(split.train, split.about(), seed=0)
        >>> samples = copies.sample(split.test.y, seed=0)
        >>> found = Fidelity()(Subject(copies, split, samples, {}, Bootstrap, split.about()), seed=0)
        >>> {number.key: number.value for number in found.numbers if number.key.endswith("copies")}
        {'test/samples/copies': 1.0, 'fresh/samples/copies': 0.025}
    """

    decoded: bool = True

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """`test/samples/*` of the samples and `fresh/samples/*` of real rows; warns of what is left out."""
        samples, split = subject.samples, subject.split
        if samples.latent is not None and not self.decoded:
            return Findings()
        split = bounded(split, seed)
        scores = {"test": (samples, split.test), "fresh": second_sample(split, seed)}
        scores = {part: sides for part, sides in scores.items() if _enough(part, *sides)}
        options = {"seed": seed, "cache": subject.about.cache}
        found = in_turn(partial(fidelity, made, real, split.train, **options) for made, real in scores.values())
        if lacking := [part for part, one in zip(scores, found, strict=True) if "c2st" not in one]:
            _warn(f"{SIDES[lacking[0]]} and test rows have hardly a class in common, so C2ST is left out")
        told = dict(zip(scores, found, strict=True))
        numbers = [number for part, one in told.items() for number in numbers_of(f"{part}/samples", one)]
        if not lacking and len(told) == len(SIDES):
            numbers += _beside_real(samples, split, told, scores["fresh"], **options)
        return Findings(numbers)


def _beside_real(
    samples: Samples, split: Split, told: dict[str, dict[str, float]], other: tuple[Rows, Rows], **options: object
) -> list[Number]:
    """How much easier than a second real sample generated rows are told, over all classes and class by class."""
    second, real = other
    # Where no rows are fresh, a half of the test rows is compared with the other, and so the generated ones are, too.
    known = (told["test"], told["fresh"]) if real is split.test else None
    numbers = numbers_of("test/samples", excess(samples, second, real, known=known, **options))
    if len(split.classes) < 2:
        return numbers
    by_class, short = class_by_class(samples, second, real, split.classes, **options)
    for name, arms in by_class.items():
        for part, values in arms.items():
            numbers += numbers_of(f"{part}/samples", values, of=name)
    if short:
        _warn(
            f"{len(short)} of {len(short) + len(by_class)} classes have no C2ST of their own, the first is "
            f"{short[0]!r}: it takes {LEAST_A_CLASS} generated, test and second real rows of a class"
        )
    return numbers


def _enough(part: str, rows: Rows | Samples, real: Rows) -> bool:
    """Whether rows are enough to be compared with real ones; warns where they are not."""
    enough = min(len(rows.x), len(real)) >= LEAST_ROWS
    if not enough:
        _warn(
            f"{SIDES[part]} are left out: {len(rows.x)} of them beside {len(real)} test rows, and a comparison takes "
            f"{LEAST_ROWS} of either"
        )
    return enough


def bounded(split: Split, seed: int) -> Split:
    """The split with no more rows than are looked at here; warns where some are left out."""
    sizes = {"train": NEAREST, "test": COMPARED, "fresh": COMPARED}
    parts = {part: rows for part in sizes if (rows := vars(split)[part]) is not None}
    found = {part: few(rows, sizes[part], child_seed(seed, f"few/{part}")) for part, rows in parts.items()}
    cut = [f"{len(found[part]):,} of {len(rows):,} {part}" for part, rows in parts.items() if found[part] is not rows]
    if cut:
        _warn(f"{' and '.join(cut)} rows, drawn class by class, are looked at; {LIMIT:,} of a side are compared")
    return replace(split, **found)


def few(rows: Rows, most: int, seed: int) -> Rows:
    """The rows, or about so many of them in the proportions of the classes."""
    if len(rows) <= most:
        return rows
    return rows.take(stratified(rows.y, (1 - most / len(rows),), np.random.default_rng(seed))[0])


def _warn(text: str) -> None:
    warnings.warn(f"fidelity: {text}", UserWarning, stacklevel=4)


def second_sample(split: Split, seed: int) -> tuple[Rows, Rows]:
    """(real rows that stand in for generated ones, the real rows that they are scored against).

    The split's `fresh` rows and its test rows, or, where there are none, one half of test and the other: then fid, kl
    and the neighbour scores are of half as many rows, and a little worse for that alone.
    """
    if split.fresh is not None:
        return split.fresh, split.test
    first, second = halves(split.test.y, np.random.default_rng(child_seed(seed, "halves")))
    return split.test.take(first), split.test.take(second)


def fidelity(
    samples: Rows | Samples, real: Rows, train: Rows, *, seed: int, cache: Path | None = None, wait: bool = True
) -> dict[str, float] | None:
    """Scores of generated rows (n, d) against held-out ones `real` (m, d), of a generator that saw `train`.

    c2st, c2st_labelled: 0.5 is best; the second sees labels, too, and is left out where there is one only. precision,
    recall, density, coverage: higher is better. fid, kl, swd: lower is better. nearest_train: mean distance to the
    closest training row; nearest_train_ratio: over the same distance of `real`, 1 is best and far below 1 means copies;
    copies: share of samples closer to a training row than 99 % of `real` are, 0.01 is what real rows get. Both C2ST
    have bounds and the number of their pairs, see `with_bounds`, and are left out where hardly a row of either side is
    of the same class. Equally many rows of either side are compared, at most 2,000; samples have labels in the
    proportions of `real`. The scores are kept in `cache`; `wait` is that of `kept`, and the answer None for one not
    waited for. Raises UserError for NaN or infinity in the samples, and for fewer than five rows on a side.
    """
    check_finite(samples.x, samples.y)
    count = min(len(samples.x), len(real), LIMIT)
    if count < LEAST_ROWS:
        raise UserError(
            f"fidelity compares at least {LEAST_ROWS} rows, got {len(samples.x)} synthetic and {len(real)} real"
        )
    content = (samples.x, samples.y, real.x, real.y, train.x, seed)
    return kept_numbers(cache, "fidelity", content, lambda: _scores(samples, real, train.x, count, seed), wait=wait)


def _scores(samples: Rows | Samples, real: Rows, train: np.ndarray, count: int, seed: int) -> dict[str, float]:
    rng = np.random.default_rng(child_seed(seed, "fidelity"))
    chosen = [np.sort(rng.permutation(len(rows.x))[:count]) for rows in (samples, real)]
    sides = list(zip((samples, real), chosen, strict=True))
    made, held_out = (rows.x[index].astype(np.float64) for rows, index in sides)
    classes = tuple(rows.y[index] for rows, index in sides)
    distance, usual = nearest(made, train), nearest(held_out, train)
    # Where held-out rows are themselves copies both are zero, and the ratio is one, not NaN; of rows in a small unit,
    # or beside one far away, the floor is no part of it.
    most = max(distance.mean(), usual.mean())
    floor = min(1e-12 * (max(train.max(), -train.min()) + 1.0), 1e-6 * most) or 1.0
    labels = np.intersect1d(*classes)
    near = np.percentile(usual, 1)
    if near <= floor and (usual > floor).any():
        # Rows that stand several times in the file say nothing of how near others come.
        near = np.percentile(usual[usual > floor], 1)
    return {
        **(
            with_bounds("c2st", c2st(made, held_out, classes, seed=seed), pair_count(*classes))
            if comparable(*classes)
            else {}
        ),
        **(
            with_bounds("c2st_labelled", c2st_labelled(made, held_out, classes, seed=seed), pair_count(*classes))
            if comparable(*classes) and len(labels) > 1
            else {}
        ),
        **prdc(held_out, made),
        "fid": frechet(made, held_out),
        "kl": histogram_kl(made, held_out),
        "swd": sliced_wasserstein(made, held_out, seed=child_seed(seed, "swd")),
        "nearest_train": float(distance.mean()),
        "nearest_train_ratio": float((distance.mean() + floor) / (usual.mean() + floor)),
        "copies": float(np.mean(distance <= near)),
    }
