"""What was asked, what the data were and how it was done, as lines of words for the page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any, NamedTuple

from inn_experiments.contracts.report import Report
from inn_experiments.reports.cell.glossary import WORDS
from inn_experiments.reports.words import number

PARTS = {"train": "training", "val": "validation", "test": "test", "fresh": "fresh", "unseen": "of unseen classes"}
SHOWN_CLASSES = 12
LEAST_SECONDS = 0.05


class Fact(NamedTuple):
    """A line of a list: its name, what is so, and what that means."""

    name: str
    value: str
    meaning: str = ""


def asked(report: Report) -> list[Fact]:
    """The axes of the cell in words: what was chosen, and what choosing it means."""
    options = report.asked.get("options", {})
    # Measures are no axes, and decide all the same what numbers there are.
    chosen = {group: option for group, (option, _) in options.items()} | report.axes
    words = {group: meaning for group, (_, meaning) in options.items()}
    order = [*WORDS["axes"]]
    axes = sorted(chosen, key=lambda axis: order.index(axis) if axis in order else len(order))
    return [Fact(axis, str(chosen[axis]), words.get(axis) or WORDS["axes"].get(axis, "")) for axis in axes]


def with_options(report: Report) -> list[str]:
    """By which options the cell was trained and utility was measured: some are for a quick look only."""
    options = report.asked.get("options", {})
    return [f"{group}={options[group][0]}: {options[group][1]}" for group in ("trainer", "utility") if group in options]


def data(report: Report) -> list[Fact]:
    """What was read, and what was done to it before anything was learned."""
    split = report.split
    read: Mapping[str, Any] = split.get("read", {})
    facts = [Fact("data", str(read.get("name") or split.get("name", "not on record")))]
    if read:
        axis, unit = read.get("axis"), read.get("unit", "")
        places = "" if axis is None else f" from {axis[0]:.10g} to {axis[1]:.10g} {unit}".rstrip()
        facts += [Fact("rows read", f"{read['rows']:,}"), Fact("channels", f"{read['channels']:,}{places}")]
        facts += [Fact("groups", str(read["groups"]))] if read.get("groups") is not None else []
        facts += [Fact("left out", "; ".join(read["left_out"]))] if read.get("left_out") else []
        facts += [Fact("notes", "; ".join(read["notes"]))] if read.get("notes") else []
    elif "features" in split:
        facts.append(Fact("channels", f"{split['features']:,}"))
    parts = [f"{split[part]:,} {words}" for part, words in PARTS.items() if split.get(part)]
    if parts:
        facts.append(Fact("divided into", f"{', '.join(parts)} rows", "Test rows touch nothing but the final scores."))
    scaling = " ".join(filter(None, (str(read.get("scaling") or ""), _plain(split.get("scaling", {})))))
    facts += [Fact("scaling", scaling, "From training rows only; undone in what is written.")] if scaling else []
    facts += [Fact("preprocessing", _plain(split["preprocessing"]))] if split.get("preprocessing") else []
    return facts


def classes(report: Report) -> tuple[list[tuple[str, int]], int]:
    """(class and its rows, the largest ones where there are many; how many classes are not shown)."""
    found = list(report.split.get("read", {}).get("classes", {}).items())
    if len(found) > SHOWN_CLASSES:
        found.sort(key=lambda one: -one[1])
    return found[:SHOWN_CLASSES], max(0, len(found) - SHOWN_CLASSES)


def protocols(report: Report) -> list[tuple[str, str]]:
    """(protocol, on how many rows its classifiers learned and were tested, and how often it was repeated)."""
    found = []
    for protocol in ("same_rows", "disjoint"):
        sizes = {key: report.find(f"utility/{protocol}/real/{key}") for key in ("n_train", "n_test", "repeats")}
        train, test, repeats = (None if one is None else round(one.value) for one in sizes.values())
        if train is None or test is None:
            continue
        made = report.find(f"utility/{protocol}/synthetic/n_train")
        added = "" if made is None else f" ({round(made.value) - train:,} generated ones are added)"
        often = "" if repeats is None else f", {repeats} time{'s' if repeats != 1 else ''}"
        found.append((protocol, f"classifiers learn from {train:,} real rows{added} and are tested on {test:,}{often}"))
    return found


def done(report: Report) -> list[Fact]:
    """Seed, parameters, which training is kept, seconds and versions."""
    facts = [
        Fact("seed", str(report.seed), "Every random draw follows from it: the same seed gives the same numbers."),
        Fact("parameters", f"{report.parameters:,}", "Numbers that were learned."),
        Fact("numbers on this page", f"of the training on {_rows(report.split.get('train'))} alone"),
    ]
    kept = report.kept
    if kept.get("part") == "all":
        again = "Trained once more after everything was measured; no number on this page is of it."
        facts.append(Fact("kept for sampling", f"a training on all {kept['rows']:,} rows", again))
    elif kept:
        facts.append(Fact("kept for sampling", "the same training"))
    seconds = [f"{step} {number(each)} s" for step, each in report.timings.items() if each >= LEAST_SECONDS]
    facts += [Fact("seconds", ", ".join(seconds), "The fit holds the training.")] if seconds else []
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    facts += [Fact("versions", versions)] if versions else []
    return [*facts, Fact("fingerprint", report.fingerprint, "Two runs with one fingerprint computed the same.")]


def command(report: Report) -> str:
    """What repeats this run; '' where that is not on record."""
    typed = report.asked.get("typed")
    return "" if typed is None else shlex.join(["python", "-m", "inn_experiments", *map(str, typed)])


def _rows(count: int | None) -> str:
    return "the training rows" if count is None else f"the {count:,} training rows"


def _plain(found: Any) -> str:  # noqa: ANN401
    """Plain values as words."""
    if isinstance(found, Mapping):
        return ", ".join(f"{name} {_plain(value)}" for name, value in found.items())
    if isinstance(found, list | tuple):
        return " x ".join(map(_plain, found[:6])) + (" ..." if len(found) > 6 else "")
    return number(found) if isinstance(found, float) else str(found)
