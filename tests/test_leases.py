"""Who died on another machine is found by a sign of life; who lives, by whatever clock, is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from inn_experiments.tracking import leases, remote_files, store
from inn_experiments.tracking.leases import DEAD, FOLDER, TAG, Judge
from inn_experiments.tracking.mlflow import Mlflow
from inn_experiments.tracking.remote import Remote

ELSEWHERE = {"host": "elsewhere", "boot": "another", "pid_namespace": "pid:[1]"}
LONG_AGO = 946684800.0


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    """The sign of life of this process in `tmp_path`."""
    return tmp_path / FOLDER / leases.owner(tmp_path)[TAG]


def judge(outputs: Path, now: float, **more) -> Judge:
    return Judge(outputs, clock=lambda _: now, **more)


def status_of(client, run) -> str:
    return client.get_run(run.run_id).info.status


def test_a_process_elsewhere_lives_as_long_as_it_renews_its_file(tmp_path: Path, lease: Path) -> None:
    tags = {**leases.owner(tmp_path), **ELSEWHERE}
    assert not Judge(tmp_path).is_dead(tags)
    # All by the clock of the file system, whatever the one of this machine says.
    os.utime(lease, (LONG_AGO, LONG_AGO))
    assert not judge(tmp_path, LONG_AGO + DEAD - 1).is_dead(tags)
    assert judge(tmp_path, LONG_AGO + DEAD + 1).is_dead(tags) and Judge(tmp_path).is_dead(tags)
    leases.renew()
    assert not Judge(tmp_path).is_dead(tags)
    lease.unlink()
    leases.renew()
    assert not Judge(tmp_path).is_dead(tags), "who removes it does not kill the process"
    assert [path.name for path in lease.parent.iterdir()] == [lease.name], "looking leaves nothing behind"


def test_the_clock_is_that_of_the_file_system(tmp_path: Path) -> None:
    before = leases.clock(tmp_path)
    (tmp_path / "a").write_text("a")
    assert before <= (tmp_path / "a").stat().st_mtime <= leases.clock(tmp_path)


@pytest.mark.parametrize("other", ELSEWHERE)
def test_a_number_counts_on_one_start_of_one_machine_in_one_container(tmp_path: Path, lease: Path, other: str) -> None:
    mine = leases.owner(tmp_path)
    os.utime(lease, (LONG_AGO, LONG_AGO))
    assert not Judge(tmp_path).is_dead(mine), "it is there, suspended as it may have been"
    assert Judge(tmp_path).is_dead({**mine, "process_start": "another"})
    far = {**mine, other: ELSEWHERE[other], "process_start": "another"}
    assert Judge(tmp_path).is_dead(far)
    leases.renew()
    assert not Judge(tmp_path).is_dead(far)


def test_of_whom_nothing_is_known_nothing_is_said(tmp_path: Path, lease: Path) -> None:
    mine = leases.owner(tmp_path)
    elsewhere = {**mine, **ELSEWHERE, TAG: "1-abcdef-abcdef"}
    assert not Judge(tmp_path).is_dead(elsewhere), "its file may be in another outputs folder"
    assert Judge(tmp_path, own=True).is_dead(elsewhere), "its file was in this one, and went when it ended"
    older = {"host": "elsewhere", "pid": "1", "process_start": "1"}
    assert not Judge(tmp_path, own=True).is_dead(older)
    assert Judge(tmp_path).is_dead({"host": mine["host"], "pid": mine["pid"], "process_start": "1"})
    # A tag came from elsewhere, and may name any file.
    assert not Judge(tmp_path).is_dead({**elsewhere, TAG: "../../etc/passwd"})


def test_a_process_has_one_file_and_one_thread_and_a_forked_one_its_own(tmp_path: Path) -> None:
    code = (
        "import os, sys, threading; from pathlib import Path; from inn_experiments.tracking import leases\n"
        "count = lambda: [thread.name for thread in threading.enumerate()].count(leases.FOLDER)\n"
        "out = Path(sys.argv[1]); assert count() == 0\n"
        "first = leases.take(out); assert leases.take(out) == first and count() == 1\n"
        "if (child := os.fork()) == 0:\n"
        "    assert count() == 0 and leases.take(out)['lease'] != first['lease'] and count() == 1\n"
        "    os._exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "print(child)\n"
        "for _ in range(int(sys.argv[2])): leases.leave(out)"
    )
    left = []
    for ended in (2, 1):
        out = tmp_path / str(ended)
        line = [sys.executable, "-W", "ignore", "-c", code, str(out), str(ended)]
        child = subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()
        left.append([path for path in (out / FOLDER).iterdir() if not path.name.startswith(f"{child}-")])
    assert left[0] == [], "of one whose runs have ended it is removed"
    assert len(left[1]) == 1, "of one whose run has not, it is what tells"
    assert sum(thread.name == FOLDER for thread in threading.enumerate()) <= 1


def test_a_run_that_died_on_another_machine_is_closed_and_a_living_one_is_not(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from inn_experiments.tracking.mlflow import Mlflow\n"
        "with Mlflow().open(Path(sys.argv[1]), 'gone', {'fingerprint': 'gone'}) as run:\n"
        "    print(run.run_id, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    client, gone = store.connect(store.database(tmp_path)), done.stdout.strip()
    client.set_tag(gone, "host", "elsewhere")
    Mlflow().prepare(tmp_path)
    assert client.get_run(gone).info.status == "RUNNING", "it may be alive for some minutes"
    lease = tmp_path / FOLDER / client.get_run(gone).data.tags[TAG]
    os.utime(lease, (LONG_AGO, LONG_AGO))
    Mlflow().prepare(tmp_path)
    assert client.get_run(gone).info.status == "KILLED"


def test_who_was_suspended_and_taken_for_dead_has_the_last_word(tmp_path: Path) -> None:
    client, tags = None, {"fingerprint": "slow", "cell": "slow"}
    with Mlflow().open(tmp_path, "slow", tags) as run:
        client = store.connect(store.database(tmp_path))
        client.set_tag(run.run_id, "host", "elsewhere")
        os.utime(tmp_path / FOLDER / client.get_run(run.run_id).data.tags[TAG], (LONG_AGO, LONG_AGO))
        Mlflow().prepare(tmp_path)
        assert status_of(client, run) == "KILLED" and Mlflow().finished(tmp_path, "slow") is None
        run.metrics({"a": 1.0})
        run.json("report.json", {"cell": "slow"})
    assert status_of(client, run) == "FINISHED" and Mlflow().finished(tmp_path, "slow")[0] == {"cell": "slow"}


def test_a_record_elsewhere_has_runs_of_other_folders_that_are_not_judged_from_here(tmp_path: Path) -> None:
    uri, mine, other = f"sqlite:///{tmp_path / 'team.db'}", tmp_path / "mine", tmp_path / "other"
    tracker = Remote(uri)
    with tracker.open(mine, "one", {"fingerprint": "one"}) as run:
        client = store.library()[0](tracking_uri=uri, registry_uri=uri)
        client.set_tag(run.run_id, "host", "elsewhere")
        os.utime(mine / FOLDER / client.get_run(run.run_id).data.tags[TAG], (LONG_AGO, LONG_AGO))
        tracker.prepare(other)
        assert status_of(client, run) == "RUNNING"
        tracker.prepare(mine)
        assert status_of(client, run) == "KILLED"
        run.json("report.json", {"cell": "one"})
    assert status_of(client, run) == "FINISHED"


def test_a_note_of_a_run_is_free_when_its_writer_elsewhere_is_dead(tmp_path: Path, lease: Path, monkeypatch) -> None:
    owner = {**leases.owner(tmp_path), **ELSEWHERE}
    monkeypatch.setattr(leases, "owner", lambda _: owner)
    remote_files.note(tmp_path, "a", "http://127.0.0.1:1", "FINISHED")
    assert remote_files.unsent(tmp_path, "http://127.0.0.1:1") == {}
    os.utime(lease, (LONG_AGO, LONG_AGO))
    assert remote_files.unsent(tmp_path, "http://127.0.0.1:1") == {"a": "FINISHED"}


def test_two_machines_of_one_name_and_one_number_write_to_names_of_their_own(tmp_path: Path) -> None:
    code = (
        "import os, socket, sys; from pathlib import Path; socket.gethostname = lambda: 'same'; os.getpid = lambda: 7\n"
        "from inn_experiments.contracts import replacing\n"
        "with replacing(Path(sys.argv[1])) as fresh: print(fresh.name); fresh.touch()"
    )
    line = [sys.executable, "-c", code, str(tmp_path / "a")]
    names = {subprocess.run(line, capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(names) == 2 and all(name.startswith(".a.7-") for name in names)
