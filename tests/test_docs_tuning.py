"""docs/tuning.md names every ready search and every setting of the sweeper, with its default."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from inn_experiments.configuration.compose import CONF

PAGE = (Path(__file__).parent.parent / "docs" / "tuning.md").read_text(encoding="utf-8")


def test_every_ready_search_is_on_the_page_and_no_other() -> None:
    there = {path.stem for path in (CONF / "experiment").glob("tune*.yaml")}
    assert set(re.findall(r"`(tune\w*)`", PAGE)) == there


def test_every_setting_is_on_the_page_with_its_default() -> None:
    options = yaml.safe_load((CONF / "hydra" / "sweeper" / "optuna.yaml").read_text(encoding="utf-8"))
    rows = dict(
        re.findall(
            r"^\| `(\w+)` \| `?([^|`]+?)`? \|", PAGE.partition("## Settings of the search")[2], flags=re.MULTILINE
        )
    )
    wanted = {key: "null" if value is None else str(value) for key, value in options.items()}
    assert rows == {key: value for key, value in wanted.items() if key not in ("_target_", "params")}
