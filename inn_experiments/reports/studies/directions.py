"""Which way each metric is better, from the last part of its key."""

from __future__ import annotations

BETTER_HIGHER = ("coverage", "precision", "recall", "density", "f1", "accuracy", "cosine", "coverage_ratio")
BETTER_LOWER = (
    "mse",
    "mae",
    "kl",
    "fid",
    "frechet",
    "swd",
    "along",
    "distance",
    "mean_error",
    "std_error",
    "spread_error",
    "pc1_error",
    "pc2_error",
    "median",
)
BEST_AT = {"c2st": 0.5, "distance_ratio": 1.0, "nearest_train_ratio": 1.0, "copies": 0.01}


def direction(column: str) -> int | None:
    """1 where a higher value of the metric is better, -1 where a lower one is, None where neither holds.

    C2ST counts as lower is better: less than its best, 0.5, is chance.
    """
    name = column.split("/")[-1].removesuffix("_worst")
    if name == "c2st" or name in BETTER_LOWER:
        return -1
    if name in BETTER_HIGHER or name.startswith(("f1_", "precision_", "recall_")) or "/cosine/" in column:
        return 1
    return None


def meaning(column: str) -> str:
    """In words, which way the metric is better."""
    name = column.split("/")[-1].removesuffix("_worst")
    if name in BEST_AT:
        return f"{BEST_AT[name]:g} is best" + (", higher is told apart more often" if name == "c2st" else "")
    return {1: "higher is better", -1: "lower is better", None: "neither way is said to be better"}[direction(column)]


def verdict(column: str, difference: float, half: float | None) -> str:
    """`better` or `worse` for a difference whose interval leaves 0 out, '' for others or where no way is
    better."""
    way = direction(column)
    if way is None or half is None or abs(difference) <= half:
        return ""
    return "better" if difference * way > 0 else "worse"
