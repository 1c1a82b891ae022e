"""Files and folders of MassBank records as they lie about: nothing in them is lost without a word."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from massbank_examples import gathered, many, record, write

from inn_experiments.contracts import UserError
from inn_experiments.data.massbank.massbank import MassBank

ENCODED = {
    "utf-8": lambda text: text.encode(),
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "marks inside": lambda text: b"".join(f"\ufeff{part}//\n".encode() for part in text.split("//\n")[:-1]),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "latin-1": lambda text: text.encode("latin-1"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-le"),
    "utf-8 and utf-16": lambda text: text.encode() + record(0, number=999, peaks=[(50, 1)]).encode("utf-16"),
}


@pytest.mark.parametrize("how", ENCODED)
def test_records_in_one_file_are_read_in_any_encoding(tmp_path, how):
    texts = [text.replace("B. Author", "B. Aütor") for text in many(compounds=2, labs=2, each=2)]
    path = tmp_path / "records" / "all.txt"
    path.parent.mkdir()
    path.write_bytes(ENCODED[how]("\n".join(texts)))
    for place in (path, path.parent):
        found = gathered(str(place), tmp_path)
        assert len(found.x) == 8 + (how == "utf-8 and utf-16") and not found.unreadable and not found.left_out
    latin = how in ("latin-1", "utf-8 and utf-16")
    assert found.notes == ([f"{len(found.x)} records are not in UTF-8, but read as cp1252"] if latin else [])
    assert how == "utf-8 and utf-16" or set(found.texts["authors"].tolist()) == {"A. Author, B. Aütor"}


def test_a_record_is_named_by_file_and_number(tmp_path):
    texts = [*many(compounds=2), record(0, number=90, peaks=[("50", "x")]), record(0, number=91)[:-4]]
    path = tmp_path / "all.txt"
    path.write_text("".join(texts) + "\n" + record(1, number=92), encoding="utf-8")
    found = gathered(str(path), tmp_path)
    assert len(found.x) == 13 and found.total == 15
    assert found.unreadable == [
        "all.txt, record 13 (the peak '50 x 1' is not three numbers)",
        "all.txt, record 14 (the record ends before its last line, //)",
    ]


def test_a_record_without_its_last_line_spoils_no_other(tmp_path):
    path = tmp_path / "all.txt"
    path.write_text("".join([*many(2), record(0, number=90)[:-3], record(1, number=91)]), encoding="utf-8")
    found = gathered(str(path), tmp_path)
    assert len(found.x) == 13 and found.unreadable == ["all.txt, record 13 (the record ends before its last line, //)"]
    path.write_text("".join([*many(2), record(0, number=90)[:-3], "> ", record(1, number=91)]), encoding="utf-8")
    found = gathered(str(path), tmp_path)
    assert len(found.x) == 12 and "record 13" in found.unreadable[0]
    assert found.unreadable[1:] == ["all.txt (14 spectra are announced, 13 were found)"]


def test_accessions_of_before_2021_are_read(tmp_path):
    old = [record(0, number=number, accession=f"AU4075{number:02d}") for number in range(4)]
    path = write(tmp_path, *old, *many(compounds=3))
    found = gathered(path, tmp_path)
    assert len(found.x) == 22 and found.texts["contributor"].tolist().count("") == 4 and not found.left_out
    with pytest.raises(UserError, match="data.min_contributors=2.*not from 'AU407500'.*min_contributors=1"):
        gathered(path, tmp_path, min_contributors=2)
    with pytest.raises(UserError, match="data.grouped=true.*'AU407500' does not.*data.grouped=false"):
        MassBank(path, compounds=3, grouped=True).load(seed=0, cache=tmp_path / "cache")


def test_nothing_in_range_is_not_unreadable_and_copies_are_counted(tmp_path):
    other = record(1, number=0, peaks=[(55, 1)]).replace("MSBNK-Lab_A-1000", "MSBNK-Lab_A-0000")
    path = write(tmp_path, *many(), record(0, number=70, peaks=[(900, 1)]), record(0, number=0), other)
    found = gathered(path, tmp_path)
    assert len(found.x) == 25 and found.unreadable == []
    assert found.left_out == [
        "1 equal to one before, accession and peaks: lab1/r025.txt (MSBNK-Lab_A-0000)",
        "1 with no intensity between m/z 40 and 700: lab0/r024.txt",
    ]
    assert found.notes == ["1 spectra with the accession of another and other peaks were kept"]
    assert "MSBNK-Lab_A-0000#2" in found.texts["accession"]


def test_of_a_folder_everything_is_looked_at(tmp_path):
    folder = Path(write(tmp_path, *many(2)))
    (folder / "lab0" / "again").symlink_to(folder)
    (folder / "gone.txt").symlink_to(folder / "nowhere")
    (folder / "self").symlink_to(folder / "self")
    os.mkfifo(folder / "pipe.txt")
    (folder / "UPPER.TXT").write_text(record(0, number=80), encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "one.txt").write_text(record(1, number=81), encoding="utf-8")
    (folder / "linked").symlink_to(elsewhere)
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text(record(1, number=82, peaks=[]), encoding="utf-8")
    found = gathered(str(folder), tmp_path)
    assert len(found.x) == 14
    named = ["gone.txt (No such file", "pipe.txt (not an ordinary file", "self (Too many levels", r"caf\xe9.txt (no p"]
    assert len(found.unreadable) == 4 and all(any(each in text for text in found.unreadable) for each in named)
    assert next((tmp_path / "cache").glob("*.unreadable.txt")).read_text(encoding="utf-8").count("\n") == 4


def test_a_folder_that_cannot_be_entered_is_named(tmp_path, monkeypatch):
    path, usual = write(tmp_path, *many(2)), os.scandir

    def scandir(folder):
        if str(folder).endswith("lab1"):
            raise PermissionError(errno.EACCES, "Permission denied", folder)
        return usual(folder)

    assert len(gathered(path, tmp_path).x) == 12
    monkeypatch.setattr(os, "scandir", scandir)
    found = gathered(path, tmp_path)
    assert len(found.x) == 6 and found.unreadable == ["lab1 (Permission denied)"], "not the table of the cache"


@pytest.mark.parametrize(
    ("name", "words"),
    [("loop.msp", "no such file"), ("a" * 300 + ".msp", "cannot be looked at: File name too long"), ("~x/y", "home")],
)
def test_paths_that_lead_nowhere_are_refused(tmp_path, name, words):
    if name == "loop.msp":
        (tmp_path / name).symlink_to(tmp_path / name)
    path = name if name.startswith("~") else str(tmp_path / name)
    with pytest.raises(UserError, match=f"(?s)data.path=.*{words}"):
        MassBank(path).load(seed=0, cache=tmp_path)


def test_a_folder_of_libraries_names_them(tmp_path):
    (tmp_path / "library.MSP").write_text("x")
    with pytest.raises(UserError, match=r"no MassBank record.*name one of its libraries: library.MSP"):
        gathered(str(tmp_path), tmp_path)
