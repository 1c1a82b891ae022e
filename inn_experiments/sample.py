"""The command that makes rows of a finished run: `python -m inn_experiments.sample run=... n=100`, or `inn-sample`."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from inn_experiments.contracts import NaturalInt, PositiveInt, UserError, file_name, lines, stopping
from inn_experiments.contracts.shell import begin

HELP = """Rows of a finished run, in the columns and units of its file.

  inn-sample run=RUN n=100                                      100 rows of each class
  inn-sample run=latest 'classes={caffeine: 50}' to=rows.parquet seed=1
  inn-sample run=RUN n=20 'classes=[caffeine, water]'           20 rows of each of these
  inn-sample run=RUN n=20 'smiles={ethanol: CCO}'               of a compound by its structure (conditioning=chemnet)

  run        folder of the run, its id or the beginning of it, its name, or latest
  n          rows of each class
  classes    {name: rows}, or [names] with n; names with commas or colons in quotes
  smiles     {name: SMILES}, [SMILES, ...] of a mixture
  to         .csv, .parquet, .npz, or .msp for mass spectra; by default NAME-sampled.csv in this folder
  decimal    comma: a CSV with decimal commas between semicolons, for a spreadsheet that has these
  seed       0; the same seed gives the same rows, in the same order
  piece      rows that are held at once; by default as many as are made at once. Rows do not depend on it
  outputs    folder of the runs, outputs by default
  overwrite  true replaces a file that is there
"""
KNOWN: dict[str, Any] = {
    "run": str,
    "n": NaturalInt,
    "classes": dict[str, int] | list[str],
    "smiles": dict[str, str | list[str]],
    "to": str,
    "decimal": Literal["point", "comma"],
    "seed": NaturalInt,
    "piece": PositiveInt,
    "outputs": str,
    "overwrite": bool,
}
SLOW = 2.0
"""Seconds after which a line says how far it is, where there is no terminal for a bar."""


def main(given: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; a mistake of the user is one line on stderr."""
    begin()
    given = list(sys.argv[1:] if given is None else given)
    if not given or {"-h", "--help"} & set(given):
        print(HELP, end="")
        return 0
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        run(given)
    except UserError as mistake:
        print(f"error: {lines.told(mistake)}", file=sys.stderr)
        return 2
    except OSError as trouble:
        print(f"error: {trouble.filename or 'rows'}: {(trouble.strerror or str(trouble)).lower()}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, SystemExit):
        print("stopped; no file was written", file=sys.stderr)
        return stopping.signal_status() or 1
    return 0


def run(given: Sequence[str]) -> None:
    """Make the rows that the arguments ask for, and say where they are."""
    from inn_experiments.artifact.finding import find
    from inn_experiments.configuration.arguments import arguments

    told = arguments(given, KNOWN)
    if "run" not in told:
        raise UserError("run: say which run, e.g. run=latest or run=outputs/runs/NAME")
    kept = find(told["run"], Path(told.get("outputs", "outputs")))
    seed = told.get("seed", 0)
    ending = "npz" if kept.facts.records else "csv"
    path = Path(told.get("to") or f"{file_name(kept.facts.cell, longest=100)}-sampled.{ending}")
    if path.exists() and not told.get("overwrite"):
        raise UserError(f"to={path}: this file is there already; name another, or say overwrite=true")

    from inn_experiments.artifact.compounds import asked
    from inn_experiments.artifact.rows import pieces
    from inn_experiments.artifact.writers import write, writer_for

    decimal = told.get("decimal", "point")
    writer_for(path, kept, decimal)
    kept, request = asked(kept, told.get("n"), told.get("classes"), told.get("smiles"))
    count, started = len(request), time.perf_counter()
    with _bar(count) as show:
        for done in write(path, kept, pieces(kept, request, seed, told.get("piece")), seed, decimal):
            show(done)
    facts, seconds = kept.facts, time.perf_counter() - started
    rows = f"all {sum(facts.counts.values())} rows" if facts.part == "all" else f"{sum(facts.counts.values())} rows"
    print(f"{path}: {count:,} synthetic rows of {len(request.counts)} classes in {seconds:.1f} s, seed {seed}")
    told = (facts.config.get("data") or {}).get("path")
    place = f"{facts.pool} ({told})" if told else facts.pool
    print(f"made by {facts.cell}-seed{facts.seed} (run {facts.run}), trained on {rows} of {place}")


@contextmanager
def _bar(count: int) -> Iterator[Callable[[int], None]]:
    """A bar with the time left on a terminal; elsewhere a line now and then."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        told = time.perf_counter()

        def tell(done: int) -> None:
            nonlocal told
            if time.perf_counter() - told > SLOW and done < count:
                told = time.perf_counter()
                print(f"{done:,} of {count:,} rows", file=sys.stderr, flush=True)

        yield tell
        return
    columns = (TextColumn("rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("rows", total=count)
        yield lambda done: progress.update(task, completed=done)


def command() -> None:
    """The console script."""
    sys.exit(main())


if __name__ == "__main__":
    command()
