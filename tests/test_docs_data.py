"""The commands of docs/data.md, as they are written, with a cheap generator; every extension that is read is on it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import massbank_examples
import numpy as np
import pytest
from refusals import CHEAP
from spectra_examples import WAVELENGTHS, X, Y, long_table, on_its_side, table
from test_data_forms import ARFF, SERIES, jcamp_folder

from inn_experiments.data.tables.jcamp import EXTENSIONS as JCAMP
from inn_experiments.data.tables.opening import EXTENSIONS

PAGE = (Path(__file__).parent.parent / "docs/data.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", PAGE, flags=re.DOTALL) for line in block.splitlines()]


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


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Every file that the page names."""
    root = tmp_path_factory.mktemp("files")
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
    table().to_csv(root / "ucr.tsv", index=False, header=False, sep="\t")
    side = "\n".join(",".join(row) for row in on_its_side()).replace("\ncls", "\nkind")
    (root / "ftir.csv").write_text(side, encoding="utf-8")
    long_table().rename(columns={"cls": "kind"}).to_csv(root / "long.csv", index=False)
    long_table("plant", "place", "A").rename(columns={"cls": "kind"}).to_csv(root / "points.csv", index=False)
    holes = table(x=np.where(np.arange(360).reshape(36, 10) % 89 == 44, np.nan, X)).rename(columns={"cls": "kind"})
    holes.to_csv(root / "holes.csv", index=False)
    massbank_examples.write(root, *massbank_examples.many(compounds=4, each=5))
    (root / "library.msp").write_text("\n".join(map(msp, range(36))), encoding="utf-8")
    (root / "library.mgf").write_text("\n".join(map(mgf, range(36))), encoding="utf-8")
    polar = table([f"{half}_{place}" for half in ("pos", "neg") for place in range(5)]).rename(columns={"cls": "kind"})
    polar.to_csv(root / "ims.csv", index=False)
    records = np.random.default_rng(0).gamma(5, 1, (36, 16, 24))
    np.savez(root / "gcims.npz", X=records, y=Y.astype(str))
    for number, (label, record) in enumerate(zip(Y, records, strict=True)):
        (root / "gcims" / label).mkdir(parents=True, exist_ok=True)
        np.savetxt(root / "gcims" / label / f"{number}.csv", record, delimiter=",")
    return root


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_reads_its_file(command, folder, run, monkeypatch):
    monkeypatch.chdir(folder)
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "inn_experiments"]
    status, out, err = run(*(word for word in words[3:] if word != "utility=none"), *CHEAP)
    assert status == 0, err
    assert out.startswith("read ") and " rows; " in out


def test_every_form_is_on_the_page():
    for suffix in (*EXTENSIONS, ".npz", *JCAMP[:2], ".msp", ".mgf", ".npy"):
        assert suffix in PAGE.lower() or suffix[1:] in PAGE.lower(), suffix
    assert len(COMMANDS) >= 25
