"""The comparison of all synthesizers, preset by preset, from finished runs: fidelity, utility, cost."""

from argparse import Namespace
from collections.abc import Sequence

from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.synthesizers import runs as query
from inn_experiments.reports.studies.synthesizers.figure import synthesizers_figure
from inn_experiments.reports.study import Document, Study
from inn_experiments.reports.table import arrowed, markdown
from inn_experiments.reports.words import ABSENT, entry, leaves_out_zero, number

KEYS = (
    "c2st",
    "c2st_excess",
    "c2st_labelled",
    "fid",
    "coverage",
    "precision",
    "recall",
    "nearest_train_ratio",
    "copies",
)
SCORES = {arrowed(f"samples/{key}"): f"samples/{key}" for key in KEYS}
GAINS = {
    "F1 gain over real": query.gain,
    "F1 gain over convex": query.over_convex,
    "F1 of generated alone": lambda runs: query.utility(runs, "synthetic_only"),
}
TOLD = " ‡"
COSTS = {"parameters": ("parameters", 0), "training (s)": ("seconds/train", 1)}
"""Head -> key and digits."""
ABOUT = (
    "An entry is the mean ± half the width of its 95 % interval over seeds; a seed changes every random "
    "draw of a run. Differences are taken within each run and so paired. All scores are against real test rows.\n"
    "\n"
    "- C2ST: 0.5 is indistinguishable. C2ST − real: less that of fresh real rows, from equally many. C2ST with labels: "
    "the classifier sees how likely each row's label is, so that wrong labels are told. Distance to train: distance to "
    "the nearest training row over that of real test rows, 1 is best; copies: share of rows closer to a training row "
    "than 99 % of test rows are, 0.01 is what real rows get.\n"
    "- F1 gain over real: macro F1 of a random forest trained on real and generated rows, less that of one trained on "
    "the same real rows alone (protocol same_rows: the generator saw exactly these rows). Over convex: less that of "
    "real rows and as many same-class convex combinations of them. `bootstrap` adds plain copies: a gain that is no "
    "larger is no evidence for a generator.\n"
    f"- Presets are in the order of their gain. Those with{TOLD} come last, whatever their gain: a C2ST of "
    f"{query.CERTAIN:g} or more tells their rows from real ones with certainty.\n"
    "- `fresh real`: real rows that no part contains, scored as if they were generated; where a data set spares none, "
    "one half of the test rows against the other."
)


def answer(frame: Frame, options: Namespace) -> Document:
    """One table a data set, sorted by the gain in utility."""
    chosen, tables = query.by_data(frame, options.only)
    sections = [ABOUT, f"![Fidelity against utility]({options.picture})"]
    for place, runs in tables.items():
        sections += [f"## {place}", about(runs), synthesizers_table(runs), reading(runs)]
    sections += ["## Missing runs", "\n".join(f"- {line}" for line in query.missing(tables) or ["none"])]
    return Document("Every synthesizer, side by side", chosen, sections, figure=synthesizers_figure(tables))


def about(runs: Frame) -> str:
    """How many rows a data set has, and what real rows, copies of them and wrong labels score in it."""
    parts = {part: runs.split(part).dropna() for part in ("train", "test", "features", "classes")}
    ends = {part: dict.fromkeys((int(found.min()), int(found.max()))) for part, found in parts.items() if len(found)}
    sizes = {part: " to ".join(f"{size:,}" for size in found) for part, found in ends.items()}
    words = "{train} training rows, {test} test rows, {features} features, {classes} classes; "
    real, shuffled = (entry(query.shared(runs, query.utility(runs, name))) for name in ("real", "shuffled"))
    copies = entry(query.shared(runs, query.utility(runs, "bootstrap", "difference_f1_macro")))
    return (
        f"{words.format(**sizes) if sizes else ''}macro F1 of real rows alone {real}; gain of plain copies of them "
        f"{copies}; with shuffled labels {shuffled} at most."
    )


def synthesizers_table(runs: Frame) -> str:
    """One row a preset, the largest gain first, those that are told last, and above them what real rows score."""
    fresh = [entry(query.shared(runs, runs.value(f"fresh/{key}"))) for key in SCORES.values()]
    lines = [["fresh real", *fresh, *[ABSENT] * (len(GAINS) + len(COSTS)), str(len(runs.seeds))]]
    numbers = [runs.value(f"test/{key}") for key in SCORES.values()] + [read(runs) for read in GAINS.values()]
    columns = [query.by_preset(runs, values) for values in numbers]
    costs = [(query.by_preset(runs, runs.value(key)), digits) for key, digits in COSTS.values()]
    seeds, told = runs.axes["preset"].value_counts(), query.certain(runs)
    for preset in query.ranked(runs):
        spent = [ABSENT if found[preset] is None else f"{found[preset][0]:,.{digits}f}" for found, digits in costs]
        lines.append(
            [
                f"{preset}{TOLD if preset in told else ''}",
                *(entry(found[preset]) for found in columns),
                *spent,
                str(seeds[preset]),
            ]
        )
    return markdown(["preset", *SCORES, *GAINS, *COSTS, "seeds"], lines)


def reading(runs: Frame) -> str:
    """What the table says in a few generated sentences, with how many of them chance would make."""
    lines, order = [], query.ranked(runs)
    gains = {"Gain over real rows alone": query.gain, "Gain over convex combinations": query.over_convex}
    for title, read in gains.items():
        found = query.by_preset(runs, read(runs))
        if not any(found.values()):
            lines.append(f"- {title}: not measured.")
            continue
        tested = sum(each is not None and each[1] is not None for each in found.values())
        sides = {preset: leaves_out_zero(*found[preset]) for preset in order if found[preset] is not None}
        above, below = ([preset for preset, side in sides.items() if side == wanted] for wanted in (1, -1))
        lines.append(
            f"- {title}: the interval leaves 0 out above for {_names(above)}, below for {_names(below)}; of "
            f"{tested} intervals about {number(0.05 * tested)} would by chance, for they are not corrected "
            "for their number."
        )
    scores = query.by_preset(runs, runs.value("test/samples/c2st"))
    known = {preset: abs(found[0] - 0.5) for preset, found in scores.items() if found is not None}
    if known:
        best = min(known, key=known.get)
        fresh = entry(query.shared(runs, runs.value("fresh/samples/c2st")))
        lines.append(f"- C2ST nearest to 0.5: {best}, {entry(scores[best])} (fresh real rows: {fresh}).")
    alike = "Generated rows score alike in every number, as one training made them"
    return "\n".join([*lines, *(f"- {alike}: {_names(group)}." for group in query.twins(runs))])


def _names(presets: Sequence[str]) -> str:
    return ", ".join(presets) or "none"


STUDY = Study("synthesizers", "every preset: fidelity, utility and cost by data set", answer)
