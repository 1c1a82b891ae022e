"""Where a run comes from, in the tags by which MLflow's pages show it: command, commit and person."""

import getpass
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from inn_experiments.contracts.secrets import masked
from inn_experiments.tracking import processes

NOTE = "mlflow.note.content"
"""The tag that MLflow's pages show as the description."""
MOST = 5000
"""Characters that every version of MLflow takes in a tag."""
DIRTY = "-dirty"


def tags(told: Mapping[str, str]) -> dict[str, str]:
    """The tags of a run with those that MLflow's pages look for; its `command` becomes the source, without secrets."""
    commit = git_commit()
    found = {**told, "git_commit": commit, "mlflow.source.type": "LOCAL", "mlflow.user": user()}
    if command := found.pop("command", ""):
        found["mlflow.source.name"] = masked(command)[:MOST]
    if commit:
        found["mlflow.source.git.commit"] = commit.removesuffix(DIRTY)
    return {key: value for key, value in found.items() if value or key in told or key == "git_commit"}


@cache
def user() -> str:
    """Who runs this; '' where the system does not know."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def git_commit() -> str:
    """The commit that this program is at, with `-dirty` where files differ from it; '' outside a checkout.

    Pages of results are no part of the program: what one command writes there makes no other run dirty.
    """
    if (git := processes.program("git")) is None:
        return ""

    def asked(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([git, *words], cwd=Path(__file__).parent, capture_output=True, text=True, check=False)

    try:
        commit = asked("rev-parse", "--verify", "--quiet", "HEAD").stdout.strip()
        same = asked("diff", "--quiet", "HEAD", "--", ":(top)", ":(top,exclude)docs/results").returncode == 0
    except OSError:
        return ""
    return f"{commit}{'' if same else '-dirty'}" if commit else ""
