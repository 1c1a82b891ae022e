"""Quality and seconds of samplers against their calls of the network, one training for all, paired by seed."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.contracts import UserError
from inn_experiments.reports.design import common_axes
from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.panels import SEVEN, grid, plain
from inn_experiments.reports.runs import ABSENT, Frame, axis_words, choose
from inn_experiments.reports.study import Document, Study
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import entry, signed

SECONDS = "seconds/sample"
SAMPLES = {"C2ST": ("test/samples/c2st", "fresh/samples/c2st"), "SWD": ("test/samples/swd", "fresh/samples/swd")}
LATENTS = {
    name: (f"test/geometry/generated/{key}", f"test/geometry/second/{key}")
    for name, key in (("C2ST", "c2st"), ("SWD", "swd"))
}
"""Score -> keys of the generated rows and of the real rows in their place; where rows are decoded, of latents."""
ABOUT = (
    "A call is one evaluation of the network for all rows. C2ST (0.5 is best) and sliced Wasserstein distance (SWD, 0 "
    "is best) are of pooled rows against held-out ones, or of latents, class by class, where rows are decoded from "
    "them; `real rows`: others in the place of generated ones, which a perfect sampler of a perfect network would "
    "equal. Seconds are those of the step that samples the compared rows (2,000 at most), by the clock. Entries are "
    "the mean ± half the width of the 95 % interval over seeds; differences are within each seed, which has "
    "one training."
)
TWINS = "two runs of {place} have seed {seed}, which differ in {differing}; choose one with --only AXIS=VALUE"
OTHER_AXIS = "the runs of one data set differ in {axis} ({found}), so not by sampler alone; add --only {axis}={first}"
COLOURS = dict(zip(("ddim", "dpmpp", "unipc", "ddpm"), SEVEN, strict=False))
LINES = {"time": ("-", "o"), "logsnr": ("--", "s"), "quadratic": (":", "^")}


class Way(NamedTuple):
    """How a run samples."""

    sampler: str
    spacing: str
    calls: int


def options(parser: ArgumentParser) -> None:
    """The way that others are compared with, and what difference is allowed."""
    parser.add_argument("--reference", type=way, default=Way("ddim", "time", 100), metavar="SAMPLER,SPACING,CALLS")
    parser.add_argument("--within", type=float, default=0.02, help="C2ST above the reference's that is allowed")


def way(text: str) -> Way:
    """The way in `ddim,time,100`."""
    sampler, spacing, calls = text.split(",")
    return Way(sampler, spacing, int(calls))


def answer(frame: Frame, options: Namespace) -> Document:
    """A table for each data set and parameterization, one of all differences, and the figure."""
    advice = "run experiment=few_steps first"
    holds = frame.holds(SAMPLES["C2ST"][0]) | frame.holds(LATENTS["C2ST"][0])
    chosen = choose(
        frame, options.only, holds & axis_words(frame, ["sampler"])["sampler"].ne(ABSENT), "samples", advice
    )
    problems, ways = problems_of(chosen), ways_of(chosen)
    parts = chosen.apart(problems)
    tables = {name: scores(part, ways[part.runs.index]) for name, part in parts.items()}
    sections = [ABOUT, f"![Quality and seconds against calls]({options.picture})"]
    sections += [
        "## Which way is as good as the reference",
        *target_section(tables, parts, options.reference, options.within),
    ]
    for name, table in tables.items():
        sections += [f"## {name}", way_table(table, parts[name], options.reference)]
    return Document("Samplers: quality and seconds against calls", chosen, sections, figure=figure(tables, parts))


def problems_of(frame: Frame) -> pd.Series:
    """What each run learns, in words: its data and parameterization."""
    words = axis_words(frame, ["data", "autoencoder", "parameterization"])
    latent = words["autoencoder"].map(lambda name: "" if name == ABSENT else f" ({name} latents)")
    return words["data"] + latent + ", " + words["parameterization"]


def ways_of(frame: Frame) -> pd.Series:
    """How each run samples."""
    words = axis_words(frame, ["sampler", "spacing", "sampler_steps", "levels"])
    return pd.Series(
        [
            Way(sampler, "time" if spacing == ABSENT else spacing, int(levels if steps == ABSENT else steps))
            for sampler, spacing, steps, levels in words.itertuples(index=False)
        ],
        index=words.index,
    )


def scores(part: Frame, ways: pd.Series) -> Mapping[str, pd.DataFrame]:
    """Scores of one problem as seeds x ways: `C2ST`, `SWD`, `seconds`, and those of real rows, `real C2ST`, `real SWD`.

    Raises:
        UserError: runs differ in more than how they sample, or share a way and a seed.
    """
    common_axes(part, {"sampler", "spacing", "sampler_steps", "seed"}, OTHER_AXIS, ABSENT)
    part.apart(ways, TWINS)
    keys = SAMPLES if part.holds(SAMPLES["C2ST"][0]).any() else LATENTS
    series = {name: part.value(own) for name, (own, _) in keys.items()}
    series |= {f"real {name}": part.value(real) for name, (_, real) in keys.items()} | {"seconds": part.value(SECONDS)}
    found = pd.DataFrame({"seed": part.runs["seed"], "way": ways})
    return {
        name: found.assign(value=values).pivot(index="seed", columns="way", values="value")
        for name, values in series.items()
    }


def difference(table: Mapping[str, pd.DataFrame], one: Way, reference: Way, score: str = "C2ST") -> pd.Series:
    """By how much a way's score is above the reference's, seed by seed; empty where one of them was not run."""
    values = table[score]
    return values[one] - values[reference] if {one, reference} <= {*values} else pd.Series(dtype=float)


def way_table(table: Mapping[str, pd.DataFrame], runs: Frame, reference: Way) -> str:
    """A row for each way to sample one problem, and one of real rows."""
    lines = []
    for one in table["C2ST"]:
        shown = [entry(over_seeds(table[name][one], runs)) for name in ("C2ST", "SWD", "seconds")]
        found = [over_seeds(difference(table, one, reference, name), runs) for name in ("C2ST", "SWD")]
        apart = [ABSENT if one == reference or each is None else signed(*each) for each in found]
        lines.append([*map(str, one), *shown, *apart, str(table["C2ST"][one].count())])
    real = [entry(over_seeds(table[f"real {name}"].mean(axis=1), runs)) for name in ("C2ST", "SWD")]
    lines.append(["**real rows**", "", "", *real, "", "", "", str(len(table["C2ST"]))])
    apart = [f"{name} − {'-'.join(map(str, reference))}" for name in ("C2ST", "SWD")]
    return markdown(["Sampler", "Spacing", "Calls", "C2ST", "SWD", "Seconds", *apart, "Seeds"], lines)


def target_section(
    tables: Mapping[str, Mapping[str, pd.DataFrame]], parts: Mapping[str, Frame], reference: Way, within: float
) -> list[str]:
    """Each way's difference in C2ST to the reference on every problem, and the problems where it is allowed."""
    every = sorted({one for table in tables.values() for one in table["C2ST"]} - {reference}, key=_order)
    lines = []
    for one in every:
        found = [over_seeds(difference(table, one, reference), parts[name]) for name, table in tables.items()]
        known = [each for each in found if each is not None]
        means = sum(mean <= within for mean, _ in known)
        sure = sum(half is not None and mean + half <= within for mean, half in known)
        shown = [ABSENT if each is None else signed(*each) for each in found]
        lines.append([*map(str, one), *shown, f"{means} of {len(known)}", f"{sure} of {len(known)}"])
    if not any("±" in text for line in lines for text in line):
        raise UserError(f"--reference {','.join(map(str, reference))}: no such runs on any data set; name one that ran")
    words = (
        f"Differences in C2ST to {'-'.join(map(str, reference))}, paired by seed. `Mean`, `interval`: on how many of "
        f"the problems the mean, or the upper end of its interval too, is at most {within:g}."
    )
    return [words, markdown(["Sampler", "Spacing", "Calls", *tables, "Mean", "Interval"], lines)]


