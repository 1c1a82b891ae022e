"""Two sets of rows compared: by a classifier, by nearest neighbours, and along lines."""

from collections.abc import Callable

import numpy as np

from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.principal import leading
from inn_experiments.measures.numbers.intervals import Bounded, bounded_share
from inn_experiments.measures.numbers.rows import at_most

FOLDS, LIMIT, TREES = 5, 1000, 100
"""Of the two-sample test: folds and pairs of rows at most, and trees."""
LEAST_PAIRS, UNDECIDED = 2, 1e-9
LEAST_ROWS = 5
"""Of a side: what is said of fewer rows than this is said of hardly anything."""

ORDINARY = (1e-3, 1e30)
"""Magnitudes that trees take as they are."""

BLOCK = 4096
# Rows that come into question as the nearest one: the product formula may confuse the closest of them.
CANDIDATES = 4
EQUAL = 1e-7
"""Distances that are smaller, over the length of the row, are rounding."""
DIRECTIONS = 100
BINS, ROWS_PER_BIN = 20, 5


def c2st(
    a: np.ndarray,
    b: np.ndarray,
    classes: tuple[np.ndarray, np.ndarray] | None = None,
    *,
    seed: int,
    most: int = LIMIT,
    trees: int | None = None,
    folds: int = FOLDS,
) -> Bounded:
    """Cross-validated accuracy of telling rows `a` (n, d) from `b` (m, d): 0.5 is best, 1 means always told.

    Pairs of one row of either side, of the same class where the `classes` (n,) and (m,) are given, are left out
    together, `most` of them in 5 `folds` at most. So whatever is told apart, the sides are as large as each other in
    training and in test, in every class: where rows of two sides, class by class, could be exchanged, the expected
    value is 0.5 exactly, for any number of rows. (Folds that are not balanced score less: where one side lost a row to
    the test, the other has the majority.) A row that is called neither counts half.

    100 extremely randomised `trees` see shifts, wrong scales and wrong correlations alike, unlike a linear or
    nearest-neighbour test, and need no scaling. Copies of one row within a side fall into several folds, so a side that
    repeats itself is told from one that does not: a bootstrap of real rows scores above 0.5.

    The 95 % interval is Wilson's for as many trials as there are pairs: rows are judged by rows that are judged by
    them, which about doubles the variance (docs/results/c2st.md). Raises ValueError for fewer than two pairs.
    Source: Lopez-Paz and Oquab 2017.
    """
    rng = np.random.default_rng(child_seed(seed, "c2st"))
    a, b = visible(a, b)
    labels = classes or (np.zeros(len(a), np.int64), np.zeros(len(b), np.int64))

    def right(train: np.ndarray, test: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        learned, judged = ((a[pairs[:, 0]], b[pairs[:, 1]]) for pairs in (train, test))
        return told(learned, judged, int(rng.integers(2**31)), trees)

    return left_out(pairs_of(*labels, rng, most), right, rng, folds)


Right = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
"""How right (k, 2) one is about the rows of test pairs (k, 2) having learned of training pairs: 0, a half or 1."""


def left_out(pairs: np.ndarray, right: Right, rng: np.random.Generator, folds: int = FOLDS) -> Bounded:
    """How often both rows of `pairs` (n, 2) are told in the mean, each pair judged by what was learned without it."""
    if len(pairs) < LEAST_PAIRS:
        raise ValueError(f"c2st needs {LEAST_PAIRS} pairs of rows of one class, got {len(pairs)}")
    fold, found = np.arange(len(pairs)) % min(folds, len(pairs)), np.empty((len(pairs), 2))
    for number in range(fold.max() + 1):
        found[fold == number] = right(pairs[fold != number], pairs[fold == number], rng)
    return bounded_share(float(found.mean()), len(pairs))


def pair_count(first: np.ndarray, second: np.ndarray) -> int:
    """How many pairs of one class rows of class labels `first` (n,) and `second` (m,) give, at most LIMIT."""
    return min(LIMIT, sum(int(min(np.sum(first == label), np.sum(second == label))) for label in np.unique(first)))


def comparable(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether rows of class labels `first` (n,) and `second` (m,) give the pairs that `c2st` needs."""
    return pair_count(first, second) >= LEAST_PAIRS


def pairs_of(first: np.ndarray, second: np.ndarray, rng: np.random.Generator, most: int = LIMIT) -> np.ndarray:
    """Random pairs (k, 2) of a row of class labels `first` (n,) and one of `second` (m,), class after class."""
    found = []
    for label in np.intersect1d(first, second):
        rows = [rng.permutation(np.flatnonzero(side == label)) for side in (first, second)]
        found.append(np.stack([each[: min(map(len, rows))] for each in rows], axis=1))
    pairs = np.concatenate([np.zeros((0, 2), np.int64), *found])
    return pairs[at_most(len(pairs), most, int(rng.integers(2**31)))]


def told(
    learned: tuple[np.ndarray, np.ndarray], judged: tuple[np.ndarray, np.ndarray], state: int, trees: int | None = None
) -> np.ndarray:
    """How right (k, 2) trees that learned of two sides (n, d) are about the rows of two more (k, d): 0, a half or 1."""
    from sklearn.ensemble import ExtraTreesClassifier

    # Leaves of three rows take enough rows to be divided at all.
    leaf = min(3, 1 + len(learned[0]) // 10)
    forest = ExtraTreesClassifier(trees or TREES, min_samples_leaf=leaf, random_state=state, n_jobs=1)
    forest.fit(np.concatenate(learned), np.repeat([0, 1], len(learned[0])))
    second = forest.predict_proba(np.concatenate(judged))[:, 1].reshape(2, -1).T - 0.5
    # Votes are added up in floats: the last digits are no answer.
    return 0.5 + 0.5 * np.where(np.abs(second) < UNDECIDED, 0.0, np.sign(second)) * [-1, 1]


def visible(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, d) and (m, d) in a unit in which trees see them: ordinary numbers as they are, others over a power of 2.

    Scikit-learn takes a feature for constant that varies by less than 1e-7.

    >>> ordinary, small = np.eye(2), 2.0**-40 * np.eye(2)
    >>> visible(ordinary, ordinary)[0] is ordinary, float(visible(small, 2 * small)[1].max())
    (True, 1.0)
    """
    most = max(float(max(rows.max(initial=0.0), -rows.min(initial=0.0))) for rows in (a, b))
    if most == 0 or ORDINARY[0] < most < ORDINARY[1]:
        return a, b
    # Exact, also where the unit itself would be beyond the numbers there are.
    power = -int(np.floor(np.log2(most)))
    return np.ldexp(a, power), np.ldexp(b, power)


def nearest(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The distance (n,) of each of `rows` (n, d) to the closest of `others` (m, d).

    |a|^2 + |b|^2 - 2 a b finds the candidates; of small distances it loses all digits, so the candidates' are formed
    from differences.
    """
    rows = np.asarray(rows, np.float64)
    best = np.full(len(rows), np.inf)
    for start in range(0, len(others), BLOCK):
        block = np.asarray(others[start : start + BLOCK], np.float64)
        rough = np.square(block).sum(axis=1) - 2 * rows @ block.T
        count = min(CANDIDATES, len(block))
        for index in np.argpartition(rough, count - 1, axis=1)[:, :count].T:
            best = np.minimum(best, np.linalg.norm(rows - block[index], axis=1))
    return best


def prdc(real: np.ndarray, synthetic: np.ndarray, k: int = 5) -> dict[str, float]:
    """Precision, recall, density and coverage of rows `synthetic` (m, d) beside `real` (n, d); higher is better.

    A ball around each row reaches to its k-th nearest neighbour on its own side; k is lowered where a side has k rows
    or fewer. The ball of a row that is there more often than k times holds the rows equal to it. precision: share of
    synthetic rows in a real ball; recall: share of real rows in a synthetic ball; density: real balls around a
    synthetic row over k (can exceed 1; 1 for real rows on average); coverage: share of real balls that hold a
    synthetic row. Distances are formed by products: of rows that nearly agree they have only about 7 digits less.
    Raises ValueError for fewer than two rows on a side. Source: Naeem et al. 2020.
    """
    from sklearn.metrics import euclidean_distances

    def radius(rows: np.ndarray) -> np.ndarray:
        within = euclidean_distances(rows, rows)
        np.fill_diagonal(within, np.inf)
        # Around a row that is there more often than k times: what products of equal rows may differ by.
        return np.maximum(np.partition(within, k - 1, axis=1)[:, k - 1], EQUAL * np.linalg.norm(rows, axis=1))

    if min(len(real), len(synthetic)) < 2:
        raise ValueError(f"prdc needs two rows on each side, got {len(real)} and {len(synthetic)}")
    k = min(k, len(real) - 1, len(synthetic) - 1)
    real, synthetic = np.asarray(real, np.float64), np.asarray(synthetic, np.float64)
    distance = euclidean_distances(real, synthetic)
    in_real = distance < radius(real)[:, None]
    return {
        "precision": float(in_real.any(axis=0).mean()),
        "recall": float((distance < radius(synthetic)).any(axis=1).mean()),
        "density": float(in_real.sum(axis=0).mean() / k),
        "coverage": float(in_real.any(axis=1).mean()),
    }


def sliced_wasserstein(a: np.ndarray, b: np.ndarray, *, seed: int, directions: int = DIRECTIONS) -> float:
    """The Wasserstein-2 distance of `a` and `b` (n, d), root mean square over random directions; best 0.

    A shift of every feature by c gives about |c|, whatever d. Raises ValueError where the sets differ in size.
    Source: Bonneel et al. 2015.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"both sets must have one shape, got {a.shape} and {b.shape}")
    lines = np.random.default_rng(seed).standard_normal((a.shape[1], directions))
    lines /= np.linalg.norm(lines, axis=0)
    gaps = np.sort(a @ lines, axis=0) - np.sort(b @ lines, axis=0)
    return float(np.sqrt(np.mean(gaps**2)))


def along(real: np.ndarray, other: np.ndarray) -> float:
    """Total variation between `other` (m, d) and `real` (n, d) along the first principal component of `real`.

    Bins hold equally many real rows, 20 of them or one per five rows; the outer ones are open. 0 is best, though other
    real rows get a little more for being finitely many; near 1: most of the component is never visited.
    """
    real, other = np.asarray(real, np.float64), np.asarray(other, np.float64)
    centre = real.mean(axis=0)
    component = leading(real - centre, 1)[1][:, 0]
    bins = max(2, min(BINS, len(real) // ROWS_PER_BIN))
    place = (real - centre) @ component
    edges = np.quantile(place, np.linspace(0, 1, bins + 1)[1:-1])
    shares = [
        np.bincount(np.searchsorted(edges, values, side="right"), minlength=bins) / len(values)
        for values in (place, (other - centre) @ component)
    ]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)
