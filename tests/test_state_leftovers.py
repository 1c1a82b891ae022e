"""What killed processes leave half written is removed by the next run; what living ones write stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from inn_experiments.contracts import once, replacing
from inn_experiments.contracts.files import scratch_folder
from inn_experiments.contracts.whose import host_mark, mine
from inn_experiments.tracking import leases, leftovers
from inn_experiments.tracking.files import Files
from inn_experiments.tracking.mlflow import Mlflow

WRITING = """
import sys, time
from pathlib import Path
from contextlib import ExitStack
from inn_experiments.contracts import replacing
out = Path(sys.argv[1])
with ExitStack() as held:
    for name in sys.argv[2:]:
        fresh = held.enter_context(replacing(out / name))
        fresh.mkdir() if name.endswith("synthesizer") else fresh.write_text("half")
        if fresh.is_dir():
            (fresh / "weights.pt").write_text("half")
    print("writing", flush=True)
    time.sleep(600)
"""
NAMES = ["mlflow.db", "fits/0123", "runs/a/artifacts/curves.png", "runs/a/artifacts/synthesizer", "cache/x/ab/1.npz"]


def hidden(out: Path) -> list[str]:
    return sorted(str(path.relative_to(out)) for path in out.rglob(".*"))


@pytest.fixture
def writer(tmp_path):
    """Starts a process that has temporary names for all of NAMES open."""
    started = []

    def start() -> subprocess.Popen:
        line = [sys.executable, "-c", WRITING, str(tmp_path), *NAMES]
        started.append(subprocess.Popen(line, stdout=subprocess.PIPE, text=True))
        assert started[-1].stdout.readline() == "writing\n"
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_a_killed_process_was_writing_is_removed_and_what_a_living_one_writes_stays(tmp_path, writer) -> None:
    dead, alive = writer(), writer()
    os.kill(dead.pid, signal.SIGKILL)
    dead.wait()
    assert len(hidden(tmp_path)) == 2 * len(NAMES)
    Files().prepare(tmp_path)
    left = hidden(tmp_path)
    assert len(left) == len(NAMES) and all(f".{alive.pid}-{host_mark()}" in name for name in left), left
    with replacing(tmp_path / "runs/b/report.json") as fresh:
        fresh.write_text("half")
        Files().prepare(tmp_path)
        assert fresh.exists(), "this process is alive too"
    assert (tmp_path / "runs/b/report.json").read_text() == "half"


def test_the_next_run_on_record_removes_what_a_killed_one_left(tmp_path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from inn_experiments.tracking.mlflow import Mlflow\n"
        "from inn_experiments.contracts import replacing\n"
        "with Mlflow().open(Path(sys.argv[1]), 'gone', {'fingerprint': 'gone'}) as run:\n"
        "    with replacing(run.folder / 'synthesizer') as fresh:\n"
        "        fresh.mkdir(); (fresh / 'weights.pt').touch(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
    assert len(hidden(tmp_path)) == 1
    Mlflow().prepare(tmp_path)
    assert hidden(tmp_path) == []


def gone() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def made(path: Path, age: float = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_files_of_living_processes_and_of_other_names_stay(tmp_path) -> None:
    number, here, runs = gone(), host_mark(), tmp_path / "runs"
    elsewhere = f"{int(here, 16) ^ 1:06x}"
    stay = [
        made(runs / f".curves.png.{number}-{elsewhere}", 0.5 * leases.DEAD),
        made(runs / f".long.png.{number}-{elsewhere}-0123ab", 1e6),
        made(tmp_path / leases.FOLDER / f"{number}-{elsewhere}-0123ab", 0.5 * leases.DEAD),
        made(tmp_path / leases.FOLDER / f"{number}-{elsewhere}-4567cd", 2 * leases.DEAD),
        made(runs / f".folder.{number}-{elsewhere}-89abef/weights.pt"),
        made(runs / f".curves.png.{number}"),
        made(runs / ".hidden", 1e6),
        made(runs / f"curves.png.{number}", 1e6),
        made(tmp_path / f".mine.{number}", 1e6),
        made(tmp_path / "mine" / f".curves.png.{number}-{here}", 1e6),
        made(runs / f".curves.png.{os.getpid()}-{here}"),
        made(runs / f".mine.png.{mine()}"),
    ]
    os.utime(runs / f".folder.{number}-{elsewhere}-89abef", (0, 0))
    go = [
        made(runs / f".curves.png.{number}-{here}"),
        made(runs / f".new.png.{number}-{here}-0123ab"),
        made(runs / f".curves.png.{number + 1}-{elsewhere}", 2 * leases.DEAD),
        made(runs / f".long.png.{number}-{elsewhere}-4567cd", 2 * leases.DEAD),
        made(tmp_path / leases.FOLDER / f"{number}-{elsewhere}-fedcba", 1e6),
        made(tmp_path / leases.FOLDER / f".probe.{number}-{here}-0123ab"),
        made(runs / f".old.png.{number}", 1e6),
        made(tmp_path / f".mlflow.db.{number}-{here}-journal"),
        # The number has another process by now, this one.
        made(runs / f".other.png.{os.getpid()}-{here}", 1e6),
    ]
    leftovers.clear(tmp_path, everywhere=True)
    assert all(path.exists() for path in stay) and not [path for path in go if path.exists()]


def test_what_was_made_behind_a_lock_is_removed_when_nobody_holds_it(tmp_path) -> None:
    left = made(tmp_path / "fits/.0123.new/weights.pt").parent

    def make(fresh: Path) -> None:
        fresh.write_text("half")
        leftovers.clear(tmp_path, everywhere=False)
        assert fresh.exists() and not left.exists()

    assert once(tmp_path / "fits/4567", make)


def test_a_new_database_leaves_nothing_in_the_folder_of_temporary_files(tmp_path, monkeypatch) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with Mlflow().open(tmp_path / "out", "cell", {"fingerprint": "a"}):
        pass
    assert list(place.iterdir()) == []


def test_a_folder_for_a_moment_is_known_by_its_process(tmp_path) -> None:
    with scratch_folder(tmp_path) as mine:
        leftovers.clear(tmp_path, everywhere=True)
        assert Path(mine).is_dir() and leftovers.OURS.fullmatch(Path(mine).name)["pid"] == str(os.getpid())
    assert list(tmp_path.iterdir()) == []
