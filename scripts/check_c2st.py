"""Is C2ST 0.5 for two real samples, does its interval cover that, and does it still tell apart what differs?

    python scripts/check_c2st.py                            # about ten minutes of one core
    python scripts/check_c2st.py --seeds 20 --sizes 3,6     # a shorter look
    python scripts/check_c2st.py --seeds 300 --sizes 3,6,20 --trees 20 --null    # many seeds, few trees

Two samples of one population are drawn over and over, of so many rows a class each. `halves` are two parts of one
drawn table, class by class, as fidelity divides test rows; `apart` are two draws. `before` is what was computed up to
version 0.4.0: five folds, stratified by side alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np

from inn_experiments.contracts.seeding import child_seed
from inn_experiments.data.simulated.mnist1d import cached_arrays
from inn_experiments.data.tables.coffee import Coffee
from inn_experiments.measures.numbers import two_samples
from inn_experiments.measures.numbers.two_samples import FOLDS, LIMIT, TREES, c2st

SIZES, LARGE = (3, 6, 20, 300), 100
LARGE_SHARE = 5
"""Of sizes from LARGE on, one seed of so many is computed."""
GENERATION_SEEDS = (42, 43)
"""Of MNIST1D: one of them has 500 rows a class."""
PACKAGES = ("numpy", "scipy", "scikit-learn", "chemotools", "mnist1d")

Sample = tuple[np.ndarray, np.ndarray]
"""Rows (n, d) and their classes (n,)."""
Draw = Callable[[np.random.Generator, int], Sample]
"""(generator, rows a class) -> a sample of a population."""


def clusters(classes: int, features: int = 20) -> Draw:
    """Gaussian clusters that hardly overlap."""
    centres = 3 * np.random.default_rng(7).normal(size=(classes, features))

    def draw(rng: np.random.Generator, size: int) -> Sample:
        y = np.repeat(np.arange(classes), size)
        return centres[y] + rng.normal(size=(len(y), features)), y

    return draw


def stored(x: np.ndarray, y: np.ndarray) -> Draw:
    """Rows of a table, without replacement."""

    def draw(rng: np.random.Generator, size: int) -> Sample:
        chosen = [rng.permutation(np.flatnonzero(y == label))[:size] for label in np.unique(y)]
        rows = np.concatenate(chosen)
        return x[rows], y[rows]

    return draw


def populations() -> dict[str, tuple[Draw, int]]:
    """Name -> how to draw from it, and how many rows a class it has."""
    with tempfile.TemporaryDirectory() as folder:
        made = [cached_arrays(Path(folder), seed) for seed in GENERATION_SEEDS]
    x, y = (np.concatenate([part for one in made for part in (one[name], one[f"{name}_test"])]) for name in "xy")
    few, coffee = y < 4, Coffee().read(Path())
    return {
        "clusters, 1 class": (clusters(1), 10**9),
        "clusters, 4 classes": (clusters(4), 10**9),
        "MNIST1D, 4 classes": (stored(x[few], y[few]), int(np.bincount(y).min())),
        "Coffee, 3 classes": (stored(coffee.x, coffee.y), int(np.bincount(coffee.y).min())),
    }


def before(a: np.ndarray, b: np.ndarray, *, seed: int) -> float:
    """C2ST as it was."""
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    count = min(len(a), len(b), LIMIT)
    rng = np.random.default_rng(child_seed(seed, "c2st"))
    x = np.concatenate([rows[rng.permutation(len(rows))[:count]] for rows in (a, b)])
    state = int(rng.integers(2**31))
    trees = ExtraTreesClassifier(TREES, min_samples_leaf=3, random_state=state, n_jobs=1)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=state)
    return float(cross_val_score(trees, x, np.repeat([0, 1], count), cv=folds, scoring="accuracy").mean())


def pairs_of_samples(
    draw: Draw, size: int, most: int, null: bool, rng: np.random.Generator
) -> Iterator[tuple[str, Sample, Sample]]:
    """What is compared: two real samples, and, but for `null`, a real one with another that differs in one way."""
    (x, y), (other, others) = draw(rng, min(2 * size, most)), draw(rng, size)
    # Rows of a class follow each other: every second one is in the other half.
    first, second = (x[::2], y[::2]), (x[1::2], y[1::2])
    if len(first[0]) == len(second[0]):
        yield "halves", first, second
    if most >= 10**6:
        yield "apart", first, (other, others)
    scale = x.std()
    if size >= 20 and not null:
        means = np.stack([first[0][first[1] == label].mean(axis=0) for label in np.unique(y)])[first[1]]
        copies = np.concatenate([rng.choice(np.flatnonzero(first[1] == label), size) for label in np.unique(y)])
        yield "shifted by 0.2", (first[0] + 0.2 * scale, first[1]), second
        yield "narrower by 0.3", (means + 0.7 * (first[0] - means), first[1]), second
        yield "bootstrap", (first[0][copies], first[1][copies]), second


def rows_of_table(name: str, draw: Draw, most: int, size: int, seeds: int, null: bool) -> Iterator[list[str]]:
    """One row for each kind of comparison."""
    found: dict[str, list[tuple[float, float, float, float]]] = {}
    for seed in range(seeds if size < LARGE else max(2, seeds // LARGE_SHARE)):
        for kind, (a, ya), (b, yb) in pairs_of_samples(draw, size, most, null, np.random.default_rng(seed)):
            old = np.nan if null or len(a) < FOLDS else before(a, b, seed=seed)
            found.setdefault(kind, []).append((*c2st(a, b, (ya, yb), seed=seed), old))
    for kind, scores in found.items():
        value, low, high, old = np.array(scores).T
        centre = 0.5 if kind in ("halves", "apart") else value.mean()
        error = 1.96 * value.std(ddof=1) / len(value) ** 0.5
        yield [
            name,
            kind,
            str(size),
            str(len(value)),
            f"{value.mean():.3f} ± {error:.3f}",
            f"{np.mean((low <= centre) & (centre <= high)):.2f}",
            f"{np.mean(high - low):.2f}",
            f"{np.mean(low > 0.5):.2f}",
            "" if np.isnan(old).any() else f"{np.mean(old):.3f}",
        ]


def main() -> None:
    """Print the table of the sizes and seeds that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=100, help=f"of sizes below {LARGE}; a fifth of them above")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="rows a class, with commas between")
    parser.add_argument("--only", default="", help="populations whose name has this in it")
    parser.add_argument("--trees", type=int, default=two_samples.TREES)
    parser.add_argument("--null", action="store_true", help="real samples alone, and nothing of how it was before")
    chosen, started = parser.parse_args(), time.process_time()
    two_samples.TREES = chosen.trees
    head = ["rows of", "compared", "rows a class", "seeds", "C2ST", "covered", "width", "above 0.5", "before"]
    print(f"| {' | '.join(head)} |\n|---|---|{'---:|' * (len(head) - 2)}")
    for name, (draw, most) in populations().items():
        for size in map(int, chosen.sizes.split(",")):
            if chosen.only in name and 2 * size <= most:
                for row in rows_of_table(name, draw, most, size, chosen.seeds, chosen.null):
                    print(f"| {' | '.join(row)} |", flush=True)
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"\n{time.process_time() - started:.0f} s of processor time; {versions}")


if __name__ == "__main__":
    main()
