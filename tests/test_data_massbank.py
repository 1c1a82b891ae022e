"""MassBank: the reader equals the published matrix, and the options select, bin and divide as they say."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from massbank_examples import gathered, many, record, write

from inn_experiments.configuration import compose as config
from inn_experiments.contracts import UserError
from inn_experiments.data.massbank.bins import Bins
from inn_experiments.data.massbank.massbank import MassBank

REAL = Path(__file__).resolve().parents[2] / "shared/data/massbank_ms2_50"
needs_real = pytest.mark.skipif(
    not REAL.exists(), reason="the MassBank records are not beside this checkout (../shared/data/massbank_ms2_50)"
)


@needs_real
def test_the_matrix_equals_the_published_one_exactly(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = MassBank(str(REAL / "records")).gathered(tmp_path)
    with np.load(REAL / "massbank_ms2_50.npz", allow_pickle=False) as archive:
        published = {key: archive[key] for key in ("X", "y", "accession", "license")}
    place = {accession: row for row, accession in enumerate(found.texts["accession"].tolist())}
    order = [place[accession] for accession in published["accession"].tolist()]
    assert len(place) == len(found.x) == 1000 == len(order)
    np.testing.assert_array_equal(found.x[order], published["X"])
    np.testing.assert_array_equal(found.texts["compound"][order], published["y"])
    np.testing.assert_array_equal(found.texts["licence"][order], published["license"])
    again = MassBank(str(REAL / "records")).gathered(tmp_path)
    np.testing.assert_array_equal(again.x, found.x)


@needs_real
@pytest.mark.parametrize("grouped", [False, True])
def test_real_records_become_a_split(tmp_path, grouped):
    split = MassBank(str(REAL / "records"), grouped=grouped).load(seed=0, cache=tmp_path)
    assert split.features == 661 and len(split.classes) == 50 and split.bounded and split.axis_name == "m/z"
    assert split.axis[[0, -1]].tolist() == [40, 700] and (split.train.x.max(axis=1) == 1).all()
    assert split.smiles is not None and all(len(smiles) == 1 for smiles in split.smiles)
    assert (split.train.group is not None) == grouped
    if grouped:
        parts = [set(part.group.tolist()) for part in (split.train, split.val, split.test)]
        assert len(set.union(*parts)) == sum(map(len, parts)) == 19


@needs_real
def test_unseen_compounds_stand_in_no_other_part(tmp_path):
    source = MassBank(str(REAL / "records"), unseen=5, fresh_fraction=0.1)
    split, other = (source.load(seed=seed, cache=tmp_path) for seed in (0, 1))
    hidden = set(split.unseen.y.tolist())
    assert len(hidden) == 5 and len(split.unseen) == 100 and len(split.classes) == len(split.smiles) == 50
    for part in (split.train, split.val, split.test, split.fresh):
        assert set(part.y.tolist()) == set(range(50)) - hidden
    assert set(other.unseen.y.tolist()) != hidden, "the split's seed draws them"
    whole = MassBank(str(REAL / "records")).gathered(tmp_path)
    for part in (split.train, split.unseen):
        real = whole.x / whole.x.max(axis=1, keepdims=True)
        for row, label in zip(part.x[:20], part.y[:20], strict=True):
            same = np.isclose(real, row, atol=1e-6).all(axis=1)
            assert split.classes[label] in whole.texts["compound"][same], "labels index into all classes"


def test_grouped_codes_agree_between_seen_and_unseen(tmp_path):
    path = write(tmp_path, *many(compounds=4, labs=4))
    source = MassBank(path, grouped=True, unseen=1, compounds=4, val_fraction=0.0)
    split = source.load(seed=0, cache=tmp_path / "cache")
    assert set(split.unseen.group.tolist()) == {0, 1, 2, 3}
    assert not set(split.train.group.tolist()) & set(split.test.group.tolist())
    with pytest.raises(UserError, match="data.unseen=3: of 4 classes.*at most 2"):
        MassBank(path, unseen=3, compounds=4).load(seed=0, cache=tmp_path / "cache")


def test_bins_hold_what_their_names_say():
    bins = Bins(1.0, 0.3, 40.0, 700.0)
    assert bins.number == 661 and bins.names()[0] == "40" and bins.names()[-1] == "700"
    row = bins.sums(np.array([39.69, 39.7, 40.69, 40.71, 700.69, 700.7]), np.array([1.0, 2, 4, 8, 16, 32]))
    assert row[[0, 1, 660]].tolist() == [6, 8, 16] and row.sum() == 30 and row.dtype == np.float32
    fine = Bins(0.1, 0.0, 40.0, 41.0)
    assert fine.number == 11 and fine.names()[:3] == ("40", "40.1", "40.2")
    assert fine.sums(np.array([40.15]), np.array([1.0])).argmax() == 1
    total = Bins(0.5, 0.25, 10.0, 500.0)
    mz = np.random.default_rng(0).uniform(20, 400, 1000)
    np.testing.assert_allclose(total.sums(mz, np.ones(1000)).sum(), 1000)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bin_width": 0.0}, "data.bin_width=0.0"),
        ({"bin_offset": 1.0}, "data.bin_offset=1.0"),
        ({"mz_low": 700.0}, "data.mz_low=700.0"),
        ({"bin_width": 1e-6}, "bins between"),
        ({"test_fraction": 0.0}, "data.test_fraction"),
    ],
)
def test_options_out_of_range_are_named_at_once(options, message):
    with pytest.raises(UserError, match=message):
        MassBank("nowhere", **options)


def test_only_wanted_records_are_taken(tmp_path):
    others = [
        record(0, number=90, ion_mode="NEGATIVE"),
        record(0, number=91, level="MS3"),
        record(0, number=92, adduct="[M+Na]+"),
        record(0, number=93, deprecated="2023.01.01 wrong compound", peaks=[]),
        record(0, number=94, inchikey=None, smiles=None),
        record(0, number=95, licence="CC BY-NC"),
    ]
    path = write(tmp_path, *many(), *others)
    found = gathered(path, tmp_path)
    assert len(found.x) == 25, "24 and the one with another licence"
    others = {"ion_mode=NEGATIVE", "level=MS3", "adduct=[M+Na]+"}
    wanted = {*(f"1 with {other}" for other in others), "1 deprecated", "1 without an InChIKey, SMILES or InChI"}
    assert set(found.left_out) == wanted and len(found.left_out) == 5
    assert len(gathered(path, tmp_path, licences=["CC BY"]).x) == 24
    assert len(gathered(path, tmp_path, ion_mode=None, level=None, adduct=None).x) == 28
    with pytest.raises(
        UserError,
        match="none of 30 records is wanted: 28 with ion_mode=POSITIVE, 28 with level=MS2, .*1 depr.*data.ion_mode",
    ):
        gathered(path, tmp_path, ion_mode="negative", level="MS1")


def test_compounds_with_most_contributors_come_first_and_spectra_are_dealt_round_robin(tmp_path):
    texts = many(compounds=2, labs=2, each=4) + [record(2, f"Lab_{lab}", number=lab) for lab in range(5)]
    path = write(tmp_path, *texts, *[record(3, "Lab_A", number=number) for number in range(9)])
    found = gathered(path, tmp_path, compounds=2, spectra_per_compound=4)
    assert set(found.texts["compound"].tolist()) == {"A" * 14, "C" * 14}, "5 contributors, then 2 by key"
    two = found.texts["contributor"][found.texts["compound"] == "A" * 14].tolist()
    assert sorted(two) == ["Lab_A", "Lab_A", "Lab_B", "Lab_B"]
    names = list(zip(found.texts["compound"].tolist(), found.texts["accession"].tolist(), strict=True))
    assert names == sorted(names)
    assert len(gathered(path, tmp_path, min_contributors=2).x) == 8 + 8 + 5
    assert len(gathered(path, tmp_path, min_spectra=6, spectra_per_compound=None).x) == 8 + 8 + 9
    one, other = (gathered(path, tmp_path, spectra_per_compound=3, selection_seed=seed) for seed in (0, 1))
    assert one.texts["accession"].tolist() != other.texts["accession"].tolist()
    with pytest.raises(UserError, match="of 4 compounds 1 have at least 4 spectra from 5 contributors"):
        gathered(path, tmp_path, min_contributors=5, min_spectra=4)
    with pytest.warns(UserWarning, match="data.compounds=50: only 4 compounds"):
        MassBank(path).gathered(tmp_path / "cache")


def test_the_most_frequent_smiles_of_a_compound_is_taken(tmp_path):
    texts = [record(0, number=i, smiles=text) for i, text in enumerate(("OCC", "CCO", "OCC", "N/A"))]
    texts += [record(1, number=i, smiles=text) for i, text in enumerate(("NCC", "CCN"))]
    found = gathered(write(tmp_path, *texts, record(2, smiles="N/A"), record(2, number=1, smiles=None)), tmp_path)
    assert found.class_smiles() == {"A" * 14: ("OCC",), "B" * 14: ("CCN",), "C" * 14: ()}


def test_the_option_composes_with_the_defaults_of_the_class():
    cfg = config.compose("data=massbank", "data.path=records", "data.compounds=7", 'data.adduct="[M-H]-"')
    data = cfg.plain["data"]
    assert data["compounds"] == 7 and data["adduct"] == "[M-H]-" and data["bin_offset"] == 0.3
    source = cfg.source()
    assert isinstance(source, MassBank) and source.compounds == 7


def test_peaks_outside_of_all_bins_are_counted(tmp_path):
    path = write(tmp_path, *many())
    found = gathered(path, tmp_path)
    low, high = sorted(float(name) for name in np.flatnonzero(found.x.any(axis=0))[[0, -1]] + 40)
    assert not any("lie outside" in note for note in found.notes)
    note = next(note for note in gathered(path, tmp_path, mz_low=low + 1, mz_high=high).notes if "lie outside" in note)
    assert note.endswith(f"lie outside m/z {low + 1:g} to {high:g} (data.mz_low, data.mz_high)")
