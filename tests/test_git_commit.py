"""Whose `git` says which commit the program is at: that of the system, and never one that lies about."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inn_experiments.tracking import origin


@pytest.mark.parametrize("path", [".", "", "bin", "./bin", ".{sep}{usual}", "{sep}{usual}", "bin{sep}{usual}"])
def test_a_git_of_the_current_folder_is_not_run(tmp_path: Path, monkeypatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    for place in (tmp_path / "git", tmp_path / "bin" / "git"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"#!/bin/sh\ntouch {tmp_path / 'mark'}\necho mark\n")
        place.chmod(0o755)
    usual = origin.git_commit()
    monkeypatch.setenv("PATH", path.format(sep=os.pathsep, usual=os.environ["PATH"]))
    assert origin.git_commit() == (usual if "{usual}" in path else "")
    assert not (tmp_path / "mark").exists()


def test_without_git_there_is_no_commit_to_tell(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert origin.git_commit() == ""
