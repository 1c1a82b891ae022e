"""Few rows a class: the paper's Tables 1 to 5 beside this program's, gains by classifier, and who is best."""

from argparse import Namespace

from inn_experiments.measures.quantities import CLASSIFIERS
from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.low_data import runs as query
from inn_experiments.reports.studies.low_data import tables
from inn_experiments.reports.studies.low_data.figure import low_data_figure
from inn_experiments.reports.study import Document, Study, missing_section

ABOUT = (
    "All scores are on real test rows that no generator and no classifier learned from; `data.pool_seed` keeps them "
    "the same for all seeds, and a seed draws which of the other rows train. Differences are paired within seeds.\n"
    "\n"
    "- Entries are means over seeds ± half the width of the 95 % interval, Student's t at one pool. It covers which "
    "rows train and all random draws, for this pool of test rows; the more rows a class there are, the more of them "
    "seeds share.\n"
    "- `corrected`: the half width after Nadeau and Bengio (2003), the variance times 1/n + test/training rows, made "
    "for test rows that are drawn anew. With many more test rows than training rows it is wide, and at one pool it is "
    "stricter than need be.\n"
    "- `over classes`: the half width of a t interval over classes, each with its mean difference over seeds: whether "
    "the gain would be found with other classes.\n"
    "- Controls: copies add real rows again; shuffled labels must score at chance; generated rows alone say how much "
    "they know of the classes.\n"
    "- k is the number of real rows a class (fewer where a class has fewer). Convex combinations take two."
)
SELECTED = (
    "The best were chosen by these same test rows, so that their scores are the largest of several: the difference is "
    "a little in favour of rows added, of which there are more to choose from."
)


def answer(frame: Frame, options: Namespace) -> Document:
    """The sections of each data set: the paper's layout, gains by classifier, the best classifiers, amounts chosen."""
    chosen, places = query.sorted_out(frame, options.only)
    sections = [ABOUT, f"![Gain over rows a class]({options.picture})"]
    for place, runs in places.items():
        sections += [f"## {place}", sizes(runs), tables.paper_layout(runs)]
        sections += ["### The best classifier, with and without rows added", tables.best_table(runs), SELECTED]
        sections += ["### What the gains say", tables.reading(runs), tables.amounts_table(runs)]
        for classifier in query.classifiers(runs):
            sections.append(f"### Gains: {CLASSIFIERS[classifier]}")
            sections += [tables.gains_table(runs, classifier, against) for against in ("real", "convex")]
    lacking = query.missing(places)
    sections += missing_section(lacking)
    if lacking:
        sections.append("A preset that cannot be fitted to so few rows leaves its run missing, too.")
    missing = sum(map(len, lacking.values()))
    figure = low_data_figure(places)
    return Document("Few rows a class", chosen, sections, missing=missing, figure=figure)


def sizes(runs: Frame) -> str:
    """Rows, features and classes."""
    found = {part: sorted(set(runs.split(part).dropna())) for part in ("train", "test", "features", "classes")}
    words = {
        part: " to ".join(f"{size:,}" for size in dict.fromkeys(sizes[:1] + sizes[-1:]))
        for part, sizes in found.items()
    }
    return "{train} training rows, {test} test rows, {features} features, {classes} classes.".format(**words)


STUDY = Study("low_data", "Tables 1 to 5: what synthetic rows add at few rows a class", answer)
