"""Files of MassBank records (format 2.x), one or many in each, by a plain line parser."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

from inn_experiments.data.massbank.records import FIELDS, UNKNOWN, Reading, Record, UnreadableError, check_peaks
from inn_experiments.data.massbank.texts import TextFile, encodable

WITH_SUBTAG = {tag.partition(":")[0] for tag in FIELDS if ":" in tag}
WITH_SUBTAG |= {"AC$CHROMATOGRAPHY", "AC$GENERAL", "MS$DATA_PROCESSING", "SP$LINK"}
ACCESSION = re.compile(rb"\W*ACCESSION\s*:", re.IGNORECASE)


def find_files(folder: Path, suffixes: tuple[str, ...]) -> tuple[list[Path], list[Reading]]:
    """The files in `folder` or below it whose names end so, sorted, and what could not be looked at."""
    found: list[Path] = []
    problems: list[Reading] = []
    seen = {_identity(folder)}

    def problem(error: OSError) -> None:
        problems.append((place_in(folder, Path(error.filename)), error.strerror))

    # Linked folders are entered, each once: a loop of links would have no end.
    for here, folders, files in os.walk(folder, onerror=problem, followlinks=True):
        for path in (Path(here, name) for name in files):
            wanted = path.suffix.lower() in suffixes
            try:
                # A link that leads nowhere may have led to a folder of records.
                if (wanted or path.is_symlink()) and (ordinary := stat.S_ISREG(path.stat().st_mode)) and wanted:
                    found.append(path)
                elif wanted and not ordinary:
                    problems.append((place_in(folder, path), "not an ordinary file"))
            except OSError as error:
                problem(error)
        for name in [*folders]:
            try:
                identity = _identity(Path(here, name))
            except OSError as error:
                problem(error)
                identity = _identity(folder)
            if identity in seen:
                folders.remove(name)
            seen.add(identity)
    return sorted(found), sorted(problems)


def _identity(folder: Path) -> tuple[int, int]:
    state = folder.stat()
    return state.st_dev, state.st_ino


def place_in(folder: Path, path: Path) -> str:
    """What messages call the file `path` in or below `folder`."""
    return encodable(path.relative_to(folder).as_posix())


def read_files(files: list[Path], folder: Path) -> Iterator[Reading]:
    """Every record of the `files` in turn, named relative to `folder`; one record is in memory at a time."""
    for path in files:
        yield from _read_file(path, place_in(folder, path))


def _read_file(path: Path, place: str) -> Iterator[Reading]:
    file = TextFile(path, ACCESSION)
    number = 0
    try:
        for lines, following in pairwise(chain(_split(file.lines()), [[]])):
            number += 1
            alone = number == 1 and not following
            yield _parsed(lines, place if alone else f"{place}, record {number}", file.note)
        missed = file.missed(number) if number else "the file is empty"
    except (OSError, UnreadableError) as error:
        missed = (error.strerror if isinstance(error, OSError) else None) or str(error)
    if missed:
        yield place, missed


def _split(lines: Iterator[str]) -> Iterator[list[str]]:
    """The lines of one record after the other: up to //, or up to the next accession where that is missing."""
    found: list[str] = []
    for line in lines:
        if line.startswith("ACCESSION:") and any(map(str.strip, found)):
            yield found
            found = []
        found.append(line)
        if line.startswith("//"):
            yield found
            found = []
    if any(map(str.strip, found)):
        yield found


def _parsed(lines: list[str], place: str, note: str) -> Reading:
    try:
        return place, replace(parse_record(lines), note=note)
    except UnreadableError as error:
        return place, str(error)


def parse_record(lines: list[str]) -> Record:
    """The record in the `lines` of one; the peaks of a deprecated one are not read.

    Raises:
        UnreadableError: no accession, a record that ends early, no peaks, another number of peaks than announced, and
            peaks that are not three numbers or not finite and non-negative.
    """
    last = next((index for index, line in enumerate(lines) if line.startswith("PK$PEAK:")), len(lines))
    every, deprecated = _header(lines[:last])
    texts = {FIELDS[tag]: value for tag, value in every.items() if tag in FIELDS}
    if "accession" not in texts:
        raise UnreadableError("no ACCESSION")
    none = np.zeros(0)
    # The rest of the line of the tag names the three columns.
    mz, intensity = (none, none) if deprecated else _peaks(lines[last + 1 :], every.get("PK$NUM_PEAK", ""))
    others = {tag: value for tag, value in every.items() if tag not in FIELDS and not tag.startswith("PK$")}
    short = {tag.split(":")[-1].split("$")[-1]: tag for tag in reversed(others)}
    return Record.of(texts, mz, intensity, deprecated, others, short | FIELDS)


def _header(lines: list[str]) -> tuple[dict[str, str], bool]:
    found: dict[str, str] = {}
    deprecated = False
    for line in lines:
        tag, colon, value = line.partition(":")
        value = value.strip()
        if tag in WITH_SUBTAG:
            subtag, _, value = value.partition(" ")
            tag, value = f"{tag}: {subtag}", value.strip()
        elif tag == "DEPRECATED":
            deprecated = True
        if colon and tag not in found and value not in UNKNOWN and not tag.startswith(" "):
            found[tag] = value
    return found, deprecated


def _peaks(lines: list[str], announced: str) -> tuple[np.ndarray, np.ndarray]:
    mz: list[float] = []
    intensity: list[float] = []
    for line in lines:
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
        raise UnreadableError("no peaks" if not mz else "the record ends before its last line, //")
    peaks = np.array(mz), np.array(intensity)
    check_peaks(*peaks)
    if announced.isdecimal() and announced.lstrip("0") != str(len(mz)):
        raise UnreadableError(f"{announced} peaks are announced, {len(mz):,} are there")
    return peaks
