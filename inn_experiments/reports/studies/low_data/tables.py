"""The tables of the study of few rows a class."""

import pandas as pd

from inn_experiments.contracts.quantity import SHARE
from inn_experiments.measures.quantities import CLASSIFIERS
from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.low_data import runs as query
from inn_experiments.reports.studies.low_data.paper import COLUMNS, KEYS, paper_rows
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import ABSENT, entry, leaves_out_zero, number, signed

NAMES = {"convex": "convex", "bootstrap": "copies"}


def paper_layout(runs: Frame) -> str:
    """The paper's columns for the forest, treatment by treatment and k by k, below the paper's own rows."""
    lines = paper_rows(runs.axes["data"].iloc[0])
    for k, some in query.by_rows(runs).items():
        treatments = [("real", "", "real")]
        treatments += [(f"real + {method}", method, "synthetic") for method in query.generators(some)]
        treatments += [("real + convex", "", "convex")]
        treatments += [(f"real + {method} + convex", method, "both") for method in query.generators(some)]
        treatments += [("real + copies", "", "bootstrap")]
        treatments += [(f"{method} alone", method, "synthetic_only") for method in query.generators(some)]
        treatments += [(f"real + {method}, labels shuffled", method, "shuffled") for method in query.generators(some)]
        for words, method, treatment in treatments:
            found = [query.score(some, "forest", method, treatment, key) for key in KEYS]
            if not found[0].empty:
                scores = [entry(over_seeds(values, some), ABSENT, SHARE) for values in found]
                lines.append([f"{k}: {words}", *scores, str(len(found[0]))])
    return markdown(["rows a class: trained on", *COLUMNS, "seeds"], lines)


def gains_table(runs: Frame, classifier: str, against: str) -> str:
    """Macro F1 with the rows of each method, and its gain over a treatment, with three intervals."""
    lines = []
    for k, some in query.by_rows(runs).items():
        for method in query.methods(some):
            found = None if method == against else query.gain(some, classifier, method, against)
            if found is not None:
                own = query.of_method(some, classifier, method)
                halves = [ABSENT if half is None else f"± {number(half)}" for half in (found.corrected, found.classes)]
                plain = signed(found.mean, found.half)
                name = NAMES.get(method, method)
                lines.append([k, name, entry(over_seeds(own, some), ABSENT, SHARE), plain, *halves, str(found.seeds)])
    over = f"gain over {NAMES.get(against, against)}"
    return markdown(["k", "with", "macro F1", over, "corrected", "over classes", "seeds"], lines) if lines else ""


def comparisons(runs: Frame) -> dict[tuple[str, str, str, str], query.Gain]:
    """Every gain of a generator in the tables: by classifier, k, method and what it is compared with."""
    found = {
        (classifier, k, method, against): query.gain(some, classifier, method, against)
        for classifier in query.classifiers(runs)
        for k, some in query.by_rows(runs).items()
        for method in query.generators(some)
        for against in ("real", "convex")
    }
    return {place: one for place, one in found.items() if one is not None}


def reading(runs: Frame) -> str:
    """How many comparisons there are, how many intervals leave 0 out, and how many would by chance."""
    found = comparisons(runs)
    if not found:
        return "No generator was compared."
    count = len(found)
    kinds = {
        "plain t": {place: (one.mean, one.half) for place, one in found.items()},
        "corrected": {place: (one.mean, one.corrected) for place, one in found.items()},
        "over classes": {place: (one.mean, one.classes) for place, one in found.items()},
        f"t for all {count} at once (Bonferroni)": {p: query.simultaneous(one, count) for p, one in found.items()},
    }
    lines = [
        f"{count} comparisons of generators are made here (classifier, rows a class, method, against real or convex); "
        f"of as many 95 % intervals about {number(0.05 * count)} would leave 0 out by chance."
    ]
    for kind, intervals in kinds.items():
        sides = {place: leaves_out_zero(*one) for place, one in intervals.items()}
        above, below = ([place for place, side in sides.items() if side == wanted] for wanted in (1, -1))
        worse = f": {'; '.join(' '.join(place) for place in below)}" if 0 < len(below) <= 8 else ""
        lines.append(f"- {kind}: above 0 {len(above)}, below 0 {len(below)}{worse}.")
    return "\n".join(lines)


def best_table(runs: Frame) -> str:
    """The best classifier of each k, on real rows alone and with rows of any method added, by mean macro F1."""
    lines = []
    for k, some in query.by_rows(runs).items():
        alone = {name: query.score(some, name, "", "real") for name in query.classifiers(some)}
        added = {
            (name, method): query.of_method(some, name, method)
            for name in query.classifiers(some)
            for method in query.methods(some)
        }
        first = max(alone, key=lambda name: alone[name].mean())
        known = {place: found for place, found in added.items() if not found.empty}
        name, method = max(known, key=lambda place: known[place].mean())
        gap = over_seeds((known[name, method] - alone[first]).dropna(), some)
        lines.append(
            [
                *(k, CLASSIFIERS[first], entry(over_seeds(alone[first], some), ABSENT, SHARE)),
                *(
                    f"{CLASSIFIERS[name]}, {NAMES.get(method, method)}",
                    entry(over_seeds(known[name, method], some), ABSENT, SHARE),
                ),
                ABSENT if gap is None else signed(*gap),
            ]
        )
    head = ["k", "best on real rows alone", "macro F1", "best with rows added", "macro F1", "difference"]
    return markdown(head, lines)


def amounts_table(runs: Frame) -> str:
    """How many rows a class were chosen to be added, and what that gained; empty where no run chose."""
    chosen = runs.value("amount/chosen")
    if not chosen.notna().any():
        return ""
    lines = []
    for k, some in query.by_rows(runs).items():
        for method in query.generators(some):
            own = some.value("amount/chosen")[query.methods_of(some) == method].dropna()
            found = query.gain(some, query.classifiers(some)[0], method, "real")
            if found is not None:
                lines.append([k, method, _counted(own), signed(found.mean, found.half), number(_worst(some, method))])
    return markdown(["k", "method", "rows a class chosen (seeds)", "gain over real", "worst seed"], lines)


def _counted(chosen: pd.Series) -> str:
    return ", ".join(f"{amount:.0f} ({count})" for amount, count in chosen.value_counts().sort_index().items())


def _worst(runs: Frame, method: str) -> float:
    judge = query.classifiers(runs)[0]
    return float((query.of_method(runs, judge, method) - query.score(runs, judge, "", "real")).min())
