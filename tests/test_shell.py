"""What is outermost in every command: exit statuses, and readers of its output that go away."""

import os
import subprocess
import sys

import pytest

from inn_experiments.contracts.shell import shell

BEGIN = "import sys, subprocess; from inn_experiments.contracts.shell import begin; begin(); "


def leave(code: object) -> None:
    raise SystemExit(code)


def interrupt() -> None:
    raise KeyboardInterrupt


def fail() -> None:
    raise ValueError("a mistake")


@pytest.mark.parametrize(
    ("work", "status"),
    [
        (lambda: None, 0),
        (lambda: 7, 7),
        (lambda: leave(3), 3),
        (lambda: leave(None), 0),
        (lambda: leave("words"), 1),
        (interrupt, 1),
        (fail, 2),
    ],
)
def test_whatever_ends_a_command_is_a_status(work, status: int) -> None:
    assert shell(work, lambda error: 2 if str(error) == "a mistake" else 9) == status


def unread(*line: str) -> tuple[int, str]:
    """(status, stderr) of a command whose output has lost its reader before the first word."""
    read, write = os.pipe()
    os.close(read)
    try:
        answer = subprocess.run(line, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(write)
    return answer.returncode, answer.stderr


@pytest.mark.parametrize(
    "rest",
    [
        "print('a line'); sys.exit(7)",
        "print('a line', flush=True); sys.exit(7)",
        "print('x' * 1_000_000); print('y'); sys.exit(7)",
        "sys.stdout.write('a piece'); sys.stdout.flush(); sys.exit(7)",
        "subprocess.run(['echo', 'from a child']); print('a line'); sys.exit(7)",
    ],
)
def test_work_goes_on_when_nobody_reads_what_it_prints(rest: str) -> None:
    status, errors = unread(sys.executable, "-c", BEGIN + rest)
    # A child that is no program of ours may say that it cannot write.
    assert status == 7 and "Traceback" not in errors and "Exception ignored" not in errors


@pytest.mark.parametrize("module", ["inn_experiments", "inn_experiments.sample"])
def test_help_ends_well_when_nobody_reads_it(module: str) -> None:
    assert unread(sys.executable, "-m", module, "--help") == (0, "")
