"""Tables from finished runs: the paper's Tables 6, 7 (`grid`) and 8, comparisons, effects of factors."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence


def add(commands) -> list[argparse.ArgumentParser]:
    """Commands that are not yet studies over the frame."""
    grid = commands.add_parser("grid", help="Tables 6 and 7 of the paper, as Markdown and as a figure beside it")
    grid.set_defaults(write=write_grid)
    grid.add_argument("--network", default="point_unet", help="the runs' network")
    grid.add_argument("--data", default="mnist1d", help="the runs' data")
    grid.add_argument("--epochs", help="the runs' epochs, where runs of several lengths have finished")
    grid.add_argument("--seeds", type=seed_list, help="seeds wanted, e.g. 0,1,2 (default: found)")
    table8 = commands.add_parser("table8", help="Table 8: moments and structure of each class")
    table8.set_defaults(write=write_table8)
    records2d = commands.add_parser("records2d", help="2-D records: reconstruction, utility, uplift per class")
    records2d.set_defaults(write=write_records2d)
    claims = commands.add_parser("claims", help="measured statements of the sources, beside chance")
    claims.set_defaults(write=write_claims)
    synthesizers = commands.add_parser("synthesizers", help="every preset: fidelity, utility and cost by data set")
    synthesizers.set_defaults(write=write_synthesizers)
    return [grid, table8, records2d, claims, synthesizers]


def seed_list(text: str) -> tuple[int, ...]:
    """The seeds in `0,1,2`."""
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise argparse.ArgumentTypeError(f"write whole numbers, e.g. 0,1,2; found {text!r}") from None


def names(text: str) -> list[str]:
    """The parts of a comma-separated list."""
    return [part.strip() for part in text.split(",") if part.strip()]


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
