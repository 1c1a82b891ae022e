"""Run every command of README and docs, in order, in a fresh copy of the project, in its short form.

    python scripts/run_docs.py                              # all pages (make commands)
    python scripts/run_docs.py README.md docs/plane.md      # these
    python scripts/run_docs.py --install README.md          # .venv too is made by the commands: minutes, and a network
    python scripts/run_docs.py --to table.md                # the list as a table, too

Each page begins with a shell that did nothing else: README.md and CONTRIBUTING.md with nothing activated, others with
`.venv` active, in a folder with the data files that the pages name. Commands that cannot run here are listed with the
reason (docs_commands.LEFT_OUT). Exit status 1 where a command failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from docs_commands import PAGES, ROOT, Command, commands, left_out, shortened
from docs_shell import Copy, Done, Shell

sys.path.insert(0, str(ROOT / "tests"))

import newcomer_files

BARE = ("README.md", "CONTRIBUTING.md")
"""Pages of somebody who has activated nothing, and has no file yet."""


class Outcome(NamedTuple):
    """A command, what was run in its place, and what came of it; `reason` says why nothing was."""

    command: Command
    run: str
    done: Done | None
    reason: str = ""

    @property
    def good(self) -> bool:
        """Whether it ended as it should, without a traceback and, of a request, without an error in the answer."""
        words = ("Traceback (most recent call last)", '"error_code"')
        return self.done is None or (self.done.status == 0 and not any(word in self.done.printed for word in words))


def run_page(
    page: str,
    copy: Copy,
    *,
    install: bool = False,
    only: Callable[[str], bool] = lambda _: True,
    after: Callable[[Outcome, Path], None] = lambda *_: None,
) -> list[Outcome]:
    """Run the commands of one page in `copy`, whose files are as they were when this returns.

    Args:
        page: its path below the project.
        copy: where.
        install: whether what asks the package index is run, too.
        only: which commands; all others are left out without a word.
        after: called after each command with its outcome and the folder.
    """
    outcomes = []
    try:
        if page not in BARE:
            newcomer_files.write(copy.folder)
        with Shell(copy.folder, active=page not in BARE) as shell:
            for command in commands(page):
                if not only(command.text):
                    continue
                reason, text = left_out(command.text, install=install), shortened(command.text)
                outcomes.append(Outcome(command, text, None if reason else shell.run(text), reason))
                after(outcomes[-1], copy.folder)
    finally:
        copy.clean()
    return outcomes


def table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as a Markdown table."""
    lines = ["| page | line | command | exit status | seconds |", "|---|---:|---|---:|---:|"]
    for command, run, done, reason in outcomes:
        text = f"`{command.text.splitlines()[0]}`" + (f", run as `{run}`" if run != command.text else "")
        ending = f"{done.status} | {done.seconds:.0f}" if done else f"not run: {reason} | "
        lines.append(f"| {command.page} | {command.line} | {text.replace('|', chr(92) + '|')} | {ending} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the pages asked for; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", default=PAGES, help="paths below the project; all where none is given")
    parser.add_argument("--install", action="store_true", help="let the commands themselves install")
    parser.add_argument("--to", type=Path, help="a Markdown file for the list")
    asked = parser.parse_args(arguments)
    outcomes: list[Outcome] = []

    def tell(outcome: Outcome, _: Path) -> None:
        command, _, done, reason = outcome
        ending = f"{done.status} in {done.seconds:.0f} s" if done else f"not run ({reason})"
        print(f"{command.page}:{command.line}: {command.text.splitlines()[0]}: {ending}", flush=True)
        if not outcome.good and done:
            print(f"  run as: {outcome.run}\n{done.printed[-3000:]}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder) / "inn_experiments", install=asked.install)
        for page in asked.pages:
            outcomes += run_page(page, copy, install=asked.install, after=tell)
            if asked.to:
                asked.to.write_text(table(outcomes), encoding="utf-8")
    bad = [outcome for outcome in outcomes if not outcome.good]
    run = sum(outcome.done is not None for outcome in outcomes)
    print(f"{len(outcomes)} commands, {run} run, {len(bad)} failed")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
