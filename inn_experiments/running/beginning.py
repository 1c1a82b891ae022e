"""What a cell begins with: its rows and what is to be measured on them, before any library of training is imported."""

import platform
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

from inn_experiments import __version__
from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import Measure, Report, Source, Split, UserError, WholeSource, child_seed
from inn_experiments.measures.directions import Directions
from inn_experiments.measures.fidelity import Fidelity
from inn_experiments.measures.reconstruction import Reconstruction
from inn_experiments.measures.unseen import Unseen
from inn_experiments.running.inner import check_inner

VERSIONS = ["torch", "lightning", "scikit-learn", "imbalanced-learn", "numpy", "mnist1d", "mlflow", "hydra-core"]
VERSIONS += ["PyWavelets"]


@dataclass(frozen=True)
class Begun:
    """A cell whose input is found to be in order.

    Attributes:
        report: with the versions and the step `split`.
        split: the divided rows.
        measures: what is measured, in order: the name of the step, the measure, and its seed.
        whole: gives all rows as training rows, for what is kept in the end; None where no such training is asked for.
    """

    report: Report
    split: Split
    measures: dict[str, tuple[Measure, int]]
    whole: Callable[[], Split] | None = None


def begin(cell: Cell) -> Begun:
    """Divide the rows of `cell` and let each measure check them.

    Raises:
        UserError: for a mistake in the data, or one that a measure would end with. No run is on record yet, and
            neither torch nor MLflow has been imported to hear of it.
    """
    report = Report(cell.name, cell.seed, cell.fingerprint, cell.axes, versions=versions())
    source, chosen = cell.source(), measures(cell)
    check_whole(cell, source)
    with report.step("split"):
        split = divided(cell, source)
        for measure, seed in chosen.values():
            measure.check(split, seed=seed)
    report.split = describe(split)
    if (number := cell.value("inner")) is not None:
        report.split["inner"] = number
    whole = partial(source.whole, cache=cell.outputs / "cache") if cell.final_fit else None
    return Begun(report, split, chosen, whole)


def check_whole(cell: Cell, source: Source) -> None:
    """Raise UserError where a last training is asked for on rows that are drawn, of which there is no end."""
    if cell.final_fit and not isinstance(source, WholeSource):
        raise UserError(
            f"final_fit=true: data={cell.choices['data']} draws its rows, so there are no others to train on in the "
            "end; ask for more of them, or leave final_fit out"
        )


def divided(cell: Cell, source: Source) -> Split:
    """The rows of the cell's `source`, as its seed divides them; what a last training would refuse is refused."""
    where = {"seed": child_seed(cell.seed, "data"), "cache": cell.outputs / "cache"}
    number = cell.value("inner")
    if number is None:
        return source.load(**where, whole=True) if cell.final_fit else source.load(**where)
    warnings.warn(f"inner={number}: all scores are of a part of the training rows, and of no test rows", stacklevel=2)
    return check_inner(cell, source).inner(number=number, **where)


def measures(cell: Cell) -> dict[str, tuple[Measure, int]]:
    """What is measured, in order: the name of the step, the measure, and its seed."""
    chosen, seed = cell.measures(), child_seed(cell.seed, "evaluation")
    every = {
        "directions": (Directions(), seed),
        "reconstruction": (Reconstruction(), seed),
        "fidelity": (Fidelity(decoded=cell.value("geometry.decoded") is not False), seed),
        "geometry": (chosen.get("geometry"), seed),
        "unseen": (Unseen(), seed),
        "claims": (chosen.get("claims"), child_seed(seed, "claims")),
        "utility": (chosen.get("utility"), child_seed(cell.seed, "utility")),
    }
    return {name: (measure, child) for name, (measure, child) in every.items() if measure is not None}


def versions() -> dict[str, str]:
    """What the numbers may depend on."""
    return {
        "inn-experiments": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in VERSIONS},
    }


def describe(split: Split) -> dict[str, Any]:
    """How many rows each part has, and what they are."""
    found = {
        "name": split.name,
        "features": split.features,
        "classes": len(split.classes),
        "bounded": split.bounded,
        "train": len(split.train),
        "val": len(split.val),
        "test": len(split.test),
        "fresh": 0 if split.fresh is None else len(split.fresh),
        "unseen": 0 if split.unseen is None else len(split.unseen),
    }
    if split.shape is not None:
        found |= {"shape": list(split.shape), "preprocessing": split.scaling.describe()}
    else:
        found["scaling"] = dict(split.scaling.describe())
    if split.pool:
        found |= {"pool": split.pool, "test_rows": split.test_rows}
    if split.reading is not None:
        found["read"] = {"line": split.reading.line(), **split.reading.as_dict()}
    return found
