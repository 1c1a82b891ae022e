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
    """The commit that this program is at, with `-dirty` where files differ from it; '' outside a checkout."""
    here = Path(__file__).parent
    if (git := processes.program("git")) is None:
        return ""
    try:
        answer = subprocess.run(
            [git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=here,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return answer.stdout.strip()
