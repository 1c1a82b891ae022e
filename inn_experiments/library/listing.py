"""The finished runs of an outputs folder in Python: a table of what they are and score, and their synthesizers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from inn_experiments.artifact.kept import read
from inn_experiments.contracts import Report
from inn_experiments.library.loading import Loaded
from inn_experiments.tracking import collect

if TYPE_CHECKING:
    import pandas as pd


class Runs:
    """The finished runs of a folder, the newest first; those that compute the same are one."""

    def __init__(self, reports: dict[Path, Report]) -> None:
        self._reports = reports

    def __len__(self) -> int:
        return len(self._reports)

    def __iter__(self) -> Iterator[Report]:
        return iter(self._reports.values())

    @property
    def folders(self) -> list[Path]:
        """Of the runs' files; of a run on a server the report alone is there until the run is loaded."""
        return list(self._reports)

    def frame(self) -> pd.DataFrame:
        """One row a run: its name, seed and folder, its axes, and its own numbers over all classes.

        Numbers have the names that they have in MLflow, `utility/same_rows/synthetic/difference_f1_macro`.
        """
        import pandas as pd

        rows = []
        for folder, report in self._reports.items():
            axes = {name: value for name, value in report.axes.items() if name != "seed"}
            told = {"cell": report.cell, "seed": report.seed, "folder": str(folder)}
            rows.append({**told, **axes, "parameters": report.parameters, **report.metrics})
        return pd.DataFrame(rows)

    def numbers(self) -> pd.DataFrame:
        """One row for each number of each run, with its interval, its class, and who gave it in the cell's place."""
        import pandas as pd

        found = [
            {"cell": report.cell, "seed": report.seed, "folder": str(folder), **vars(number)}
            for folder, report in self._reports.items()
            for number in report.numbers
        ]
        return pd.DataFrame(found)

    def load(self, place: int = 0) -> Loaded:
        """The synthesizer of the run at this place of the list; raises UserError where none was kept."""
        return Loaded(read(collect.whole_folder(self.folders[place])))


def runs(outputs: str | Path = "outputs") -> Runs:
    """The finished runs of a folder, those of tracking=none too; raises UserError where there is no such folder."""
    return Runs(collect.reports(Path(outputs)))
