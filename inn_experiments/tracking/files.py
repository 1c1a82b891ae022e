"""A run's folder and what may be put on record about it; on its own, tracking without MLflow."""

import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inn_experiments.contracts import UserError
from inn_experiments.contracts.files import file_name, write_text
from inn_experiments.tracking import leftovers, whole

WriteModel = Callable[..., None]
"""Makes the folder of a model: (new folder, what MLflow knows of the model, limit=rows a request or None)."""

LONGEST = 200
"""Characters of a run's folder, whose fingerprint follows; file systems take 255."""


class Run:
    """One run on record: its `folder` is where everything that belongs to it is written.

    This class keeps files alone; `tracking.mlflow.MlflowRun` also tells MLflow.
    """

    def __init__(self, folder: Path, title: str = "") -> None:
        self.folder, self.title = folder, title or folder.name

    def params(self, values: Mapping[str, Any]) -> None:
        """Record the axes of the cell: name -> short value."""

    def metrics(self, values: Mapping[str, float]) -> None:
        """Record final numbers; raises ValueError naming a metric that is not finite."""
        check_finite(values)

    def curve(self, name: str, steps: Sequence[int], values: Sequence[float]) -> None:
        """Record a curve: `values` (n,) at `steps` (n,); raises ValueError where one is not finite."""
        check_finite({f"{name} at step {step}": value for step, value in zip(steps, values, strict=True)})

    def dataset(self, name: str, digest: str) -> None:
        """Record which rows the run learned from."""

    def tag(self, name: str, value: str) -> None:
        """Record a short fact about the run that is neither an axis nor a number."""

    def describe(self, text: str) -> None:
        """Record what the run is and what it shows, as Markdown for the pages of a tracker."""

    def table(self, name: str, content: object) -> None:
        """Write the file `name` with `columns` and rows of `data`, which a tracker's pages show as a table."""
        self.text(name, json.dumps(content, allow_nan=False) + "\n")

    def model(self, write: WriteModel) -> None:
        """Record that rows can be made with what the run trained; `write` makes the folder of MLflow's model."""

    def text(self, name: str, content: str) -> Path:
        """Write the file `name` (a path below the run's folder) with `content`, whole or not at all."""
        return write_text(self.folder / name, content)

    def json(self, name: str, content: object) -> Path:
        """Write `content` as JSON; raises ValueError for NaN and infinity, which JSON does not have."""
        return self.text(name, json.dumps(content, indent=1, allow_nan=False) + "\n")


def check_finite(values: Mapping[str, float]) -> None:
    """Raise ValueError naming the first values that are not finite numbers."""
    bad = [f"{name} = {value}" for name, value in values.items() if not math.isfinite(value)]
    if bad:
        raise ValueError(f"not finite: {', '.join(bad[:5])}{' ...' if len(bad) > 5 else ''}")


class Files:
    """Tracking without MLflow: each run leaves a folder `<outputs>/runs/<name>` and nothing is skipped."""

    def prepare(self, outputs: Path) -> None:
        """Remove what killed processes left half written."""
        leftovers.clear(outputs, everywhere=True)

    def finished(self, outputs: Path, fingerprint: str) -> tuple[dict[str, Any], Path] | None:
        """The report and folder of a finished run with this fingerprint: here, never."""
        return None

    def looks_up_here(self, outputs: Path) -> bool:
        """Whether finished runs are looked up in a file: they are not looked up at all."""
        return False

    @contextmanager
    def open(self, outputs: Path, name: str, tags: Mapping[str, str]) -> Iterator[Run]:
        """A run called `name`, open for as long as the `with` block lasts."""
        # A cell is called by the file of its data, whose name may be anything, and as long as a name can be.
        folder = outputs / "runs" / f"{file_name(name, longest=LONGEST)}-{tags['fingerprint'][:8]}"
        folder.mkdir(parents=True, exist_ok=True)
        # An earlier run of the same cell had this folder, and its list tells of its files.
        (folder / whole.LIST).unlink(missing_ok=True)
        yield Run(folder)
        whole.write_list(folder)

    def register(self, outputs: Path, folder: Path, name: str) -> str:
        """Put the run's model into a registry: here there is none, so that this raises UserError."""
        raise UserError(f"register={name}: without MLflow there is no registry; use tracking=mlflow, or leave it out")

    def sweep(
        self, outputs: Path, name: str, outcomes: Sequence[Mapping[str, Any]], status: str, started: float
    ) -> str:
        """Put a sweep on record: here nothing; its folder in `<outputs>/hydra` says what its cells were."""
        return ""

    def rewrite(self, outputs: Path, folder: Path, name: str, text: str) -> None:
        """Write a file of the finished run in `folder` once more."""
        whole.rewrite(folder, name, text)

    def hint(self, outputs: Path, runs: Collection[str] = ()) -> str:
        """How to look at the finished runs."""
        return f"the runs' files: {outputs / 'runs'}"
