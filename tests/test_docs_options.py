"""docs/options.md: its tables are whole, and its defaults are those of the configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from inn_experiments.configuration.compose import CONF, compose, defaults

PAGE = (Path(__file__).parent.parent / "docs/options.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "group",
    [
        *sorted(path.name for path in CONF.iterdir() if path.is_dir() and path.name not in ("paths", "hydra")),
        "hydra/launcher",
        "hydra/sweeper",
    ],
)
def test_every_option_is_in_the_table(group):
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{group}` |"))
    for path in (CONF / group).glob("*.yaml"):
        name = f"**{path.stem}**" if defaults().get(group) == path.stem else path.stem
        assert re.search(rf"(?<![\w*]){re.escape(name)}(?![\w*])", row), f"{group}={path.stem} is not on the page"


def test_single_values_stand_with_their_defaults():
    rows = re.findall(r"^\| `([\w.]+)` \| `?([^|`]+?)`? \|", PAGE.partition("## Single values")[2], flags=re.MULTILINE)
    cell = compose()
    assert len(rows) >= 10
    for key, default in rows:
        found = cell.value(key)
        assert yaml.safe_load(default) == found, f"{key}: {default} on the page, {found} in the configuration"
