"""The commands of docs/data.md, as they are written, with a cheap generator; every extension that is read is on it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import newcomer_files
import pytest
from refusals import CHEAP

from inn_experiments.data.tables.jcamp import EXTENSIONS as JCAMP
from inn_experiments.data.tables.opening import EXTENSIONS

PAGE = (Path(__file__).parent.parent / "docs/data.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```bash\n(.*?)```", PAGE, flags=re.DOTALL)
# Those with a generator of their own are run as they are in test_docs_commands.
COMMANDS = [line for block in BLOCKS for line in re.sub(r"\\\n\s*", "", block).splitlines() if "generator=" not in line]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Every file that the page names."""
    root = tmp_path_factory.mktemp("files")
    newcomer_files.write(root)
    return root


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_reads_its_file(command, folder, run, monkeypatch):
    monkeypatch.chdir(folder)
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "inn_experiments"]
    status, out, err = run(*(word for word in words[3:] if word != "utility=none"), *CHEAP)
    assert status == 0, err
    # A slow machine has a line for a stage before.
    assert any(line.startswith("read ") and " rows; " in line for line in out.splitlines()), out


def test_every_form_is_on_the_page():
    for suffix in (*EXTENSIONS, ".npz", *JCAMP[:2], ".msp", ".mgf", ".npy"):
        assert suffix in PAGE.lower() or suffix[1:] in PAGE.lower(), suffix
    assert len(COMMANDS) >= 25
