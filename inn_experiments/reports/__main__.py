"""Tables from finished runs: the paper's Tables 6, 7 (`grid`) and 8, comparisons, effects of factors."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from inn_experiments.contracts import UserError, write_text
from inn_experiments.contracts.secrets import masked
from inn_experiments.contracts.shell import begin
from inn_experiments.reports import page, studies
from inn_experiments.reports.panels import write_figure
from inn_experiments.reports.runs import frame_of
from inn_experiments.reports.study import Study
from inn_experiments.tracking import collect


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; a mistake of the user is one line on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = parser().parse_args(given)
        if not collect.is_there(options.outputs):
            raise UserError(f"--outputs {options.outputs}: no such folder; give the runs' paths.outputs")
        return write(options.study, options, masked(shlex.join(["python", "-m", "inn_experiments.reports", *given])))
    except UserError as mistake:
        print(f"error: {mistake}", file=sys.stderr)
    except OSError as trouble:
        print(f"error: cannot write the report: {trouble}", file=sys.stderr)
    return 2


def every_study() -> list[Study]:
    """The STUDY of every module in `reports.studies`."""
    return [import_module(f"{studies.__name__}.{module.name}").STUDY for module in iter_modules(studies.__path__)]


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    known = every_study()
    top = argparse.ArgumentParser(prog="python -m inn_experiments.reports", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="|".join(study.name for study in known))
    for study in known:
        each = commands.add_parser(study.name, help=study.help)
        each.set_defaults(study=study)
        study.options(each)
        each.add_argument("--outputs", type=Path, default=Path("outputs"), help="the runs' paths.outputs")
        each.add_argument("--to", type=Path, required=True, help="Markdown file; a figure beside it ends in .png")
        only, many = "use runs with this axis value, or this name (cell=PATTERN)", {"action": "append", "default": []}
        each.add_argument("--only", type=axis_value, metavar="AXIS=VALUE", help=f"{only}; repeatable", **many)
        each.add_argument("--command", help="a command line of the runs; repeatable", **many)
        each.add_argument("--reading", type=Path, metavar="FILE", help="what people wrote: stands below the commands")
        each.add_argument("--below", metavar="HEADING", help="add this to the page --to, below a heading of its own")
        each.add_argument("--date", default=date.today().isoformat(), help="the day to put into the report")
    return top


def axis_value(text: str) -> tuple[str, str]:
    """The axis and the value in `prime=orthogonal`."""
    axis, sign, value = text.partition("=")
    if not (axis and sign and value):
        raise argparse.ArgumentTypeError(f"write AXIS=VALUE, e.g. prime=orthogonal; found {text!r}")
    return axis, value


def write(study: Study, options: argparse.Namespace, typed: str) -> int:
    """Let the study answer from the finished runs, write its document and figure, and say where they are."""
    picture = options.to.with_suffix(".png")
    options.only, options.picture = dict(options.only), picture.name
    every = collect.finished(options.outputs)
    # Trials of a search are scored inside the training rows.
    frame = frame_of(one for one in every if "inner" in options.only or "inner" not in one.axes)
    document, words = study.answer(frame, options), page.words_of(options.reading)
    if options.below:
        text = page.appended(options.to, options.below, document, [typed], words)
    else:
        made = [page.program(), page.runs_from(document, collect.commits(options.outputs))]
        made_by = options.command or ["# the command line of the runs was not given (--command)"]
        text = document.markdown(options.date, [*made_by, typed], made, words)
        if document.figure is not None:
            write_figure(picture, document.figure)
    write_text(options.to, text)
    files = f"{options.to}" if document.figure is None else f"{options.to} and {picture.name}"
    print(f"{files}: {len(document.runs)} runs{'' if document.missing is None else f', {document.missing} missing'}")
    return 0


if __name__ == "__main__":
    begin()
    sys.exit(main())
