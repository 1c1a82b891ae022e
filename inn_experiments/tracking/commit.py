"""Which state of this program a run is of."""

import subprocess
from pathlib import Path

from inn_experiments.tracking import processes


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
