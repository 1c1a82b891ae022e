"""The README's commands, run as they are written, at smoke scale; and its table of options, which must be whole."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from inn_experiments.config import CONF, defaults

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```bash\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.strip().splitlines()]
# The same for every command, so that sweeps and the report find the cells that were run before.
SHORT = ["trainer=smoke", "utility=smoke"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A newcomer's folder with a file of spectra in it."""
    folder = tmp_path_factory.mktemp("newcomer")
    rng = np.random.default_rng(0)
    chemical = np.repeat(["acetone", "benzene", "cresol"], 20)
    peaks = 1 + 5 * np.eye(3)[np.repeat([0, 1, 2], 20)].repeat(4, axis=1)
    table = pd.DataFrame(peaks * rng.gamma(5, 1, (60, 12)), columns=[str(mass) for mass in range(40, 52)])
    table.insert(0, "chemical", chemical)
    table.to_csv(folder / "my.csv", index=False)
    return folder


def run(command: str, folder: Path) -> subprocess.CompletedProcess:
    """Run one command line in `folder`, shortened to smoke scale."""
    words = shlex.split(command)
    if words[0] == "python":
        words[0] = sys.executable
    else:
        words[0] = str(Path(sys.executable).parent / words[0])
    if "inn_experiments.reports" not in words:
        words += SHORT
    # One seed: its cells are those of the sweep before, so this checks that finished cells are skipped.
    words = [word.replace("seed=0,1,2,3,4", "seed=0") for word in words]
    return subprocess.run(words, check=False, cwd=folder, capture_output=True, text=True, timeout=900)


@pytest.mark.parametrize("command", COMMANDS)
def test_command_runs_as_written(command, folder):
    done = run(command, folder)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr, done.stderr[-2000:]
    if "reports" in command:
        assert "Table 6" in (folder / "grid.md").read_text(encoding="utf-8")


def test_commands_were_found():
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("group", sorted(path.name for path in CONF.iterdir() if path.is_dir() and path.name != "paths"))
def test_every_option_is_in_the_table(group):
    row = next(line for line in README.splitlines() if line.startswith(f"| `{group}` |"))
    for path in (CONF / group).glob("*.yaml"):
        name = f"**{path.stem}**" if defaults().get(group) == path.stem else path.stem
        assert re.search(rf"(?<![\w*]){re.escape(name)}(?![\w*])", row), f"{group}={path.stem} is not in the README"


def test_make_commands_exist():
    makefile = (Path(__file__).parent.parent / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^    make (\w+)", README, flags=re.MULTILINE):
        assert f"\n{target}:" in makefile
