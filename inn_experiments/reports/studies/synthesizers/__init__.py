"""The comparison of all synthesizers, preset by preset, from finished runs: fidelity, utility, cost."""

from __future__ import annotations

from argparse import Namespace

from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.synthesizers.figure import synthesizers_figure
from inn_experiments.reports.studies.synthesizers.runs import by_data, missing, shared, utility
from inn_experiments.reports.studies.synthesizers.tables import ABSENT, reading, synthesizers_table
from inn_experiments.reports.study import Document, Study
from inn_experiments.reports.words import entry

ABOUT = (
    "An entry is the mean ± half the width of its 95 % Student t interval over seeds; a seed changes every random "
    "draw of a run. Differences are taken within each run and so paired. All scores are against real test rows.\n"
    "\n"
    "- C2ST: 0.5 is indistinguishable. Distance to train: distance to the nearest training row over that of real test "
    "rows, 1 is best; copies: share of rows closer to a training row than 99 % of test rows are, 0.01 is what real "
    "rows get.\n"
    "- F1 gain over real: macro F1 of a random forest trained on real and generated rows, less that of one trained on "
    "the same real rows alone (protocol same_rows: the generator saw exactly these rows). Over convex: less that of "
    "real rows and as many same-class convex combinations of them. `bootstrap` adds plain copies: a gain that is no "
    "larger is no evidence for a generator.\n"
    "- `fresh real`: real rows that no part contains, scored as if they were generated; where a data set spares none, "
    "one half of the test rows against the other."
)


def answer(frame: Frame, options: Namespace) -> Document:
    """One table a data set, sorted by the gain in utility."""
    chosen, tables = by_data(frame, options.only)
    sections = [ABOUT, f"![Fidelity against utility]({options.picture})"]
    for place, runs in tables.items():
        sections += [f"## {place}", about(runs), synthesizers_table(runs), reading(runs)]
    sections += ["## Missing runs", "\n".join(f"- {line}" for line in missing(tables) or ["none"])]
    return Document("Every synthesizer, side by side", chosen, sections, figure=synthesizers_figure(tables))


def about(runs: Frame) -> str:
    """How many rows a data set has, and what real rows, copies of them and wrong labels score in it."""
    parts = {part: runs.split(part).dropna() for part in ("train", "test", "features", "classes")}
    sizes = {part: _range(int(found.min()), int(found.max())) for part, found in parts.items() if len(found)}
    words = "{train} training rows, {test} test rows, {features} features, {classes} classes; "
    real, shuffled = (entry(shared(runs, utility(runs, name)), ABSENT) for name in ("real", "shuffled"))
    copies = entry(shared(runs, utility(runs, "bootstrap", "difference_f1_macro")), ABSENT)
    return (
        f"{words.format(**sizes) if sizes else ''}macro F1 of real rows alone {real}; gain of plain copies of them "
        f"{copies}; with shuffled labels {shuffled} at most."
    )


def _range(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


STUDY = Study("synthesizers", "every preset: fidelity, utility and cost by data set", answer)
