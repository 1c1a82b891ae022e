"""What became of every record that was met: counts, names of places, and the words for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from inn_experiments.contracts import UserError, printable
from inn_experiments.data.checks import shorten
from inn_experiments.data.massbank.bins import Bins
from inn_experiments.data.massbank.records import Record
from inn_experiments.data.massbank.selection import Choice
from inn_experiments.data.massbank.structures import Structures

SHOWN = 20
FEW = 3


def complaint(unreadable: list[str], total: int) -> str | None:
    """`3 of 1,003 records could not be read: file (why); ...`, or None for an empty list."""
    if not unreadable:
        return None
    return f"{len(unreadable):,} of {total:,} records could not be read: {named(unreadable, SHOWN)}"


def named(places: list[str], most: int = FEW) -> str:
    """The places, a long list shortened."""
    more = f"; ... ({len(places) - most:,} more)" if len(places) > most else ""
    return f"{'; '.join(places[:most])}{more}"


@dataclass
class Account:
    """Every record is counted in `total` and, unless it became a candidate, in one of the others.

    Attributes:
        unreadable: place and reason of each that could not be read.
        copies: places of those that are equal to one before, its accession too.
        refused: (field, value) that was not wanted -> their number, by the first such field of each.
        barred: the same by all such fields.
        invalid: places of those whose structure cannot be read.
        unlabelled: number of those that say nothing of their class.
        empty: places of those without intensity in the range of the table.
        labelled: how many of all that could be read have a class, or a structure that may tell it.
        fields: name -> how many records have it.
        renamed: how many have the accession of another, but other peaks.
        peaks, cut: how many peaks the spectra that are used have, and how many of these lie outside of all bins.
        derived: how many keys come from a structure.
        notes: what is to be known of how they were read -> number.
    """

    total: int = 0
    unreadable: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    barred: Counter[tuple[str, str]] = field(default_factory=Counter)
    invalid: list[str] = field(default_factory=list)
    unlabelled: int = 0
    empty: list[str] = field(default_factory=list)
    labelled: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    renamed: int = 0
    peaks: int = 0
    cut: int = 0
    derived: int = 0
    notes: Counter[str] = field(default_factory=Counter)

    def met(self, record: Record, label: str | None) -> None:
        """Count what a readable record has."""
        self.fields.update(record.names())
        self.notes.update([record.note] if record.note else [])
        texts = record.texts
        has = texts["compound"] or texts["smiles"] or texts["inchi"] if label is None else record.value(label)
        self.labelled += bool(has)

    def left_out(self, choice: Choice, bins: Bins) -> list[str]:
        """A phrase for every reason that records were left out for, with their number."""
        missing = "an InChIKey, SMILES or InChI" if choice.label is None else choice.label
        lists = {
            "that could not be read": self.unreadable,
            "equal to one before, accession and peaks": self.copies,
            "with a SMILES or InChI that rdkit cannot read and no InChIKey": self.invalid,
            f"with no intensity between m/z {bins.low:g} and {bins.high:g}": self.empty,
        }
        phrases = _refusals(self.refused)
        phrases += [f"{self.unlabelled:,} without {missing}"] if self.unlabelled else []
        return phrases + [f"{len(places):,} {why}: {named(places)}" for why, places in lists.items() if places]

    def told(self, structures: Structures, bins: Bins) -> list[str]:
        """What else should be known of the records, their peaks, and the `structures` that keys were derived from."""
        notes = [f"{count:,} records are {note}" for note, count in self.notes.items()]
        if self.cut:
            ends = f"m/z {bins.low:g} to {bins.high:g}"
            notes.append(f"{self.cut:,} of {self.peaks:,} peaks lie outside {ends} (data.mz_low, data.mz_high)")
        if self.derived:
            distinct = sum(map(bool, structures.keys.values()))
            notes.append(f"{self.derived:,} InChIKeys were derived from {distinct:,} structures")
        if disputed := structures.disputed:
            listed = shorten([printable(text) for text in disputed], FEW)
            notes.append(f"{len(disputed):,} structures whose SMILES and InChI do not agree: {listed}")
        if self.renamed:
            notes.append(f"{self.renamed:,} spectra with the accession of another and other peaks were kept")
        return notes

    def nothing(self, choice: Choice, bins: Bins, where: str) -> UserError:
        """The refusal of records none of which can be used."""
        readable = self.total - len(self.unreadable)
        if not readable:
            why = complaint(self.unreadable, self.total) or "there is none"
            return UserError(f"data.path={where}: no record is usable: {why}")
        if not self.labelled:
            return self._no_label(choice, where, readable)
        fields = dict.fromkeys(f"data.{'licences' if name == 'licence' else name}" for name, _ in self.barred)
        cures = [f"{name} (null: any)" for name in fields if name != "data.deprecated"]
        cures += ["data.mz_low and data.mz_high"] if self.empty else []
        if self.unlabelled or self.invalid:
            cures.append(f"data.label (the fields are: {self._fields()})")
        cure = f"; change {' or '.join(cures)}" if cures else ""
        # Who mends one field should not hear of the next one then.
        account = ", ".join(replace(self, refused=self.barred).left_out(choice, bins))
        return UserError(f"data.path={where}: none of {self.total:,} records is wanted: {account}{cure}")

    def _no_label(self, choice: Choice, where: str, readable: int) -> UserError:
        what, missing = f"label {choice.label}", f"has the field {choice.label}"
        if choice.label is None:
            what, missing = "label", "has an InChIKey, or a SMILES or InChI that one can be derived from"
        return UserError(
            f"data.path={where}: this library has no {what}: none of its {readable:,} spectra {missing}; "
            f"choose a field whose values are the classes with data.label=FIELD; it has: {self._fields()}"
        )

    def _fields(self) -> str:
        return (
            shorten([f"{printable(name)} ({count:,} spectra)" for name, count in self.fields.most_common()], SHOWN)
            or "none"
        )


def _refusals(refused: Counter[tuple[str, str]]) -> list[str]:
    phrases = []
    for name in dict.fromkeys(why for (why, _), _ in refused.most_common()):
        values = [(value, count) for (why, value), count in refused.most_common() if why == name]
        phrases += [
            f"{count:,} with {name}={printable(value)}" if value else f"{count:,} {name}"
            for value, count in values[:FEW]
        ]
        if len(values) > FEW:
            phrases.append(f"{sum(count for _, count in values[FEW:]):,} with another {name}")
    return phrases
