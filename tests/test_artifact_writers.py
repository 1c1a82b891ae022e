"""Files of generated rows: each form is read back as data, and says of every row that it was made."""

from __future__ import annotations

from dataclasses import replace

import cells
import numpy as np
import pandas as pd
import pytest
from absorbance_examples import nir, split
from artifact_examples import example
from record_examples import LABELS, records

from inn_experiments.artifact.request import Request
from inn_experiments.artifact.rows import mark, pieces, table
from inn_experiments.artifact.writers import write
from inn_experiments.contracts import Reading, UserError
from inn_experiments.data.division import Division
from inn_experiments.data.massbank.massbank import MassBank
from inn_experiments.data.records.preprocessing import Settings
from inn_experiments.data.records.reader import RawRecords
from inn_experiments.data.records.records2d import Records2d
from inn_experiments.data.tables.table import Table


def written(path, kept, n=4, seed=0, piece=None):
    request = Request.of(kept.facts.classes, n=n)
    counts = list(write(path, kept, pieces(kept, request, seed, piece), seed))
    assert counts[-1] == len(request)
    return table(kept, request, seed) if kept.facts.columns else None


@pytest.fixture
def spectra(tmp_path):
    x, y = nir()
    return example(tmp_path / "kept", "generator=smote", of=split(x, y))


@pytest.mark.parametrize("ending", ["csv", "parquet", "npz"])
@pytest.mark.parametrize("piece", [None, 5])
def test_a_table_is_read_back_as_data(tmp_path, spectra, ending, piece) -> None:
    path = tmp_path / f"rows.{ending}"
    rows = written(path, spectra, piece=piece)
    again = Table(str(path), "species", scaling="standard").read(tmp_path)
    np.testing.assert_allclose(again.x, rows.iloc[:, 1:-1].to_numpy(), rtol=1e-6)
    assert again.classes == ("a", "b", "c") and again.y.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert again.columns == spectra.facts.columns and again.axis.tolist() == spectra.axis.tolist()


def test_text_in_a_parquet_file_is_text_and_numbers_keep_their_type(tmp_path, spectra) -> None:
    rows = written(tmp_path / "rows.parquet", spectra, piece=5)
    again = pd.read_parquet(tmp_path / "rows.parquet")
    pd.testing.assert_frame_equal(again, rows, check_dtype=False)
    assert set(again.dtypes.iloc[1:-1]) == {np.dtype("float32")}


def test_pieces_give_the_same_file(tmp_path, spectra) -> None:
    for name, piece in (("a.csv", None), ("b.csv", 1), ("c.csv", 100)):
        written(tmp_path / name, spectra, piece=piece)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes() == (tmp_path / "c.csv").read_bytes()


