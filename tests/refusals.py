"""What a refusal of the command line is, and small files to make mistakes in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

CHEAP = ("generator=bootstrap", "utility=none", "tracking=none")
FINAL = ("report.json", "samples.parquet", "samples.npz")


def check_refused(answer: tuple[int, str, str], words: list[str], outputs: Path) -> None:
    """One line that says `words`, status 2, and no report, samples or temporary file."""
    status, _, err = answer
    assert status == 2, err
    assert err.startswith("error: ") and len(err.splitlines()) == 1, err
    assert all(word in err for word in words), err
    written = [path.relative_to(outputs) for path in outputs.rglob("*") if path.is_file() and "hydra" not in path.parts]
    left = [path for path in written if path.name in FINAL or any(part.startswith(".") for part in path.parts)]
    assert left == []


def frame() -> pd.DataFrame:
    """40 rows of three features and the column `kind`, four classes."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.gamma(1.0, 100.0, (40, 3)), columns=["40", "41", "42"])
    table["kind"] = [f"kind{row % 4}" for row in range(40)]
    return table


def changed(row: int | slice, column: str, value: object) -> pd.DataFrame:
    table = frame().astype({column: object})
    table.loc[row, column] = value
    return table


def given(folder: Path, table: pd.DataFrame) -> list[str]:
    """The overrides that choose this table, written as CSV."""
    table.to_csv(folder / "rows.csv", index=False)
    return ["data=table", f"data.path={folder / 'rows.csv'}", "data.label=kind"]


def archive(folder: Path, **changes: np.ndarray) -> list[str]:
    """The overrides that choose 36 records of 16 x 24 in three classes, written as NPZ; `changes` are of its keys."""
    rng = np.random.default_rng(0)
    arrays = {"X": rng.gamma(1.0, 10.0, (36, 16, 24)), "y": np.array(["10", "9", "b"])[np.arange(36) % 3]}
    np.savez(folder / "records.npz", **(arrays | changes))
    return ["data=records2d", f"data.path={folder / 'records.npz'}"]
