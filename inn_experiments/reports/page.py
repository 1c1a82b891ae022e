"""From a study's document to its page: with the words that people wrote, alone or beneath a heading of a page."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from inn_experiments import __version__
from inn_experiments.contracts import UserError
from inn_experiments.reports.study import Document
from inn_experiments.tracking.origin import git_commit


def program() -> str:
    """The version of this program and the commit that it is at, for the head of a page."""
    return f"inn-experiments {__version__}, commit {git_commit() or 'unknown'}"


def runs_from(document: Document, commits: Mapping[str, str]) -> str:
    """Which commits the runs of a document were made at.

    `commits` are fingerprint -> commit, '' for a run that was made outside a checkout, or whose commit nobody recorded.
    """
    found = Counter(commits.get(mark) or "unknown" for mark in document.runs.runs["fingerprint"])
    return f"runs made at commit {', '.join(f'{commit} ({count})' for commit, count in found.most_common())}"


def words_of(path: Path | None) -> str:
    """The words of a file, '' for None; raises UserError where it cannot be read."""
    try:
        return "" if path is None else path.read_text(encoding="utf-8").strip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"--reading {path}: cannot be read ({error}); give a Markdown file in UTF-8") from error


def appended(page: Path, heading: str, document: Document, typed: Sequence[str], words: str) -> str:
    """The text of `page` with the sections of `document` at its end, beneath a heading, and what was typed for them.

    Headings of the document go a level down. Raises UserError where there is no page yet, or the document has a figure,
    which would take the place of the page's.
    """
    if document.figure is not None:
        raise UserError("--below: this report has a figure of its own; write it to a page of its own")
    if not page.is_file():
        raise UserError(f"--below: there is no page {page} yet; write it without --below first")
    parts = [f"## {heading}", words, "\n".join(["```", *typed, "```"]), *map(lowered, document.sections)]
    kept = [page.read_text(encoding="utf-8").rstrip("\n"), *(part.strip("\n") for part in parts)]
    return "\n\n".join(part for part in kept if part) + "\n"


def lowered(section: str) -> str:
    """A section with its headings a level down.

    >>> lowered("## Cells"), lowered("10 # 2")
    ('### Cells', '10 # 2')
    """
    return re.sub(r"^(#+ )", r"#\1", section, flags=re.MULTILINE)
