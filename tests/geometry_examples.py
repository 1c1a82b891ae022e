"""Geometries with known numbers for the tests of their reports."""

from __future__ import annotations

KEYS = (
    "mean_error",
    "std_error",
    "spread_error",
    "pc1_error",
    "pc2_error",
    "c2st",
    "swd",
    "coverage",
    "precision",
    "distance",
    "along",
    "frechet",
    "distance_ratio",
    "coverage_ratio",
)
FIRST = {"generated": 0.6, "second": 0.5, "gaussian": 0.9}


def make_class(name: str, real_mean: float, mean: float, real_std: float, std: float, shift: float = 0.0) -> dict:
    """One class: an arm's scores are its entry of FIRST plus `shift`, but for the errors of `generated`."""
    scores = {arm: dict.fromkeys(KEYS, value + shift) for arm, value in FIRST.items()}
    scores["generated"] |= {"mean_error": abs(mean - real_mean) / real_std, "std_error": abs(std - real_std) / real_std}
    real = {"mean": real_mean, "std": real_std, "spread": real_std, "pc1": 0.514, "pc2": 0.214}
    made = {"mean": mean, "std": std, "spread": std, "pc1": 0.5, "pc2": 0.2}
    judge = {"generated": 0.7, "second": 0.5}
    return {
        "class": name,
        "n": 500,
        "real": real,
        "generated": made,
        "second": real,
        "gaussian": real,
        "scores": scores,
        "judge": judge,
    }


def make_report(seed: int, cell: str = "diffusion", shift: float = 0.0, **axes: str | int) -> dict:
    """A finished run of two classes; `shift` moves its means and scores."""
    return {
        "cell": cell,
        "seed": seed,
        "fingerprint": f"{cell}-{seed}",
        "parameters": 10,
        "axes": {**axes, "seed": seed},
        "metrics": {"test/geometry/generated/c2st": 0.6 + shift, "test/geometry/generated/coverage": 0.6 + shift},
        "baselines": {},
        "utility": [],
        "conditioning": [],
        "warnings": [],
        "timings": {},
        "versions": {},
        "split": {},
        "geometry": [
            make_class("DEB", 0.02, 0.12 + shift, 10.0, 9.0, shift),
            make_class("JP8", -0.5, -0.2 + shift, 20.0, 21.0),
        ],
    }
