"""MSP and MGF in every layout that matchms writes and people have: each spectrum is read, or named with the reason."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from massbank_examples import gathered

from inn_experiments.contracts import UserError

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("matchms") is None, reason="needs matchms: pip install 'inn-experiments[chem]'"
)

ANY = {"ion_mode": None, "level": None, "adduct": None}
COMPOUNDS = {"MTZQAGJQAFMTAQ": "CCOC(=O)c1ccccc1", "RYYVLZVUVIJVGH": "Cn1c(=O)c2c(ncn2C)n(C)c1=O"}


def read(folder, content, suffix=".msp", **options):
    """What is read of a library of this content; it may be bytes, or blocks of text to be joined."""
    path = folder / f"library{suffix}"
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else "\n\n".join(content)).encode()
    path.write_bytes(content)
    return gathered(str(path), folder, **ANY | options)


def heads(count=4, first="NAME: x"):
    """Heads of MSP blocks of two compounds in turn."""
    return [f"{first}\nSMILES: {list(COMPOUNDS.values())[n % 2]}\nDB#: ID{n}" for n in range(count)]


def msp(*peaks, count=4, first="NAME: x", announced=2):
    """MSP blocks of two compounds in turn, with these lines of peaks."""
    return [f"{head}\nNum Peaks: {announced}\n" + "\n".join(peaks) for head in heads(count, first)]


def mgf(*peaks, count=4):
    """MGF blocks of two compounds in turn."""
    text = "\n".join(peaks)
    return [f"BEGIN IONS\nSMILES={list(COMPOUNDS.values())[n % 2]}\n{text}\nEND IONS" for n in range(count)]


@pytest.mark.parametrize("style", ["matchms", "massbank", "nist", "riken", "gnps", "golm"])
@pytest.mark.parametrize("suffix", [".msp", ".mgf"])
def test_what_matchms_writes_is_read(tmp_path, style, suffix):
    from matchms import Spectrum
    from matchms.exporting import save_as_mgf, save_as_msp

    spectra = [
        Spectrum(
            np.array([77.04, 105.03 + number]),
            np.array([46.3, 89.0]),
            metadata={
                "precursor_mz": 151.07,
                "compound_name": "Ethylbenzoat: ü",
                "inchikey": f"{list(COMPOUNDS)[number % 2]}-UHFFFAOYSA-N",
                "smiles": list(COMPOUNDS.values())[number % 2],
                "instrument_type": "QTOF",
                "ionmode": "positive",
                "comment": "a: b",
                "peak_comments": {77.04: "C6H5+: a 1:2"},
            },
        )
        for number in range(8)
    ]
    path = tmp_path / f"library{suffix}"
    if suffix == ".msp":
        save_as_msp(spectra, str(path), style=style)
    else:
        save_as_mgf(spectra, str(path), export_style=style)
    found = gathered(str(path), tmp_path, **ANY | {"ion_mode": "positive"})
    assert len(found.x) == 8 and found.left_out == [] == found.notes
    assert set(found.texts["compound"].tolist()) == set(COMPOUNDS)
    assert set(found.texts["name"].tolist()) == {"Ethylbenzoat: ü"}
    assert (found.x[:, 77 - 40] == np.float32(46.3)).all() and (found.x.sum(axis=1) == np.float32(135.3)).all()


@pytest.mark.parametrize("first", ["COMPOUND_NAME: x", "PEPMASS: 100", "Comment: 13C: 1", "# a remark\nINSTRUMENT: y"])
@pytest.mark.parametrize("between", ["\n", "\n\n", "\n\n\n\n", "\n// end\n", "\r\n\r\n"])
def test_a_block_may_begin_with_any_field(tmp_path, first, between):
    blocks = msp("50.1 1", "60.2 2", first=first)
    found = read(tmp_path, f"Library: mine\n\n{between.join(blocks)}")
    assert len(found.x) == 4 and found.left_out == [] and found.x[:, [10, 20]].tolist() == [[1, 2]] * 4
    blocks.insert(2, f"{first}\nSMILES: CCO\nDB#: ID9")
    found = read(tmp_path, between.join(blocks))
    if between == "\n" and not first.startswith(("COMPOUND", "#")):
        # Without its name or an empty line nothing shows where the next one begins: it is the third.
        assert len(found.x) == 4 and found.left_out == []
    else:
        assert len(found.x) == 4 and found.unreadable == ["library.msp, spectrum 3 (no line says Num Peaks)"]


@pytest.mark.parametrize(
    "peaks",
    [
        ['50.1\t1\t"C4H2: +1"', "60.2\t2\t'a 3; b'"],
        ["50.1 1; 60.2 2;"],
        ["50.1,1 60.2,2"],
        ["(50.1,1)", "(60.2,2)"],
        ["50.1:1 60.2:2"],
        ["50,1\t1,0", "60,2\t2,0"],
        ["50.1 1 C4H2+", "60.2 2 17"],
        ["50.1, 1", "60.2, 2"],
        ["5.01e1 1e0", ".602e2 2."],
        ["60.2 2", "", "50.1 1"],
        ['50.1 1 "a b', '60.2 2 "c"'],
    ],
)
def test_peaks_are_read_as_they_are_written(tmp_path, peaks):
    found = read(tmp_path, msp(*peaks))
    assert found.left_out == [] and len(found.x) == 4
    assert (found.x[:, [10, 20]] == [[1, 2]]).all() and (found.x.sum(axis=1) == 3).all()


@pytest.mark.parametrize(
    ("peaks", "announced", "why"),
    [
        (["50.1 -1", "60.2 2"], 2, "the intensity -1 is not a finite number of at least 0"),
        (["-50.1 1", "60.2 2"], 2, "the m/z -50.1 is not"),
        (["50.1 nan", "60.2 2"], 2, "the intensity nan is not"),
        (["inf 1", "60.2 2"], 2, "the m/z inf is not"),
        (["50.1 1e39", "60.2 2"], 2, "an intensity is above 3.4e+38"),
        (["50.1 1"], 2, "2 peaks are announced, 1 are there"),
        (["50.1 1", "60.2 2", "70.1 1"], 2, "2 peaks are announced, 3 are there"),
        (["50.1 1", "60.2 2"], 10**9, "1000000000 peaks are announced, 2 are there"),
        (["50.1 1", "60.2 2"], 0, "0 peaks are announced, 2 are there"),
        ([], 0, "no peaks"),
        (["50.1 1", "60.2 2"], "some", "Num Peaks: 'some' is not a number"),
        (["50.1 1", "60.2"], 2, "the peak '60.2' is not two numbers"),
        (["50.1 1", "60.2x 2"], 2, "the peak '60.2x 2' is not two numbers"),
        (["100 1,234", "200 5,678"], 2, "the peak '100 1,234' is not two numbers"),
        (["50.1 1 60.2 2", "7 8 9"], 3, "3 peaks are announced, 2 lines of them are there"),
    ],
)
def test_peaks_that_cannot_be_right_are_named(tmp_path, peaks, announced, why):
    blocks = msp("50.1 1", "60.2 2")
    blocks.insert(2, msp(*peaks, count=1, announced=announced)[0].replace("ID0", "ID9"))
    found = read(tmp_path, blocks)
    assert len(found.x) == 4 and len(found.unreadable) == 1
    assert f"library.msp, spectrum 3 ({why}" in found.unreadable[0]


@pytest.mark.parametrize(
    ("peaks", "why"),
    [
        (["50.1 abc"], "the peak '50.1 abc' is not two numbers"),
        (["50.1"], "the peak '50.1' is not two numbers"),
        (["50.1 nan"], "the intensity nan is not"),
        (["50.1 -1"], "the intensity -1 is not"),
        ([], "no peaks"),
        (["CHARGE=abc", "50.1 1"], ""),
    ],
)
def test_a_broken_block_of_an_mgf_is_named(tmp_path, peaks, why):
    blocks = mgf("50.1 1", "60.2 2 a=b")
    blocks[2:2] = [*mgf(*peaks, count=1), "BEGIN IONS\nSMILES=CCO\n50 1"]
    found = read(tmp_path, ["IONMODE=Negative", *blocks], ".mgf", ion_mode="negative")
    assert len(found.x) == 4 and len(found.unreadable) == 2 and (found.x.sum(axis=1) == 3).all()
    assert f"library.mgf, spectrum 3 ({why}" in found.unreadable[0]
    assert found.unreadable[1] == "library.mgf, spectrum 4 (BEGIN IONS without END IONS)"


@pytest.mark.parametrize("suffix", [".msp", ".mgf"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252"])
def test_no_encoding_loses_a_spectrum(tmp_path, suffix, encoding):
    blocks = msp("50.1 1", "60.2 2", first="Name: Coffeïn") if suffix == ".msp" else mgf("NAME=Coffeïn", "50.1 1")
    text = "\n".join(blocks) + "\n"
    found = read(tmp_path, text.encode(encoding), suffix)
    assert len(found.x) == 4 and found.left_out == [] and set(found.texts["name"].tolist()) == {"Coffeïn"}
    assert any("are not in UTF-8" in note for note in found.notes) == (encoding in ("latin-1", "cp1252"))
    # Files that were put together of several, marks and all.
    twice = text.encode(encoding) + "\n".encode(encoding) + text.replace("50.1 1", "50.1 9").encode(encoding)
    assert len(read(tmp_path, twice, suffix).x) == 8
    cut = read(tmp_path, text.encode(encoding)[: -40 if "16" in encoding else -80 if "32" in encoding else -12], suffix)
    assert len(cut.x) == 3 and "spectrum 4" in cut.unreadable[0]


def test_files_of_two_encodings_are_read_or_what_is_lost_is_told(tmp_path):
    text, other = "\n".join([*mgf("50.1 1"), ""]), "\n".join(mgf("50.1 9")).encode("utf-16")
    assert read(tmp_path, (text * 20).encode() + other, ".mgf", spectra_per_compound=None).x.shape[0] == 84
    short = read(tmp_path, text.encode() + other, ".mgf")
    assert len(short.x) < 8 and f"(8 spectra are announced, {len(short.x)} were found)" in short.unreadable[-1]


def test_announcements_are_counted_beside_the_reading(tmp_path):
    found = read(tmp_path, [*mgf("50.1 1"), "x BEGIN IONS\n50.1 1\nEND IONS"], ".mgf")
    assert len(found.x) == 4 and found.unreadable == ["library.mgf (5 spectra are announced, 4 were found)"]
    with pytest.raises(UserError, match="1 spectra are announced, 0 were found"):
        read(tmp_path, "x BEGIN IONS\n50.1 1\nEND IONS", ".mgf")
    with pytest.raises(UserError, match=r"no spectrum \(BEGIN IONS"):
        read(tmp_path, "nothing", ".mgf")


def test_spectra_of_one_number_are_all_kept_but_copies(tmp_path):
    blocks = [block.replace("ID2", "ID0") for block in msp("50.1 1", "60.2 2", count=6)]
    blocks[4] = blocks[4].replace("60.2 2", "60.2 3").replace("ID4", "ID0")
    found = read(tmp_path, blocks)
    assert len(found.x) == 5 and found.left_out == [
        "1 equal to one before, accession and peaks: library.msp, spectrum 3 (ID0)"
    ]
    assert "ID0#2" in found.texts["accession"]


def test_fields_of_a_library_are_labels_by_any_of_their_names(tmp_path):
    blocks = [
        block.replace("NAME: x", f"NAME: {'ab'[n % 2]}\nInstrument_type: {'pq'[n // 4]}\nMY FIELD: {n // 4}")
        for n, block in enumerate(msp("50.1 1", "60.2 2", count=8))
    ]
    names = {"p": ("instrument_type", "Instrument type", "INSTRUMENTTYPE"), "a": ("name", "compound_name", "NAME")}
    names["0"] = ("my field", "my_field")
    for first, each in names.items():
        for label in each:
            found = read(tmp_path, blocks, label=label)
            assert found.texts["label"][0] == first and len(found.x) == 8
    with pytest.raises(UserError, match=r"no label colour.*name \(8 spectra\).*my_field \(8 spectra\)"):
        read(tmp_path, blocks, label="colour")
