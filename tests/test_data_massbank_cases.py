"""Libraries that were once read wrong, through the command line: every spectrum is there."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"
ANY = ("data.level=null", "data.adduct=null", "data.ion_mode=null", "data.test_fraction=0.4")
KEYS = {"MTZQAGJQAFMTAQ": 14, "RYYVLZVUVIJVGH": 14}

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("matchms") is None, reason="needs matchms: pip install 'inn-experiments[chem]'"
)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("msp-compound-name-first/library.msp", []),
        ("mgf-structure-without-inchikey/library.mgf", ["28 InChIKeys were derived from 2 structures"]),
        ("mgf-byte-order-mark/library.mgf", []),
        ("massbank-records-in-one-file/records", []),
        ("massbank-records-in-one-file/records/all.txt", []),
    ],
)
def test_every_spectrum_of_the_library_is_read(run, tmp_path, case, words) -> None:
    status, _, err = run(
        "data=massbank", f"data.path={CASES / case}", *ANY, "generator=smote", "utility=none", "tracking=none"
    )
    assert status == 0, err
    [report] = (tmp_path / "out").rglob("report.json")
    read = json.loads(report.read_text(encoding="utf-8"))["split"]["read"]
    assert read["rows"] == 28 and read["classes"] == KEYS and read["left_out"] == []
    assert {*words} <= {*read["notes"]}
    assert read["unit"] == "m/z" and read["axis"] == [40, 700] and read["scaling"] == "base_peak (mass spectra)"


def test_a_library_without_a_word_of_the_adduct_names_the_option_that_is_in_its_way(run) -> None:
    path = CASES / "mgf-structure-without-inchikey/library.mgf"
    status, _, err = run("data=massbank", f"data.path={path}", "generator=smote", "utility=none", "tracking=none")
    assert status == 2 and "28 with adduct=unknown" in err and "data.adduct" in err and "ion_mode" not in err
