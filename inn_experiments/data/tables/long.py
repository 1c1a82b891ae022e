"""The long form, one row a point: recognised, and folded into one row a spectrum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.axes import Axis, name_of, unit_of
from inn_experiments.data.checks import check_present, shorten
from inn_experiments.data.tables.sheet import Sheet, to_numbers
from inn_experiments.data.tables.wide import Read

SAMPLES = {
    "sample",
    "sampleid",
    "samplename",
    "id",
    "spectrum",
    "spectrumid",
    "scan",
    "file",
    "filename",
    "name",
    "index",
}
SAMPLES |= {"specimen", "replicate", "measurement", "series", "case", "record", "run"}
AXES = {
    "wavelength",
    "wavenumber",
    "wavelengths",
    "wavenumbers",
    "mz",
    "mass",
    "axis",
    "shift",
    "ramanshift",
    "ppm",
    "x",
}
AXES |= {"time", "rt", "retentiontime", "drifttime", "channel", "frequency", "bin", "energy", "position", "variable"}
VALUES = {
    "value",
    "values",
    "intensity",
    "absorbance",
    "y",
    "signal",
    "reflectance",
    "transmittance",
    "counts",
    "count",
}
VALUES |= {"abundance", "response", "amplitude", "absorption", "height", "measurementvalue"}
"""What the three columns of a long form are called, in letters alone."""

MOST_COLUMNS = 8
"""A long form has few columns; of more it is not asked."""

LEAST_POINTS = 3
LEAST_SHARE = 0.6
"""Of all pairs of a sample and a place in the first rows, of which the last sample may be cut."""

CURE = "name its columns: data.sample, data.axis and data.value; or, where each row is a spectrum, data.features"


@dataclass(frozen=True)
class Long:
    """The names of the columns with the spectrum that a row belongs to, the place on its axis, and the value there."""

    sample: str
    axis: str
    value: str


def long_form(sheet: Sheet, columns: Mapping[str, str], given: Mapping[str, str | None]) -> Long | None:
    """The long form that `given` (sample, axis, value) names or the sheet shows; None for one row a spectrum.

    It shows by the names of the columns and by samples with several rows each. Raises UserError for one that shows by
    its values alone: all pairs of two columns, each once, with one class for each of the first.
    """
    if any(given.values()):
        lacking = [f"data.{argument}" for argument, name in given.items() if not name]
        if lacking:
            raise UserError(
                f"{' and '.join(lacking)}: missing; a long form needs data.sample, data.axis and data.value"
            )
        for argument, name in given.items():
            check_present(name, f"data.{argument}", sheet.names, sheet.where)
        return Long(given["sample"], given["axis"], given["value"])
    rest = [name for name in sheet.names if name not in columns.values()]
    if not 2 <= len(rest) <= MOST_COLUMNS or len(set(rest)) < len(rest) or columns.get("label") not in sheet.names:
        return None
    named = {kind: [name for name in rest if _plain(name) in words] for kind, words in _words().items()}
    told = {kind: names for kind, names in named.items() if len(names) == 1}
    if {"axis", "value"} <= told.keys() and told["axis"] != told["value"]:
        if "sample" not in told:
            if _repeats(sheet, told["axis"][0]):
                raise UserError(f"{sheet.where}: one row a point (columns {', '.join(map(repr, sheet.names))})? {CURE}")
            return None
        found = Long(*(told[kind][0] for kind in ("sample", "axis", "value")))
        return found if _repeats(sheet, found.sample) and _repeats(sheet, found.axis) else None
    _refuse_hidden(sheet, rest, columns["label"])
    return None


def fold(sheet: Sheet, form: Long, columns: Mapping[str, str], unit: str | None) -> Read:
    """The spectra of a long form, in the order in which they and their places come.

    Raises UserError where a spectrum has a place twice, or lacks one that another has, or two classes.
    """
    place = {name: number for number, name in enumerate(sheet.names)}
    texts_read = list(dict.fromkeys([form.sample, form.axis, *columns.values()]))
    pieces = list(sheet.pieces([place[name] for name in texts_read], [place[form.value]], np.float64))
    read = {name: np.concatenate([told[name] for told, _ in pieces]) for name in texts_read}
    values = np.concatenate([x for _, x in pieces])[:, 0]
    samples, first, of = _codes(read[form.sample])
    points, _, at = _codes(read[form.axis])
    pairs = of * len(points) + at
    if len(np.unique(pairs)) < len(pairs):
        twice = int(np.flatnonzero(np.bincount(pairs) > 1)[0])
        raise UserError(
            f"{sheet.where}: the sample {str(samples[twice // len(points)])!r} has the {form.axis} "
            f"{str(points[twice % len(points)])!r} more than once; each spectrum has one value at each place"
        )
    if len(pairs) < len(samples) * len(points):
        short = int(np.argmin(np.bincount(of)))
        raise UserError(
            f"{sheet.where}: the sample {str(samples[short])!r} has {np.bincount(of)[short]} of {len(points)} places "
            f"of {form.axis}; all spectra of a long form must have the same places"
        )
    for argument, name in columns.items():
        if (wrong := read[name] != read[name][first][of]).any():
            row = int(np.argmax(wrong))
            raise UserError(
                f"data.{argument}={name}: the sample {str(samples[of[row]])!r} of {sheet.where} has two values there, "
                f"{str(read[name][first][of[row]])!r} and {str(read[name][row])!r}"
            )
    numbers, wrong = to_numbers(points)
    steps = np.diff(numbers)
    if not wrong.any() and not ((steps > 0).all() or (steps < 0).all()):
        # Rows in no order say nothing of the order along the axis.
        order = np.argsort(numbers)
        numbers, points, at = numbers[order], points[order], np.argsort(order)[at]
    x = np.empty((len(samples), len(points)))
    x[of, at] = values
    unit = unit if unit is not None else unit_of(form.axis) or sheet.unit
    # A unit has a name of its own, but for Raman shifts; without one the file's is all there is.
    axis = Axis(None if wrong.any() else numbers, unit, name_of(form.axis) or ("" if unit else form.axis))
    texts = {argument: read[name][first] for argument, name in columns.items()}
    unused = [repr(name) for name in sheet.names if name not in (*texts_read, form.value)]
    left_out = [f"columns {shorten(unused, 5)}"] if unused else []
    form_told = f"long form: {form.sample!r} along {form.axis!r}"
    return Read(x, texts, points.tolist(), axis, left_out, [*sheet.notes, form_told], value=form.value)


def _words() -> dict[str, set[str]]:
    return {"sample": SAMPLES, "axis": AXES, "value": VALUES}


def _plain(name: str) -> str:
    """The letters of a name alone, without a unit in brackets."""
    return "".join(letter for letter in name.partition("(")[0].casefold() if letter.isalpha())


def _codes(texts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The different texts in the order in which they come, where each comes first, and the number of each."""
    found, first, codes = np.unique(texts, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return found[order], first[order], np.argsort(order)[codes]


def _repeats(sheet: Sheet, name: str) -> bool:
    (cells,) = sheet.first([sheet.names.index(name)])
    return len(np.unique(cells)) < len(cells)


def _refuse_hidden(sheet: Sheet, rest: list[str], label: str) -> None:
    names = [*rest, label]
    cells = dict(zip(names, sheet.first([sheet.names.index(name) for name in names]), strict=True))
    codes = {name: np.unique(cells[name], return_inverse=True)[1] for name in names}
    sizes = {name: int(code.max(initial=-1)) + 1 for name, code in codes.items()}
    rows = len(codes[label])

    def different(one: str, other: str) -> int:
        return len(np.unique(codes[one] * sizes[other] + codes[other]))

    for sample, axis in permutations(rest, 2):
        if sizes[sample] < 2 or sizes[axis] < LEAST_POINTS or to_numbers(cells[axis])[1].any():
            continue
        each_once = different(sample, axis) == rows >= LEAST_SHARE * sizes[sample] * sizes[axis]
        if each_once and sizes[axis] < rows and sizes[sample] < rows and different(sample, label) == sizes[sample]:
            raise UserError(
                f"{sheet.where}: this looks like one row a point, spectra by {sample!r} with values along {axis!r}, in "
                f"the columns {shorten([*map(repr, rest)], 8)}; {CURE}"
            )
