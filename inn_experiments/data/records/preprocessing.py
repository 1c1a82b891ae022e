"""Wavelet, crop, logarithm, min-max: done to 2-D records, fitted on training records only, and undone."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import reduce

import numpy as np

from inn_experiments.contracts import NaturalInt, UserError
from inn_experiments.data.checks import check_varies
from inn_experiments.data.records.steps import Crop, Log, MinMax, Step, Wavelet, halved

BLOCK = 64
"""Records that are worked on at a time, in float64."""

AXES = ("retention", "drift")
Axes = tuple[np.ndarray, np.ndarray]


@dataclass(kw_only=True)
class Settings:
    """How 2-D records are preprocessed.

    Args:
        wavelet, levels: PyWavelets' name, and how often retention and drift are halved; [0, 0] keeps the size.
        retention, drift: what is kept, [low, high] in units of the axis, or indices where there is none.
    """

    wavelet: str = "db2"
    levels: tuple[NaturalInt, NaturalInt] = (1, 1)
    retention: tuple[float, float] | None = None
    drift: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        import pywt

        known = pywt.wavelist(kind="discrete")
        if self.wavelet not in known:
            families = sorted({name.rstrip("0123456789.") for name in known})
            near = difflib.get_close_matches(self.wavelet, known, n=1)
            raise UserError(
                f"data.wavelet={self.wavelet}: not a discrete wavelet of PyWavelets"
                f"{f'; did you mean {near[0]!r}?' if near else ''} (families: {', '.join(families)})"
            )


@dataclass(eq=False)
class Preprocessing:
    """The four fitted steps in their order, as the scaling of a split: rows (n, M*D) to (n, m*d) and back.

    `raw_axes` and `axes` are retention and drift before and after, in `units`; `example` (M, D) is the first training
    record.

    Source: arXiv 2502.13183, input preprocessing (the sizes and the constants are not given there).
    """

    steps: tuple[Step, ...]
    raw_axes: Axes
    axes: Axes
    example: np.ndarray
    units: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        self.raw_shape, self.shape = ((len(axes[0]), len(axes[1])) for axes in (self.raw_axes, self.axes))

    @classmethod
    def fit(
        cls, train: np.ndarray, axes: Axes, settings: Settings, name: str, units: tuple[str, str] = ("", "")
    ) -> Preprocessing:
        """Take all constants from the training records `train` (n, M, D), whose axes are (M,) and (D,).

        Raises:
            UserError: a level that is too deep for the size, a window outside of its axis or without anything in
                it, and records that do not vary.
        """
        limits = (settings.retention, settings.drift)
        for option, axis, level in zip(AXES, axes, settings.levels, strict=True):
            _check_level(settings, option, len(axis), level)
        wavelet = Wavelet(settings.wavelet, tuple(settings.levels), train.shape[1:])
        coarse = tuple(_coarse(axis, level) for axis, level in zip(axes, settings.levels, strict=True))
        windows = tuple(_window(*each) for each in zip(AXES, limits, axes, coarse, strict=True))
        x = _in_blocks(wavelet.apply, train, tuple(map(len, coarse)))
        crop = Crop(*windows, x.mean(axis=0))
        x = crop.apply(x)
        check_varies(x.reshape(len(x), -1), f"{name}, training records after wavelet and crop")
        log = Log.fit(x)
        minmax = MinMax.fit(log.apply(x))
        left = tuple(axis[slice(*window)] for axis, window in zip(coarse, windows, strict=True))
        return cls((wavelet, crop, log, minmax), axes, left, np.array(train[0], dtype=np.float64), units)

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Preprocessed rows (n, m*d) float32 of rows x (n, M*D) in the file's units."""
        return _rows(self.forward, x, self.raw_shape, self.shape)

    def undo(self, x: np.ndarray) -> np.ndarray:
        """Rows (n, M*D) float32 in the file's units; what was cut is the training records' mean."""
        return _rows(self.backward, x, self.shape, self.raw_shape)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """All steps in float64: records (n, M, D) to (n, m, d)."""
        return reduce(lambda x, step: step.apply(x), self.steps, x)

    def backward(self, x: np.ndarray) -> np.ndarray:
        """All steps undone in float64, the last one first: (n, m, d) to records (n, M, D)."""
        return reduce(lambda x, step: step.undo(x), reversed(self.steps), x)

    def stages(self, record: np.ndarray) -> dict[str, np.ndarray]:
        """One record (M, D) as it is after each step, by the step's name, and `undone` in the end."""
        x = np.asarray(record, dtype=np.float64)[None]
        found = {step.name: (x := step.apply(x))[0] for step in self.steps}
        return found | {"undone": self.backward(x)[0]}

    def describe(self) -> dict[str, object]:
        """Sizes, axes and every step's settings as plain values, for the report."""
        ranges = {name: [float(axis[0]), float(axis[-1])] for name, axis in zip(AXES, self.axes, strict=True)}
        shown = [{field.name: vars(step)[field.name] for field in fields(step) if field.repr} for step in self.steps]
        steps = [
            {"step": step.name}
            | {key: list(value) if isinstance(value, tuple) else value for key, value in told.items()}
            for step, told in zip(self.steps, shown, strict=True)
        ]
        return {"raw_shape": list(self.raw_shape), "shape": list(self.shape), **ranges, "steps": steps}


