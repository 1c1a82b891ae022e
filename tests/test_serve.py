"""`mlflow models serve` over HTTP on this machine: rows for a good request, 400 and one line for another."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_examples import logging

from inn_experiments.artifact.compounds import asked
from inn_experiments.artifact.kept import read
from inn_experiments.artifact.rows import table
from inn_experiments.tracking import store

PATIENCE = 240
"""Seconds that a machine with much else to do gets until the server is up."""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("outputs")
    with logging(folder, limit=20) as run:
        pass
    store.connect(store.database(folder))
    (folder / "run").write_text(run.run_id)
    return folder


@pytest.fixture(scope="module")
def server(outputs: Path, tmp_path_factory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run = (outputs / "run").read_text()
    line = [sys.executable, "-m", "mlflow", "models", "serve", "-m", f"runs:/{run}/synthesizer"]
    line += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "MLFLOW_TRACKING_URI": store.address(store.database(outputs)),
    }
    log = tmp_path_factory.mktemp("log") / "log.txt"
    with log.open("w") as file:
        process = subprocess.Popen(line, env=environment, stdout=file, stderr=file, start_new_session=True)
        try:
            wait(f"http://127.0.0.1:{port}/ping", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            # The command and the server that it starts are one group.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait(address: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def post(server: str, body: object, kind: str | None = "application/json") -> tuple[int, str]:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    request = urllib.request.Request(f"{server}/invocations", data, {"content-type": kind} if kind else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


WISH = {"label": "chemical 1", "n": 2}


def test_rows_come_over_http_as_from_python(server: str, outputs: Path) -> None:
    status, body = post(server, {"dataframe_records": [WISH], "params": {"seed": 3}})
    assert status == 200
    ((_, _, folder),) = store.on_record(store.database(outputs))
    kept = read(folder)
    expected = table(*asked(kept, classes={"chemical 1": 2}), 3)
    assert json.loads(body)["predictions"] == expected.to_dict("records")
    assert post(server, {"inputs": [WISH], "params": {"seed": 3}}) == (200, body)
    assert post(server, {"inputs": [WISH], "params": {"seed": 4}})[1] != body
    assert post(server, "label,n\nchemical 1,2", "text/csv") == post(server, {"instances": [WISH]})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"dataframe_records": [WISH], "params": {"sead": 1}}, "'sead' is no parameter of this model"),
        ({"dataframe_records": [WISH], "seed": 1}, "it belongs into params"),
        ({"dataframe_records": [{"label": "chemical", "n": 2}]}, "did you mean 'chemical"),
        ({"dataframe_records": [{"label": "chemical 1", "n": -1}]}, "n: -1 rows"),
        ({"dataframe_records": [{"label": "chemical 1", "n": 2.5}]}, "n: 2.5 rows"),
        ({"dataframe_records": [{"label": "chemical 1", "n": 1e300}]}, "n: 1e+300 rows"),
        ({"dataframe_records": [{"label": "chemical 1", "n": 21}]}, "at most 20 a request"),
        ({"dataframe_records": [{"label": "chemical 1"}]}, "n: this column is missing"),
        ({"messages": []}, "messages: a request has no such key"),
        ("{", "no JSON"),
    ],
)
def test_a_bad_request_is_a_400_of_one_line_that_names_the_reason(server: str, body, words) -> None:
    status, said = post(server, body)
    told = json.loads(said)
    assert status == 400 and words in told["message"] and "\n" not in told["message"]
    assert "stack_trace" not in told and "Traceback" not in said and ".py" not in said and "/" not in said


@pytest.mark.parametrize(("body", "status"), [("label,n\nchemical 1,x", 400), ("label\nchemical 1", 400), ("", 400)])
def test_a_bad_table_in_another_format_is_one_too(server: str, body: str, status: int) -> None:
    found, said = post(server, body, "text/csv")
    assert found == status and "stack_trace" not in said and "\\n" not in json.loads(said)["message"]


def test_a_request_of_an_unknown_kind_is_refused(server: str) -> None:
    assert post(server, "x", "application/x-www-form-urlencoded")[0] == 415


def test_the_server_goes_on_after_all_that(server: str) -> None:
    assert post(server, {"inputs": [WISH]})[0] == 200
