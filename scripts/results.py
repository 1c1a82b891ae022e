"""Make the pages below docs/results anew: the runs, then the reports, as scripts/results.toml lists them.

    python scripts/results.py                      # all, in order: what `make results` runs; many hours
    python scripts/results.py score paper_grid     # some: make results RESULTS='score paper_grid'
    python scripts/results.py --list               # day, version and commits of each page, minutes, what it needs
    python scripts/results.py --show score         # what would be run

A second start goes on where it was: runs that have finished are skipped by the program, and pages by a note in the work
folder; --again makes them once more. A page that fails stops no other and is named in the end; the exit status is 1
then, and 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from results_fill import filled, has_places
from results_pages import PAGES, ROOT, Page, pages, words

from inn_experiments import __version__
from inn_experiments.contracts import nearest, write_text
from inn_experiments.tracking.origin import git_commit

WORK = Path("outputs/results")


@dataclass(frozen=True)
class Place:
    """Where runs and notes lie, and where the pages go; both as typed from the repository's root."""

    work: Path
    pages: Path

    def note(self, page: Page) -> Path:
        """The file that says that a page is made."""
        return ROOT / self.work / "made" / f"{page.name}.json"

    def is_made(self, page: Page) -> bool:
        """Whether the page was made by these same commands."""
        note = self.note(page)
        return note.is_file() and json.loads(note.read_text(encoding="utf-8"))["typed"] == page.typed(
            self.work, self.pages
        )


def make(page: Page, place: Place) -> str:
    """Run what makes a page, and leave a note; answers what went wrong, '' for nothing."""
    typed, before = page.typed(place.work, place.pages), processor_seconds()
    printed = []
    (ROOT / place.work / (page.folder or page.name) / "parts").mkdir(parents=True, exist_ok=True)
    for number, command in enumerate(typed, start=1):
        print(f"{page.name}, {number} of {len(typed)}: {command[:160]}", flush=True)
        status, text = run(command, kept=number > len(typed) - len(page.scripts))
        if status:
            return f"{page.name}: exit status {status} of: {command}"
        printed += [] if text is None else [text]
    if has_places(page.reading):
        words_of_page = page.reading.read_text(encoding="utf-8")
        write_text(ROOT / place.pages / f"{page.name}.md", filled(words_of_page, page.name, typed, printed))
    elif page.hand:
        for number, text in enumerate(printed, start=1):
            write_text(ROOT / place.work / (page.folder or page.name) / "parts" / f"script{number}.txt", text)
    minutes = round((processor_seconds() - before) / 60, 2)
    told = {"date": date.today().isoformat(), "version": __version__, "commit": git_commit(), "minutes": minutes}
    write_text(place.note(page), json.dumps({**told, "typed": typed}, indent=1) + "\n")
    by_hand = f"; by hand: {page.hand}" if page.hand else ""
    print(f"{page.name}: made in {minutes} processor minutes{by_hand}", flush=True)
    return ""


def run(command: str, kept: bool) -> tuple[int, str | None]:
    """The exit status of a command, and what it printed, which is shown too; None where that is not kept."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    out, lines = subprocess.PIPE if kept else None, []
    # In a session of its own it hears of Ctrl-C once, from here, and has the time that it needs to end.
    with subprocess.Popen(
        words(command), cwd=ROOT, env=environment, stdout=out, text=True, start_new_session=True
    ) as process:
        try:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                lines.append(line)
            status = process.wait()
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGINT)
            process.wait()
            raise
    return status, "".join(lines) if kept else None


def processor_seconds() -> float:
    """Of the children until now."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(chosen: list[Page]) -> str:
    """The pages as Markdown: what each needs, what it takes, and what it says it was made at."""
    rows = [
        "| page | date | version | commit | runs | minutes | needs | by hand |",
        "|---|---|---|---|---|---:|---|---|",
    ]
    for page in chosen:
        minutes = "not known" if page.minutes is None else f"{page.minutes:g}"
        # Ten digits tell commits apart.
        cells = [page.name, *(re.sub(r"\b([0-9a-f]{10})[0-9a-f]{30}", r"\1", said) for said in page.head()), minutes]
        rows.append(f"| {' | '.join([*cells, ', '.join(page.needs), page.hand])} |")
    return "\n".join(rows)


def parser() -> argparse.ArgumentParser:
    """The options."""
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("names", nargs="*", metavar="PAGE", help="pages, without .md; none: all")
    top.add_argument("--list", action="store_true", help="a table of the pages, and make none")
    top.add_argument("--show", action="store_true", help="print what would be run, and run nothing")
    top.add_argument("--again", action="store_true", help="make pages that are made already")
    top.add_argument("--work", type=Path, default=WORK, help="folder of runs and notes, from the repository's root")
    top.add_argument("--to", type=Path, default=PAGES, help="folder of the pages, from the repository's root")
    return top


def chosen_of(names: list[str]) -> list[Page]:
    """The pages of these names in the manifest's order, all for none; an unknown name ends the program."""
    every = pages()
    known = {page.name for page in every}
    for name in names:
        if name not in known:
            print(f"error: {name}: no such page in scripts/results.toml{nearest(name, known)}", file=sys.stderr)
            sys.exit(2)
    return [page for page in every if not names or page.name in names]


def main(arguments: list[str] | None = None) -> int:
    """Make, list or show pages; answers the exit status."""
    options = parser().parse_args(arguments)
    chosen, place, failed = chosen_of(options.names), Place(options.work, options.to), []
    if options.list or options.show:
        shown = "\n".join(line for page in chosen for line in page.typed(place.work, place.pages))
        print(table(chosen) if options.list else shown)
        return 0
    for page in chosen:
        if lacking := page.lacking():
            print(f"{page.name}: skipped, it needs {' and '.join(lacking)}", flush=True)
        elif not options.again and place.is_made(page):
            print(f"{page.name}: is made", flush=True)
        else:
            try:
                failed += filter(None, [make(page, place)])
            except KeyboardInterrupt:
                print(f"stopped in {page.name}; the same command goes on there", file=sys.stderr)
                return 130
    print("\n".join(["failed:", *failed] if failed else ["nothing failed"]))
    return int(bool(failed))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
