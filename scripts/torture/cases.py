"""A small labelled table whose content is known, and how it is written as CSV, Parquet or NPZ."""

from __future__ import annotations

import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

READ, REFUSE, EITHER, DAMAGED = "read", "refuse", "either", "damaged"
"""What should come of a case: read as it is, refused, one of the two, or refused unless the damage cannot be seen."""
FORMS = ("csv", "parquet", "npz")

PECULIAR: dict[str, tuple[str, Callable[[Case], None]]] = {}
"""`form:name` -> the form, and what makes a case peculiar."""


class Case:
    """A table (x, labels, names), how it is written, and what should come of it.

    Args:
        draw: of all random choices.
        form: one of FORMS.
    """

    def __init__(self, draw: random.Random, form: str) -> None:
        self.draw, self.form, rng = draw, form, np.random.default_rng(draw.randrange(2**32))
        classes, width = draw.randint(2, 5), draw.choice([1, 2, 3, 8, 40])
        counts = [draw.randint(22, 28) for _ in range(classes)]
        self.labels = [f"c{label}" for label, count in enumerate(counts) for _ in range(count)]
        scale = draw.choice([1, 1e-3, 1e4])
        self.x: Any = np.round(rng.random((len(self.labels), width)) * scale + 0.05 * scale, 6)
        order = rng.permutation(len(self.labels))
        self.labels, self.x = [self.labels[place] for place in order], self.x[order]
        numbered = draw.random() < 0.7
        self.names: Any = [str(50 + k) if numbered else f"f{k}" for k in range(width)]
        self.label, self.group, self.features = "label", None, None
        # Of a single column, base peaks are all 1.
        self.scaling = draw.choice(["base_peak", "standard"]) if width > 1 else "standard"
        self.expected, self.truth_labels = READ, None
        self.encoding, self.newline, self.delimiter, self.bom = "utf-8", "\n", ",", b""
        self.cells: list[list[str]] | None = None
        self.header: list[str] | None = None
        self.raw: bytes | None = None
        self.arrays: dict[str, Any] | None = None
        self.table: Any = None
        self.name, self.special = f"t.{form}", ""

    def grid(self) -> tuple[list[str], list[list[str]]]:
        """Header and cells of a CSV, which the caller may change."""
        if self.cells is None:
            self.header = [self.label, *self.names]
            rows = zip(self.labels, self.x, strict=True)
            self.cells = [[quoted(label), *(repr(float(value)) for value in row)] for label, row in rows]
        return self.header, self.cells

    def csv_bytes(self) -> bytes:
        """The file as CSV."""
        if self.raw is not None:
            return self.raw
        header, cells = self.grid()
        lines = [self.delimiter.join(row) for row in [header, *cells]]
        return self.bom + (self.newline.join(lines) + self.newline).encode(self.encoding)

    def frame(self) -> Any:
        """The table in pandas, which the caller may change."""
        import pandas as pd

        if self.table is None:
            self.table = pd.DataFrame(self.x, columns=self.names)
            self.table.insert(0, self.label, np.array(self.labels, dtype=object))
        return self.table

    def npz(self) -> dict[str, Any]:
        """The arrays of an NPZ, which the caller may change."""
        if self.arrays is None:
            self.arrays = {"X": self.x, self.label: np.array(self.labels)}
            if all(name.isdigit() for name in self.names):
                self.arrays["axis"] = np.array([float(name) for name in self.names])
        return self.arrays

    def written(self) -> bytes:
        """The file's bytes in its form."""
        if self.raw is not None:
            return self.raw
        data = io.BytesIO()
        if self.form == "csv":
            return self.csv_bytes()
        if self.form == "npz":
            np.savez(data, **self.npz())
        elif type(frame := self.frame()).__module__.startswith("pyarrow"):
            import pyarrow.parquet

            pyarrow.parquet.write_table(frame, data)
        else:
            frame.to_parquet(data)
        return data.getvalue()

    def place(self, folder: Path) -> Path:
        """Write the file, or what stands in its place, into `folder`; returns its path."""
        path = folder / self.name
        if self.special == "folder":
            path.mkdir()
        elif self.special == "fifo":
            os.mkfifo(path)
        elif self.special:
            targets = {"dangling": folder / "nowhere.csv", "loop": path, "device": Path("/dev/null")}
            path.symlink_to(targets[self.special])
        else:
            path.write_bytes(self.written())
        return path

    def row(self) -> int:
        """The number of some row."""
        return self.draw.randrange(len(self.labels))

    def column(self) -> int:
        """The number of some column."""
        return self.draw.randrange(len(self.names))

    def relabel(self, change: Callable[[int, str], str]) -> None:
        """Another name for each class: its number and name -> the new one."""
        new = {name: change(number, name) for number, name in enumerate(sorted(set(self.labels)))}
        self.labels = [new[label] for label in self.labels]

    def cell(self, value: str, expected: str) -> None:
        """Write `value` into some cell of a CSV."""
        self.grid()[1][self.row()][1 + self.column()] = value
        self.expected = expected

    def arrow(self, array: Any, expected: str, label: bool = False) -> None:
        """Put an Arrow array in the place of some column of a Parquet file, or of the labels."""
        import pyarrow as pa

        table = pa.Table.from_pandas(self.frame(), preserve_index=False)
        place = 0 if label else 1 + self.column()
        self.table, self.expected = table.set_column(place, table.column_names[place], array), expected

    def flip(self, data: bytes, first: int, last: int, choices: list[int]) -> None:
        """Change some bytes of the file between two places of `data`."""
        changed = bytearray(data)
        for _ in range(self.draw.choice(choices)):
            changed[self.draw.randrange(first, last)] = self.draw.randrange(256)
        self.raw, self.expected = bytes(changed), DAMAGED


def peculiar(*forms: str) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    """Keep a function that makes a case peculiar, for these forms."""

    def keep(function: Callable[[Case], None]) -> Callable[[Case], None]:
        for form in forms:
            PECULIAR[f"{form}:{function.__name__.strip('_')}"] = (form, function)
        return function

    return keep


def quoted(text: str) -> str:
    """A cell of a CSV."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n\r') else text


def npy(array: Any, **more: Any) -> bytes:
    """An array as NPY."""
    data = io.BytesIO()
    np.lib.format.write_array(data, np.asarray(array), **more)
    return data.getvalue()


def members(case: Case, compression: int = zipfile.ZIP_STORED, **content: bytes) -> bytes:
    """The arrays of a case as a zip, with other members beside them or in their place."""
    data = io.BytesIO()
    arrays = {f"{name}.npy": npy(value) for name, value in case.npz().items()} | content
    with zipfile.ZipFile(data, "w", compression) as archive:
        for name, value in arrays.items():
            archive.writestr(name, value)
    return data.getvalue()


def headed(text: str, version: bytes = b"\x01\x00", body: bytes = b"") -> bytes:
    """An NPY file with this header."""
    raw = text.encode("latin-1") + b"\n"
    size = len(raw).to_bytes(2 if version == b"\x01\x00" else 4, "little")
    return b"\x93NUMPY" + version + size + raw + body
