"""Tables from finished runs: the paper's Tables 6, 7 (`grid`) and 8, comparisons, effects of factors."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from inn_experiments.contracts import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; a mistake of the user is one line on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = parser().parse_args(given)
        if not options.outputs.is_dir():
            raise UserError(f"--outputs {options.outputs}: no such folder; give the runs' paths.outputs")
        return options.write(options, given)
    except UserError as mistake:
        print(f"error: {mistake}", file=sys.stderr)
    except OSError as trouble:
        print(f"error: cannot write the report: {trouble}", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    top = argparse.ArgumentParser(prog="python -m inn_experiments.reports", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="grid|compare|table8|effects|records2d|claims|synthesizers")
    grid = commands.add_parser("grid", help="Tables 6 and 7 of the paper, as Markdown and as a figure beside it")
    grid.set_defaults(write=write_grid)
    grid.add_argument("--network", default="point_unet", help="the runs' network")
    grid.add_argument("--data", default="mnist1d", help="the runs' data")
    grid.add_argument("--epochs", help="the runs' epochs, where runs of several lengths have finished")
    grid.add_argument("--seeds", type=seed_list, help="seeds wanted, e.g. 0,1,2 (default: found)")
    compare = commands.add_parser("compare", help="one row per combination of axes, one column per metric")
    compare.set_defaults(write=write_comparison)
    compare.add_argument("--rows", type=names, required=True, help="axes that name a row, e.g. method,network")
    compare.add_argument(
        "--columns", type=names, required=True, help="metrics, e.g. test/inverse/mse; A-B: a paired difference"
    )
    compare.add_argument("--title", default="Comparison", help="the report's title")
    table8 = commands.add_parser("table8", help="Table 8: moments and structure of each class")
    table8.set_defaults(write=write_table8)
    effects = commands.add_parser("effects", help="main effects and interactions, paired by seed")
    effects.set_defaults(write=write_effects)
    effects.add_argument(
        "--factors", type=factors, required=True, help="axes, first values if wanted: schedule=linear,levels"
    )
    effects.add_argument("--columns", type=names, required=True, help="metrics, e.g. test/samples/c2st")
    effects.add_argument("--title", default="Effects", help="the report's title")
    records2d = commands.add_parser("records2d", help="2-D records: reconstruction, utility, uplift per class")
    records2d.set_defaults(write=write_records2d)
    claims = commands.add_parser("claims", help="measured statements of the sources, beside chance")
    claims.set_defaults(write=write_claims)
    synthesizers = commands.add_parser("synthesizers", help="every preset: fidelity, utility and cost by data set")
    synthesizers.set_defaults(write=write_synthesizers)
    for each in (grid, compare, table8, effects, records2d, claims, synthesizers):
        each.add_argument("--outputs", type=Path, default=Path("outputs"), help="the runs' paths.outputs")
        each.add_argument("--to", type=Path, required=True, help="Markdown file; a figure beside it ends in .png")
        each.add_argument(
            "--only",
            type=axis_value,
            action="append",
            default=[],
            metavar="AXIS=VALUE",
            help="use runs with this axis value, or this name (cell=PATTERN); repeatable",
        )
        each.add_argument("--command", action="append", default=[], help="a command line of the runs; repeatable")
        each.add_argument("--date", default=date.today().isoformat(), help="the day to put into the report")
    return top


def seed_list(text: str) -> tuple[int, ...]:
    """The seeds in `0,1,2`."""
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise argparse.ArgumentTypeError(f"write whole numbers, e.g. 0,1,2; found {text!r}") from None


def names(text: str) -> list[str]:
    """The parts of a comma-separated list."""
    return [part.strip() for part in text.split(",") if part.strip()]


def factors(text: str) -> dict[str, str | None]:
    """The axes in `schedule=linear,levels`, each with the value that others are compared with, or None."""
    found: dict[str, str | None] = {}
    for part in names(text):
        axis, _, value = part.partition("=")
        if not axis or axis in found:
            raise argparse.ArgumentTypeError(f"write each axis once: schedule=linear,levels; found {text!r}")
        found[axis] = value or None
    if not found:
        raise argparse.ArgumentTypeError("write an axis or more: schedule=linear,levels; found none")
    return found


def axis_value(text: str) -> tuple[str, str]:
    """The axis and the value in `prime=orthogonal`."""
    axis, sign, value = text.partition("=")
    if not (axis and sign and value):
        raise argparse.ArgumentTypeError(f"write AXIS=VALUE, e.g. prime=orthogonal; found {text!r}")
    return axis, value


def write_grid(options: argparse.Namespace, given: Sequence[str]) -> int:
    """Collect the finished runs, write the Markdown file and its figure, and say where they are."""
    from inn_experiments.reports.files import write_figure, write_text
    from inn_experiments.reports.studies.grid import grid_markdown
    from inn_experiments.reports.studies.grid_figure import grid_figure
    from inn_experiments.reports.studies.selection import missing_runs, select_grid
    from inn_experiments.tracking.collect import finished

    only = {"network": options.network, "data": options.data, **dict(options.only)}
    if options.epochs is not None:
        only["epochs"] = options.epochs
    grid = select_grid(finished(options.outputs), only, options.seeds)
    picture = options.to.with_suffix(".png")
    text = grid_markdown(grid, options.command, typed(given), options.date, picture.name)
    write_figure(picture, grid_figure(grid))
    write_text(options.to, text)
    lacking = sum(map(len, missing_runs(grid).values()))
    print(f"{options.to} and {picture.name}: {len(grid.every())} runs, {lacking} missing")
    return 0


def write_comparison(options: argparse.Namespace, given: Sequence[str]) -> int:
    """Collect the finished runs, write the table with the commands above it, and say where it is."""
    from inn_experiments.reports.files import write_text
    from inn_experiments.reports.studies.comparison import comparison_table
    from inn_experiments.tracking.collect import finished

    table, count = comparison_table(finished(options.outputs), options.rows, options.columns, dict(options.only))
    commands = "\n".join([*options.command, typed(given)])
    about = "Mean ± half the width of the 95 % Student t interval over seeds; all rows are test rows."
    write_text(
        options.to,
        f"# {options.title}\n\n- {options.date}: {count} runs\n\n```\n{commands}\n```\n\n{about}\n\n{table}\n",
    )
    print(f"{options.to}: {count} runs")
    return 0


def write_table8(options: argparse.Namespace, given: Sequence[str]) -> int:
    """Collect the finished runs with a geometry, write Table 8 of each cell, and say where it is."""
    from inn_experiments.reports.files import write_text
    from inn_experiments.reports.studies.table8 import table8_markdown
    from inn_experiments.tracking.collect import finished

    commands = [*options.command, typed(given)]
    text, count = table8_markdown(finished(options.outputs), dict(options.only), commands, options.date)
    write_text(options.to, text)
    print(f"{options.to}: {count} runs")
    return 0


def write_effects(options: argparse.Namespace, given: Sequence[str]) -> int:
    """Collect the finished runs, write what each factor does, and say where it is."""
    from inn_experiments.reports.files import write_text
    from inn_experiments.reports.studies.effects import effects_markdown
    from inn_experiments.tracking.collect import finished

    text, count = effects_markdown(
        finished(options.outputs),
        options.factors,
        options.columns,
        dict(options.only),
        [*options.command, typed(given)],
        options.date,
        options.title,
    )
    write_text(options.to, text)
    print(f"{options.to}: {count} runs")
    return 0


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


def write_claims(options: argparse.Namespace, given: Sequence[str]) -> int:
    """Collect the finished runs with measured statements, write their tables, and say where they are."""
    from inn_experiments.reports.files import write_text
    from inn_experiments.reports.studies.claims import claims_markdown
    from inn_experiments.tracking.collect import finished

    commands = [*options.command, typed(given)]
    text, count = claims_markdown(finished(options.outputs), dict(options.only), commands, options.date)
    write_text(options.to, text)
    print(f"{options.to}: {count} runs")
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


if __name__ == "__main__":
    sys.exit(main())
