"""Outputs folders that were moved, copied or renamed, and databases that somebody else has changed."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from urllib.parse import urlparse

import pytest

from inn_experiments.contracts import UserError
from inn_experiments.contracts.report import Report
from inn_experiments.tracking import store
from inn_experiments.tracking.collect import finished
from inn_experiments.tracking.mlflow import Mlflow

CASES = Path(__file__).parent / "cases"


def command(case: str, generator: str, outputs: Path) -> list[str]:
    rows = [f"data.path={CASES / case / 'spectra.csv'}", "data.label=cls", "utility=smoke"]
    return ["data=table", *rows, f"generator={generator}", f"paths.outputs={outputs}"]


def recorded(outputs: Path, name: str) -> str:
    with Mlflow().open(outputs, name, {"fingerprint": name}) as run:
        run.json("report.json", Report(name, 0, name, {}).as_dict())
    return run.run_id


def test_a_copy_of_an_outputs_folder_is_complete_by_itself(run, tmp_path) -> None:
    first, copy = tmp_path / "first", tmp_path / "copy"
    case = "outputs-moved-or-copied"
    assert run(*command(case, "smote", first))[0] == 0
    shutil.copytree(first, copy)
    first.rename(tmp_path / "elsewhere")
    status, out, err = run(*command(case, "smote", copy))
    assert (status, err) == (0, "") and "skipped: a finished run" in out and str(first) not in out
    assert run(*command(case, "convex", copy))[0] == 0
    assert not first.exists() and len(list((copy / "runs").glob("*/artifacts/report.json"))) == 2
    assert len(list((copy / "runs/models").glob("*/artifacts/MLmodel"))) == 2
    assert len(finished(copy)) == 2 and len(finished(tmp_path / "elsewhere")) == 1


def test_the_database_says_where_files_lie_now_and_a_second_name_changes_nothing(tmp_path) -> None:
    first, copy, link = tmp_path / "first", tmp_path / "a copy", tmp_path / "link"
    run = recorded(first, "one")
    shutil.copytree(first, copy)
    link.symlink_to(first)
    for outputs, where in ((copy, copy), (link, first), (first, first)):
        Mlflow().prepare(outputs)
        client = store.connect(store.database(outputs))
        uri = client.get_run(run).info.artifact_uri
        assert Path(urlparse(uri).path.replace("%20", " ")) == store.folder_of(where, run, uri)
        assert client.get_experiment_by_name(store.EXPERIMENT).artifact_location == (where / "runs").as_uri()
        assert [item.path for item in client.list_artifacts(run)] == ["files.json", "report.json"]


def test_a_deleted_experiment_is_named_with_the_command_that_restores_it(run, tmp_path) -> None:
    outputs = tmp_path / "my outputs"
    case = "experiment-deleted"
    assert run(*command(case, "smote", outputs))[0] == 0
    path = store.database(outputs)
    client, number = store.connect(path), store.experiment_id(path, "spectra smoke")
    client.delete_experiment(number)
    status, _, err = run(*command(case, "convex", outputs))
    assert status == 2 and err.startswith("error: ") and len(err.splitlines()) == 1
    assert f"MLFLOW_TRACKING_URI='sqlite:///{path}' mlflow experiments restore --experiment-id {number}" in err
    with pytest.raises(UserError, match="is deleted; restore it"):
        finished(outputs)
    client.restore_experiment(number)
    assert "skipped: a finished run" in run(*command(case, "smote", outputs))[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("UPDATE alembic_version SET version_num = 'ffffffffffff'", "another version of MLflow"),
        ("DELETE FROM experiments", "without the experiment"),
    ],
)
def test_a_database_that_others_have_changed_is_named(tmp_path, change, message) -> None:
    recorded(tmp_path / "first", "one")
    # MLflow looks at a database once a process.
    outputs = shutil.copytree(tmp_path / "first", tmp_path / "copy")
    connection = sqlite3.connect(store.database(outputs))
    connection.execute(change)
    connection.commit()
    connection.close()
    with pytest.raises(UserError, match=message) as error:
        recorded(outputs, "two")
    assert str(store.database(outputs)) in str(error.value) and "\n" not in str(error.value)


def test_a_folder_that_cannot_be_written_can_be_read(tmp_path, monkeypatch) -> None:
    """As on a disk that is mounted read-only, where the database's own files cannot be made beside it."""
    recorded(tmp_path, "one")
    with sqlite3.connect(store.database(tmp_path)) as connection:
        # As the last one to close it does.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ask = store._ask

    def readonly(path, mode, *rest):
        if mode == "mode=rw":
            raise sqlite3.OperationalError("unable to open database file")
        return ask(path, mode, *rest)

    monkeypatch.setattr(store, "_ask", readonly)
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        finished(tmp_path)
    monkeypatch.setattr(store.os, "access", lambda *_: False)
    assert [report.cell for report in finished(tmp_path)] == ["one"]
