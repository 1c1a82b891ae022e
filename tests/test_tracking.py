"""MLflow runs: one owner sets the status, files lie where MLflow shows them, the dead are found."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlparse

import pytest
from filelock import Timeout

from inn_experiments.contracts import UserError
from inn_experiments.contracts.report import Report
from inn_experiments.tracking import processes, store
from inn_experiments.tracking.collect import finished
from inn_experiments.tracking.files import Files, Run
from inn_experiments.tracking.mlflow import Mlflow


@pytest.fixture(scope="module")
def outputs(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("a folder with spaces")
    Mlflow().prepare(folder)
    return folder


def status_of(outputs: Path, name: str) -> str:
    client = store.connect(store.database(outputs))
    runs = client.search_runs([store.experiment_id(store.database(outputs))], f"attributes.run_name = '{name}'")
    assert len(runs) == 1
    return runs[0].info.status


def test_a_finished_run_is_found_again_with_its_numbers_and_files(outputs: Path) -> None:
    with Mlflow().open(outputs, "good-seed0", {"fingerprint": "good", "cell": "good"}) as run:
        assert status_of(outputs, "good-seed0") == "RUNNING"
        run.params({"method": "svd", "seed": 0})
        run.metrics({"test/samples/fid": 0.5})
        run.curve("train/loss", list(range(1, 1202)), [1 / step for step in range(1, 1202)])
        run.dataset("mnist1d", "0123")
        run.json("report.json", {"metrics": {"test/samples/fid": 0.5}})
    report, folder = Mlflow().finished(outputs, "good")
    assert report["metrics"] == {"test/samples/fid": 0.5} and folder.is_relative_to(outputs)
    client = store.connect(store.database(outputs))
    data = client.get_run(run.run_id).data
    assert data.params["method"] == "svd" and data.metrics["test/samples/fid"] == 0.5
    assert len(client.get_metric_history(run.run_id, "train/loss")) == 1201
    assert [item.path for item in client.list_artifacts(run.run_id)] == ["files.json", "report.json"]
    assert {"cell", "fingerprint", "git_commit", "pid", "host", "process_start"} <= set(data.tags)


@pytest.mark.parametrize(
    ("name", "error", "status"),
    [
        ("failed", RuntimeError("boom"), "FAILED"),
        ("user", UserError("bad"), "FAILED"),
        ("interrupted", KeyboardInterrupt(), "KILLED"),
        ("terminated", SystemExit(143), "KILLED"),
    ],
)
def test_the_owner_sets_the_last_status(outputs: Path, name: str, error: BaseException, status: str) -> None:
    with pytest.raises(type(error)), Mlflow().open(outputs, name, {"fingerprint": name}) as run:
        raise error
    assert status_of(outputs, name) == status
    assert (run.folder / "traceback.txt").exists() == (status == "FAILED")
    assert Mlflow().finished(outputs, name) is None


def test_numbers_that_are_not_finite_are_refused(outputs: Path, tmp_path: Path) -> None:
    run = Run(tmp_path)
    with pytest.raises(ValueError, match="test/a = nan"):
        run.metrics({"test/a": float("nan"), "test/b": 1.0})
    with pytest.raises(ValueError, match="loss at step 2 = inf"):
        run.curve("loss", [1, 2], [1.0, float("inf")])
    with pytest.raises(ValueError):
        run.json("report.json", {"a": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_run_whose_process_is_gone_is_marked_at_the_next_start(outputs: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from inn_experiments.tracking.mlflow import Mlflow\n"
        "with Mlflow().open(Path(sys.argv[1]), 'gone', {'fingerprint': 'gone'}):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(outputs)], check=False).returncode == -9
    assert status_of(outputs, "gone") == "RUNNING"
    with Mlflow().open(outputs, "alive", {"fingerprint": "alive"}) as run:
        run.json("report.json", {})
        Mlflow().prepare(outputs)
        assert status_of(outputs, "alive") == "RUNNING"
    assert status_of(outputs, "gone") == "KILLED"


def test_a_process_is_named_by_its_number_and_its_start() -> None:
    mine = processes.owner()
    assert not processes.is_dead(mine)
    assert processes.is_dead({**mine, "process_start": "another time"})
    assert not processes.is_dead({**mine, "host": "elsewhere", "process_start": "another time"})


def test_two_processes_may_create_the_database_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from inn_experiments.tracking.mlflow import Mlflow\n"
        "from inn_experiments.contracts.report import Report\n"
        "with Mlflow().open(Path(sys.argv[1]), sys.argv[2], {'fingerprint': sys.argv[2]}) as run:\n"
        "    run.json('report.json', Report(sys.argv[2], 0, '', {}).as_dict())"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], stderr=subprocess.PIPE)
        for name in ("one", "two")
    ]
    assert [process.communicate()[1] for process in both] == [b"", b""]
    assert {report.cell for report in finished(tmp_path)} == {"one", "two"}
    connection = sqlite3.connect(store.database(tmp_path))
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_data_set_is_entered_by_one_process_at_a_time(outputs: Path, monkeypatch) -> None:
    """MLflow looks whether it is there and then inserts it: two at once end with a UNIQUE constraint error."""
    with Mlflow().open(outputs, "one", {"fingerprint": "one"}) as run:
        entered, original = [], run._client.log_inputs

        def log_inputs(*arguments, **named):
            with pytest.raises(Timeout):
                store.lock(outputs).acquire(timeout=0)
            entered.append(original(*arguments, **named))

        monkeypatch.setattr(run._client, "log_inputs", log_inputs)
        run.dataset("same", "0")
        run.dataset("same", "0")
        run.json("report.json", {"metrics": {}, "fingerprint": "one"})
    assert len(entered) == 2
    with store.lock(outputs).acquire(timeout=5):
        pass


def test_collecting_takes_the_newest_finished_run_per_fingerprint(tmp_path: Path) -> None:
    for attempt in (1, 2):
        with Mlflow().open(tmp_path, f"again-{attempt}", {"fingerprint": "again"}) as run:
            run.json("report.json", Report("again", attempt, "again", {}).as_dict())
    assert [report.seed for report in finished(tmp_path)] == [2]
    with pytest.raises(UserError, match="mlflow.db"):
        finished(tmp_path / "elsewhere")


def test_the_database_says_by_sql_what_mlflow_says(tmp_path: Path) -> None:
    for name, mark in (("first", "a"), ("second", "a"), ("other", "b"), ("deleted", "a"), ("no report", "a")):
        with Mlflow().open(tmp_path, name, {"fingerprint": mark, "cell": name}) as run:
            if name != "no report":
                run.json("report.json", {"cell": name})
        if name == "deleted":
            run._client.delete_run(run.run_id)
    with pytest.raises(RuntimeError), Mlflow().open(tmp_path, "failed", {"fingerprint": "a"}):
        raise RuntimeError("boom")
    path = store.database(tmp_path)
    client, where = store.connect(path), store.experiment_id(path)
    assert client.get_experiment_by_name(store.EXPERIMENT).experiment_id == where
    runs = client.search_runs([where], "attributes.status = 'FINISHED'", order_by=["attributes.start_time DESC"])
    told = [(run.data.tags["fingerprint"], Path(urlparse(run.info.artifact_uri).path)) for run in runs]
    assert store.finished(path) == told and len(told) == 4
    assert store.finished(path, "b") == [pair for pair in told if pair[0] == "b"]
    assert Mlflow().finished(tmp_path, "a")[0] == {"cell": "second"}
    assert Mlflow().finished(tmp_path, "c") is None
    with Mlflow().open(tmp_path, "running", {"fingerprint": "d"}) as run:
        assert {key: tags["fingerprint"] for key, tags in store.running(path).items()} == {run.run_id: "d"}
    assert store.running(path) == {}


def test_asking_makes_no_database_and_changes_none(tmp_path: Path) -> None:
    path = store.database(tmp_path)
    Mlflow().prepare(tmp_path)
    assert Mlflow().finished(tmp_path, "a") is None and not path.exists()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    with pytest.raises(UserError, match="without the experiment"):
        Mlflow().prepare(tmp_path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.select(path, "INSERT INTO mine VALUES (1)")


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with Files().open(tmp_path, "cell-seed0", {"fingerprint": "0123456789"}) as run:
        run.json("report.json", {"a": 1})
        with pytest.raises(TypeError):
            run.json("report.json", {"a": object()})
    assert json.loads((run.folder / "report.json").read_text()) == {"a": 1}
    assert not [path for path in run.folder.rglob("*") if path.name.startswith(".")]
