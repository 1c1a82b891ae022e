"""Classes of spectra: keys derived from structures, any other field, and libraries that have neither."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from massbank_examples import gathered, many, record, write

from inn_experiments.contracts import UserError
from inn_experiments.data.massbank.massbank import MassBank
from inn_experiments.data.massbank.structures import Structures

needs_rdkit = pytest.mark.skipif(
    importlib.util.find_spec("rdkit") is None, reason="needs rdkit: pip install 'inn-experiments[chem]'"
)
ETHANOL = "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3"


def lines(text: str, *more: str) -> str:
    """The record with further lines before its peaks."""
    head, mark, tail = text.partition("PK$NUM_PEAK")
    return "".join([head, *(f"{line}\n" for line in more), mark, tail])


@needs_rdkit
def test_keys_come_from_the_smiles_or_the_inchi(tmp_path, capfd):
    texts = [record(0, number=n, inchikey=None, smiles=("CCO", "OCC")[n % 2]) for n in range(4)]
    texts += [lines(record(0, number=n, inchikey=None, smiles=None), f"CH$IUPAC: {ETHANOL}") for n in (4, 5)]
    texts += [record(0, number=n, inchikey="not known", smiles="C(C)O") for n in (6, 7)]
    texts += [record(1, number=n) for n in range(4)]
    texts += [record(0, number=8, inchikey=None, smiles="C1CC"), record(0, number=9, inchikey=None, smiles="N/A")]
    found = gathered(write(tmp_path, *texts), tmp_path)
    assert dict(zip(*np.unique(found.texts["label"], return_counts=True), strict=True)) == {
        "B" * 14: 4,
        "LFQSCWFLJHTTHZ": 8,
    }
    assert found.notes == ["8 InChIKeys were derived from 4 structures"]
    assert found.left_out == [
        "1 without an InChIKey, SMILES or InChI",
        "1 with a SMILES or InChI that rdkit cannot read and no InChIKey: lab0/r012.txt ('C1CC')",
    ]
    assert found.class_smiles()["LFQSCWFLJHTTHZ"] == ("C(C)O",), "ties by alphabet"
    assert "".join(capfd.readouterr()) == "", "rdkit does not speak"


@needs_rdkit
def test_a_structure_is_read_once_and_contradictions_are_told(monkeypatch):
    from rdkit import Chem

    calls = []
    usual = Chem.MolFromSmiles
    monkeypatch.setattr(Chem, "MolFromSmiles", lambda text: calls.append(text) or usual(text))
    structures = Structures()
    assert [structures.compound("CCO", "") for _ in range(3)] == ["LFQSCWFLJHTTHZ"] * 3 and calls == ["CCO"]
    assert structures.compound("CCN", ETHANOL) == "QUSNBJAOOMFDIB" and structures.compound("C1CC", ETHANOL)[:3] == "LFQ"
    assert structures.compound("", ETHANOL[:20]) == "" == structures.compound("", "") and len(calls) == 5
    assert structures.disputed == ["CCN", "C1CC"]


def test_any_field_can_be_the_label(tmp_path):
    texts = [
        lines(record(n % 2, f"Lab_{n % 3}", number=n, inchikey=None), f"AC$INSTRUMENT_TYPE: {('LC', 'GC')[n // 6]}")
        for n in range(12)
    ]
    path = write(tmp_path, *texts, lines(record(3, number=99), "AC$INSTRUMENT_TYPE: N/A"))
    for label in ("AC$INSTRUMENT_TYPE", "instrument type", "Instrument_Type"):
        found = gathered(path, tmp_path, label=label)
        assert found.texts["label"].tolist() == ["GC"] * 6 + ["LC"] * 6 and found.left_out == [f"1 without {label}"]
    assert found.class_smiles(alone=True) is None, "two compounds stand in each class"
    for label, first in (
        ("name", "compound 0"),
        ("CH$NAME", "compound 0"),
        ("contributor", "Lab_0"),
        ("ac$mass_spectrometry: ion_mode", "POSITIVE"),
        ("ION_MODE", "POSITIVE"),
    ):
        assert gathered_or_one(path, tmp_path, label) == first
    split = MassBank(path, label="name", min_spectra=2, compounds=2).load(seed=0, cache=tmp_path / "cache")
    assert split.classes == ("compound 0", "compound 1") and split.label_name == "name"
    assert split.smiles == (("CCO",), ("CCN",))
    assert "1 classes of name without at least 2 spectra (1 spectra)" in split.reading.left_out
    with pytest.raises(UserError, match="of 2 classes of instrument type 0 have at least 7 spectra"):
        gathered(path, tmp_path, label="instrument type", min_spectra=7)


def gathered_or_one(path, folder, label):
    """The first class of that label, also where it is the only one."""
    try:
        return gathered(path, folder, label=label).texts["label"][0]
    except UserError as error:
        assert f"of 1 classes of {label} 1 have" in str(error)
        return "POSITIVE"


def test_a_library_without_a_label_says_so_and_names_its_fields(tmp_path):
    texts = [record(n % 2, number=n, inchikey=None, smiles=None, ion_mode="NEGATIVE") for n in range(8)]
    path = write(tmp_path, *texts)
    for options, words in (
        ({}, "this library has no label: none of its 8 spectra has an InChIKey, or a SMILES or InChI"),
        ({"label": "colour"}, "this library has no label colour: none of its 8 spectra has the field colour"),
    ):
        with pytest.raises(UserError, match=words) as error:
            gathered(path, tmp_path, **options)
        assert "name (8 spectra)" in str(error.value) and "data.label=FIELD" in str(error.value)
        assert "data.ion_mode" not in str(error.value), "another ion mode would not help"
    found = gathered(path, tmp_path, label="name", ion_mode="negative")
    assert found.texts["label"].tolist() == ["compound 0"] * 4 + ["compound 1"] * 4


def test_without_rdkit_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rdkit", None)
    assert len(gathered(write(tmp_path, *many()), tmp_path).x) == 24, "keys that are written need none"
    path = write(tmp_path, *many(), record(0, number=99, inchikey=None))
    with pytest.raises(UserError, match=r"rdkit.*pip install 'inn-experiments\[chem\]'.*data.label"):
        gathered(path, tmp_path)
    assert len(gathered(path, tmp_path, label="name").x) == 25


def test_the_reading_is_the_same_from_the_cache(tmp_path):
    texts = [*many(6, 3, 4), record(0, number=95, level="MS3"), record(0, number=96, peaks=[(900, 1)]), record(9)]
    source = MassBank(write(tmp_path, *texts), compounds=4, spectra_per_compound=5)
    first, again = (source.load(seed=0, cache=tmp_path / "cache").reading for _ in range(2))
    assert first == again and first.rows == 20
    assert list(first.left_out) == [
        "1 with level=MS3",
        "1 with no intensity between m/z 40 and 700: lab1/r073.txt",
        "1 compounds without at least 4 spectra (1 spectra)",
        "2 compounds above data.compounds=4 (24 spectra)",
        "28 spectra above data.spectra_per_compound=5",
    ]
