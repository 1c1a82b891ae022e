"""From readings to one binned table: what is kept of each wanted record, and an account of the others."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.massbank.records import Reading
from inn_experiments.data.massbank.selection import Choice

OWNER = ("accession", "authors", "licence", "copyright", "contributor")
ATTRIBUTION = (*OWNER, "instrument", "collision_energy", "compound", "name")
"""The fields of a record that are told beside the table."""

TEXTS = (*ATTRIBUTION, "smiles")
SHOWN = 20
MOST = 1_000_000


@dataclass(frozen=True)
class Bins:
    """Bins k of `width` m/z units: a peak falls into bin floor(mz / width + offset), named by k * width.

    Args:
        width: of a bin, m/z.
        offset: the part of a bin below its name. At width 1 an offset of 0.3 keeps a nominal mass together: bin 100
            holds 99.7 to 100.7, because real masses lie a little above their nominal mass.
        low, high: names of the first and last bin; peaks outside are dropped.
    """

    width: float
    offset: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise UserError(f"data.bin_width={self.width}: must be above 0")
        if not 0 <= self.offset < 1:
            raise UserError(f"data.bin_offset={self.offset}: must be at least 0 and below 1, a share of a bin")
        if not 0 <= self.low < self.high:
            raise UserError(f"data.mz_low={self.low}, data.mz_high={self.high}: 0 <= mz_low < mz_high is needed")
        if not 2 <= self.number <= MOST:
            raise UserError(
                f"data.bin_width={self.width} makes {self.number} bins between data.mz_low={self.low} and "
                f"data.mz_high={self.high}; 2 to {MOST:,} are possible"
            )

    @property
    def first(self) -> int:
        """The number of the first bin."""
        # Rounded first: 40 / 0.1 is a little more than 400 in floating point.
        return ceil(round(self.low / self.width, 6))

    @property
    def number(self) -> int:
        """How many bins there are."""
        return floor(round(self.high / self.width, 6)) - self.first + 1

    def names(self) -> tuple[str, ...]:
        """The m/z by which each bin is named, as text."""
        return tuple(f"{(self.first + index) * self.width:.10g}" for index in range(self.number))

    def sums(self, mz: np.ndarray, intensity: np.ndarray) -> np.ndarray:
        """The row (number,) float32 of a peak list, `mz` and `intensity` (p,) float64 in the file's units.

        Intensities become float32 first and are added in the order of the list, as the set of 1,000 MassBank
        records was made that this reader is compared with.
        """
        index = np.floor(mz / self.width + self.offset).astype(np.int64) - self.first
        inside = (index >= 0) & (index < self.number)
        row = np.zeros(self.number, dtype=np.float32)
        np.add.at(row, index[inside], intensity[inside].astype(np.float32))
        return row


@dataclass(frozen=True)
class Gathered:
    """The chosen rows by compound: `x` (n, d) float32 in the records' units, `texts` field -> (n,) text.

    `unreadable` (k,) text names every record that could not be read and why; `total` counts all records.
    """

    x: np.ndarray
    texts: dict[str, np.ndarray]
    unreadable: np.ndarray
    total: int

    def class_smiles(self) -> dict[str, tuple[str, ...]] | None:
        """Compound -> the SMILES most of its records write (ties: first by alphabet), () if none does."""
        counts: dict[str, Counter[str]] = {key: Counter() for key in np.unique(self.texts["compound"]).tolist()}
        for key, text in zip(self.texts["compound"].tolist(), self.texts["smiles"].tolist(), strict=True):
            counts[key].update([text] if text else [])
        found = {key: tuple(sorted(count, key=lambda text: (-count[text], text))[:1]) for key, count in counts.items()}
        return found if any(found.values()) else None


def gather(readings: Iterable[Reading], choice: Choice, bins: Bins, where: str) -> Gathered:
    """Bin the wanted records and choose among them; only their filled bins are held meanwhile.

    Raises UserError where no record can be read or none is wanted, and as `Choice.choose` does.
    """
    rows: list[tuple[np.ndarray, np.ndarray]] = []
    texts: list[dict[str, str]] = []
    unreadable: list[str] = []
    refused: Counter[str] = Counter()
    seen: set[str] = set()
    total = 0
    for place, record in readings:
        total += 1
        if isinstance(record, str):
            unreadable.append(f"{place} ({record})")
            continue
        accession = record.texts["accession"]
        if accession in seen:
            unreadable.append(f"{place} (a second record with the accession {accession})")
            continue
        seen.add(accession)
        refusal = choice.refusal(record)
        if refusal:
            refused[refusal] += 1
            continue
        row = bins.sums(record.mz, record.intensity)
        filled = np.flatnonzero(row)
        if not len(filled):
            unreadable.append(f"{place} (no intensity between m/z {bins.low:g} and {bins.high:g})")
            continue
        rows.append((filled, row[filled]))
        texts.append(record.texts)
    if not rows:
        raise UserError(f"data.path={where}: {_nothing(unreadable, refused, total)}")
    chosen = choice.choose(texts)
    x = np.zeros((len(chosen), bins.number), dtype=np.float32)
    for position, index in enumerate(chosen):
        filled, values = rows[index]
        x[position, filled] = values
    kept = {field: np.array([texts[index][field] for index in chosen], dtype=np.str_) for field in TEXTS}
    return Gathered(x, kept, np.array(unreadable, dtype=np.str_), total)


def complaint(unreadable: list[str], total: int) -> str | None:
    """`3 of 1,003 records could not be read: file (why); ...`, or None for an empty list."""
    if not unreadable:
        return None
    more = f"; ... ({len(unreadable) - SHOWN:,} more)" if len(unreadable) > SHOWN else ""
    named = "; ".join(unreadable[:SHOWN])
    return f"{len(unreadable):,} of {total:,} records could not be read: {named}{more}"


def _nothing(unreadable: list[str], refused: Counter[str], total: int) -> str:
    if not refused:
        return f"no record is usable: {complaint(unreadable, total) or 'there is none'}"
    account = ", ".join(f"{count:,} {why}" for why, count in refused.most_common())
    broken = f", {len(unreadable):,} not readable" if unreadable else ""
    return (
        f"none of {total:,} records is wanted: {account}{broken}; change data.ion_mode, "
        "data.level, data.adduct or data.licences (null: any)"
    )
