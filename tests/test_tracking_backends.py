"""Runs in PostgreSQL and, through a server, in S3: real components on loopback, or the test says why it has none."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from server_examples import PASSWORD, POSTGRES, mlflow_server, moto, nobody, postgres, s3

from inn_experiments.contracts import Report, UserError
from inn_experiments.tracking import places, store
from inn_experiments.tracking.collect import finished, whole_folder
from inn_experiments.tracking.record import Record
from inn_experiments.tracking.remote import Remote

CHEAP = ("data=two_clusters", "data.rows=300", "generator=bootstrap", "trainer=smoke", "utility=none")
needs_postgres = pytest.mark.skipif(POSTGRES is None, reason="PostgreSQL is not installed: apt-get install postgresql")
needs_s3 = pytest.mark.skipif(
    moto() is None,
    reason="no stand-in for S3: pip install 'moto[s3,server]' in a venv, and MOTO_SERVER=VENV/bin/moto_server",
)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install -e '.[postgres]'")
    with postgres() as uri:
        yield uri


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nobody(monkeypatch, tmp_path)


def record(tracker: Record, outputs: Path, name: str) -> Path:
    """A finished run of two files; its folder."""
    with tracker.open(outputs, name, {"fingerprint": name, "cell": name}) as run:
        run.text("config.yaml", "seed: 0\n")
        run.dataset("mnist1d", "0123")
        run.metrics({"test/samples/fid": 0.5})
        run.text("figures/one.txt", "a figure\n")
        run.json("report.json", Report(name, 0, name, {}).as_dict())
    return run.folder


@needs_postgres
def test_postgresql_takes_runs_and_their_files_stay_below_the_outputs(
    database, run, tmp_path: Path, monkeypatch
) -> None:
    line = (*CHEAP, f"tracking.uri={database}")
    status, _, err = run(*line)
    assert status == 2 and err.count("\n") == 1 and "does not know who you are; PGPASSWORD" in err, err
    status, _, err = run(*CHEAP, f"tracking.uri={database.rpartition('/')[0]}/nothere")
    assert status == 2 and "PGPASSWORD" in err, err
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    status, _, err = run(*CHEAP, f"tracking.uri={database.rpartition('/')[0]}/nothere")
    assert status == 2 and "there is no such database" in err and err.count("\n") == 1, err
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", database.replace("team@", f"team:{PASSWORD}@"))
    status, out, err = run(*CHEAP, "register=team")
    assert status == 0 and f"runs go to {database} (MLFLOW_TRACKING_URI)" in err and "version 1" in out, (out, err)
    assert not list(tmp_path.glob("mlruns")) and not list(tmp_path.glob("mlflow.db"))
    leaks = [path for path in tmp_path.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]
    assert leaks == [] and PASSWORD not in out + err
    # Another one's outputs: the files lie in the folder of the first of an experiment, and where they were made.
    record(Record(), tmp_path / "second", "first")
    folder = record(Record(), tmp_path / "third", "second")
    first = store.run_folder(tmp_path / "second", folder.parent.name)
    assert (first / "figures/one.txt").read_text() == (folder / "figures/one.txt").read_text()
    assert {report.cell for report in finished(tmp_path / "empty")} == {"two_clusters-bootstrap", "first", "second"}
    # Where that folder is not there, it is named before any work.
    (tmp_path / "second/runs").rename(tmp_path / "away")
    gone = pytest.raises(UserError, match="second/runs, which is not there")
    with gone, Remote(f"{database}?application_name=another").open(tmp_path / "fourth", "x", {"fingerprint": "x"}):
        pytest.fail("it was begun")
    (tmp_path / "away").rename(tmp_path / "second/runs")


@needs_postgres
def test_a_database_of_another_version_is_named(database, tmp_path: Path, monkeypatch) -> None:
    import psycopg

    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    Remote(f"{database}?application_name=one").finished(tmp_path, "nothing")
    with psycopg.connect(database) as connection:
        [version] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    try:
        with pytest.raises(UserError, match=r"of another version of MLflow .*mlflow db upgrade"):
            Remote(f"{database}?application_name=two").finished(tmp_path, "nothing")
    finally:
        with psycopg.connect(database) as connection:
            connection.execute("UPDATE alembic_version SET version_num = %s", [version])


@needs_postgres
@needs_s3
def test_files_in_s3_come_through_a_server_that_keeps_its_record_in_postgresql(
    database, tmp_path_factory, tmp_path: Path, monkeypatch
) -> None:
    place = tmp_path_factory.mktemp("server")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    with s3(place / "s3") as found:
        store_uri = database.replace("postgresql://team", "postgresql+psycopg://team")
        more = {**found, "PGPASSWORD": PASSWORD}
        with mlflow_server(place, store_uri, "s3://runs/team", more) as server:
            tracker = Record(uri=server)
            # This database has an experiment whose files lie in a folder; the server's has them in S3.
            monkeypatch.setattr(store, "EXPERIMENT", "of the team")
            folder = record(tracker, tmp_path / "one", "one")
            listed = urllib.request.urlopen(f"{found['MLFLOW_S3_ENDPOINT_URL']}/runs?list-type=2", timeout=30)
            assert f"{folder.parent.name}/artifacts/figures/one.txt" in listed.read().decode()
            assert Record(uri=server).finished(tmp_path / "two", "one")[1].is_relative_to(tmp_path / "two")
            places.remember(tmp_path / "two", server)
            here = whole_folder(store.run_folder(tmp_path / "two", folder.parent.name))
            assert (here / "figures/one.txt").read_text() == "a figure\n"
            # A bucket that is gone shows with the first file, before a training.
            for key in (f"{folder.parent.name}/artifacts/report.json",):
                assert (
                    key in urllib.request.urlopen(f"{found['MLFLOW_S3_ENDPOINT_URL']}/runs", timeout=30).read().decode()
                )
            urllib.request.urlopen(
                urllib.request.Request(f"{found['MLFLOW_S3_ENDPOINT_URL']}/moto-api/reset", method="POST"), timeout=30
            ).close()
            with (
                pytest.raises(UserError, match=f"^{server}: "),
                tracker.open(tmp_path, "x", {"fingerprint": "x"}) as run,
            ):
                run.text("config.yaml", "seed: 1\n")
