"""Runs on an MLflow server of a team: found again from an empty folder, refused in a line, never lost silently."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from server_examples import PASSWORD, Door, free_port, mlflow_server, nobody

from inn_experiments import load, runs
from inn_experiments.contracts import Report, UserError
from inn_experiments.tracking import collect, places, remote_files, store
from inn_experiments.tracking.mlflow import Mlflow
from inn_experiments.tracking.record import Record
from inn_experiments.tracking.remote import Remote

CHEAP = ("data=two_clusters", "data.rows=300", "generator=bootstrap", "trainer=smoke", "utility=none")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mlflow_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def door(server: str) -> Iterator[Door]:
    found = Door(server)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's credentials, a folder of its own, and a client that asks a silent server twice, not for a minute."""
    nobody(monkeypatch, tmp_path)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")


def record(uri: str, outputs: Path, name: str) -> Path:
    """A finished run of a few files; its folder."""
    with Remote(uri).open(outputs, name, {"fingerprint": name, "cell": name}) as run:
        run.params({"seed": 0})
        run.text("config.yaml", "seed: 0\n")
        run.dataset("mnist1d", "0123")
        run.metrics({"test/samples/fid": 0.5})
        run.curve("train/loss", [1, 2], [1.0, 0.5])
        run.text("figures/one.txt", "a figure\n")
        run.json("report.json", Report(name, 0, name, {}).as_dict())
    return run.folder


def status_of(uri: str, run: str) -> str:
    client, _ = Remote(uri)._reach()
    return client.get_run(run).info.status


def test_a_run_on_a_server_is_found_from_an_empty_folder_and_its_files_come_once(server, door, tmp_path: Path) -> None:
    folder = record(server, tmp_path / "a", "one")
    client, _ = Remote(server)._reach()
    known = client.get_run(folder.parent.name)
    assert known.info.status == "FINISHED" and known.data.metrics == {"test/samples/fid": 0.5, "train/loss": 0.5}
    assert {item.path for item in client.list_artifacts(known.info.run_id)} >= {"report.json", "figures", "files.json"}
    assert Remote(server).finished(tmp_path / "b", "no such") is None
    report, here = Remote(server).finished(tmp_path / "b", "one")
    assert report["cell"] == "one" and here == store.run_folder(tmp_path / "b", known.info.run_id)
    assert sorted(path.name for path in here.iterdir()) == ["files.json", "report.json"]
    places.remember(tmp_path / "b", server)
    collect.whole_folder(here)
    assert (here / "figures/one.txt").read_text() == "a figure\n" and collect.folders(tmp_path / "b") == [here]
    # What was changed here does not count, and comes again.
    (here / "report.json").write_text("{}")
    assert Remote(server).finished(tmp_path / "b", "one")[0] == report
    # With everything here one question is left, however many runs there are.
    Remote(door.address).finished(tmp_path / "b", "one")
    door.counted = 0
    assert Remote(door.address).finished(tmp_path / "b", "one") is not None and door.counted == 1
    assert not list(tmp_path.glob("mlflow.db")) and not list(tmp_path.glob("mlruns"))


def test_reports_samples_and_python_work_from_an_empty_folder(server, run, tmp_path: Path, monkeypatch) -> None:
    status, out, err = run(*CHEAP, "seed=0,1", f"tracking.uri={server}", "register=team", "-m")
    assert status == 0 and "of 2 cells: 2 finished" in out and "registered as team" in out, (out, err)
    assert f"this sweep:         {server}/#/experiments/" in out and f"runs go to {server} (tracking.uri)" in err
    # The folder knows where its runs went.
    assert len(runs(tmp_path / "out")) >= 2
    empty = tmp_path / "elsewhere"
    with pytest.raises(UserError, match="no such folder"):
        runs(empty)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    found = runs(empty)
    assert {"two_clusters-bootstrap"} <= {report.cell for report in found}
    assert not list(empty.rglob("synthesizer"))
    assert len(load("two_clusters-bootstrap-seed1", empty).sample(3, seed=1)) == 3
    assert {report.seed for report in collect.finished(empty) if report.cell == "two_clusters-bootstrap"} == {0, 1}
    places.tell.cache_clear()
    status, out, err = run(*CHEAP, "seed=1", f"paths.outputs={tmp_path / 'third'}")
    assert status == 0 and "skipped: a finished run" in out and "(MLFLOW_TRACKING_URI)" in err, (out, err)
    status, out, err = run(*CHEAP, "seed=1", f"paths.outputs={tmp_path / 'fourth'}", "tracking.uri=local")
    assert status == 0 and "skipped" not in out and "runs go to" not in err
    assert (tmp_path / "fourth/mlflow.db").is_file()


