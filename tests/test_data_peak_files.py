"""MSP and MGF files: read through matchms, broken spectra named, contributors never invented."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from massbank_examples import SMILES, gathered

from inn_experiments.contracts import UserError
from inn_experiments.data.massbank.massbank import MassBank

needs_matchms = pytest.mark.skipif(
    importlib.util.find_spec("matchms") is None, reason="needs matchms: pip install 'inn-experiments[chem]'"
)


def msp(compound: int, number: int, accession: bool = True, **changes: str) -> str:
    lines = {
        "Name": f"compound {compound}",
        "DB#": f"MSBNK-Lab_{number % 2}-{compound}{number}" if accession else None,
        "InChIKey": f"{chr(65 + compound) * 14}-UHFFFAOYSA-N",
        "SMILES": SMILES[compound],
        "Precursor_type": "[M+H]+",
        "Spectrum_type": "MS2",
        "Ion_mode": "P",
        "License": "CC0",
        "Num Peaks": "2",
    }
    lines |= changes
    head = [f"{key}: {value}" for key, value in lines.items() if value is not None]
    return "\n".join([*head, f"50.1 {number + 1}", f"{70 + compound}.05 100", "", ""])


@needs_matchms
def test_msp_through_matchms(tmp_path):
    path = tmp_path / "library.msp"
    texts = [msp(compound, number) for compound in range(3) for number in range(4)]
    broken = [msp(0, 8, **{"Num Peaks": "3"}), msp(0, 9).replace("50.1", "50.1x0"), msp(1, 7, Ion_mode="N")]
    path.write_text("".join(texts[:5] + broken + texts[5:]))
    with pytest.warns(
        UserWarning,
        match=r"2 of 15 records could.*library.msp, spectrum 6 \(3 peaks are announced, 2 are there\).*spectrum 7",
    ):
        split = MassBank(str(path), compounds=3, grouped=False).load(seed=0, cache=tmp_path)
    assert split.classes == tuple(letter * 14 for letter in "ABC")
    assert split.smiles == (("CCO",), ("CCN",), ("CCC",)) and split.features == 661
    assert len(split.train) + len(split.val) + len(split.test) == 12
    with pytest.warns(UserWarning, match="2 of 15"):
        found = gathered(str(path), tmp_path, licences=["CC0"], min_contributors=2)
    assert set(found.texts["contributor"].tolist()) == {"Lab_0", "Lab_1"}
    assert found.x[0, [10, 30]].tolist() == [1, 100], "m/z 50 and 70"


@needs_matchms
def test_contributors_that_are_not_known_are_not_invented(tmp_path):
    path = tmp_path / "library.msp"
    path.write_text("".join(msp(compound, number, accession=False) for compound in range(3) for number in range(4)))
    assert set(gathered(str(path), tmp_path).texts["contributor"].tolist()) == {""}
    with pytest.raises(UserError, match="data.min_contributors=2.*min_contributors=1"):
        gathered(str(path), tmp_path, min_contributors=2)
    with pytest.raises(UserError, match="data.grouped=true.*data.grouped=false"):
        MassBank(str(path), compounds=3, grouped=True).load(seed=0, cache=tmp_path)


@needs_matchms
def test_mgf_through_matchms(tmp_path):
    def block(compound: int, number: int, peak: str = "50.1 1") -> str:
        key = f"INCHIKEY={chr(65 + compound) * 14}-UHFFFAOYSA-N\nSMILES={SMILES[compound]}"
        head = f"BEGIN IONS\nPEPMASS=100\nCHARGE=1\nMSLEVEL=2\nIONMODE=Positive\nADDUCT=M+H\n{key}"
        return f"{head}\nSPECTRUMID=X{compound}{number}\n{peak}\n60.2 {number + 5}\nEND IONS\n\n"

    path = tmp_path / "library.mgf"
    texts = [block(compound, number) for compound in range(2) for number in range(4)]
    path.write_text("# a comment\n" + "".join([*texts[:3], block(0, 9, "50.1 abc"), *texts[3:]]))
    with pytest.warns(
        UserWarning, match=r"1 of 9 records could not be read: library.mgf, spectrum 4 \(the peak '50.1 abc' is not two"
    ):
        found = gathered(str(path), tmp_path)
    assert len(found.x) == 8 and found.class_smiles() == {"A" * 14: ("CCO",), "B" * 14: ("CCN",)}


def test_without_matchms_the_message_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "library.msp"
    path.write_text(msp(0, 0))
    monkeypatch.setitem(sys.modules, "matchms.importing", None)
    monkeypatch.setitem(sys.modules, "matchms.filtering", None)
    with pytest.raises(UserError, match=r"matchms.*pip install 'inn-experiments\[chem\]'"):
        MassBank(str(path)).load(seed=0, cache=tmp_path)
