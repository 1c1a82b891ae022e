"""Every data file that README and docs name, small, as somebody has them who follows the pages."""

from __future__ import annotations

from pathlib import Path

import massbank_examples
import numpy as np
import pandas as pd
from spectra_examples import WAVELENGTHS, X, Y, long_table, on_its_side, table
from test_data_forms import ARFF, SERIES, jcamp_folder

STRUCTURES = ("CCO", "CCN", "CCC")
FIELDS = {"PEPMASS": "90.1", "ADDUCT": "[M+H]+", "IONMODE": "positive", "MS_LEVEL": "2"}


def peaks(number: int) -> str:
    """Three lines of peaks."""
    return "\n".join(f"{mz} {10 + mz * number % 7}" for mz in (51, 62, 75))


def msp(number: int) -> str:
    """A block of MSP, whose compound is known by its structure."""
    fields = {"NAME": f"spectrum {number}", "SMILES": STRUCTURES[number % 3]} | FIELDS | {"NUM PEAKS": "3"}
    return "\n".join([*(f"{key}: {value}" for key, value in fields.items()), peaks(number), ""])


def mgf(number: int) -> str:
    """A block of MGF, of one of two instruments."""
    fields = FIELDS | {"INSTRUMENT": ("QTOF", "Orbitrap")[number % 2], "SMILES": STRUCTURES[number % 3]}
    return "\n".join(
        ["BEGIN IONS", *(f"{key}={value}" for key, value in fields.items()), peaks(number), "END IONS", ""]
    )


def write(root: Path) -> None:
    """Write all of them into `root`."""
    write_forms(root)
    write_chemicals(root)
    write_records(root)


def write_forms(root: Path) -> None:
    """36 spectra of ten channels in every form of a table, and as libraries of mass spectra."""
    nir = table([f"{name} nm" for name in WAVELENGTHS]).rename(columns={"cls": "kind"})
    nir.assign(Operator="Ada").to_csv(root / "nir.csv", sep=";", decimal=",")
    nir.to_csv(root / "nir.tsv", index=False, sep="\t")
    nir.to_csv(root / "nir.txt", index=False, sep=";", decimal=",", encoding="utf-16")
    nir.to_parquet(root / "nir.parquet")
    nir.to_excel(root / "nir.xlsx", index=False)
    np.savez(root / "nir.npz", X=X, kind=Y.astype(str), wavelength=np.array(WAVELENGTHS))
    (root / "nir.arff").write_text(ARFF.replace("attribute cls", "attribute kind"), encoding="utf-8")
    (root / "nir.ts").write_text(SERIES, encoding="utf-8")
    jcamp_folder(root / "jcamp")
    wheat = table().rename(columns={"cls": "kind"}).assign(Year=2020, meta_plot=np.arange(36) / 7)
    wheat.to_csv(root / "wheat.csv", index=False)
    wheat = table().rename(columns={"cls": "kind"})
    few = wheat[:3].assign(kind=["QC 1", "QC 1", "spelt"])
    pd.concat([wheat, few]).to_csv(root / "controls.csv", index=False)
    table().to_csv(root / "ucr.tsv", index=False, header=False, sep="\t")
    side = "\n".join(",".join(row) for row in on_its_side()).replace("\ncls", "\nkind")
    (root / "ftir.csv").write_text(side, encoding="utf-8")
    long_table().rename(columns={"cls": "kind"}).to_csv(root / "long.csv", index=False)
    long_table("plant", "place", "A").rename(columns={"cls": "kind"}).to_csv(root / "points.csv", index=False)
    holes = table(x=np.where(np.arange(360).reshape(36, 10) % 89 == 44, np.nan, X)).rename(columns={"cls": "kind"})
    holes.to_csv(root / "holes.csv", index=False)
    massbank_examples.write(root, *massbank_examples.many(compounds=8, each=4))
    (root / "library.msp").write_text("\n".join(map(msp, range(36))), encoding="utf-8")
    (root / "library.mgf").write_text("\n".join(map(mgf, range(36))), encoding="utf-8")


def write_chemicals(root: Path) -> None:
    """60 spectra of three chemicals: mass spectra as tables and arrays, and ion mobility spectra with structures."""
    rng = np.random.default_rng(0)
    chemical = np.repeat(["acetone", "benzene", "cresol"], 20)
    heights = 1 + 5 * np.eye(3)[np.repeat([0, 1, 2], 20)].repeat(4, axis=1)
    heights = heights * rng.gamma(5, 1, (60, 12))
    mass = pd.DataFrame(heights, columns=[str(mass) for mass in range(40, 52)])
    mass.insert(0, "chemical", chemical)
    mass.to_csv(root / "my.csv", index=False)
    np.savez(root / "spectra.npz", X=heights.astype(np.float32), y=chemical)
    drift = pd.DataFrame(heights, columns=[f"{half}_{place}" for half in ("pos", "neg") for place in range(6)])
    drift.insert(0, "kind", chemical)
    # The last is a mixture.
    drift["structure"] = np.repeat(["CC(C)=O", "c1ccccc1", "Cc1ccccc1O|Cc1ccc(O)cc1"], 20)
    drift.to_csv(root / "ims.csv", index=False)


def write_records(root: Path) -> None:
    """42 matrices of three classes, a file each, and 36 as arrays."""
    rng = np.random.default_rng(0)
    np.savez(root / "gcims.npz", X=rng.gamma(5, 1, (36, 16, 24)), y=Y.astype(str))
    for label, place in (("apple", 2), ("birch", 5), ("cedar", 8)):
        (root / "gcims" / label).mkdir(parents=True)
        for number in range(14):
            record = rng.normal(1, 0.1, (16, 24))
            record[place : place + 3, 2 * place : 2 * place + 4] += rng.gamma(5, 1)
            np.savetxt(root / "gcims" / label / f"{number}.csv", record, delimiter=",")
