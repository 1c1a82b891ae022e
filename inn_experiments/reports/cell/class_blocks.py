"""Tables of a finished cell that go through its classes or the classifier's training sets: geometry and utility."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from inn_experiments.contracts.report import Number, Report
from inn_experiments.measures.quantities import TREATMENTS
from inn_experiments.reports.cell.blocks import Block, Entry, gained
from inn_experiments.reports.words import known, measured, number

SHOWN_TREATMENTS = ("real", "synthetic", "reconstructed", "reconstructed_synthetic", "convex", "both")
CONTROLS = ("shuffled",)
SHOWN_CLASSES, SMALLEST = 12, 3
UNBALANCED = 1.5
"""Classes are told one by one where the largest has this many times the rows of the smallest, or more."""
GEOMETRY = (
    Entry("geometry"),
    Entry("mean error ↓", key="mean_error"),
    Entry("SD error ↓", key="std_error"),
    Entry("spread error ↓", key="spread_error"),
    Entry("C2ST (− real)", key="c2st_excess"),
    Entry("coverage ↑ (real)", key="coverage"),
)


def geometry(report: Report, shown: int = SHOWN_CLASSES) -> Block:
    """Errors of moments, C2ST and coverage of the first `shown` classes, a second real sample's in brackets, if any."""
    prefix, rows = "test/geometry/", defaultdict(dict)
    for each in report.numbers:
        if each.key.startswith(prefix) and each.reference is None:
            rows[each.of][each.key.removeprefix(prefix)] = each
    every, block = rows.pop(None, {}), Block(GEOMETRY, cut=True)
    for name, found in list(rows.items())[:shown]:
        block.add(name, *_geometry(found))
    if len(rows) > 1:
        first = next(iter(rows.values()))
        means = {key: Number(key, sum(found[key].value for found in rows.values()) / len(rows)) for key in first}
        # What was measured over all classes has an interval.
        block.add(Entry(f"mean of {len(rows)} classes", "strong"), *_geometry(means | every))
    return block


def _geometry(found: Mapping[str, Number]) -> list[str]:
    errors = [f"{100 * found[f'generated/{key}_error'].value:.1f} %" for key in ("mean", "std", "spread")]
    told, (own, real) = found["generated/c2st"], (found[f"{arm}/coverage"] for arm in ("generated", "second"))
    # Reports of before have no excess.
    over = found.get("generated/c2st_excess") or Number("", told.value - found["second/c2st"].value)
    return [*errors, f"{number(told.value)} ({measured(over)})", f"{measured(own)} ({number(real.value)})"]


def utility(report: Report, shown: Sequence[str] = SHOWN_TREATMENTS) -> list[Block]:
    """Macro F1 on real test rows for each `shown` treatment with its 95 % interval, one table a classifier."""
    prefixes: dict[str, list[str]] = defaultdict(list)
    for prefix in dict.fromkeys(prefix for prefix, treatment, _ in scored(report) if treatment in shown):
        classifier = prefix.removeprefix("utility/").partition("/")[2]
        prefixes[classifier].append(prefix)
    return [_utility(report, classifier, found, shown) for classifier, found in prefixes.items()]


def _utility(report: Report, classifier: str, prefixes: Sequence[str], shown: Sequence[str]) -> Block:
    words = f"macro F1{f' ({classifier})' if classifier else ''}, trained on"
    places = [each.split("/")[1] for each in prefixes]
    heads = [head for each in places for head in (Entry(each, key=each), Entry("− real", key="difference_f1_macro"))]
    block = Block([Entry(words, key="f1_macro"), *heads], gap=1, firm="names")
    for treatment in shown:
        entries: list[Entry | str] = []
        for prefix in prefixes:
            f1 = report.find(f"{prefix}/{treatment}/f1_macro")
            gain = report.find(f"{prefix}/{treatment}/difference_f1_macro")
            told = Entry("") if treatment == "real" else gained(gain)
            # A control that falls is as it should be.
            told = told._replace(tone="") if treatment in CONTROLS else told
            entries += ["" if f1 is None else known(f1), told]
        if any(each.text if isinstance(each, Entry) else each for each in entries):
            block.add(Entry(TREATMENTS[treatment], key=f"trained/{treatment}"), *entries)
    return block


def amount(report: Report) -> Block:
    """What an inner cross-validation chose to add, and the gain of each number that it tried."""
    chosen = report.find("amount/chosen")
    if chosen is None:
        return Block([])
    words = f"{chosen.value:g} generated rows a class are added; tried within training rows"
    block = Block([Entry(words, key="amount/chosen"), Entry("macro F1 − real", key="amount/gain")])
    for each in report.numbers:
        if each.key == "amount/gain":
            block.add(each.of or "", known(each))
    return block


def smallest(report: Report) -> Block:
    """F1 of the smallest classes, and what generated rows add to it; no row for even classes."""
    prefix = next((prefix for prefix, _, _ in scored(report)), "")
    told = [(treatment, name) for place, treatment, name in scored(report) if name and place == prefix]
    sizes = {name: report.find(f"{prefix}/real/n_train", name).value for treatment, name in told if treatment == "real"}
    shown = {"synthetic": "+ synth.", "reconstructed_synthetic": "rec. + synth."}
    shown = {treatment: label for treatment, label in shown.items() if treatment in dict(told)}
    # The last ones are differences to the first, as their signs say.
    gains = [Entry(label, key="difference_f1") for label in shown.values()]
    head = [Entry("F1, smallest classes", key="f1"), Entry("rows", key="rows"), Entry("real"), *gains]
    block = Block(head, gap=1, firm="all", cut=True)
    if sizes and max(sizes.values()) >= UNBALANCED * min(sizes.values()):
        for name, size in list(sizes.items())[:SMALLEST]:
            f1 = report.find(f"{prefix}/real/f1", name)
            gains = [gained(report.find(f"{prefix}/{treatment}/difference_f1", name)) for treatment in shown]
            block.add(name, f"{size:.0f}", known(f1), *gains)
    return block


def scored(report: Report) -> list[tuple[str, str, str | None]]:
    """`utility/PROTOCOL`, treatment and class (None for all) of each number of utility, in the report's order."""
    keys = ((each.key.rsplit("/", 2), each.of) for each in report.numbers if each.key.startswith("utility/"))
    return [(prefix, treatment, of) for (prefix, treatment, _), of in keys]
