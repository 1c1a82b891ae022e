"""Which finished runs are of 2-D records, sorted by what they differ in, and their classes by size."""

from collections.abc import Mapping
from math import isclose
from typing import NamedTuple

import pandas as pd

from inn_experiments.contracts import UserError
from inn_experiments.reports.estimate import over_seeds
from inn_experiments.reports.runs import Frame, choose

ERROR = "test/reconstruction/mse"
TWINS = (
    "two runs of {place} have seed {seed} and utility: {first.cell} and {second.cell}; choose with --only AXIS=VALUE "
    "or cell=PATTERN"
)
SQUARE = ("sequential", "joint")
"""Autoencoders with d x d numbers to a record; others have d."""


class Width(NamedTuple):
    """An autoencoder and its d."""

    autoencoder: str
    latent: int

    @property
    def numbers(self) -> int:
        """Numbers in the latent of a record."""
        return self.latent**2 if self.autoencoder in SQUARE else self.latent


class Kind(NamedTuple):
    """A generator in the latent of an autoencoder."""

    generator: str
    autoencoder: str
    latent: int

    def __str__(self) -> str:
        return f"{self.generator}, {self.autoencoder}, d = {self.latent}"


def chosen_runs(frame: Frame, only: Mapping[str, str]) -> Frame:
    """The runs with an autoencoder whose axes fit `only`; UserError for none, or for several data sets."""
    advice = "run experiment=gcims and experiment=gcims_width first"
    chosen = choose(frame, only, frame.holds(ERROR), "an autoencoder's errors", advice)
    data = sorted(set(chosen.axes["data"]))
    if len(data) > 1:
        raise UserError(f"the finished runs are of several data sets ({', '.join(data)}); add --only data={data[0]}")
    return chosen


def by_width(frame: Frame) -> dict[Width, Frame]:
    """One run per autoencoder, d and seed: generators around one autoencoder share its errors.

    Raises:
        UserError: they do not, so that the autoencoders differ in something else.
    """
    widths = _kinds(frame).map(lambda kind: Width(*kind[1:]))
    errors, parameters = frame.value(ERROR), frame.value("parameters")
    kept: dict[tuple[Width, int], int] = {}
    for run, width, seed in zip(frame.runs.index, widths, frame.runs["seed"], strict=True):
        other = kept.setdefault((width, seed), run)
        if not isclose(errors[other], errors[run], rel_tol=1e-3):
            named = (f"{one.cell}, {one.fingerprint[:8]}" for one in frame.runs.loc[[other, run]].itertuples())
            raise UserError(
                f"two runs with {width.autoencoder}, d = {width.latent} and seed {seed} have different errors of "
                f"reconstruction ({'; '.join(named)}): tell them apart with --only AXIS=VALUE, or keep each in its own "
                "outputs"
            )
        if parameters[run] < parameters[other]:
            kept[width, seed] = run
    one_each = frame.take(pd.Series(frame.runs.index.isin(kept.values()), index=frame.runs.index))
    return one_each.apart(widths[one_each.runs.index])


def by_kind(frame: Frame) -> dict[Kind, Frame]:
    """The runs with utility; raises UserError where two of one kind share a seed."""
    told = frame.take(frame.holds("utility/"))
    return told.apart(_kinds(told), TWINS)


def _kinds(frame: Frame) -> pd.Series:
    axes = frame.axes.reindex(columns=Kind._fields).astype(object).fillna({"autoencoder": "-", "latent": 512})
    rows = axes.itertuples(index=False, name=None)
    return pd.Series([Kind(generator, name, int(latent)) for generator, name, latent in rows], axes.index, object)


def protocols(frame: Frame, by_class: bool = False) -> list[str]:
    """The protocols that some run was measured by; `by_class`: those that were told class by class."""
    told = frame.numbers["key"].str.startswith("utility/") & ((frame.numbers["of"] != "") | (not by_class))
    return list(dict.fromkeys(frame.numbers["key"][told].str.split("/").str[1]))


def class_sizes(runs: Frame, protocol: str) -> dict[str, float]:
    """Class -> real training rows, the smallest first."""
    rows = runs.classes(f"utility/{protocol}/real/n_train")
    sizes = {name: over_seeds(values, runs)[0] for name, values in rows.items()}
    return dict(sorted(sizes.items(), key=lambda each: each[1]))
