"""The comparison of all synthesizers, preset by preset, from finished runs: fidelity, utility, cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from inn_experiments.reports.before import Getter, metric, utility
from inn_experiments.reports.studies.synthesizers_runs import (
    PROTOCOL,
    Interval,
    Table,
    fidelity,
    gain,
    missing,
    outside,
    over_convex,
    ranked,
    shared,
    summary,
    twins,
)
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import interval, number

SCORES = {
    "C2ST": "c2st",
    "FID ↓": "fid",
    "coverage ↑": "coverage",
    "precision ↑": "precision",
    "recall ↑": "recall",
    "distance to train": "nearest_train_ratio",
    "copies": "copies",
}
GAINS: dict[str, Getter] = {
    "F1 gain over real": gain,
    "F1 gain over convex": over_convex,
    "F1 of generated alone": utility(PROTOCOL, "synthetic_only", "f1_macro"),
}
COSTS: dict[str, Getter] = {
    "parameters": lambda report: report["parameters"],
    "training (s)": lambda report: report["timings"].get("train"),
}
ABSENT = "—"
ABOUT = (
    "An entry is the mean ± half the width of its 95 % Student t interval over seeds; a seed changes every "
    "random draw of a run. Differences are taken within each run and so paired. All scores are against real "
    "test rows.\n\n"
    "- C2ST: 0.5 is indistinguishable. Distance to train: distance to the nearest training row over that of "
    "real test rows, 1 is best; copies: share of rows closer to a training row than 99 % of test rows are, "
    "0.01 is what real rows get.\n"
    "- F1 gain over real: macro F1 of a random forest trained on real and generated rows, less that of one "
    "trained on the same real rows alone (protocol same_rows: the generator saw exactly these rows). Over "
    "convex: less that of real rows and as many same-class convex combinations of them. `bootstrap` adds "
    "plain copies: a gain that is no larger is no evidence for a generator.\n"
    "- `fresh real`: real rows that no part contains, scored as if they were generated; where a data set "
    "spares none, one half of the test rows against the other.\n"
)


def synthesizers_markdown(tables: Mapping[str, Table], commands: Sequence[str], date: str, figure: str) -> str:
    """The report as Markdown, one table a data set, sorted by the gain in utility.

    Args:
        tables: data set -> preset -> seed -> report, as `synthesizers_runs.collect` answers.
        commands: the command lines of the runs and of this report.
        date: the day, as it should stand in the report.
        figure: the figure's address as seen from the Markdown file.
    """
    count = sum(len(runs) for table in tables.values() for runs in table.values())
    parts = ["# Every synthesizer, side by side\n", f"- {date}: {count} runs", f"- versions: {_versions(tables)}\n"]
    parts += ["```", *commands, "```\n", ABOUT, f"![Fidelity against utility]({figure})\n"]
    for place, table in tables.items():
        parts += [f"## {place}\n", _about(table), synthesizers_table(table) + "\n", reading(table) + "\n"]
    lacking = missing(tables)
    parts += ["## Missing runs\n", *(f"- {line}" for line in lacking or ["none"])]
    return "\n".join(parts).rstrip() + "\n"


def synthesizers_table(table: Table) -> str:
    """One row a preset, the largest gain first, and above them what real rows score."""
    fresh = [_entry(shared(table, metric(f"fresh/samples/{key}"))) for key in SCORES.values()]
    lines = [["fresh real", *fresh, *[ABSENT] * (len(GAINS) + len(COSTS)), str(_seeds(table))]]
    readers: list[Getter] = [metric(f"test/samples/{key}") for key in SCORES.values()] + list(GAINS.values())
    for preset in ranked(table):
        runs = table[preset]
        entries = [_entry(summary(runs, read)) for read in readers]
        lines.append([preset, *entries, *_costs(table, preset), str(len(runs))])
    return markdown(["preset", *SCORES, *GAINS, *COSTS, "seeds"], lines)


def reading(table: Table) -> str:
    """What the table says in a few generated sentences, with how many of them chance would make."""
    gains = {preset: summary(runs, gain) for preset, runs in table.items()}
    convex = {preset: summary(runs, over_convex) for preset, runs in table.items()}
    lines = []
    for title, found in (("Gain over real rows alone", gains), ("Gain over convex combinations", convex)):
        known = [preset for preset in ranked(table) if found[preset] is not None]
        if not known:
            lines.append(f"- {title}: not measured.")
            continue
        tested = sum(found[preset][1] is not None for preset in known)
        above, below = ([preset for preset in known if outside(found[preset]) == side] for side in (1, -1))
        lines.append(
            f"- {title}: the interval leaves 0 out above for {_names(above)}, below for {_names(below)}; of "
            f"{tested} intervals about {number(0.05 * tested)} would by chance, for they are not corrected "
            "for their number."
        )
    scores = {preset: summary(runs, fidelity) for preset, runs in table.items()}
    known = {preset: abs(found[0] - 0.5) for preset, found in scores.items() if found is not None}
    if known:
        best = min(known, key=known.get)
        fresh = shared(table, metric("fresh/samples/c2st"))
        lines.append(f"- C2ST nearest to 0.5: {best}, {_entry(scores[best])} (fresh real rows: {_entry(fresh)}).")
    lines += [
        f"- Generated rows score alike in every number, as one training made them: {_names(group)}."
        for group in twins(table)
    ]
    return "\n".join(lines)


def _about(table: Table) -> str:
    splits = [report["split"] for runs in table.values() for report in runs.values() if report["split"]]
    sizes = (
        ""
        if not splits
        else "{train} training rows, {test} test rows, {features} features, {classes} classes; ".format(
            **{key: _range([split[key] for split in splits]) for key in ("train", "test", "features", "classes")}
        )
    )
    read = partial(utility, PROTOCOL)
    real, shuffled = shared(table, read("real", "f1_macro")), shared(table, read("shuffled", "f1_macro"))
    copies = shared(table, read("bootstrap", "difference_f1_macro"))
    return (
        f"{sizes}macro F1 of real rows alone {_entry(real)}; gain of plain copies of them {_entry(copies)}; "
        f"with shuffled labels {_entry(shuffled)} at most.\n"
    )


def _costs(table: Table, preset: str) -> list[str]:
    found = [summary(table[preset], read) for read in COSTS.values()]
    return [ABSENT if value is None else f"{value[0]:,.{digits}f}" for value, digits in zip(found, (0, 1), strict=True)]


def _entry(found: Interval | None) -> str:
    return ABSENT if found is None else interval(*found)


def _names(presets: Sequence[str]) -> str:
    return ", ".join(presets) or "none"


def _range(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _seeds(table: Table) -> int:
    return len({seed for runs in table.values() for seed in runs})


def _versions(tables: Mapping[str, Table]) -> str:
    found = {
        f"{name} {version}"
        for table in tables.values()
        for runs in table.values()
        for report in runs.values()
        for name, version in report["versions"].items()
    }
    return ", ".join(sorted(found))
