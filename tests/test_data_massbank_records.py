"""MassBank records one by one: broken ones are named once, the cache follows the files, licences are kept."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from massbank_examples import gathered, many, record, write

from inn_experiments.contracts import UserError
from inn_experiments.data.massbank import massbank as massbank_file
from inn_experiments.data.massbank.massbank import MassBank
from inn_experiments.data.massbank.record_files import parse_record
from inn_experiments.data.massbank.records import UnreadableError

BROKEN = {
    "empty.txt": (record(0, number=50, peaks=[]), "no peaks"),
    "word.txt": (record(0, number=51, peaks=[(50, "abc")]), "the peak '50 abc 1' is not three numbers"),
    "nan.txt": (record(0, number=52, peaks=[(50, "nan")]), "the intensity nan is not"),
    "minus.txt": (record(0, number=53, peaks=[(50, -1)]), "the intensity -1 is not"),
    "nameless.txt": (record(0, accession=None), "no ACCESSION"),
    "short.txt": (record(0, number=54)[:-4], "ends before its last line"),
    "large.txt": (record(0, number=55, peaks=[(50, 1e39)]), "an intensity is above 3.4e+38"),
    "fewer.txt": (record(0, number=56).replace("PEAK: 3", "PEAK: 4"), "4 peaks are announced, 3 are there"),
    "other.txt": ("shopping list", "no ACCESSION"),
}


def test_broken_records_are_named_once_and_the_rest_is_read(tmp_path):
    path = write(tmp_path, *many())
    for name, (text, _) in BROKEN.items():
        (Path(path) / f"z_{name}").write_text(text, encoding="utf-8")
    for _ in ("read", "cached"):
        with pytest.warns(UserWarning) as caught:
            split = MassBank(path, compounds=4).load(seed=0, cache=tmp_path / "cache")
        assert len(caught) == 1
        summary = str(caught[0].message)
        assert summary.startswith(f"{len(BROKEN)} of {24 + len(BROKEN)} records could not be read: ")
        for name, (_, why) in BROKEN.items():
            assert f"z_{name} (" in summary and why in summary
        assert len(split.train) + len(split.val) + len(split.test) == 24
    listed = next((tmp_path / "cache").glob("*.unreadable.txt")).read_text(encoding="utf-8")
    assert len(listed.splitlines()) == len(BROKEN)


def test_a_folder_with_nothing_readable_is_an_error(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        MassBank(str(tmp_path / "absent")).load(seed=0, cache=tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UserError, match=r"no MassBank record \(\*\.txt\)"):
        MassBank(str(empty)).load(seed=0, cache=tmp_path)
    (empty / "a.txt").write_text("x")
    with pytest.raises(UserError, match=r"no record is usable: 1 of 1 records.*a\.txt \(no ACCESSION\)"):
        MassBank(str(empty)).load(seed=0, cache=tmp_path)
    assert not list(tmp_path.glob("*.npz")), "an error is not cached"


def test_the_cache_is_used_until_a_file_or_an_option_changes(tmp_path, monkeypatch):
    path = write(tmp_path, *many())
    first = gathered(path, tmp_path)
    reads = []
    usual = massbank_file.gather
    monkeypatch.setattr(massbank_file, "gather", lambda *given: reads.append(1) or usual(*given))
    second = gathered(path, tmp_path)
    assert not reads
    np.testing.assert_array_equal(first.x, second.x)
    for field, values in first.texts.items():
        np.testing.assert_array_equal(values, second.texts[field])
    gathered(path, tmp_path, bin_width=2.0)
    (Path(path) / "new.txt").write_text(record(0, "Lab_Z", number=77))
    assert len(gathered(path, tmp_path).x) == 25 and len(reads) == 2
    damaged = sorted((tmp_path / "cache").glob("*.npz"))
    for archive in damaged:
        archive.write_bytes(b"x")
    with pytest.warns(UserWarning, match="a file of the cache could not be used, and was made again: .*massbank-"):
        third = gathered(path, tmp_path)
    assert len(third.x) == 25 and len(reads) == 3


def test_the_attribution_lists_every_row(tmp_path):
    gathered(write(tmp_path, *many()), tmp_path)
    path = next((tmp_path / "cache").glob("massbank-*.attribution.tsv"))
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    assert len(rows) == 24
    wanted = {"authors": "A. Author, B. Author", "licence": "CC BY", "instrument": "QTOF", "collision_energy": "20 eV"}
    assert all(row.items() >= wanted.items() and row["contributor"] in row["accession"] for row in rows)


def test_of_a_record_the_first_known_value_counts():
    found = parse_record(record(1, peaks=[("50.5", "1e3"), ("60", "7.25")]).splitlines())
    wanted = {"compound": "B" * 14, "contributor": "Lab_A", "adduct": "[M+H]+"}
    assert found.texts.items() >= wanted.items()
    assert found.mz.tolist() == [50.5, 60] and found.intensity.tolist() == [1000, 7.25]
    with pytest.raises(UnreadableError, match="three numbers"):
        parse_record(record(peaks=[("50", "1 2")]).splitlines())
