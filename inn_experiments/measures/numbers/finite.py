"""Numbers that are none: left out of a report, which says so."""

import math
import warnings
from collections.abc import Sequence

from inn_experiments.contracts import Number

SHOWN = 5


def finite(numbers: Sequence[Number]) -> list[Number]:
    """Those of the `numbers` that are finite with all they have; warns of the others by their keys and values.

    Example:
        >>> with warnings.catch_warnings(record=True) as said:
        ...     left = finite([Number("a", 1.0), Number("b", math.inf), Number("c", 2.0, half=math.nan, of="x")])
        >>> [number.key for number in left], str(said[0].message)
        (['a'], 'not finite, so left out: b = inf, c (x) = 2 with half = nan')
    """
    broken = [_told(number) for number in numbers if not _whole(number)]
    if broken:
        more = f", ... ({len(broken) - SHOWN} more)" if len(broken) > SHOWN else ""
        warnings.warn(f"not finite, so left out: {', '.join(broken[:SHOWN])}{more}", UserWarning, stacklevel=2)
    return [number for number in numbers if _whole(number)]


def finite_points(name: str, steps: Sequence[int], values: Sequence[float]) -> tuple[list[int], list[float]]:
    """The points of the curve `name` whose values are finite; warns of the others.

    >>> finite_points("train/loss", [1, 2], [0.5, 0.25])
    ([1, 2], [0.5, 0.25])
    """
    whole = [(step, value) for step, value in zip(steps, values, strict=True) if math.isfinite(value)]
    if len(whole) < len(steps):
        lost = f"{len(steps) - len(whole)} of {len(steps)} points"
        warnings.warn(f"not finite, so left out: {lost} of the curve {name}", UserWarning, stacklevel=2)
    return [step for step, _ in whole], [value for _, value in whole]


def _parts(number: Number) -> dict[str, float]:
    """What must be finite where it is there."""
    found = {"half": number.half, "low": number.low, "high": number.high, "p": number.p}
    return {name: value for name, value in found.items() if value is not None}


def _whole(number: Number) -> bool:
    return all(map(math.isfinite, (number.value, *_parts(number).values())))


def _told(number: Number) -> str:
    of = "".join(f" ({name})" for name in (number.of, number.reference) if name is not None)
    if not math.isfinite(number.value):
        return f"{number.key}{of} = {number.value:g}"
    name, value = next((name, value) for name, value in _parts(number).items() if not math.isfinite(value))
    return f"{number.key}{of} = {number.value:g} with {name} = {value:g}"
