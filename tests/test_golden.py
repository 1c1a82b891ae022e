"""The short cells of scripts/golden.py still give the recorded numbers, rows and weights, bit for bit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "golden.py"


def golden(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_every_cell_is_as_recorded() -> None:
    other, said = golden("--platform")
    if other:
        # Other processors and other releases round otherwise; what is recorded holds for one kind of machine.
        pytest.skip(said.strip())
    status, said = golden("--check", "--jobs", "2")
    assert status == 0, said
