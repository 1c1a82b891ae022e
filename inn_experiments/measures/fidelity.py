"""How close synthetic rows are to real ones, without a classifier for the task."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import Rows, Split, UserError
from inn_experiments.contracts.quantity import Quantity
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.numbers.c2st import c2st
from inn_experiments.measures.numbers.distances import nearest
from inn_experiments.measures.numbers.errors import frechet, histogram_kl
from inn_experiments.measures.numbers.prdc import prdc
from inn_experiments.measures.utility.division import halves

FIDELITY = (
    Quantity("samples/c2st", "C2ST", "lower", best=0.5, note="higher is told apart more often"),
    Quantity("samples/precision", "precision", "higher"),
    Quantity("samples/recall", "recall", "higher"),
    Quantity("samples/density", "density", "higher"),
    Quantity("samples/coverage", "coverage", "higher"),
    Quantity("samples/fid", "FID", "lower"),
    Quantity("samples/kl", "KL", "lower"),
    Quantity("samples/nearest_train_ratio", "distance to train", best=1.0),
    Quantity("samples/copies", "copies", best=0.01),
)
# Pairwise distances of more rows than this cost more than they tell.
LIMIT = 2000
LEAST_ROWS = 5


def fidelity(samples_x: np.ndarray, samples_y: np.ndarray, real: Rows, train: Rows, *, seed: int) -> dict[str, float]:
    """Scores of `samples_x` (n, d) against `real`, held-out rows, and `train`, the rows the generator saw.

    c2st: 0.5 is best. precision, recall, density, coverage: higher is better. fid, kl: lower is better.
    nearest_train: mean distance to the closest training row; nearest_train_ratio: over the same distance of
    `real`, 1 is best and far below 1 means copies; copies: share of samples closer to a training row than 99
    % of `real` are, 0.01 is what real rows get. Equally many rows of either side are compared, at most 2,000;
    only `samples_x` is scored: ask for labels in the proportions of `real`. `samples_y` (n,) is what was
    asked. Raises UserError for NaN or infinity in the samples and for fewer than five rows on a side.
    """
    broken = ~np.isfinite(samples_x).all(axis=1)
    if broken.any():
        raise UserError(
            f"the generator made {broken.sum()} of {len(broken)} rows with NaN or infinity, the first "
            f"of class {samples_y[np.argmax(broken)]}; a lower learning rate is the usual cure"
        )
    count = min(len(samples_x), len(real), LIMIT)
    if count < LEAST_ROWS:
        raise UserError(
            f"fidelity compares at least {LEAST_ROWS} rows, got {len(samples_x)} synthetic and {len(real)} real"
        )
    rng = np.random.default_rng(child_seed(seed, "fidelity"))
    samples, held_out = (
        np.asarray(x, np.float64)[np.sort(rng.permutation(len(x))[:count])] for x in (samples_x, real.x)
    )
    return {
        "c2st": c2st(samples, held_out, seed=seed),
        **prdc(held_out, samples),
        "fid": frechet(samples, held_out),
        "kl": histogram_kl(samples, held_out),
        **_closeness(samples, held_out, train.x),
    }


def check_rows(split: Split) -> None:
    """Raise the UserError that a comparison would end with for lack of rows, before any training."""
    if split.fresh is None:
        if len(split.test) < 2 * LEAST_ROWS:
            raise UserError(
                f"{split.name}: {len(split.test)} test rows, but fidelity compares at least {LEAST_ROWS} with "
                f"{LEAST_ROWS} others; give more rows, or a larger share of them to the test part"
            )
        return
    for part, rows in (("test", split.test), ("fresh", split.fresh)):
        if len(rows) < LEAST_ROWS:
            raise UserError(
                f"{split.name}: {len(rows)} {part} rows, but fidelity compares at least {LEAST_ROWS}; give "
                f"more rows, or a larger share of them to the {part} part"
            )


def fresh_or_halves(split: Split, seed: int) -> dict[str, float]:
    """The sanity row: the scores of real rows as if they were synthetic, which a perfect generator would get.

    The split's `fresh` rows against its test rows, or, where there are none, one half of test against the
    other: then fid, kl and the neighbour scores are of half as many rows, and a little worse for that alone.
    """
    fresh, real = (split.fresh, split.test) if split.fresh is not None else halves(split.test, seed=seed)
    return fidelity(fresh.x, fresh.y, real, split.train, seed=seed)


def _closeness(samples: np.ndarray, held_out: np.ndarray, train: np.ndarray) -> dict[str, float]:
    """Distances to the closest training row, absolute and relative to those of held-out rows."""
    distance, usual = nearest(samples, train), nearest(held_out, train)
    # Where held-out rows are themselves copies both are zero, and the ratio is one, not NaN.
    floor = 1e-12 * (np.abs(train).max() + 1.0)
    return {
        "nearest_train": float(distance.mean()),
        "nearest_train_ratio": float((distance.mean() + floor) / (usual.mean() + floor)),
        "copies": float(np.mean(distance <= np.percentile(usual, 1))),
    }
