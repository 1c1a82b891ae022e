"""Real components on loopback: an MLflow server, a door before it, PostgreSQL, and a stand-in for S3."""

from __future__ import annotations

import base64
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from inn_experiments.tracking import places

PASSWORD = "hunter2hunter2"
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
"""The folder of PostgreSQL's programs; None where it is not installed."""
STRANGE = ("MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "PGPASSWORD")
"""Variables that would lead a test elsewhere, or that the program itself sets."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@contextmanager
def mlflow_server(
    folder: Path, store: str = "", artifacts: str = "", more: dict[str, str] | None = None
) -> Iterator[str]:
    """`mlflow server` with files through itself; by default a SQLite file and a folder; yields its address."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    line = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    line += ["--backend-store-uri", store or f"sqlite:///{folder / 'server.db'}", "--serve-artifacts"]
    line += ["--artifacts-destination", artifacts or str(folder / "files")]
    environment = {key: value for key, value in os.environ.items() if key not in STRANGE} | (more or {})
    environment |= {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(line, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}/health", process, folder / "log")
        yield address
    finally:
        # Its workers are processes of their own.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def _wait(address: str, process: subprocess.Popen, log: Path, patience: float = 120.0) -> None:
    began = time.monotonic()
    while True:
        assert process.poll() is None, log.read_text()[-2000:]
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        assert time.monotonic() - began < patience, log.read_text()[-2000:]
        time.sleep(0.3)


class Door:
    """An address before a server, which asks for a password, or does not answer."""

    def __init__(self, server: str) -> None:
        self.open, self.password, self.refuses, self.counted = True, "", "", 0
        door, host = self, server.removeprefix("http://")

        class Handler(BaseHTTPRequestHandler):
            def _pass(self) -> None:
                door.counted += 1
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                told = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
                if not door.open:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if door.password and told != f"team:{door.password}":
                    self._answer(401, b"You are not authenticated.")
                    return
                if door.refuses and door.refuses in self.path:
                    self._answer(403, b'{"error_code": "PERMISSION_DENIED", "message": "Permission denied"}')
                    return
                behind = http.client.HTTPConnection(host, timeout=60)
                headers = {key: value for key, value in self.headers.items() if key.lower() != "authorization"}
                behind.request(self.command, self.path, body, headers)
                answer = behind.getresponse()
                self._answer(answer.status, answer.read())
                behind.close()

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def postgres() -> Iterator[str]:
    """PostgreSQL with the user `team`, whose password is PASSWORD; yields the URI of a database, without password."""
    # Not below pytest's folder, which is closed for the user that it runs as.
    with tempfile.TemporaryDirectory(prefix="inn-postgres-") as place:
        folder, port, as_whom = Path(place), free_port(), []
        (folder / "password").write_text(PASSWORD + "\n")
        if os.getuid() == 0:
            # It does not run as root.
            as_whom = ["runuser", "-u", "nobody", "--"]
            for path in (folder, folder / "password"):
                shutil.chown(path, "nobody")

        def program(name: str, *arguments: str) -> None:
            line = [*as_whom, str(POSTGRES / name), "-D", str(folder / "data"), *arguments]
            done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr

        program("initdb", "-A", "scram-sha-256", "-U", "team", f"--pwfile={folder / 'password'}", "-N")
        options = f"-p {port} -k {folder} -h 127.0.0.1 -c fsync=off"
        # Without its log it would hold the pipe of this process open.
        program("pg_ctl", "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield f"postgresql://team@127.0.0.1:{port}/postgres"
        finally:
            program("pg_ctl", "-m", "immediate", "stop")


def moto() -> Path | None:
    """The program `moto_server`, which stands in for S3: what MOTO_SERVER names, or on the path; None: neither."""
    found = os.environ.get("MOTO_SERVER") or shutil.which("moto_server")
    return Path(found) if found and Path(found).is_file() else None


@contextmanager
def s3(folder: Path) -> Iterator[dict[str, str]]:
    """A stand-in for S3 with the bucket `runs`; yields the variables with which a server or client finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    port, program = free_port(), moto()
    assert program is not None
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([program, "-H", "127.0.0.1", "-p", str(port)], cwd=folder, stdout=log, stderr=log)
    told = subprocess.run(
        [program.with_name("python"), "-c", "import boto3; print(boto3.__path__[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    # MLflow's server needs the client's library, and nothing else of that environment.
    (folder / "library").mkdir()
    for name in ("boto3", "botocore", "s3transfer", "jmespath"):
        (folder / "library" / name).symlink_to(Path(told.stdout.strip()).with_name(name))
    found = {
        "MLFLOW_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "team",
        "AWS_SECRET_ACCESS_KEY": PASSWORD,
        "AWS_DEFAULT_REGION": "us-east-1",
        "PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(folder / "library")]),
    }
    try:
        _wait(f"http://127.0.0.1:{port}/moto-api/data.json", process, folder / "log")
        urllib.request.urlopen(
            urllib.request.Request(f"http://127.0.0.1:{port}/runs", method="PUT"), timeout=30
        ).close()
        yield found
    finally:
        process.kill()
        process.wait(30)


def nobody(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Work in a folder of one's own, with nobody's credentials; what the program sets itself goes with the test."""
    monkeypatch.chdir(folder)
    for name in STRANGE:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    places.tell.cache_clear()
