"""Numbers at the end of what computers hold: refused with their row, or measured as what they are, never as 0."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from inn_experiments.contracts import child_seed
from inn_experiments.data.tables.table import Table

ROW, COLUMN = 7, 3


def table(folder: Path, value: float) -> tuple[Path, int]:
    """An NPZ with one such value, and a seed whose test rows have it."""
    rng, path, labels = np.random.default_rng(0), folder / "table.npz", np.array(["a", "b", "c"] * 20)
    x = rng.random((60, 12))
    x[ROW, COLUMN] = 50
    np.savez(path, X=x, label=labels)
    source = Table(str(path), "label", scaling="standard")
    splits = {seed: source.load(seed=child_seed(seed, "data"), cache=folder) for seed in range(12)}
    x[ROW, COLUMN] = value
    np.savez(path, X=x, label=labels)
    return path, next(seed for seed, split in splits.items() if split.test.x.max() > 50)


def command(path: Path, seed: int) -> list[str]:
    told = ["data=table", f"data.path={path}", "data.label=label", "data.scaling=standard", f"seed={seed}"]
    return [*told, "generator=smote", "utility=none", "tracking=none", "final_fit=false"]


@pytest.mark.parametrize("value", [1e39, -1e39, 1e300])
def test_a_test_row_that_float32_cannot_hold_is_refused_by_its_number(run, tmp_path, value) -> None:
    status, _, said = run(*command(*table(tmp_path, value)))
    assert status == 2 and len(said.splitlines()) == 1
    assert f"row {ROW + 1} " in said and "too far from the others" in said and f"'{COLUMN}'" in said


@pytest.mark.filterwarnings("ignore")
def test_the_largest_values_that_it_holds_are_measured_as_far_away(run, tmp_path) -> None:
    status, _, said = run(*command(*table(tmp_path, 1e37)))
    assert status == 0, said
    (report,) = (tmp_path / "out").glob("runs/*/report.json")
    numbers = {each["key"]: each["value"] for each in json.loads(report.read_text())["numbers"] if "of" not in each}
    assert all(math.isfinite(value) for value in numbers.values())
    assert numbers["test/samples/fid"] > 1e60 and numbers["test/samples/kl"] > 1
    # One row of eighteen lies there; the others are as near as ever.
    assert 0.5 < numbers["test/samples/coverage"] < 1 and numbers["test/samples/precision"] > 0.5
