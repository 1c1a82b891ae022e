"""README.md is short enough to be read, and says nothing of what is not there. Its commands: test_docs_commands."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_is_read_in_five_minutes() -> None:
    lines = README.splitlines()
    assert len(lines) <= 150
    # A row of a table and a picture are a line, however long.
    assert not [line for line in lines if len(line) > 132 and not line.startswith(("|", "!"))]
    assert max(map(len, lines)) < 180


def test_make_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pages = [
        README,
        *(path.read_text(encoding="utf-8") for path in [ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]),
    ]
    named = [word for page in pages for word in re.findall(r"(?:^ *|`)make ([a-z-]+)\b", page, flags=re.MULTILINE)]
    assert len(named) > 10
    for target in named:
        assert f"\n{target}:" in makefile, target


def test_groups_and_options_on_it_exist() -> None:
    rows = [line for line in README.partition("## What can be chosen")[2].splitlines() if line.startswith("| `")]
    assert len(rows) > 5
    for row in rows:
        groups, words = (re.findall(r"`([\w/]+)`", cell) for cell in row.split("|")[1:3])
        assert all((ROOT / "conf" / group).is_dir() for group in groups), groups
        if len(groups) == 1:
            assert all((ROOT / "conf" / groups[0] / f"{word}.yaml").is_file() for word in words), words


def test_the_example_is_what_the_readme_says() -> None:
    table = pd.read_csv(ROOT / "examples/spectra.csv")
    assert "60 made spectra of three classes" in README and "50 channels from 1100 to 1590 nm" in README
    assert table["chemical"].value_counts().tolist() == [20] * 3
    channels = [column for column in table if column != "chemical"]
    assert channels == [f"{place} nm" for place in range(1100, 1600, 10)]
