"""One data set's table of presets, and what it says in words."""

from __future__ import annotations

from collections.abc import Sequence

from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.synthesizers.runs import (
    by_preset,
    gain,
    over_convex,
    ranked,
    shared,
    twins,
    utility,
)
from inn_experiments.reports.table import arrowed, markdown
from inn_experiments.reports.words import entry, leaves_out_zero, number

KEYS = ("c2st", "fid", "coverage", "precision", "recall", "nearest_train_ratio", "copies")
SCORES = {arrowed(f"samples/{key}"): f"samples/{key}" for key in KEYS}
GAINS = {
    "F1 gain over real": gain,
    "F1 gain over convex": over_convex,
    "F1 of generated alone": lambda runs: utility(runs, "synthetic_only"),
}
COSTS = {"parameters": ("parameters", 0), "training (s)": ("seconds/train", 1)}
"""Head -> key and digits."""

ABSENT = "—"


def synthesizers_table(runs: Frame) -> str:
    """One row a preset, the largest gain first, and above them what real rows score."""
    fresh = [entry(shared(runs, runs.value(f"fresh/{key}")), ABSENT) for key in SCORES.values()]
    lines = [["fresh real", *fresh, *[ABSENT] * (len(GAINS) + len(COSTS)), str(len(runs.seeds))]]
    numbers = [runs.value(f"test/{key}") for key in SCORES.values()] + [read(runs) for read in GAINS.values()]
    columns = [by_preset(runs, values) for values in numbers]
    costs = [(by_preset(runs, runs.value(key)), digits) for key, digits in COSTS.values()]
    seeds = runs.axes["preset"].value_counts()
    for preset in ranked(runs):
        spent = [ABSENT if found[preset] is None else f"{found[preset][0]:,.{digits}f}" for found, digits in costs]
        lines.append([preset, *(entry(found[preset], ABSENT) for found in columns), *spent, str(seeds[preset])])
    return markdown(["preset", *SCORES, *GAINS, *COSTS, "seeds"], lines)


def reading(runs: Frame) -> str:
    """What the table says in a few generated sentences, with how many of them chance would make."""
    lines, order = [], ranked(runs)
    for title, read in (("Gain over real rows alone", gain), ("Gain over convex combinations", over_convex)):
        found = by_preset(runs, read(runs))
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
    scores = by_preset(runs, runs.value("test/samples/c2st"))
    known = {preset: abs(found[0] - 0.5) for preset, found in scores.items() if found is not None}
    if known:
        best = min(known, key=known.get)
        fresh = entry(shared(runs, runs.value("fresh/samples/c2st")), ABSENT)
        lines.append(f"- C2ST nearest to 0.5: {best}, {entry(scores[best], ABSENT)} (fresh real rows: {fresh}).")
    alike = "Generated rows score alike in every number, as one training made them"
    return "\n".join([*lines, *(f"- {alike}: {_names(group)}." for group in twins(runs))])


def _names(presets: Sequence[str]) -> str:
    return ", ".join(presets) or "none"
