"""Write the page of finished runs again: `python -m inn_experiments.reports.cell.html FOLDER ...`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from inn_experiments.contracts import UserError
from inn_experiments.contracts.shell import begin
from inn_experiments.reports.cell.html.page import page
from inn_experiments.tracking import whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Write report.html beside the report.json of each folder; a mistake of the user is one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m inn_experiments.reports.cell.html", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="of a finished run, with report.json")
    try:
        for folder in parser.parse_args(arguments).folders:
            if not (folder / "report.json").is_file():
                raise UserError(f"{folder}: no report.json there; give the folder of a finished run")
            if word := whole.damage(folder, "report.json"):
                raise UserError(f"{word}; run its cell again")
            print(whole.rewrite(folder, "report.html", page(folder)))
    except UserError as mistake:
        print(f"error: {mistake}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    begin()
    sys.exit(main())
