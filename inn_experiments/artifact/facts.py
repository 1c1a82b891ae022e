"""What is known of a kept synthesizer beside its weights: its classes, its columns, and where it comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from inn_experiments.contracts import Smiles


@dataclass(frozen=True)
class Facts:
    """Everything that the rows of a kept synthesizer are called by, as plain values.

    Attributes:
        cell, seed, run: the run that it was kept by: the cell's name, its seed, and the name of its folder.
        fingerprint: of the cell.
        classes: names, in the order of the labels.
        columns: names of the d values of a row in the file.
        label_name: name of the class in the file.
        axis_name, unit: of the values' axis; '' where unknown.
        bounded: rows are spectra over their base peak.
        shape: (m, d) of 2-D records after preprocessing; None for spectra.
        records: (M, D) of the records in the file, with their two axes; None for spectra.
        smiles: of each class; None where the chemistry is not known.
        wide: whether numbers in the units of the file need 64 bits.
        part: the rows that it was trained on: `all`, or those of the evaluation's part `train`.
        counts: class -> number of those rows.
        rows: SHA-256 of those rows and their labels.
        pool: name of the data.
        versions: of what it was made with.
        config: the cell's whole configuration.
    """

    cell: str
    seed: int
    run: str
    fingerprint: str
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    label_name: str
    axis_name: str
    unit: str
    bounded: bool
    shape: tuple[int, int] | None
    records: tuple[int, int] | None
    smiles: Smiles | None
    wide: bool
    part: str
    counts: dict[str, int]
    rows: str
    pool: str
    versions: dict[str, str]
    config: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Facts:
        """What `as_dict` gave, from JSON too."""
        smiles = plain["smiles"]
        pairs = {name: plain[name] and tuple(plain[name]) for name in ("shape", "records")}
        lists = {name: tuple(plain[name]) for name in ("classes", "columns")}
        return cls(**{**plain, **pairs, **lists, "smiles": None if smiles is None else tuple(map(tuple, smiles))})
