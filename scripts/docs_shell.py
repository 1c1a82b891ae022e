"""A newcomer's folder and shell: a fresh copy of the project with its .venv, one bash after the other in it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import NamedTuple, TextIO

from docs_commands import ROOT

SERVERS = r"^mlflow (ui|server|models serve)\b"
"""Commands that do not end."""

OURS = ".git .venv .venv-peers site outputs dist build __pycache__ .pytest_cache .ruff_cache *.egg-info"
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MLFLOW_TRACKING_URI", "PYTEST_CURRENT_TEST")
"""Variables of this process that a newcomer's shell has not."""


class Done(NamedTuple):
    """What a command gave: its exit status (0 for a server that answers), all that it printed, and its seconds."""

    status: int
    printed: str
    seconds: float


class Copy:
    """A fresh copy of the project.

    Args:
        folder: that does not exist yet.
        install: True leaves .venv to the commands; False makes it at once, from the packages of this Python.
    """

    def __init__(self, folder: Path, *, install: bool = False) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*OURS.split()))
        if not install:
            environment(folder)
        self.files = {path for path in folder.rglob("*") if ".venv" not in path.relative_to(folder).parts}

    def clean(self) -> None:
        """Take away all that commands have written, but .venv."""
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if ".venv" not in path.relative_to(self.folder).parts and path not in self.files:
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def environment(folder: Path) -> None:
    """A .venv in `folder` as `make setup` leaves it, whose packages are those of the Python that runs this."""
    venv, own = folder / ".venv", Path(sys.executable).parent
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    site = next((venv / "lib").glob("python*/site-packages"))
    (site / "newcomer.pth").write_text(f"{folder}\n{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    for script in own.iterdir():
        there = venv / "bin" / script.name
        if there.exists() or script.name.startswith(("python", "activate", "Activate")):
            continue
        text = script.read_bytes()
        if text.startswith(b"#!" + os.fsencode(own)):
            there.write_bytes(re.sub(rb"\A#![^\n]*", b"#!" + os.fsencode(venv / "bin" / "python"), text))
            there.chmod(0o755)
        elif script.is_file():
            there.symlink_to(script.resolve())
    (venv / ".ready").touch()


class Shell:
    """A shell that keeps its variables and its folder from command to command.

    Args:
        folder: where it begins.
        active: whether `.venv` is activated at the beginning.
    """

    def __init__(self, folder: Path, *, active: bool) -> None:
        self.state = folder.parent / f"{folder.name}.state"
        self.state.mkdir(exist_ok=True)
        self.variables = {key: value for key, value in os.environ.items() if key not in FOREIGN}
        bins = {str(Path(sys.executable).parent)}
        self.variables["PATH"] = os.pathsep.join(
            place for place in os.environ["PATH"].split(os.pathsep) if place not in bins
        )
        (self.state / "variables").write_text("")
        (self.state / "folder").write_text(str(folder))
        self.servers: list[subprocess.Popen] = []
        self.ports: dict[str, int] = {}
        if active:
            self.run("source .venv/bin/activate")

    def __enter__(self) -> Shell:
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGTERM)
        for server in self.servers:
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
        shutil.rmtree(self.state)

    def run(self, text: str, limit: float = 900) -> Done:
        """Run one command; one that serves is answering when this returns, and is stopped with the shell."""
        begun = time.monotonic()
        text = self.elsewhere(text)
        if re.search(SERVERS, text):
            status, printed = self.serve(text)
            return Done(status, printed, time.monotonic() - begun)
        place = self.state
        script = (
            f'source {place}/variables\ncd "$(cat {place}/folder)"\n{text}\nstatus=$?\n'
            f"declare -px > {place}/variables\npwd > {place}/folder\nexit $status\n"
        )
        with (place / "printed").open("w+", encoding="utf-8") as printed:
            process = self._begun(script, printed)
            try:
                status = process.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                status = process.wait()
            printed.seek(0)
            return Done(status, printed.read(), time.monotonic() - begun)

    def _begun(self, script: str, printed: TextIO) -> subprocess.Popen:
        """A script at work, in a session of its own, whose lines go to `printed`."""
        return subprocess.Popen(
            ["bash", "-c", script],
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
            start_new_session=True,
        )

    def serve(self, text: str) -> tuple[int, str]:
        """Start what serves and wait until it answers: its exit status, 0 where it serves, and what it printed."""
        log = self.state / f"server{len(self.servers)}"
        script = f'source {self.state}/variables\ncd "$(cat {self.state}/folder)"\nexec {text}\n'
        with log.open("w", encoding="utf-8") as printed:
            server = self._begun(script, printed)
        self.servers.append(server)
        port = int(re.search(r"--port (\d+)", text)[1])
        for _ in range(600):
            if server.poll() is not None:
                return server.returncode or 1, log.read_text(encoding="utf-8")
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    return 0, log.read_text(encoding="utf-8")
            time.sleep(0.2)
        return 124, log.read_text(encoding="utf-8")

    def elsewhere(self, text: str) -> str:
        """The command with a free port in the place of each that it names, the same one all the time."""
        if re.search(SERVERS, text) and "--port" not in text:
            text += " --port 5000"
        return re.sub(r"(127\.0\.0\.1:|--port )(50\d\d)\b", self._free, text)

    def _free(self, found: re.Match[str]) -> str:
        if found[2] not in self.ports:
            with socket.socket() as asking:
                asking.bind(("127.0.0.1", 0))
                self.ports[found[2]] = asking.getsockname()[1]
        return f"{found[1]}{self.ports[found[2]]}"
