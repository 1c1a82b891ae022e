"""MSP and MGF files as `Record`s through matchms, block by block, so that a broken one spoils no other."""

from __future__ import annotations

import logging
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.massbank.blocks import ANNOUNCING, Block, mgf_blocks, msp_blocks
from inn_experiments.data.massbank.peaks import peak_pairs
from inn_experiments.data.massbank.records import FIELDS, UNKNOWN, Reading, Record, UnreadableError, check_peaks
from inn_experiments.data.massbank.texts import TextFile, encodable

if TYPE_CHECKING:
    from matchms import Spectrum

EXTENSIONS = (".msp", ".mgf")
KEYS = {
    "accession": "spectrum_id",
    "licence": "license",
    "name": "compound_name",
    "level": "ms_level",
    "ion_mode": "ionmode",
}
"""Field of a record -> matchms' name for it after its own harmonisation, where that is another."""

SHORT = {key: field for field, key in KEYS.items()}
UNUSED = {"num_peaks", "peak_comments"}
ION_MODES = {"p": "positive", "+": "positive", "n": "negative", "-": "negative"}


def read_peak_file(path: Path) -> Iterator[Reading]:
    """Every spectrum of the .msp or .mgf file `path` in turn, named by its number.

    Raises UserError where matchms is not installed, the file cannot be read or holds no block.
    """
    try:
        from matchms.filtering import clean_adduct
        from matchms.importing import load_from_mgf, load_from_msp
        from matchms.utils import load_known_key_conversions
    except ImportError as error:
        raise UserError(
            f"data.path={path}: reading {path.suffix} needs the package matchms, which is missing here "
            f"({error}): pip install 'inn-experiments[chem]'"
        ) from error

    kind = path.suffix.lower()
    load = load_from_mgf if kind == ".mgf" else load_from_msp
    known = load_known_key_conversions()
    file = TextFile(path, ANNOUNCING[kind])
    number = 0

    with tempfile.TemporaryDirectory() as folder:
        # matchms reads named files only, and after a broken spectrum goes on in the middle of the next.
        single = Path(folder) / f"block{kind}"

        def read(block: Block) -> Record:
            text, aliases = _written(block, kind, known)
            single.write_text(text, encoding="utf-8")
            spectra = [clean_adduct(spectrum) for spectrum in load(str(single))]
            if len(spectra) != 1:
                raise UnreadableError(f"matchms finds {len(spectra)} spectra in it")
            return replace(_as_record(spectra[0], f"{encodable(path.stem)}-{number}", aliases), note=file.note)

        try:
            for block in (mgf_blocks if kind == ".mgf" else msp_blocks)(file.lines()):
                number += 1
                yield f"{encodable(path.name)}, spectrum {number}", _tried(read, block)
            missed = file.missed(number)
        except OSError as error:
            raise UserError(f"data.path={encodable(path)}: cannot be read: {error.strerror}") from error
        except UnreadableError as error:
            missed = str(error)
    if missed:
        yield encodable(path.name), missed
    elif not number:
        wanted = "BEGIN IONS ... END IONS" if kind == ".mgf" else "Name: ... Num Peaks: ..."
        raise UserError(f"data.path={encodable(path)}: no spectrum ({wanted}) is in this file")


def _tried(read: Callable[[Block], Record], block: Block) -> Record | str:
    """The record, or why there is none."""
    logger = logging.getLogger("matchms")
    level = logger.level
    # A missing precursor m/z, which is not used here, would be logged for every spectrum.
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(block)
    except UnreadableError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - matchms and pyteomics promise no kinds of errors
        return encodable(" ".join(str(error).replace("\\n", " ").split())[:100] or type(error).__name__)
    finally:
        logger.setLevel(level)


def _written(block: Block, kind: str, known: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The block as matchms reads it without a doubt, and other name of a field -> the name that it has in a record.

    matchms takes a colon in the remark of a peak for a field, drops the sign of numbers, and of a tag with a subtag,
    which it writes itself, reads the tag alone.
    """
    if not block.ended:
        raise UnreadableError("BEGIN IONS without END IONS")
    announced = None
    if kind == ".msp":
        if block.announced is None:
            raise UnreadableError("no line says Num Peaks")
        if not re.fullmatch(r"\d{1,18}", block.announced):
            raise UnreadableError(f"Num Peaks: {block.announced[:40]!r} is not a number")
        announced = int(block.announced)
    pairs = peak_pairs(block.peaks, announced)
    check_peaks(*np.array(pairs).reshape(-1, 2).T)

    sign, lines, aliases = "=" if kind == ".mgf" else ": ", [], dict(SHORT)
    for name, value in block.head:
        full, new, value = _field(name, value, known)
        found = re.sub(r"[!?.,;:]", "", re.sub(r"\s", "_", new.casefold()))
        found = known.get(found, found)
        aliases[full] = SHORT.get(found, found)
        if found not in UNUSED:
            lines.append(f"{new}{sign}{value}")
    peaks = [f"{mz!r} {intensity!r}" for mz, intensity in pairs]
    if kind == ".mgf":
        return "\n".join(["BEGIN IONS", *lines, *peaks, "END IONS", ""]), aliases
    return "\n".join([*lines, f"Num Peaks: {len(pairs)}", *peaks, ""]), aliases


def _field(name: str, value: str, known: Mapping[str, str]) -> tuple[str, str, str]:
    """The name in full, the name for matchms and the value of a field, whose value may begin with a subtag."""
    low = name.casefold()
    for sign in (":", " ") if "$" in name else (":",):
        subtag, there, rest = value.partition(sign)
        for key in (f"{low}:{subtag.casefold()}", f"{low}_{subtag.casefold().replace(' ', '_')}"):
            if there and key in known:
                return f"{name}: {subtag}", known[key], rest.strip()
    return name, known.get(low, name) if ":" in name else name, value


def _as_record(spectrum: Spectrum, fallback: str, aliases: Mapping[str, str]) -> Record:
    told = {key: str(value).strip() for key, value in spectrum.metadata.items() if isinstance(value, str | int | float)}
    told = {key: text for key, text in told.items() if text not in UNKNOWN}
    texts = {field: told.pop(KEYS.get(field, field), "") for field in FIELDS.values()}
    level, mode = texts["level"].upper().removeprefix("MS"), texts["ion_mode"].lower()
    texts["level"] = f"MS{level}" if level else ""
    texts["ion_mode"] = ION_MODES.get(mode, mode)
    texts["accession"] = texts["accession"] or fallback
    mz, intensity = (np.asarray(values, dtype=np.float64) for values in (spectrum.peaks.mz, spectrum.peaks.intensities))
    return Record.of(texts, mz, intensity, others=told, aliases=aliases)
