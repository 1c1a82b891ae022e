"""A user's own labelled 2-D records, such as GC-IMS: matrices of retention by drift."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inn_experiments.data.records.files import read_records
from inn_experiments.data.records.reader import RecordReader
from inn_experiments.data.source import ArrayRows


@dataclass
class Records2d(RecordReader):
    """One matrix a record, all of one shape (arXiv 2502.13183).

    Args:
        path: a folder with one subfolder a class, each record a .npy or .csv matrix without a header; or an .npz
            with the records `X` (n, M, D) and, where they are known, the axes `retention` (M,) and `drift` (D,).
        label, group: keys of the .npz; no group stands in two parts.
        wavelet, levels, retention, drift: as in `Settings`.
        test_fraction, val_fraction, fresh_fraction, per_class: as in `Reader`.
    """

    path: str
    label: str = "y"
    group: str | None = None

    def read(self, cache: Path) -> ArrayRows:
        """All records; `cache` is not used, the files are read every time."""
        path = Path(self.path).expanduser()
        return read_records(path, self.label, self.group).rows(path.resolve().stem, self)
