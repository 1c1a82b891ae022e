"""Whether the seeds of some runs share rows, which decides what an interval over these seeds is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

DRAWN, ONE_TEST, DIVIDED, UNTOLD = "drawn", "one test part", "divided", "untold"
"""Every seed has rows of its own; seeds share their test rows, and a pool that training rows are drawn from; every seed
divides the same rows; nothing is told of the rows."""

OLD = {"mnist1d": ONE_TEST, **dict.fromkeys(("swiss_roll", "two_clusters", "checker"), DRAWN)}
"""What holds of runs that tell no pool, by their data; of other data that seeds divide the same rows."""

WORDS = {
    DRAWN: "Student's t: every seed has rows of its own",
    ONE_TEST: "Student's t: all seeds are scored on the same test rows, and draw their training rows from one pool, so "
    "they hold for these rows and say nothing of others",
    DIVIDED: "corrected for resampling (Nadeau and Bengio 2003), the variance times 1/n + test/training rows: seeds "
    "divide the same rows",
    UNTOLD: "Student's t: the runs do not tell whether their seeds share rows",
}


@dataclass(frozen=True)
class Sharing:
    """What the seeds of some runs of one data set share.

    Attributes:
        kind: DRAWN, ONE_TEST, DIVIDED or UNTOLD.
        train, test: mean numbers of rows, None where they are not told.
    """

    kind: str
    train: float | None = None
    test: float | None = None

    @property
    def widens(self) -> float:
        """Test rows over training rows where an interval is corrected for them, else 0."""
        return 0.0 if self.kind != DIVIDED or not self.train else (self.test or 0.0) / self.train


def sharing_of(runs: pd.DataFrame, axes: pd.DataFrame) -> dict[str, Sharing]:
    """Data set -> what its seeds share; of `runs`, with the columns seed and split, and their `axes`."""
    data = axes["data"] if "data" in axes else pd.Series("", index=runs.index)
    known = [split.get("name") if one == "table" else None for split, one in zip(runs["split"], data, strict=True)]
    places = [str(name or one) for name, one in zip(known, data, strict=True)]
    return {place: _sharing(found, str(place)) for place, found in runs.groupby(pd.Series(places, index=runs.index))}


def strictest(found: Iterable[Sharing]) -> Sharing:
    """Of several data sets what makes their common interval widest."""
    order = (UNTOLD, DRAWN, ONE_TEST, DIVIDED)
    return max(found, key=lambda one: (order.index(one.kind), one.widens), default=Sharing(UNTOLD))


def _sharing(runs: pd.DataFrame, data: str) -> Sharing:
    sizes = [_mean(runs["split"], part) for part in ("train", "test")]
    kind = _kind(runs["seed"], runs["split"], data)
    # An interval can be corrected only by numbers of rows.
    return Sharing(UNTOLD if kind == DIVIDED and None in sizes else kind, *sizes)


def _kind(seeds: pd.Series, splits: pd.Series, data: str) -> str:
    told = [
        (seed, split["pool"], split["test_rows"]) for seed, split in zip(seeds, splits, strict=True) if "pool" in split
    ]
    if len(told) < len(seeds):
        return OLD.get(data, DIVIDED)
    pools: dict[str, tuple[set[int], set[str]]] = {}
    for seed, pool, test in told:
        of_pool, tests = pools.setdefault(pool, (set(), set()))
        of_pool.add(seed)
        tests.add(test)
    shared = [tests for of_pool, tests in pools.values() if len(of_pool) > 1]
    return DRAWN if not shared else ONE_TEST if all(len(tests) == 1 for tests in shared) else DIVIDED


def _mean(splits: pd.Series, part: str) -> float | None:
    known = [split[part] for split in splits if part in split]
    return sum(known) / len(known) if known else None


def interval_words(found: Mapping[str, Sharing]) -> list[str]:
    """Which interval over seeds each data set has, in words; data sets of one kind stand together."""
    kinds: dict[str, list[str]] = {}
    for data, one in found.items():
        kinds.setdefault(one.kind, []).append(data)
    of = {kind: f" of {', '.join(names)}" if len(kinds) > 1 else "" for kind, names in kinds.items()}
    return [f"intervals over seeds{of[kind]}: {WORDS[kind]}" for kind in kinds]
