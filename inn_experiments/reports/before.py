"""Tables from finished runs: the paper's Tables 6, 7 (`grid`) and 8, comparisons, effects of factors."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

Getter = Callable[[dict[str, Any]], float | None]


def metric(key: str) -> Getter:
    """Reads `metrics[key]`, e.g. `test/forward/mse`."""
    return lambda report: report["metrics"].get(key)


def baseline(direction: str, predictor: str, measure: str) -> Getter:
    """Reads one trivial predictor's error."""
    return lambda report: report["baselines"].get(direction, {}).get(predictor, {}).get(measure)


def utility(protocol: str, treatment: str, measure: str) -> Getter:
    """Reads the mean of one measure of one treatment, e.g. `f1_macro` or `difference_f1_macro`."""

    def read(report: dict[str, Any]) -> float | None:
        for row in report["utility"]:
            if (row["protocol"], row["treatment"]) == (protocol, treatment):
                return (row.get(measure) or {}).get("mean")
        return None

    return read


def fits(report: dict[str, Any], only: dict[str, str]) -> bool:
    """Whether a run has every axis value of `only`; `*` and `?` stand for any text, `cell` is the run's name."""
    known = {**report["axes"], "cell": report["cell"]}
    return all(axis in known and fnmatchcase(str(known[axis]), value) for axis, value in only.items())


def add(commands) -> list[argparse.ArgumentParser]:
    """Commands that are not yet studies over the frame."""
    records2d = commands.add_parser("records2d", help="2-D records: reconstruction, utility, uplift per class")
    records2d.set_defaults(write=write_records2d)
    synthesizers = commands.add_parser("synthesizers", help="every preset: fidelity, utility and cost by data set")
    synthesizers.set_defaults(write=write_synthesizers)
    return [records2d, synthesizers]


def seed_list(text: str) -> tuple[int, ...]:
    """The seeds in `0,1,2`."""
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise argparse.ArgumentTypeError(f"write whole numbers, e.g. 0,1,2; found {text!r}") from None


def names(text: str) -> list[str]:
    """The parts of a comma-separated list."""
    return [part.strip() for part in text.split(",") if part.strip()]


def write_records2d(options: argparse.Namespace, given: Sequence[str]) -> int:
    """Collect the finished runs of 2-D records, write the report and its figure, and say where they are."""
    from inn_experiments.reports.files import write_figure, write_text
    from inn_experiments.reports.studies.records2d import records2d_markdown
    from inn_experiments.reports.studies.records2d_figure import records2d_figure
    from inn_experiments.tracking.collect import finished

    picture, commands = options.to.with_suffix(".png"), [*options.command, typed(given)]
    text, runs = records2d_markdown(finished(options.outputs), dict(options.only), commands, options.date, picture.name)
    write_figure(picture, records2d_figure(runs))
    write_text(options.to, text)
    print(f"{options.to} and {picture.name}: {len(runs)} runs")
    return 0


def write_synthesizers(options: argparse.Namespace, given: Sequence[str]) -> int:
    """Collect the finished runs of presets, write the report and its figure, and say where they are."""
    from inn_experiments.reports.files import write_figure, write_text
    from inn_experiments.reports.studies.synthesizers import synthesizers_markdown
    from inn_experiments.reports.studies.synthesizers_figure import synthesizers_figure
    from inn_experiments.reports.studies.synthesizers_runs import collect
    from inn_experiments.tracking.collect import finished

    picture, commands = options.to.with_suffix(".png"), [*options.command, typed(given)]
    tables = collect(finished(options.outputs), dict(options.only))
    text = synthesizers_markdown(tables, commands, options.date, picture.name)
    write_figure(picture, synthesizers_figure(tables))
    write_text(options.to, text)
    print(
        f"{options.to} and {picture.name}: {sum(len(runs) for table in tables.values() for runs in table.values())} runs"
    )
    return 0


def typed(given: Sequence[str]) -> str:
    """The command line of this report."""
    return shlex.join(["python", "-m", "inn_experiments.reports", *given])
