"""36 small spectra of three classes along ten wavelengths, and ways to write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from inn_experiments.data.source import ArrayRows
from inn_experiments.data.tables.table import Table

CASES = Path(__file__).parent / "cases"
FIRST = pd.read_csv(CASES / "csv-semicolon-decimal-comma/spectra.csv", sep=";", decimal=",")
X = FIRST.drop(columns="cls").to_numpy()
Y = FIRST["cls"].to_numpy(dtype=object)
WAVELENGTHS = [1100 + 20 * place for place in range(10)]


def table(names: list[object] = WAVELENGTHS, x: np.ndarray = X, **extra: object) -> pd.DataFrame:
    """The spectra as a table whose channels are called `names`, with columns of `extra` after the class."""
    found = pd.DataFrame(x, columns=[str(name) for name in names])
    found.insert(0, "cls", Y)
    for place, (name, values) in enumerate(extra.items(), start=1):
        found.insert(place, name, values)
    return found


def long_table(sample: str = "sample", axis: str = "wavelength", value: str = "absorbance") -> pd.DataFrame:
    """The spectra with one row a point."""
    return table(**{sample: range(36)}).melt(id_vars=["cls", sample], var_name=axis, value_name=value)


def on_its_side(first: str = "wavelength") -> list[list[str]]:
    """The spectra with one column each, under lines of their names and classes, as cells."""
    head = [[first, *(f"s{place}" for place in range(36))], ["cls", *Y]]
    return head + [[str(name), *map(repr, X[:, place].tolist())] for place, name in enumerate(WAVELENGTHS)]


def read(folder: Path, content: pd.DataFrame | str | bytes, name: str = "t.csv", **options: object) -> ArrayRows:
    """What is read of a file with this content."""
    path = folder / name
    if isinstance(content, pd.DataFrame):
        content.to_csv(path, index=False)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Table(str(path), **{"label": "cls", **options}).read(folder)


def check(rows: ArrayRows, x: np.ndarray = X, unit: str = "", counts: tuple[int, ...] = (12, 12, 12)) -> None:
    """The rows are those spectra, each with its class, along their wavelengths."""
    np.testing.assert_allclose(rows.x, x, rtol=1e-12)
    assert np.bincount(rows.y).tolist() == [*counts]
    assert [*map(str, np.array(rows.classes)[rows.y])] == [*Y] and rows.told.unit == unit
    np.testing.assert_array_equal(rows.axis, WAVELENGTHS)
