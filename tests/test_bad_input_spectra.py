"""Bad mass and ion mobility spectra, and simulations that cannot be: one line and status 2 each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from massbank_examples import many, write
from refusals import CHEAP, check_refused


def mobility(value: object = 1.0) -> pd.DataFrame:
    """60 rows of four drift bins, three classes; `value` stands in row 8 of pos_1."""
    table = pd.DataFrame(
        np.random.default_rng(0).gamma(1.0, 100.0, (60, 4)).astype(object), columns=["pos_0", "pos_1", "neg_0", "neg_1"]
    )
    table.loc[7, "pos_1"] = value
    table["label"] = [f"chemical {row % 3}" for row in range(60)]
    return table


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("folder", None, ["folder", "no MassBank record"]),
        ("broken", "hello", ["broken", "no record is usable", "rows.txt"]),
        ("rows.txt", "hello", ["rows.txt", "no record is usable", "no ACCESSION"]),
        ("rows.csv", "hello", ["rows.csv", "'.csv'", ".txt, .msp, .mgf"]),
        ("empty.msp", "", ["empty.msp", "the file is empty"]),
        ("junk.mgf", "junk", ["junk.mgf", "no spectrum"]),
        ("nowhere", None, ["nowhere", "no such file"]),
    ],
)
def test_what_is_no_massbank_is_named(run, tmp_path, name, content, words) -> None:
    place = tmp_path / name
    if "." in name:
        place.write_text(content, encoding="utf-8")
    elif name != "nowhere":
        place.mkdir()
        if content:
            (place / "rows.txt").write_text(content, encoding="utf-8")
    check_refused(run(*CHEAP, "data=massbank", f"data.path={place}"), words, tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["data.unseen=5"], ["data.unseen=5", "of 6 classes at least 2", "at most 4"]),
        (["data.ion_mode=negative"], ["none of 72 records", "72 with ion_mode=POSITIVE"]),
        (["data.licences=[CC0]"], ["none of 72 records", "CC BY"]),
        (["data.min_spectra=500"], ["of 6 compounds 0", "500 spectra"]),
        (["data.mz_low=800"], ["data.mz_low=800", "mz_low < mz_high"]),
        (["data.mz_low=300"], ["no intensity between m/z 300 and 700"]),
        (["data.spectra_per_compound=1", "data.min_spectra=1"], ["too few rows for the split"]),
    ],
)
def test_too_much_asked_of_a_massbank_is_named(run, tmp_path, arguments, words) -> None:
    path = write(tmp_path, *many(6, 3, 4))
    check_refused(run(*CHEAP, "data=massbank", f"data.path={path}", *arguments), words, tmp_path / "out")


@pytest.mark.parametrize(
    ("table", "arguments", "words"),
    [
        (mobility(float("nan")), [], ["row 8", "'pos_1'", "nan"]),
        (mobility(float("inf")), [], ["row 8", "'pos_1'", "inf"]),
        (mobility("trace"), [], ["row 8", "'pos_1'", "'trace'"]),
        (mobility(), ["data.label=chemical"], ["data.label=chemical", "pos_0, pos_1"]),
        (mobility(), ["data.positive=a_", "data.negative=b_"], ["'a_'", "'b_'", "pos_0"]),
        (mobility(), ["data.smiles=formula"], ["data.smiles=formula", "label"]),
        (mobility(), ["data.smiles={chemical 0: CCO}"], ["data.smiles", "chemical 1, chemical 2"]),
        (mobility()[:6], [], ["'chemical 0' has 2", "too few rows for the split"]),
    ],
)
def test_bad_mobility_tables_are_named(run, tmp_path, table, arguments, words) -> None:
    table.to_csv(tmp_path / "ims.csv", index=False)
    answer = run(*CHEAP, "data=ims", f"data.path={tmp_path / 'ims.csv'}", *arguments)
    check_refused(answer, words, tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["data=ims_simulated", "data.rows=10"], ["'JP8' has 0", "too few rows"]),
        (["data=ims_simulated", "data.concentration=[3,1]"], ["data.concentration", "lowest, highest"]),
        (["data=ims_simulated", "+data.smiles.XYZ=[CCO]"], ["XYZ", "DEB, DEM, DMMP"]),
    ],
)
def test_bad_simulations_are_named(run, tmp_path, arguments, words) -> None:
    check_refused(run(*CHEAP, *arguments), words, tmp_path / "out")
