"""No room, a locked database: what is said of it, how long it is waited for, and what `make torture` makes of it."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from inn_experiments.running import failures
from inn_experiments.tracking import store

sys.path.append(str(Path(__file__).parents[1] / "scripts"))
import torture_all
import torture_disk
import torture_writers
from torture.full import Cell, Seen, judged
from torture.mounts import permitted

ROOM = "error: /a/out/mlflow.db: no space left on device; paths.outputs=FOLDER writes elsewhere"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_without_room_the_file_that_could_not_be_written_is_named(tmp_path, number) -> None:
    plain = failures.one_line(OSError(number, os.strerror(number), "/a/rows.npz"), tmp_path)
    assert plain.startswith("/a/rows.npz: ") and "paths.outputs=" in plain
    copied = failures.one_line(OSError(number, os.strerror(number), "/tmp/from", None, "/a/to"), tmp_path)
    assert copied.startswith("/a/to: "), "of a copy it is the second name"


def test_a_copy_onto_a_full_disk_names_what_was_to_be_written(tmp_path) -> None:
    if not permitted(tmp_path):
        pytest.skip("this user may not mount a file system")
    (tmp_path / "from").write_bytes(b"0" * 2_000_000)
    with torture_disk.Mount(tmp_path / "small", "size=1m") as mount:
        with pytest.raises(OSError, match="No space") as told:
            shutil.copyfile(tmp_path / "from", mount.place / "to")
        assert failures.one_line(told.value, tmp_path).startswith(f"{mount.place / 'to'}: no space left on device")
    assert not (tmp_path / "small" / "to").exists()


def test_mlflow_waits_for_a_locked_database_as_long_as_the_program_does(tmp_path, monkeypatch) -> None:
    from sqlalchemy import text

    store.initialise(tmp_path)
    client = store.connect(store.database(tmp_path))
    for seconds in (90.0, 0.25):
        monkeypatch.setattr(store, "PATIENCE", seconds)
        with client._tracking_client.store.ManagedSessionMaker() as session:
            assert session.execute(text("PRAGMA busy_timeout")).scalar() == seconds * 1000


@pytest.mark.parametrize(
    ("status", "lines", "fault"),
    [
        (0, ["a warning"], ""),
        (2, [ROOM], ""),
        (2, [ROOM, "more"], "not one line"),
        (2, [], "not one line"),
        (2, ["error: no space left on device; paths.outputs=FOLDER writes elsewhere"], "names no place"),
        (2, ["error: /a/out: no space left on device"], "no cure"),
        (1, ["Traceback (most recent call last):"], "exit 1"),
        (2, ["Traceback (most recent call last):"], "exit 2"),
    ],
)
def test_how_a_hindered_cell_ends_is_judged(status, lines, fault) -> None:
    found = judged(status, lines, ["/a"])
    assert found == [] if not fault else found[0].startswith(fault)


def test_cases_that_stand_in_the_work_folder_are_known(tmp_path) -> None:
    cell, seen = Cell(tmp_path), Seen("a disk of 1 MB", tmp_path / "out", 2, ROOM, "FAILED", faults=["one"])
    assert cell.known() == {}
    cell.note("disk 1 MB", seen)
    (known,) = cell.known().values()
    assert known.line() == seen.line() and known.faults == ["one"]
    assert {"disk 1 MB", "read-only new", "file 60000"} <= torture_disk.cases(cell, 60).keys()
    assert torture_writers.Writers(tmp_path).known() == {}
    assert len({case.name for case in torture_writers.cases(8)}) == len(torture_writers.cases(8))


def test_the_page_has_the_figures_of_all_parts_and_goes_on_where_it_was(tmp_path, monkeypatch) -> None:
    scripts, count = tmp_path / "scripts", tmp_path / "count"
    scripts.mkdir()
    code = f"import sys; open({str(count)!r}, 'a').write('x'); print('1 fault'); sys.exit(int(sys.argv[1]))"
    (scripts / "some.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(torture_all, "HERE", scripts)
    part = torture_all.Part("Some", ("some.py", "1"), 0, resumes=False)
    done = torture_all.run(part, tmp_path / "work", "abc")
    assert torture_all.run(part, tmp_path / "work", "def") == done and count.read_text() == "x"
    broken = torture_all.Part("Some", ("some.py", "3"), 0, resumes=False)
    for _ in range(2):
        assert torture_all.run(broken, tmp_path / "work", "abc").status == 3
    assert count.read_text() == "xxx", "a script that broke is run again"
    text = torture_all.page([done], "2026-01-01", "def")
    assert "commit def" in text and "faults: some" in text and "At commit abc." in text
    assert "python scripts/some.py 1\n1 fault" in text
    names = Namespace(**torture_all.SHORT, seed=0)
    assert all((torture_all.ROOT / "scripts" / each.typed[0]).is_file() for each in torture_all.parts(names))
