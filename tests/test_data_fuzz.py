"""Files that were damaged byte by byte: read, or refused in one line that names the file; never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from spectra_examples import X, Y, table

from inn_experiments.contracts import UserError
from inn_experiments.data.tables.table import Table

EXAMPLES = {
    ".csv": lambda path: table().to_csv(path, index=False),
    ".txt": lambda path: table().to_csv(path, index=False, sep=";", decimal=",", encoding="utf-16"),
    ".parquet": lambda path: table().to_parquet(path),
    ".npz": lambda path: np.savez_compressed(path, X=X, cls=Y.astype(str)),
    ".xlsx": lambda path: table().to_excel(path, index=False),
}


def damaged(content: bytes, draw: random.Random) -> bytes:
    """The content with some bytes changed, or cut, or with a piece of itself in the middle."""
    data, place = bytearray(content), draw.randrange(len(content))
    kind = draw.choice(["flip", "flip", "cut", "repeat", "zeros"])
    if kind == "flip":
        for _ in range(draw.choice([1, 2, 16])):
            data[draw.randrange(len(data))] = draw.randrange(256)
    elif kind == "cut":
        del data[place:]
    else:
        data[place:place] = bytes(20) if kind == "zeros" else data[: draw.randrange(200)]
    return bytes(data)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", EXAMPLES)
def test_damage_never_ends_in_a_traceback(tmp_path, suffix):
    whole: Path = tmp_path / f"whole{suffix}"
    EXAMPLES[suffix](whole)
    content, refused = whole.read_bytes(), 0
    path = tmp_path / f"damaged{suffix}"
    source = Table(str(path), "cls", scaling="standard")
    for number in range(60):
        path.write_bytes(damaged(content, random.Random(f"{suffix}{number}")))
        try:
            split = source.load(seed=0, cache=tmp_path)
        except UserError as error:
            refused += 1
            assert "\n" not in str(error) and len(str(error)) < 1500
            assert "damaged" in str(error) or "data." in str(error) or "class " in str(error), error
        else:
            assert all(np.isfinite(rows.x).all() for rows in (split.train, split.val, split.test))
    assert refused > 20
