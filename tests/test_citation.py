"""LICENSE, CITATION.cff and pyproject.toml say the same."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml

from inn_experiments import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_licence_is_one() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == CITATION["license"] == text.split()[0] == "MIT"
    [author] = CITATION["authors"]
    assert author["name"] in text and PROJECT["authors"] == [author]


def test_the_citation_is_of_this_version_and_cites_the_paper() -> None:
    assert CITATION["cff-version"] == "1.2.0" and {"message", "title", "type"} <= CITATION.keys()
    assert CITATION["version"] == PROJECT["version"] == __version__
    [paper] = CITATION["references"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert paper["title"] in readme
    assert all(author["family-names"] in readme for author in paper["authors"])


def test_the_versions_of_python_are_told_alike() -> None:
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if ":: Python :: 3." in line]
    assert named[0] == PROJECT["requires-python"].removeprefix(">=") and len(named) > 1
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(version.removeprefix("3.") in readme.partition("## Install")[2].split("\n\n")[1] for version in named)
