"""Small MassBank records, and a reader of them that tests share."""

from __future__ import annotations

from pathlib import Path

from inn_experiments.data.massbank.massbank import MassBank

SMILES = ("CCO", "CCN", "CCC", "c1ccccc1")


def record(compound: int = 0, contributor: str = "Lab_A", number: int = 0, peaks=None, **changes: str) -> str:
    """The text of one record; `changes` replaces the value of a line, None leaves the line out."""
    lines = {
        "ACCESSION": f"MSBNK-{contributor}-{compound}{number:03d}",
        "AUTHORS": "A. Author, B. Author",
        "LICENSE": "CC BY",
        "CH$NAME": f"compound {compound}",
        "CH$SMILES": SMILES[compound % 4],
        "CH$LINK: INCHIKEY": f"{chr(65 + compound) * 14}-UHFFFAOYSA-N",
        "AC$INSTRUMENT": "QTOF",
        "AC$MASS_SPECTROMETRY: MS_TYPE": "MS2",
        "AC$MASS_SPECTROMETRY: ION_MODE": "POSITIVE",
        "AC$MASS_SPECTROMETRY: COLLISION_ENERGY": "20 eV",
        "MS$FOCUSED_ION: PRECURSOR_TYPE": "[M+H]+",
    }
    tags = {"licence": "LICENSE", "accession": "ACCESSION", "smiles": "CH$SMILES", "inchikey": "CH$LINK: INCHIKEY"}
    tags |= {"level": "AC$MASS_SPECTROMETRY: MS_TYPE", "ion_mode": "AC$MASS_SPECTROMETRY: ION_MODE"}
    tags |= {"adduct": "MS$FOCUSED_ION: PRECURSOR_TYPE", "deprecated": "DEPRECATED"}
    lines |= {tags[key]: value for key, value in changes.items()}
    head = [f"{tag}{' ' if ': ' in tag else ': '}{value}" for tag, value in lines.items() if value is not None]
    if peaks is None:
        peaks = [(50.1 + compound, 10.0), (60.2 + number, 100.0), (99.75, 3.5)]
    table = [f"  {mz} {intensity} 1" for mz, intensity in peaks]
    return "\n".join([*head, f"PK$NUM_PEAK: {len(table)}", "PK$PEAK: m/z int. rel.int.", *table, "//", ""])


def write(folder: Path, *texts: str) -> str:
    for index, text in enumerate(texts):
        place = folder / "records" / f"lab{index % 2}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"r{index:03d}.txt").write_text(text, encoding="utf-8")
    return str(folder / "records")


def many(compounds: int = 4, labs: int = 3, each: int = 2) -> list[str]:
    return [
        record(compound, f"Lab_{chr(65 + lab)}", number=lab * each + number)
        for compound in range(compounds)
        for lab in range(labs)
        for number in range(each)
    ]


def gathered(path: str, folder: Path, **options):
    return MassBank(path, **{"min_spectra": 1, "compounds": None, **options}).gathered(folder / "cache")
