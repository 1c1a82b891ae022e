"""A mass spectrum as any of the readers finds it: what its file says of it, and its peaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

FIELDS = {
    "ACCESSION": "accession",
    "AUTHORS": "authors",
    "COPYRIGHT": "copyright",
    "LICENSE": "licence",
    "CH$NAME": "name",
    "CH$SMILES": "smiles",
    "CH$IUPAC": "inchi",
    "CH$LINK: INCHIKEY": "inchikey",
    "AC$INSTRUMENT": "instrument",
    "AC$MASS_SPECTROMETRY: MS_TYPE": "level",
    "AC$MASS_SPECTROMETRY: ION_MODE": "ion_mode",
    "AC$MASS_SPECTROMETRY: COLLISION_ENERGY": "collision_energy",
    "MS$FOCUSED_ION: PRECURSOR_TYPE": "adduct",
}
"""Tag of a MassBank record, with its subtag where it has one -> the field of `Record`; the first of several lines."""

UNKNOWN = {"", "N/A", "NA"}
KEY = re.compile(r"(?:InChIKey=)?([A-Z]{14})(?:-[A-Z]{10}-[A-Z])?", re.IGNORECASE)
LONGEST = 20_000


class UnreadableError(ValueError):
    """A record that cannot be read; the message says why."""


def plain(name: str) -> str:
    """A name of a field as it is compared: `Instrument type`, `INSTRUMENT_TYPE` and `instrumenttype` are one.

    >>> plain("AC$MASS_SPECTROMETRY: ION_MODE")
    'ac$massspectrometryionmode'
    """
    return re.sub(r"[\s_:.-]+", "", name.casefold())


@dataclass(frozen=True)
class Record:
    """A spectrum: its peaks `mz`, `intensity` (p,) float64, and what its file says, the fields of FIELDS.

    Attributes:
        texts: further ones are the `contributor` and the `compound`, which is the first block of the InChIKey: the
            compound without its stereochemistry. Unknown ones are "".
        deprecated: by its contributor.
        others: what else the file says, by the names under which it is shown.
        aliases: other name of a field -> its name in `texts` or `others`.
        note: what is to be known of how it was read.
    """

    texts: dict[str, str]
    mz: np.ndarray
    intensity: np.ndarray
    deprecated: bool = False
    others: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @classmethod
    def of(
        cls,
        texts: Mapping[str, str],
        mz: np.ndarray,
        intensity: np.ndarray,
        deprecated: bool = False,
        others: Mapping[str, str] | None = None,
        aliases: Mapping[str, str] | None = None,
    ) -> Record:
        """The record of the known `texts`; raises UnreadableError for one that is longer than any text has."""
        known = dict.fromkeys(FIELDS.values(), "") | dict(texts)
        for name, text in known.items():
            if len(text) > LONGEST:
                raise UnreadableError(f"the field {name} has {len(text):,} characters")
        key = KEY.fullmatch(known["inchikey"].strip(" \"'"))
        known |= {"compound": key[1].upper() if key else "", "contributor": contributor_of(known["accession"])}
        return cls(known, mz, intensity, deprecated, others or {}, aliases or {})

    def value(self, name: str) -> str:
        """What the file says under `name`, which is compared as `plain` does; "" where it says nothing."""
        known = {plain(other): text for other, text in (*self.others.items(), *self.texts.items()) if text}
        aliases = {plain(alias): plain(other) for alias, other in self.aliases.items()}
        wanted = plain(name)
        found = known.get(wanted) or known.get(aliases.get(wanted, ""), "")
        return found if len(found) <= LONGEST else ""

    def names(self) -> list[str]:
        """The fields of which the file says something, but for those that name the one record or are made of others."""
        made = {"accession", "compound", "inchi", "inchikey", "copyright"}
        return [name for name, text in (*self.texts.items(), *self.others.items()) if text and name not in made]


Reading = tuple[str, "Record | str"]
"""A place (file, or file and number) with the record that is there, or with why there is none."""


def contributor_of(accession: str) -> str:
    """The second part of an accession such as MSBNK-Athens_Univ-AU407502, "" for one of before 2021, AU407502."""
    parts = accession.split("-")
    return parts[1] if len(parts) >= 3 and parts[0] == "MSBNK" else ""


def check_peaks(mz: np.ndarray, intensity: np.ndarray) -> None:
    """Raise UnreadableError for an empty peak list or values that are not finite, or negative."""
    if not len(mz):
        raise UnreadableError("no peaks")
    for values, what in ((mz, "m/z"), (intensity, "intensity")):
        bad = values[~(np.isfinite(values) & (values >= 0))]
        if len(bad):
            raise UnreadableError(f"the {what} {bad[0]:g} is not a finite number of at least 0")
