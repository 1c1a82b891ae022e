"""Which finished runs are of 2-D records, sorted by what they differ in, and their numbers over seeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from math import isclose
from typing import Any, NamedTuple

from inn_experiments.contracts import UserError
from inn_experiments.measures.numbers.intervals import corrected_interval
from inn_experiments.reports.before import fits

ERROR = "test/reconstruction/mse"
SQUARE = ("sequential", "joint")
"""Autoencoders with d x d numbers to a record; others have d."""

Run = dict[str, Any]
Runs = dict[int, Run]
Interval = tuple[float, float | None]


class Width(NamedTuple):
    """An autoencoder and its d."""

    autoencoder: str
    latent: int

    @property
    def numbers(self) -> int:
        """Numbers in the latent of a record."""
        return self.latent**2 if self.autoencoder in SQUARE else self.latent


class Kind(NamedTuple):
    """A generator in the latent of an autoencoder."""

    generator: str
    autoencoder: str
    latent: int

    def __str__(self) -> str:
        return f"{self.generator}, {self.autoencoder}, d = {self.latent}"


def choose(reports: Sequence[Run], only: dict[str, str]) -> list[Run]:
    """The runs with an autoencoder whose axes fit `only`; UserError for none, or for several data sets."""
    chosen = [report for report in reports if ERROR in report["metrics"] and fits(report, only)]
    if not chosen:
        raise UserError(
            f"none of the {len(reports)} finished runs has an autoencoder's errors and {only or 'any axes'}; "
            "run experiment=gcims and experiment=gcims_width first"
        )
    data = sorted({str(report["axes"]["data"]) for report in chosen})
    if len(data) > 1:
        raise UserError(f"the finished runs are of several data sets ({', '.join(data)}); add --only data={data[0]}")
    return chosen


def by_width(reports: Sequence[Run]) -> dict[Width, Runs]:
    """One run per autoencoder, d and seed: generators around one autoencoder share its errors.

    Raises UserError where they do not, since then the autoencoders differ in something else.
    """
    found: dict[Width, Runs] = defaultdict(dict)
    for report in reports:
        width = Width(report["axes"].get("autoencoder", "-"), int(report["axes"].get("latent", 512)))
        other = found[width].setdefault(report["seed"], report)
        if not isclose(other["metrics"][ERROR], report["metrics"][ERROR], rel_tol=1e-3):
            raise UserError(
                f"two runs with {width.autoencoder}, d = {width.latent} and seed {report['seed']} have "
                f"different errors of reconstruction ({other['cell']}, {other['fingerprint'][:8]}; {report['cell']}, "
                f"{report['fingerprint'][:8]}): tell them apart with --only AXIS=VALUE, or keep each "
                "in its own outputs"
            )
        if report["parameters"] < other["parameters"]:
            found[width][report["seed"]] = report
    return {width: dict(sorted(found[width].items())) for width in sorted(found)}


def by_kind(reports: Sequence[Run]) -> dict[Kind, Runs]:
    """The runs with utility; UserError where two of one kind share a seed."""
    found: dict[Kind, Runs] = defaultdict(dict)
    for report in reports:
        if not report["utility"]:
            continue
        axes = report["axes"]
        kind = Kind(axes["generator"], axes.get("autoencoder", "-"), int(axes.get("latent", 512)))
        if report["seed"] in found[kind]:
            raise UserError(
                f"two runs of {kind} have seed {report['seed']} and utility: "
                f"{found[kind][report['seed']]['cell']} and {report['cell']}; choose with --only AXIS=VALUE or cell=PATTERN"
            )
        found[kind][report["seed"]] = report
    return {kind: dict(sorted(found[kind].items())) for kind in sorted(found)}


def over_seeds(runs: Runs, read: Callable[[Run], float | None]) -> Interval | None:
    """Mean and corrected resampled half width of what `read` finds in each run; None where it finds nothing.

    Each seed divides the same records anew, so that test sets overlap (Nadeau and Bengio 2003).
    """
    kept = [(run, value) for run in runs.values() if (value := read(run)) is not None]
    if not kept:
        return None
    train, test = (sum(run["split"][part] for run, _ in kept) / len(kept) for part in ("train", "test"))
    return corrected_interval([value for _, value in kept], train, test)


def table_row(run: Run, protocol: str, treatment: str) -> Mapping[str, Any]:
    """The row of the run's utility table; empty where it has none."""
    for row in run["utility"]:
        if (row["protocol"], row["treatment"]) == (protocol, treatment):
            return row
    return {}


def measured(protocol: str, treatment: str, measure: str) -> Callable[[Run], float | None]:
    """Reads the mean of a measure of a treatment."""
    return lambda run: (table_row(run, protocol, treatment).get(measure) or {}).get("mean")


def gained(protocol: str, treatment: str, reference: str, measure: str) -> Callable[[Run], float | None]:
    """Reads by how much a treatment is above another one of the same run."""

    def read(run: Run) -> float | None:
        pair = [measured(protocol, name, measure)(run) for name in (treatment, reference)]
        return None if None in pair else pair[0] - pair[1]

    return read


def in_class(protocol: str, treatment: str, label: int, measure: str) -> Callable[[Run], float | None]:
    """Reads the mean of `f1` or `difference_f1` of one class, or its `n_train`."""

    def read(run: Run) -> float | None:
        for row in table_row(run, protocol, treatment).get("per_class", []):
            if row["class"] == label:
                return row[measure]["mean"] if isinstance(row[measure], dict) else float(row[measure])
        return None

    return read


def class_sizes(runs: Runs, protocol: str) -> dict[int, tuple[str, float]]:
    """Class -> (name, real training rows), the smallest first."""
    names = {
        row["class"]: row["name"]
        for run in runs.values()
        for row in table_row(run, protocol, "real").get("per_class", [])
    }
    sizes = {label: over_seeds(runs, in_class(protocol, "real", label, "n_train"))[0] for label in names}
    return {label: (names[label], sizes[label]) for label in sorted(names, key=lambda each: (sizes[each], each))}
