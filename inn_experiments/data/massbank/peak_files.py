"""MSP and MGF files as `Record`s through matchms, block by block, so that a broken one spoils no other."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.massbank.records import FIELDS, UNKNOWN, Reading, Record, UnreadableError, check_peaks

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

ION_MODES = {"p": "positive", "+": "positive", "n": "negative", "-": "negative"}


def read_peak_file(path: Path) -> Iterator[Reading]:
    """Every spectrum of the .msp or .mgf file `path` in turn, named by its number.

    Raises UserError where matchms is not installed or the file holds no block.
    """
    try:
        from matchms.filtering import clean_adduct
        from matchms.importing import load_from_mgf, load_from_msp
    except ImportError as error:
        raise UserError(
            f"data.path={path}: reading {path.suffix} needs the package matchms, which is missing here "
            f"({error}): pip install 'inn-experiments[chem]'"
        ) from error

    mgf = path.suffix.lower() == ".mgf"
    load = load_from_mgf if mgf else load_from_msp
    logger = logging.getLogger("matchms")
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        # matchms reads named files only, and after a broken spectrum goes on in the middle of the next.
        single = Path(folder) / f"block{path.suffix.lower()}"
        for block in blocks(path, mgf):
            number += 1
            place = f"{path.name}, spectrum {number}"
            level = logger.level
            # A missing precursor m/z, which is not used here, would be logged for every spectrum.
            logger.setLevel(logging.CRITICAL)
            try:
                block.decode("utf-8")
                single.write_bytes(block)
                spectra = [clean_adduct(spectrum) for spectrum in load(str(single))]
                if len(spectra) != 1:
                    raise UnreadableError("no peaks, or fewer than announced" if not spectra else "two in one block")
                yield place, _as_record(spectra[0], f"{path.stem}-{number}")
            except UnicodeDecodeError as error:
                yield place, f"not UTF-8: byte 0x{block[error.start]:02x}"
            except UnreadableError as error:
                yield place, str(error)
            except Exception as error:  # noqa: BLE001 - matchms and pyteomics promise no kinds of errors
                why = str(error).replace(str(single), path.name).replace("\\n", " ")
                yield place, " ".join(why.split())[:100] or type(error).__name__
            finally:
                logger.setLevel(level)
    if not number:
        wanted = "BEGIN IONS ... END IONS" if mgf else "Name: ... Num Peaks: ..."
        raise UserError(f"data.path={path}: no spectrum ({wanted}) is in this file")


def blocks(path: Path, mgf: bool) -> Iterator[bytes]:
    """The text of one spectrum after the other: up to END IONS in an MGF, up to the next name in an MSP."""
    found: list[bytes] = []
    with path.open("rb") as handle:
        for line in handle:
            start = line.strip().upper()
            if start.startswith(b"BEGIN IONS" if mgf else b"NAME:"):
                if any(map(bytes.strip, found)):
                    yield b"".join(found)
                found = []
            elif mgf and not found:
                # Comments and settings between two spectra.
                continue
            found.append(line)
            if mgf and start.startswith(b"END IONS"):
                yield b"".join(found)
                found = []
    if any(map(bytes.strip, found)):
        yield b"".join(found)


def _as_record(spectrum: Spectrum, fallback: str) -> Record:
    texts = {field: str(spectrum.get(KEYS.get(field, field)) or "").strip() for field in FIELDS.values()}
    texts = {field: "" if text in UNKNOWN else text for field, text in texts.items()}
    level, mode = texts["level"].upper().removeprefix("MS"), texts["ion_mode"].lower()
    texts["level"] = f"MS{level}" if level else ""
    texts["ion_mode"] = ION_MODES.get(mode, mode)
    texts["accession"] = texts["accession"] or fallback
    mz, intensity = (np.asarray(values, dtype=np.float64) for values in (spectrum.peaks.mz, spectrum.peaks.intensities))
    check_peaks(mz, intensity)
    return Record.of(texts, mz, intensity)
