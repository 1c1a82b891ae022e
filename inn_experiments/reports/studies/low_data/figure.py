"""Gain in macro F1 over rows a class: a line of panels a data set, a panel a classifier, a line a method."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.measures.quantities import CLASSIFIERS
from inn_experiments.reports.panels import SEVEN, grid, plain
from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.low_data import runs as query
from inn_experiments.reports.studies.low_data.tables import NAMES


def low_data_figure(tables: Mapping[str, Frame]) -> Figure:
    """Gain over real rows alone (up) by rows a class (across), with bands of plain 95 % t intervals over seeds."""
    columns = max(len(query.classifiers(runs)) for runs in tables.values())
    names = sorted({method for runs in tables.values() for method in query.generators(runs)})
    places = [(method, index) for index, method in enumerate([*names, *query.REFERENCES])]
    figure, axes = grid(columns * len(tables), columns, 3.2, 2.6)
    for (place, runs), line in zip(tables.items(), axes.reshape(len(tables), columns), strict=True):
        ks, known = list(query.by_rows(runs)), query.classifiers(runs)
        line[0].set_ylabel("macro F1 − real rows alone", fontsize=7)
        for axis in line[len(known) :]:
            axis.set_visible(False)
        for number, axis in enumerate(line[: len(known)]):
            name, _, added = place.rpartition(", ")
            words = (name, added, CLASSIFIERS[known[number]])
            axis.set_title("\n".join(plain(part) for part in words), fontsize=7)
            axis.axhline(0, color="0.6", linewidth=0.8)
            axis.set_xticks(range(len(ks)), ks)
            axis.set_xlabel("real rows a class", fontsize=7)
            for method, index in places:
                _line(axis, runs, known[number], method, index)
        # One scale for all classifiers of a data set, whose rows a class are its own.
        ends = [axis.get_ylim() for axis in line[: len(known)]]
        for axis in line[: len(known)]:
            axis.set_ylim(min(low for low, _ in ends), max(high for _, high in ends))
    handles = [axes[0].plot([], [], color=_colour(index), marker="o")[0] for _, index in places]
    labels = [plain(NAMES.get(method, method)) for method, _ in places]
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 6), fontsize=7)
    return figure


def _line(axis: Axes, runs: Frame, classifier: str, method: str, index: int) -> None:
    found = {
        place: one
        for place, some in enumerate(query.by_rows(runs).values())
        if (one := query.gain(some, classifier, method, "real")) is not None
    }
    means, halves = [one.mean for one in found.values()], [one.half or 0.0 for one in found.values()]
    low, high = ([mean + sign * half for mean, half in zip(means, halves, strict=True)] for sign in (-1, 1))
    axis.plot(list(found), means, "o-", color=_colour(index), markersize=3, linewidth=1.2)
    axis.fill_between(list(found), low, high, color=_colour(index), alpha=0.15, linewidth=0)


def _colour(index: int) -> str:
    return SEVEN[index % len(SEVEN)]
