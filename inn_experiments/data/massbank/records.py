"""One MassBank record file (format 2.x) as a `Record`: header fields and peaks, by a plain line parser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FIELDS = {
    "ACCESSION": "accession",
    "AUTHORS": "authors",
    "COPYRIGHT": "copyright",
    "LICENSE": "licence",
    "CH$NAME": "name",
    "CH$SMILES": "smiles",
    "CH$LINK: INCHIKEY": "inchikey",
    "AC$INSTRUMENT": "instrument",
    "AC$MASS_SPECTROMETRY: MS_TYPE": "level",
    "AC$MASS_SPECTROMETRY: ION_MODE": "ion_mode",
    "AC$MASS_SPECTROMETRY: COLLISION_ENERGY": "collision_energy",
    "MS$FOCUSED_ION: PRECURSOR_TYPE": "adduct",
}
"""Tag, with its subtag where it has one -> the field of `Record`; of several lines the first is taken."""

WITH_SUBTAG = {tag.partition(":")[0] for tag in FIELDS if ":" in tag}
UNKNOWN = {"", "N/A", "NA"}


class UnreadableError(ValueError):
    """A record that cannot be read; the message says why."""


@dataclass(frozen=True)
class Record:
    """A spectrum: its peaks `mz`, `intensity` (p,) float64, and what its file says, the fields of FIELDS.

    Further texts are the `contributor` and the `compound`, which is the first block of the InChIKey: the compound
    without its stereochemistry. Unknown ones are "".
    """

    texts: dict[str, str]
    mz: np.ndarray
    intensity: np.ndarray
    deprecated: bool = False

    @classmethod
    def of(cls, texts: dict[str, str], mz: np.ndarray, intensity: np.ndarray, deprecated: bool = False) -> Record:
        """The record of the known `texts`."""
        texts = dict.fromkeys(FIELDS.values(), "") | texts
        compound = texts["inchikey"].partition("-")[0]
        texts |= {"compound": compound, "contributor": contributor_of(texts["accession"])}
        return cls(texts, mz, intensity, deprecated)


Reading = tuple[str, "Record | str"]
"""A place (file, or file and number) with the record that is there, or with why there is none."""


def read_folder(folder: Path, files: list[Path]) -> Iterator[Reading]:
    """Every one of the `files` in turn, named relative to `folder`; one file is in memory at a time."""
    for path in files:
        place = path.relative_to(folder).as_posix()
        try:
            yield place, parse_record(path.read_bytes())
        except UnreadableError as error:
            yield place, str(error)
        except OSError as error:
            yield place, error.strerror or str(error)


def parse_record(content: bytes) -> Record:
    """The record in the bytes of one file; the peaks of a deprecated one are not read.

    Raises:
        UnreadableError: another encoding than UTF-8, no or a foreign accession, a file that ends early, no peaks, and
            peaks that are not three numbers or not finite and non-negative.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not UTF-8: byte 0x{content[error.start]:02x} at {error.start}") from error
    head, _, tail = text.partition("\nPK$PEAK:")
    fields, deprecated = _header(head)
    accession = fields.get("accession", "")
    if not accession:
        raise UnreadableError("no ACCESSION")
    if not contributor_of(accession):
        raise UnreadableError(f"the accession {accession!r} is not of the form MSBNK-contributor-number")
    none = np.zeros(0)
    mz, intensity = (none, none) if deprecated else _peaks(tail)
    return Record.of(fields, mz, intensity, deprecated)


def contributor_of(accession: str) -> str:
    """The second part of an accession such as MSBNK-Athens_Univ-AU407502, "" where it has another form."""
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


def _header(head: str) -> tuple[dict[str, str], bool]:
    fields: dict[str, str] = {}
    deprecated = False
    for line in head.split("\n"):
        tag, _, value = line.partition(":")
        value = value.strip()
        if tag in WITH_SUBTAG:
            subtag, _, value = value.partition(" ")
            tag, value = f"{tag}: {subtag}", value.strip()
        elif tag == "DEPRECATED":
            deprecated = True
        field = FIELDS.get(tag)
        if field and field not in fields and value not in UNKNOWN:
            fields[field] = value
    return fields, deprecated


def _peaks(tail: str) -> tuple[np.ndarray, np.ndarray]:
    mz: list[float] = []
    intensity: list[float] = []
    # The rest of the first line names the three columns.
    for line in tail.split("\n")[1:]:
        if line.startswith("//"):
            break
        if not line.strip():
            continue
        try:
            first, second, _ = line.split()
            mz.append(float(first))
            intensity.append(float(second))
        except ValueError:
            raise UnreadableError(f"the peak {line.strip()[:40]!r} is not three numbers") from None
    else:
        raise UnreadableError("no peaks" if not mz else "the file ends before its last line, //")
    peaks = np.array(mz), np.array(intensity)
    check_peaks(*peaks)
    return peaks
