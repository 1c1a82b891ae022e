"""Numbers, intervals and p values as people read them."""

from inn_experiments.contracts.report import Number
from inn_experiments.measures.numbers.intervals import Interval

ROUNDING, LEAST_P = 1e-12, 1e-3
ABSENT = "—"
FEW = "(too few)"


def number(value: float) -> str:
    """Three or so significant digits, scientific where a fixed point would hide the size.

    >>> number(0.4637), number(12.345), number(0.00123), number(3.1e-13), number(-250000.0)
    ('0.464', '12.3', '0.0012', '3.1e-13', '-2.5e+05')
    """
    size = abs(value)
    if size != 0 and (size < 1e-3 or size >= 1e4):
        return f"{value:.1e}"
    digits = 4 if 0 < size < 0.01 else 3 if size < 1 else 2 if size < 10 else 1 if size < 100 else 0
    return f"{value:.{digits}f}"


def probability(p: float) -> str:
    """A p value; below 0.001 only that.

    >>> probability(0.04), probability(1e-30)
    ('0.040', '< 0.001')
    """
    return "< 0.001" if p < LEAST_P else f"{p:.3f}"


def interval(mean: float, half: float | None) -> str:
    """`mean ± half`; a half width that one seed cannot give is shown as n/a, rounding errors as 0.

    >>> interval(0.0012, 0.25), interval(0.0012, 0.0005)
    ('0.001 ± 0.250', '0.0012 ± 5.0e-04')
    """
    if half is not None and half < ROUNDING * abs(mean):
        half = 0.0
    # Digits of a mean that its interval leaves open would only be read as known; + 0.0 turns -0.0 into 0.0.
    shown = f"{round(mean, 3) + 0.0:.3f}" if half is not None and abs(mean) < 0.01 <= half else number(mean)
    return f"{shown} ± {'n/a' if half is None else number(half)}"


def entry(found: Interval | None, absent: str = ABSENT, limits: tuple[float, float] | None = None) -> str:
    """`mean ± half` of what was found, `absent` where nothing was.

    An interval as wide as all that lies between `limits`, of a score say, is none.

    >>> entry((0.75, 1.06), limits=(0.0, 1.0)), entry((0.75, 0.25), limits=(0.0, 1.0))
    ('0.750 (too few)', '0.750 ± 0.250')
    """
    if found is None:
        return absent
    mean, half = found
    wide = half is not None and limits is not None and 2 * half >= limits[1] - limits[0]
    return f"{number(mean)} {FEW}" if wide else interval(mean, half)


def signed(mean: float, half: float | None) -> str:
    """`mean ± half` of a difference, with its sign.

    >>> signed(0.5, 0.25), signed(-0.5, None)
    ('+0.500 ± 0.250', '-0.500 ± n/a')
    """
    return f"{'+' if mean > 0 else ''}{interval(mean, half)}"


def signed_value(value: float) -> str:
    """A difference with its sign, alone.

    >>> signed_value(0.25), signed_value(-0.25), signed_value(0.0)
    ('+0.250', '-0.250', '0.000')
    """
    return f"{'+' if value > 0 else ''}{number(value)}"


def to(low: float, high: float) -> str:
    """The bounds of an interval within a sentence.

    >>> to(-0.125, 0.25)
    '-0.125 to 0.250'
    """
    return f"{number(low)} to {number(high)}"


def range_of(found: Number) -> tuple[float, float] | None:
    """The bounds of a number's interval, in whichever way it has one; None where it has none.

    >>> range_of(Number("f1", 0.75, half=0.25)), range_of(Number("f1", 0.75, low=0.5, high=0.875))
    ((0.5, 1.0), (0.5, 0.875))
    """
    if found.low is not None and found.high is not None:
        return found.low, found.high
    return None if found.half is None else (found.value - found.half, found.value + found.half)


def leaves_out_zero(mean: float, half: float | None) -> int:
    """1 or -1 where an interval lies above or below 0, else 0, also where there is none.

    >>> leaves_out_zero(0.5, 0.25), leaves_out_zero(-0.5, 0.25), leaves_out_zero(0.5, 0.5), leaves_out_zero(0.5, None)
    (1, -1, 0, 0)
    """
    return 0 if half is None or abs(mean) <= half else 1 if mean > 0 else -1


def emphasised(found: Interval | None, absent: str = ABSENT) -> str:
    """`mean ± half` of a difference, with its sign; bold where the interval leaves 0 out, `absent` where there is none.

    >>> emphasised((0.5, 0.25)), emphasised((-0.5, 0.75)), emphasised(None)
    ('**+0.500 ± 0.250**', '-0.500 ± 0.750', '—')
    """
    if found is None:
        return absent
    return f"**{signed(*found)}**" if leaves_out_zero(*found) else signed(*found)


def bounds(low: float, high: float) -> str:
    """The bounds of an interval, as short as they can be.

    >>> bounds(0.5512, 1.0), bounds(-0.004, 0.1234)
    ('[.55,1]', '[-.004,.12]')
    """
    return f"[{_short(low)},{_short(high)}]"


def measured(found: Number) -> str:
    """A value, with its bounds where it has some.

    >>> measured(Number("c2st", 0.5, low=0.41, high=0.59)), measured(Number("fid", 1.25))
    ('0.500 [.41,.59]', '1.25')
    """
    few = found.low is None or found.high is None
    return number(found.value) + ("" if few else f" {bounds(found.low, found.high)}")


def known(found: Number) -> str:
    """A number as far as it is known: with its half width, with its bounds, or said to rest on too few.

    >>> known(Number("f1", 0.75, half=0.05)), known(Number("f1", 0.75))
    ('0.750 ± 0.050', '0.750 (too few)')
    """
    if found.half is not None:
        return interval(found.value, found.half)
    return f"{number(found.value)} {FEW}" if found.low is None else measured(found)


def side(found: Number) -> int:
    """1 or -1 where the interval of a difference lies above or below 0, else 0, also where there is none."""
    if found.low is None or found.high is None:
        return leaves_out_zero(found.value, found.half)
    return int(found.low > 0) - int(found.high < 0)


def _short(bound: float) -> str:
    text = f"{bound:.{2 if abs(bound) >= 0.095 else 3}f}"
    return text.rstrip("0").rstrip(".") if float(text) in (-1.0, 0.0, 1.0) else text.replace("0.", ".", 1)
