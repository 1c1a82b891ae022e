"""How close synthetic rows are to real ones, without a classifier for the task."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import Findings, Measure, Number, Quantity, Rows, Samples, Split, Subject, UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.numbers.c2st import c2st
from inn_experiments.measures.numbers.errors import frechet, histogram_kl
from inn_experiments.measures.numbers.neighbours import nearest, prdc
from inn_experiments.measures.numbers.rows import check_finite
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
LIMIT = 2000
"""Pairwise distances of more rows than this cost more than they tell."""
LEAST_ROWS = 5


class Fidelity(Measure):
    """The scores of the samples, and those of real rows in their place, which a perfect generator would get.

    Args:
        decoded: whether rows that were decoded from latents are scored too.
    """

    def __init__(self, decoded: bool = True) -> None:
        self.decoded = decoded

    def check(self, split: Split, *, seed: int) -> None:
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

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """`test/samples/*` of the samples and `fresh/samples/*` of real rows."""
        samples, split = subject.samples, subject.split
        if samples.latent is not None and not self.decoded:
            return Findings()
        fresh, real = second_sample(split, seed)
        scores = {
            "test": fidelity(samples, split.test, split.train, seed=seed),
            "fresh": fidelity(fresh, real, split.train, seed=seed),
        }
        return Findings(
            [Number(f"{part}/samples/{key}", value) for part, found in scores.items() for key, value in found.items()]
        )


def second_sample(split: Split, seed: int) -> tuple[Rows, Rows]:
    """(real rows that stand in for generated ones, the real rows that they are scored against).

    The split's `fresh` rows and its test rows, or, where there are none, one half of test and the other: then fid, kl
    and the neighbour scores are of half as many rows, and a little worse for that alone.
    """
    return (split.fresh, split.test) if split.fresh is not None else halves(split.test, seed=seed)


def fidelity(samples: Rows | Samples, real: Rows, train: Rows, *, seed: int) -> dict[str, float]:
    """Scores of generated rows against real ones.

    c2st: 0.5 is best. precision, recall, density, coverage: higher is better. fid, kl: lower is better. nearest_train:
    mean distance to the closest training row; nearest_train_ratio: over the same distance of `real`, 1 is best and far
    below 1 means copies; copies: share of samples closer to a training row than 99 % of `real` are, 0.01 is what real
    rows get. Equally many rows of either side are compared, at most 2,000.

    Args:
        samples: rows (n, d) with labels in the proportions of `real`.
        real: held-out rows (m, d).
        train: the rows that the generator saw.
        seed: of the draws.

    Raises:
        UserError: NaN or infinity in the samples, or fewer than five rows on a side.
    """
    check_finite(samples.x, samples.y)
    count = min(len(samples.x), len(real), LIMIT)
    if count < LEAST_ROWS:
        raise UserError(
            f"fidelity compares at least {LEAST_ROWS} rows, got {len(samples.x)} synthetic and {len(real)} real"
        )
    rng = np.random.default_rng(child_seed(seed, "fidelity"))
    made, held_out = (np.asarray(x, np.float64)[np.sort(rng.permutation(len(x))[:count])] for x in (samples.x, real.x))
    distance, usual = nearest(made, train.x), nearest(held_out, train.x)
    # Where held-out rows are themselves copies both are zero, and the ratio is one, not NaN.
    floor = 1e-12 * (np.abs(train.x).max() + 1.0)
    return {
        "c2st": c2st(made, held_out, seed=seed),
        **prdc(held_out, made),
        "fid": frechet(made, held_out),
        "kl": histogram_kl(made, held_out),
        "nearest_train": float(distance.mean()),
        "nearest_train_ratio": float((distance.mean() + floor) / (usual.mean() + floor)),
        "copies": float(np.mean(distance <= np.percentile(usual, 1))),
    }
