"""`python -m inn_experiments.reports grid`: Tables 6 and 7 of the paper from finished runs."""

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
        return write_grid(parser().parse_args(given), given)
    except UserError as mistake:
        print(f"error: {mistake}", file=sys.stderr)
    except OSError as trouble:
        print(f"error: cannot write the report: {trouble}", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    top = argparse.ArgumentParser(prog="python -m inn_experiments.reports", description=__doc__)
    grid = top.add_subparsers(required=True, metavar="grid").add_parser(
        "grid", help="Tables 6 and 7 of the paper, as Markdown and as a figure beside it"
    )
    grid.add_argument("--outputs", type=Path, default=Path("outputs"), help="the runs' paths.outputs")
    grid.add_argument("--to", type=Path, required=True, help="Markdown file; the figure ends in .png")
    grid.add_argument("--network", default="point_unet", help="the runs' network")
    grid.add_argument("--data", default="mnist1d", help="the runs' data")
    grid.add_argument("--epochs", help="the runs' epochs, where runs of several lengths have finished")
    grid.add_argument("--seeds", type=seed_list, help="seeds wanted, e.g. 0,1,2 (default: found)")
    grid.add_argument(
        "--only",
        type=axis_value,
        action="append",
        default=[],
        metavar="AXIS=VALUE",
        help="use runs with this axis value, or this name (cell=PATTERN); repeatable",
    )
    grid.add_argument("--command", action="append", default=[], help="a command line of the runs; repeatable")
    grid.add_argument("--date", default=date.today().isoformat(), help="the day to put into the report")
    return top


def seed_list(text: str) -> tuple[int, ...]:
    """The seeds in `0,1,2`."""
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise argparse.ArgumentTypeError(f"write whole numbers, e.g. 0,1,2; found {text!r}") from None


def axis_value(text: str) -> tuple[str, str]:
    """The axis and the value in `prime=orthogonal`."""
    axis, sign, value = text.partition("=")
    if not (axis and sign and value):
        raise argparse.ArgumentTypeError(f"write AXIS=VALUE, e.g. prime=orthogonal; found {text!r}")
    return axis, value


def write_grid(options: argparse.Namespace, given: Sequence[str]) -> int:
    """Collect the finished runs, write the Markdown file and its figure, and say where they are."""
    from inn_experiments.reports.files import write_figure, write_text
    from inn_experiments.reports.grid import grid_markdown
    from inn_experiments.reports.grid_figure import grid_figure
    from inn_experiments.reports.selection import missing_runs, select_grid
    from inn_experiments.tracking.collect import finished

    if not options.outputs.is_dir():
        raise UserError(f"--outputs {options.outputs}: no such folder; give the runs' paths.outputs")
    only = {"network": options.network, "data": options.data, **dict(options.only)}
    if options.epochs is not None:
        only["epochs"] = options.epochs
    grid = select_grid(finished(options.outputs), only, options.seeds)
    picture = options.to.with_suffix(".png")
    command = shlex.join(["python", "-m", "inn_experiments.reports", *given])
    text = grid_markdown(grid, options.command, command, options.date, picture.name)
    write_figure(picture, grid_figure(grid))
    write_text(options.to, text)
    lacking = sum(map(len, missing_runs(grid).values()))
    print(f"{options.to} and {picture.name}: {len(grid.every())} runs, {lacking} missing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
