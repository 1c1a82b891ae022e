"""docs/python.md: its blocks run in their order, and its table tells every argument of Augmenter."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from inn_experiments import Augmenter

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(python|bash)\n(.*?)```", PAGE, flags=re.DOTALL)


def test_its_blocks_run_one_after_the_other(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    assert [kind for kind, _ in BLOCKS].count("bash") == 1 and len(BLOCKS) > 7
    for kind, text in BLOCKS:
        if kind == "bash":
            command = [sys.executable, *shlex.split(text)[1:], "trainer.progress=false"]
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            subprocess.run(command, check=True, capture_output=True, env=environment)
        else:
            exec(compile(text, "docs/python.md", "exec"), names)


def test_its_table_tells_every_argument_and_no_other() -> None:
    told = {
        name for line in re.findall(r"^\| (`.*?) \|", PAGE, flags=re.MULTILINE) for name in re.findall(r"`(\w+)`", line)
    }
    assert told == set(inspect.signature(Augmenter).parameters)


def test_the_presets_that_need_no_torch_are_told() -> None:
    drawing = {path.stem for path in (ROOT / "inn_experiments/synthesizers/classical").glob("*.py")} - {
        "__init__",
        "base",
    }
    assert all(f"`{name}`" in PAGE.split("## Augmenter")[0] for name in drawing)