def test_a_password_of_the_environment_is_used_and_never_written(door, run, tmp_path: Path, monkeypatch) -> None:
    door.password = PASSWORD
    status, out, err = run(*CHEAP, "seed=7", f"tracking.uri={door.address}")
    assert status == 2 and err.count("\n") == 1 and "MLFLOW_TRACKING_PASSWORD" in err, err
    monkeypatch.setenv("MLFLOW_TRACKING_URI", door.address.replace("://", f"://team:{PASSWORD}@"))
    status, out, err = run(*CHEAP, "seed=7,8", "-m")
    assert status == 0 and door.address in err, err
    # In a run that fails there is a traceback too.

    def fail(*_: object) -> None:
        raise RuntimeError(f"at {os.environ['MLFLOW_TRACKING_URI']}, {os.environ['MLFLOW_TRACKING_PASSWORD']}")

    monkeypatch.setattr("inn_experiments.running.pipeline.run", fail)
    failed = run(*CHEAP, "seed=9")
    assert failed[0] == 1 and "RuntimeError: at http://***@" in failed[2], failed
    leaks = [path for path in tmp_path.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]
    assert leaks == [] and PASSWORD not in out + err + "".join(map(str, failed))
    assert list((tmp_path / "out").rglob("traceback.txt")) and list((tmp_path / "out").rglob("config.yaml"))
    client, where = Remote(door.address)._reach()
    assert PASSWORD not in repr([each.to_dictionary() for each in client.search_runs(where)])


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        (f"http://team:{PASSWORD}@127.0.0.1:5000", "MLFLOW_TRACKING_PASSWORD"),
        (f"https://{PASSWORD}@127.0.0.1", "MLFLOW_TRACKING_PASSWORD"),
        (f"postgresql://team:{PASSWORD}@127.0.0.1/runs", "PGPASSFILE"),
        (f"postgresql://127.0.0.1/runs?user=team&password={PASSWORD}", "PGPASSFILE"),
        ("databricks", "http://"),
        ("ftp://host/x", "ftp:// is not known"),
        ("http://", "names no host"),
        ("http://host:port", "no address"),
        ("sqlite://runs.db", "sqlite:///FILE"),
        ("sqlite:////nowhere/at/all.db", "no folder"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_a_line(run, tmp_path: Path, uri: str, told: str) -> None:
    status, out, err = run(*CHEAP, f"tracking.uri='{uri}'")
    assert status == 2 and not out and err.startswith("error: ") and err.count("\n") == 1 and told in err, err
    assert PASSWORD not in err and not [p for p in tmp_path.rglob("*") if p.is_file() and PASSWORD in p.read_text()]


def test_who_does_not_answer_and_who_refuses_is_told_before_any_work(door, run, tmp_path: Path) -> None:
    began = time.monotonic()
    # Without its driver a database cannot be asked, which is told as well.
    asked = "does not answer" if find_spec("psycopg") else "this needs psycopg"
    for uri, word in (
        (f"http://127.0.0.1:{free_port()}", "does not answer"),
        (f"postgresql://team@127.0.0.1:{free_port()}/runs", asked),
    ):
        status, _, err = run(*CHEAP, f"tracking.uri={uri}")
        assert status == 2 and err.count("\n") == 1 and uri in err and word in err, err
    assert time.monotonic() - began < 60
    for place in ("runs/create", "mlflow-artifacts"):
        door.refuses = place
        status, _, err = run(*CHEAP, "seed=21", f"tracking.uri={door.address}")
        last = err.splitlines()[-1]
        assert status == 2 and last.startswith(f"error: {door.address}: you have no permission"), err
        assert not (tmp_path / "out/fits").exists()


def test_an_experiment_that_was_deleted_is_named_with_its_cure(server, tmp_path: Path) -> None:
    tracker = Remote(server, experiment="of another team")
    with tracker.open(tmp_path / "one", "one", {"fingerprint": "deleted"}) as run:
        run.json("report.json", {})
    client, _ = tracker._reach()
    where = client.get_run(run.run_id).info.experiment_id
    assert client.get_experiment(where).name == "of another team" and where in tracker._reach()[1]
    client.delete_experiment(where)
    cure = pytest.raises(UserError, match=f"is deleted; restore it .*experiments restore --experiment-id {where}")
    with cure, tracker.open(tmp_path / "another", "two", {"fingerprint": "two"}):
        pytest.fail("it was begun")
    assert where not in tracker._reach(anew=True)[1]


def test_nothing_is_lost_where_the_server_goes_away(door, server, tmp_path: Path) -> None:
    tracker = Remote(door.address)
    # While it is at work: its cell is repeated.
    with (
        pytest.raises(UserError, match="does not answer.* repeat the command when it answers"),
        tracker.open(tmp_path, "midway", {"fingerprint": "midway"}) as run,
    ):
        door.open = False
        run.metrics({"a": 1.0})
    assert status_of(server, run.run_id) == "RUNNING" and (run.folder / "traceback.txt").is_file()
    # At its end: all of it is here, and goes there later.
    door.open = True
    lost = pytest.raises(UserError, match="all of the run is in .* repeat the command")
    with lost, tracker.open(tmp_path, "late", {"fingerprint": "late"}) as late:
        late.json("report.json", Report("late", 0, "late", {}).as_dict())
        door.open = False
    with pytest.raises(UserError, match="does not answer"):
        tracker.prepare(tmp_path)
    door.open = True
    tracker.prepare(tmp_path)
    assert status_of(server, run.run_id) == "FAILED" and status_of(server, late.run_id) == "FINISHED"
    assert tracker.finished(tmp_path / "elsewhere", "late")[0]["cell"] == "late"
    assert list((tmp_path / remote_files.UNSENT).iterdir()) == [] and tracker.finished(tmp_path, "midway") is None


def test_a_run_whose_process_is_gone_is_marked_and_one_killed_while_sending_is_finished(server, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from inn_experiments.tracking.remote import Remote\n"
        "from inn_experiments.tracking import remote_files\n"
        "remote_files.send = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "with Remote(sys.argv[1]).open(Path(sys.argv[2]), 'gone', {'fingerprint': sys.argv[3]}) as run:\n"
        "    print(run.run_id, flush=True)\n"
        "    run.json('report.json', {'cell': 'gone'})\n"
        "    if sys.argv[3] == 'early': os.kill(os.getpid(), signal.SIGKILL)"
    )
    found = {}
    for name in ("early", "sending"):
        line = [sys.executable, "-c", code, server, str(tmp_path), name]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
        found[name] = done.stdout.strip()
    with Remote(server).open(tmp_path, "alive", {"fingerprint": "alive"}) as alive:
        alive.json("report.json", {})
        Remote(server).prepare(tmp_path)
        assert status_of(server, alive.run_id) == "RUNNING"
    assert status_of(server, found["early"]) == "KILLED" and status_of(server, found["sending"]) == "FINISHED"
    assert Remote(server).finished(tmp_path / "elsewhere", "sending")[0] == {"cell": "gone"}


def test_what_a_server_lost_or_makes_up_is_named(server, tmp_path: Path, tmp_path_factory, capsys, monkeypatch) -> None:
    run = record(server, tmp_path / "a", "lost").parent.name
    found = tmp_path_factory.getbasetemp().glob(f"server*/files/*/{run}/artifacts")
    # Beside the folder is a link to it.
    [kept] = {path.resolve() for path in found}
    (kept / "figures/one.txt").unlink()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    here = store.run_folder(tmp_path / "b", run)
    assert Remote(server).finished(tmp_path / "b", "lost")[1] == here
    with pytest.raises(UserError, match=server):
        collect.whole_folder(here)
    (here / "files.json").write_text('{"../../../elsewhere": {"size": 1, "sha256": ""}}')
    with pytest.raises(UserError, match=r"'\.\./\.\./\.\./elsewhere' is no file of this run"):
        collect.whole_folder(here)
    (kept / "report.json").unlink()
    assert Remote(server).finished(tmp_path / "c", "lost") is None
    assert "this cell was finished, and is run again" in capsys.readouterr().err
    with pytest.raises(UserError, match=r"report\.json is missing, though its run is FINISHED"):
        collect.finished(tmp_path / "d")
    Remote(server)._reach()[0].delete_run(run)


def test_the_place_follows_the_option_then_the_environment(tmp_path: Path, monkeypatch) -> None:
    assert isinstance(Record().at(tmp_path), Mlflow)
    own = f"sqlite:///{tmp_path / 'mlflow.db'}"
    assert isinstance(Record(uri=own).at(tmp_path), Mlflow) and isinstance(Record(uri=own).at(tmp_path / "b"), Remote)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"postgresql://me:{PASSWORD}@host:5432/runs?sslmode=require")
    assert Record().at(tmp_path).uri == "postgresql://me@host:5432/runs?sslmode=require"
    assert os.environ["PGPASSWORD"] == PASSWORD
    assert Record(uri="https://host/mlflow/").at(tmp_path).uri == "https://host/mlflow"
    assert isinstance(Record(uri="local").at(tmp_path), Mlflow)
