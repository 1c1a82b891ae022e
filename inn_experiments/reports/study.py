"""A study: a question to the frame of finished runs, answered by a Markdown document and perhaps a figure."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure

from inn_experiments.reports.runs import Frame
from inn_experiments.reports.sharing import interval_words


@dataclass(frozen=True)
class Document:
    """What a study answers.

    Attributes:
        title: of the document.
        runs: those that it rests on.
        sections: Markdown parts (headings, paragraphs, tables) in their order; empty ones are left out.
        counted: how many runs there are, in words; None for the usual words.
        facts: further lines of the head.
        missing: how many runs of the design have not finished; None where a study has no design.
        figure: written beside the document, which refers to it by `options.picture`.
    """

    title: str
    runs: Frame
    sections: Sequence[str]
    counted: str | None = None
    facts: Sequence[str] = ()
    missing: int | None = None
    figure: Figure | None = None

    def markdown(self, date: str, commands: Sequence[str], made: Sequence[str] = (), words: str = "") -> str:
        """The whole text: title, where the numbers come from, what people wrote of them, and the sections.

        `made` are lines of the head on the program and the runs, `words` are Markdown.
        """
        versions = pd.DataFrame([*self.runs.runs["versions"]]).sort_index(axis=1)
        listed = [f"{name} {' / '.join(sorted(set(found.dropna().map(str))))}" for name, found in versions.items()]
        counted = self.counted or f"{len(self.runs)} runs, seeds {', '.join(map(str, self.runs.seeds))}"
        told = interval_words(self.runs.sharing) if len(self.runs.seeds) > 1 else []
        facts = [f"{date}: {counted}", *self.facts, *told, *made, f"versions: {', '.join(listed) or 'not recorded'}"]
        head = [f"- {fact}" for fact in facts]
        typed = "\n".join(["```", *commands, "```"])
        parts = [f"# {self.title}", "\n".join(head), typed, words, *(part.strip("\n") for part in self.sections)]
        return "\n\n".join(part for part in parts if part) + "\n"


@dataclass(frozen=True)
class Study:
    """A command of `python -m inn_experiments.reports`.

    Attributes:
        name: of the command.
        help: what it answers, in a line.
        answer: (all finished runs, the parsed options) -> its document; `options.only` is axis -> pattern, and
            `options.picture` the figure's address as seen from the document.
        options: adds what its command line has beside the options that all studies have.
    """

    name: str
    help: str
    answer: Callable[[Frame, Namespace], Document]
    options: Callable[[ArgumentParser], None] = field(default=lambda parser: None)


def missing_section(missing: Mapping[str, Sequence[int]]) -> list[str]:
    """The sections that name the places of a design that lack runs, and their seeds; none where all are there."""
    lines = [f"- {place}: seed {', '.join(map(str, seeds))}" for place, seeds in missing.items()]
    return ["## Missing runs", "\n".join(lines)] if lines else []


def names(text: str) -> list[str]:
    """The parts of a comma-separated list, for options."""
    return [part.strip() for part in text.split(",") if part.strip()]
