"""From readings to one binned table: what is kept of each wanted record, and an account of the others."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from inn_experiments.data.massbank.account import Account
from inn_experiments.data.massbank.bins import Bins
from inn_experiments.data.massbank.records import Reading, Record, UnreadableError
from inn_experiments.data.massbank.selection import Choice
from inn_experiments.data.massbank.structures import Structures

OWNER = ("accession", "authors", "licence", "copyright", "contributor")
ATTRIBUTION = (*OWNER, "instrument", "collision_energy", "compound", "name")
"""The fields of a record that are told beside the table."""

TEXTS = (*ATTRIBUTION, "smiles", "label")


@dataclass(frozen=True)
class Gathered:
    """The chosen rows by class: `x` (n, d) float32 in the records' units, `texts` field -> (n,) text.

    The class is the text "label". `unreadable` names every record that could not be read and why; `total` counts all
    records; `left_out` and `notes` are the words of `contracts.Reading`.
    """

    x: np.ndarray
    texts: dict[str, np.ndarray]
    unreadable: list[str]
    total: int
    left_out: list[str]
    notes: list[str]

    def class_smiles(self, *, alone: bool = False) -> dict[str, tuple[str, ...]] | None:
        """Class -> the SMILES most of its records write (ties: first by alphabet), () if none does.

        Args:
            alone: a class whose records write several has none: it is not one compound.
        """
        counts: dict[str, Counter[str]] = {key: Counter() for key in np.unique(self.texts["label"]).tolist()}
        for key, text in zip(self.texts["label"].tolist(), self.texts["smiles"].tolist(), strict=True):
            counts[key].update([text] if text else [])
        found = {
            key: () if alone and len(count) > 1 else tuple(sorted(count, key=lambda text: (-count[text], text))[:1])
            for key, count in counts.items()
        }
        return found if any(found.values()) else None


class Gathering:
    """The wanted records that were met so far; only their filled bins are held."""

    def __init__(self, choice: Choice, bins: Bins) -> None:
        self.choice, self.bins = choice, bins
        self.rows: list[tuple[np.ndarray, np.ndarray]] = []
        self.texts: list[dict[str, str]] = []
        self.account = Account()
        self.structures = Structures()
        self._seen: dict[str, set[int]] = {}

    def add(self, place: str, record: Record | str) -> None:
        """Count the record and keep what is needed of a wanted one."""
        account = self.account
        account.total += 1
        if isinstance(record, str):
            account.unreadable.append(f"{place} ({record})")
            return
        account.met(record, self.choice.label)
        accession = self._accession(record)
        refusals = self.choice.refusals(record)
        if accession is None:
            account.copies.append(f"{place} ({record.texts['accession']})")
        elif refusals:
            account.refused[refusals[0]] += 1
            account.barred.update(refusals)
        elif label := self._label(record, place):
            self._keep(place, record, {"accession": accession} | label)

    def _accession(self, record: Record) -> str | None:
        """One that no record before has; None for a copy of such a record."""
        accession = record.texts["accession"]
        peaks = self._seen.setdefault(accession, set())
        content = hash((record.mz.tobytes(), record.intensity.tobytes()))
        if content in peaks:
            return None
        peaks.add(content)
        if len(peaks) == 1:
            return accession
        self.account.renamed += 1
        return f"{accession}#{len(peaks)}"

    def _label(self, record: Record, place: str) -> dict[str, str]:
        """The class of the record, and its compound where that is derived; nothing where there is none."""
        if self.choice.label is not None:
            label = record.value(self.choice.label)
            self.account.unlabelled += not label
            return {"label": label} if label else {}
        compound, smiles, inchi = (record.texts[field] for field in ("compound", "smiles", "inchi"))
        if not compound and (smiles or inchi):
            compound = self.structures.compound(smiles, inchi)
            self.account.derived += bool(compound)
            if not compound:
                self.account.invalid.append(f"{place} ({(smiles or inchi)[:40]!r})")
                return {}
        self.account.unlabelled += not compound
        return {"label": compound, "compound": compound} if compound else {}

    def _keep(self, place: str, record: Record, changes: dict[str, str]) -> None:
        try:
            row = self.bins.sums(record.mz, record.intensity)
        except UnreadableError as error:
            self.account.unreadable.append(f"{place} ({error})")
            return
        filled = np.flatnonzero(row)
        if not len(filled):
            self.account.empty.append(place)
            return
        self.account.peaks += len(record.mz)
        self.account.cut += int((~self.bins.inside(record.mz)).sum())
        self.rows.append((filled, row[filled]))
        self.texts.append(record.texts | changes)


def gather(readings: Iterable[Reading], choice: Choice, bins: Bins, where: str) -> Gathered:
    """Bin the wanted records and choose among them.

    Raises UserError where no record can be read or none is wanted, and as `Choice.choose` does.
    """
    found = Gathering(choice, bins)
    for place, record in readings:
        found.add(place, record)
    account = found.account
    if not found.rows:
        raise account.nothing(choice, bins, where)
    before = account.left_out(choice, bins)
    chosen, left = choice.choose(found.texts, before)
    x = np.zeros((len(chosen), bins.number), dtype=np.float32)
    for position, index in enumerate(chosen):
        filled, values = found.rows[index]
        x[position, filled] = values
    kept = {field: np.array([found.texts[index][field] for index in chosen], dtype=np.str_) for field in TEXTS}
    return Gathered(
        x=x,
        texts=kept,
        unreadable=account.unreadable,
        total=account.total,
        left_out=before + left,
        notes=account.told(found.structures, bins),
    )
