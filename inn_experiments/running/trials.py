"""What the cells of a study are, written into the sweep's folder before they run, and read by each of them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from inn_experiments.contracts import write_text
from inn_experiments.contracts.pruning import Hook

TRIALS = "trials.json"


@dataclass(frozen=True)
class Trial:
    """One cell of a study.

    Attributes:
        label: what its line begins with: its count, and which part of the study it is.
        study: whose trial it is.
        settings: what was searched, as on a command line.
        number: of the trial; None for a cell that is scored on test rows.
        asks: whether its training may be given up.
    """

    label: str
    study: str
    settings: tuple[str, ...] = ()
    number: int | None = None
    asks: bool = False

    @property
    def params(self) -> dict[str, str]:
        """Setting -> value, of what was searched."""
        return dict(one.split("=", 1) for one in self.settings)

    def hook(self, sweeper: DictConfig) -> Hook | None:
        """What its training asks; `sweeper` is Hydra's node of that name."""
        if not self.asks or self.number is None:
            return None
        from inn_experiments.tuning.plan import plan_of
        from inn_experiments.tuning.pruning import question

        given = OmegaConf.to_container(sweeper, resolve=True)
        return question(plan_of(given), self.study, self.number)


def write(sweep: Path, trials: Sequence[Trial]) -> None:
    """Write down the cells of a study that are known so far, by their numbers."""
    write_text(sweep / TRIALS, json.dumps([asdict(one) for one in trials], indent=1) + "\n")


def of(sweep: Path, number: int) -> Trial | None:
    """The cell with this number; None where the sweep is no study."""
    path = sweep / TRIALS
    if not path.is_file():
        return None
    known: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return Trial(**{**known[number], "settings": tuple(known[number]["settings"])}) if number < len(known) else None