def figure(tables: Mapping[str, Mapping[str, pd.DataFrame]], parts: Mapping[str, Frame]) -> Figure:
    """A column a problem; C2ST, SWD and seconds against calls, a line a sampler and spacing, with intervals."""
    names = ("C2ST", "SWD", "seconds")
    made, axes = grid(len(names) * len(tables), len(tables), 3.1, 2.4)
    for row, name in enumerate(names):
        for column, (problem, table) in enumerate(tables.items()):
            axis = axes[row * len(tables) + column]
            _panel(axis, table, parts[problem], name)
            axis.set_title(plain(problem) if row == 0 else "", fontsize=8)
            axis.set_ylabel(name if column == 0 else "", fontsize=8)
            axis.set_xlabel("calls" if name == names[-1] else "", fontsize=8)
    handles = {text: line for axis in axes for line, text in zip(*axis.get_legend_handles_labels(), strict=True)}
    made.legend(handles.values(), handles, loc="outside lower center", ncols=5, fontsize=7)
    made.suptitle("Against calls of the network: mean and 95 % interval over seeds; grey: real rows", fontsize=9)
    return made


def _panel(axis: Axes, table: Mapping[str, pd.DataFrame], runs: Frame, name: str) -> None:
    lines: dict[tuple[str, str], list[Way]] = {}
    for one in sorted(table[name], key=_order):
        lines.setdefault((one.sampler, one.spacing), []).append(one)
    for number, ((sampler, spacing), ways) in enumerate(lines.items()):
        found = [over_seeds(table[name][one], runs) for one in ways]
        # A little apart, so that intervals do not hide each other.
        calls = [one.calls * (1 + 0.02 * (number - len(lines) / 2)) for one in ways]
        style, marker = LINES[spacing]
        axis.errorbar(
            calls,
            [mean for mean, _ in found],
            [half or 0.0 for _, half in found],
            color=COLOURS.get(sampler, "0.4"),
            linestyle=style,
            marker=marker,
            markersize=3,
            linewidth=1,
            elinewidth=0.7,
            label=f"{sampler}, {spacing}",
        )
    if f"real {name}" in table:
        axis.axhline(table[f"real {name}"].mean(axis=None), color="0.6", linewidth=1)
    axis.set_xscale("log")
    axis.set_yscale("log" if name == "seconds" else "linear")
    ticks = sorted({one.calls for one in table[name]})
    axis.set_xticks(ticks, map(str, ticks), fontsize=6)
    axis.minorticks_off()
    axis.grid(color="0.93")


def _order(one: Way) -> tuple[int, str, str]:
    return one.calls, one.sampler, one.spacing


STUDY = Study("few_steps", "samplers: quality and seconds against calls", answer, options)