def test_a_class_that_looks_like_a_formula_is_text_to_a_spreadsheet(tmp_path) -> None:
    found = replace(cells.spectra(), classes=("=1+1", "@b", "c"), columns=("=a", *map(str, range(15))))
    written(tmp_path / "rows.csv", example(tmp_path / "kept", of=found), n=1)
    lines = (tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("label,'=a,") and lines[1].startswith("'=1+1,") and lines[2].startswith("'@b,")


def test_an_npz_says_what_it_holds(tmp_path, spectra) -> None:
    written(tmp_path / "rows.npz", spectra, seed=4)
    with np.load(tmp_path / "rows.npz", allow_pickle=False) as arrays:
        assert {*arrays} == {"X", "species", "axis", "features", "synthetic"}
        assert arrays["X"].shape == (12, 120) and str(arrays["synthetic"]) == mark(spectra, 4)


def test_records_are_written_as_they_were_before_preprocessing(tmp_path) -> None:
    x = records()
    raw = RawRecords(x, LABELS, None, np.arange(16.0), 5 + np.arange(24.0))
    found = raw.rows("records", Settings(levels=(1, 1))).divided(Division(test_fraction=0.4, val_fraction=0.0), seed=0)
    made = example(tmp_path / "kept", of=found)
    written(tmp_path / "rows.npz", made, piece=5)
    again = Records2d(str(tmp_path / "rows.npz"), label="label", levels=(0, 0)).read(tmp_path)
    assert again.x.shape == (12, 16 * 24) and again.classes == ("10", "9", "b")
    with np.load(tmp_path / "rows.npz") as arrays:
        np.testing.assert_array_equal(arrays["drift"], 5 + np.arange(24.0))
    with pytest.raises(UserError, match="rows.csv: 2-D records are no rows of a table; write them to an NPZ"):
        written(tmp_path / "rows.csv", made)


def mass_spectra(tmp_path):
    reading = Reading(name="spectra", rows=36, classes={}, channels=16, unit="m/z")
    found = replace(cells.spectra(), axis=40.0 + np.arange(16), reading=reading, smiles=(("CCO",), ("O",), ("C",)))
    return example(tmp_path / "kept", of=found)


def test_mass_spectra_are_an_msp_library_whose_entries_say_that_they_were_made(tmp_path) -> None:
    pytest.importorskip("matchms", reason="reading MSP needs matchms: pip install 'inn-experiments[chem]'")
    from matchms.importing import load_from_msp

    made = mass_spectra(tmp_path)
    rows = written(tmp_path / "rows.msp", made, n=3, seed=2)
    values = rows.iloc[:, 1:-1].to_numpy()
    entries = list(load_from_msp(str(tmp_path / "rows.msp")))
    assert len(entries) == 9
    for entry, row, name in zip(entries, values, rows["label"], strict=True):
        peaks = np.flatnonzero(row > 1e-4 * row.max())
        np.testing.assert_allclose(entry.peaks.mz, made.axis[peaks])
        np.testing.assert_allclose(entry.peaks.intensities, row[peaks], rtol=1e-6)
        assert entry.get("compound_name") == name and "run 0123abcd, drawn with seed 2" in entry.get("synthetic")
    kinds = {"bin_width": 1.0, "bin_offset": 0.5, "mz_low": 40, "mz_high": 56, "label": "name"}
    wanted = {
        "ion_mode": None,
        "level": None,
        "min_spectra": 1,
        "licences": None,
        "spectra_per_compound": None,
        "adduct": None,
    }
    again = MassBank(str(tmp_path / "rows.msp"), **kinds, **wanted).read(tmp_path)
    assert again.classes == ("chemical 0", "chemical 1", "chemical 2") and len(again.y) == 9


def test_a_name_cannot_bring_a_field_of_its_own(tmp_path) -> None:
    made = mass_spectra(tmp_path)
    told = replace(made.facts, classes=("a\nNum Peaks: 1\n1 1", "b", "c"))
    written(tmp_path / "rows.msp", made.called(told), n=1)
    lines = (tmp_path / "rows.msp").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Name: a Num Peaks: 1 1 1" and sum(line.startswith("Num Peaks") for line in lines) == 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rows.msp", "MSP is for mass spectra, and these rows are over nm"),
        ("rows.xls", "'.xls' is none"),
        ("rows", "'' is none .known: .csv, .parquet, .npz, .msp."),
    ],
)
def test_a_form_that_does_not_do_is_refused_before_any_row_is_made(tmp_path, spectra, name, words) -> None:
    def never():
        raise AssertionError("a row was asked for")
        yield

    unit = Reading(name="nir", rows=1, classes={}, channels=1, unit="nm").unit
    with pytest.raises(UserError, match=words):
        next(write(tmp_path / name, spectra.called(replace(spectra.facts, unit=unit)), never(), 0))
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("ending", ["csv", "parquet", "npz"])
def test_a_file_is_written_whole_or_not_at_all(tmp_path, spectra, ending) -> None:
    def breaks():
        yield from pieces(spectra, Request.of(spectra.facts.classes, n=2))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(write(tmp_path / f"rows.{ending}", spectra, breaks(), 0))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
