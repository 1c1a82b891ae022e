"""Reports with known numbers for the tests of the grid's report."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from inn_experiments.contracts.old_report import from_dict
from inn_experiments.reports.design import Design
from inn_experiments.reports.runs import Frame, frame_of
from inn_experiments.reports.studies.grid.cells import select_grid


class Cell(NamedTuple):
    method: str
    loss: str
    sampling: str


METHODS = ("implicit", "semi_implicit", "svd", "explicit")
CELLS = tuple(Cell(*values) for values in product(METHODS, ("fid", "kl"), ("gaussian", "convex")))
SEEDS = (0, 1, 2, 3, 4)
WOBBLE = dict(zip(SEEDS, (-0.02, -0.01, 0.0, 0.01, 0.02), strict=True))
ONLY = {"network": "point_unet", "data": "mnist1d"}
DIRECTIONS = ("forward", "denoise", "inverse", "round_trip_clean", "round_trip_prime")
FIDELITY = ("c2st", "precision", "recall", "density", "coverage", "fid", "kl", "swd", "nearest_train_ratio", "copies")


def make_report(cell: Cell, seed: int, **values: float) -> dict:
    """A report in which every number is 0.5 + wobble, but for `values` (`test__forward__mse=...`)."""
    base = 0.5 + WOBBLE.get(seed, 0.0)
    keys = [f"test/{way}/{measure}" for way in DIRECTIONS for measure in ("mse", "mae", "kl", "fid")]
    keys += [f"{part}/samples/{name}" for part in ("test", "fresh") for name in FIDELITY]
    errors = {
        name: dict.fromkeys(("mse", "mae", "kl", "fid"), level)
        for name, level in (
            ("zeros", 1.0),
            ("global_mean", 0.99),
            ("class_mean", 0.9),
            ("identity", 2.0),
            ("linear", 0.8),
        )
    }
    score = {"mean": 0.7, "half_width": 0.1}
    utility = [
        {
            "protocol": protocol,
            "treatment": treatment,
            "n_train": 100,
            "accuracy": score,
            "f1_macro": score,
            "difference_f1_macro": {"mean": 0.01, "half_width": None},
        }
        for protocol in ("same_rows", "disjoint")
        for treatment in ("real", "synthetic", "convex", "both")
    ]
    return {
        "cell": "-".join(cell),
        "seed": seed,
        "fingerprint": f"{'-'.join(cell)}-{seed}",
        "parameters": 65000,
        "axes": {**ONLY, **cell._asdict(), "epochs": 1000, "seed": seed},
        "metrics": dict.fromkeys(keys, base) | {k.replace("__", "/"): v for k, v in values.items()},
        "baselines": {"forward": errors, "denoise": errors, "inverse": errors},
        "utility": utility,
        "conditioning": [],
        "geometry": [],
        "warnings": [],
        "timings": {"fit": 10.0},
        "versions": {"torch": "2.13"},
        "split": {},
    }


def framed(reports: list[dict]) -> Frame:
    """The frame of reports in the form of version 0.2.0, in which these examples are written."""
    return frame_of(map(from_dict, reports))


def found_by(monkeypatch, reports: list[dict]) -> None:
    """Let the command find these reports in every outputs folder."""
    monkeypatch.setattr("inn_experiments.tracking.collect.finished", lambda outputs: list(map(from_dict, reports)))


def make_grid(
    change=lambda cell, seed: {}, seeds=SEEDS, skip=lambda cell, seed: False, bar: float | None = None
) -> Design:
    """The grid; `bar` is the error of the class-wise linear predictor in both directions, where there is one."""
    reports = [make_report(c, s, **change(c, s)) for c in CELLS for s in seeds if not skip(c, s)]
    for report in reports if bar is not None else []:
        ways = report["baselines"]
        report["baselines"] = ways | {way: ways[way] | {"class_linear": {"mse": bar}} for way in ("forward", "inverse")}
    return select_grid(framed(reports), ONLY, seeds)