def _rows(
    change: Callable[[np.ndarray], np.ndarray], x: np.ndarray, shape: tuple[int, int], target: tuple[int, int]
) -> np.ndarray:
    most = float(np.finfo(np.float32).max)
    records = np.asarray(x).reshape(len(x), *shape)
    changed = _in_blocks(lambda part: change(part).clip(-most, most), records, target, np.float32)
    return changed.reshape(len(x), target[0] * target[1])


def _in_blocks(
    change: Callable[[np.ndarray], np.ndarray], x: np.ndarray, shape: tuple[int, int], kind: type = np.float64
) -> np.ndarray:
    found = np.empty((len(x), *shape), dtype=kind)
    for start in range(0, len(x), BLOCK):
        found[start : start + BLOCK] = change(np.asarray(x[start : start + BLOCK], dtype=np.float64))
    return found


def _check_level(settings: Settings, option: str, size: int, level: int) -> None:
    import pywt

    deepest = pywt.dwt_max_level(size, pywt.Wavelet(settings.wavelet).dec_len)
    if level > deepest:
        raise UserError(
            f"data.levels={list(settings.levels)}: level {level} is too deep for {size} values along "
            f"{option}; with {settings.wavelet} the deepest level there is {deepest}"
        )


def _coarse(axis: np.ndarray, level: int) -> np.ndarray:
    """The axis (M,) of the coefficients: the mean of what each of them stands for."""
    width, size = 2**level, halved(len(axis), level)[-1]
    return np.array([axis[place * width : (place + 1) * width].mean() for place in range(size)])


def _window(option: str, limits: tuple[float, float] | None, axis: np.ndarray, coarse: np.ndarray) -> tuple[int, int]:
    """First and one past the last place of the `coarse` axis within `limits`, both ends included."""
    if limits is None:
        return 0, len(coarse)
    low, high = map(float, limits)
    if not axis[0] <= low < high <= axis[-1]:
        raise UserError(
            f"data.{option}={[low, high]}: must be [low, high] within the axis, which goes from {axis[0]:g} "
            f"to {axis[-1]:g}"
        )
    # Where no coefficient has its centre in the window, nothing would be left.
    first, last = np.searchsorted(coarse, low), np.searchsorted(coarse, high, side="right")
    if last - first < 1:
        raise UserError(
            f"data.{option}={[low, high]}: the crop leaves nothing, values are "
            f"{(coarse[-1] - coarse[0]) / max(1, len(coarse) - 1):g} apart there after the wavelet"
        )
    return int(first), int(last)
