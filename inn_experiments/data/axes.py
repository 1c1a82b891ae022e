"""The axis along a row: what it is called, its unit, and the values in names such as `1100 nm`, `X1100` or `mz_100`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

UNITS = {
    "nm": "nm",
    "um": "µm",
    "µm": "µm",
    "μm": "µm",
    "cm-1": "cm⁻¹",
    "cm^-1": "cm⁻¹",
    "cm⁻¹": "cm⁻¹",
    "1/cm": "cm⁻¹",
    "wavenumber": "cm⁻¹",
    "wavenumbers": "cm⁻¹",
    "raman_shift": "cm⁻¹",
    "ramanshift": "cm⁻¹",
    "wn": "cm⁻¹",
    "wavelength": "nm",
    "wavelengths": "nm",
    "wl": "nm",
    "m/z": "m/z",
    "mz": "m/z",
    "da": "m/z",
    "ppm": "ppm",
    "shift": "",
    "hz": "Hz",
    "khz": "kHz",
    "mhz": "MHz",
    "ghz": "GHz",
    "thz": "THz",
    "ev": "eV",
    "kev": "keV",
    "s": "s",
    "ms": "ms",
    "min": "min",
    "v": "V",
    "time": "",
    "retention": "",
    "drift": "",
    "axis": "",
    "features": "",
    "x": "",
}
"""How a unit or an axis is written, in small letters -> the unit, "" where that is not known."""

BEFORE = {name for name, unit in UNITS.items() if unit and len(name) > 1} - {"ev", "hz", "ms", "min", "da"}
"""Words that tell a unit before a number, too: the `V` of `V1` is none."""

NAMES = {
    "nm": "wavelength",
    "µm": "wavelength",
    "cm⁻¹": "wavenumber",
    "ppm": "chemical shift",
    "s": "time",
    "ms": "time",
    "min": "time",
    "Hz": "frequency",
    "kHz": "frequency",
    "MHz": "frequency",
    "GHz": "frequency",
    "THz": "frequency",
    "eV": "energy",
    "keV": "energy",
}
"""Unit -> what is usually measured in it, where the file has no name for it."""

LEAST_SERIES = 5
"""Names that differ in a number alone, before they are taken for a series whatever stands around it."""

NUMBER = r"[-+]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
FORM = re.compile(rf"(?P<before>.*?)(?P<number>{NUMBER})(?P<after>\D*|\s*\(?\[?(?:cm\s*\^?-1|cm⁻¹|1/cm)\]?\)?\s*)")
WRAPPING = " _-.:()[]"


@dataclass(frozen=True)
class Axis:
    """Values (d,) float64 along a row, None where columns are only counted, and their `unit`, "" where unknown.

    `name` is what the file says is measured along it, "" where the unit tells it or nothing does.
    """

    values: np.ndarray | None = None
    unit: str = ""
    name: str = ""

    @property
    def title(self) -> str:
        """What figures call it.

        >>> Axis(np.arange(2.0), "cm⁻¹").title, Axis(np.arange(2.0), "cm⁻¹", "Raman shift").title
        ('wavenumber / cm⁻¹', 'Raman shift / cm⁻¹')
        >>> Axis(np.arange(2.0), "m/z").title, Axis(np.arange(2.0)).title, Axis().title
        ('m/z', 'axis', 'column')
        """
        if self.values is None:
            return "column"
        name = self.name or NAMES.get(self.unit, "")
        return f"{name} / {self.unit}" if name and self.unit else name or self.unit or "axis"


def name_of(text: str) -> str:
    """What is measured along an axis that a file calls `text`, where its unit would be read as something else.

    >>> name_of("raman_shift"), name_of("wavenumber")
    ('Raman shift', '')
    """
    return "Raman shift" if "raman" in text.casefold() else ""


def unit_of(text: str) -> str | None:
    """The unit that a name such as `wavelength (nm)`, `cm-1` or `mz` tells, None where it tells none.

    >>> unit_of("Wavenumber"), unit_of("Raman shift (cm-1)"), unit_of("protein")
    ('cm⁻¹', 'cm⁻¹', None)
    """
    plain = text.strip(WRAPPING).casefold()
    if plain in UNITS or plain.replace(" ", "_") in UNITS:
        return UNITS.get(plain, UNITS.get(plain.replace(" ", "_")))
    inner = re.fullmatch(r"[^\[(/,]*[\[(/,]\s*([^\])]+?)\s*[\])]?", plain)
    return UNITS.get(inner.group(1)) if inner else None


@dataclass(frozen=True)
class Series:
    """Those of some names that count or measure along one axis: their `places`, and the `axis` of these."""

    places: tuple[int, ...] = ()
    axis: Axis = Axis()


def number_of(name: str) -> tuple[tuple[str, str], float] | None:
    """(what stands before and after it, the number) of a name such as `1100 nm`; None where there is none.

    >>> number_of("X1100"), number_of("mz_100.5"), number_of("1100,5 nm"), number_of("Protein")
    ((('x', ''), 1100.0), (('mz', ''), 100.5), (('', 'nm'), 1100.5), None)
    """
    found = FORM.fullmatch(name.strip())
    if found is None:
        return None
    before, number, after = found["before"], found["number"].replace(",", "."), found["after"]
    if before.strip():
        # In `spectrum-12` and `abs.1100` it joins, in `-12` it is a sign.
        number = number.lstrip("+-.")
    return (before.strip(WRAPPING).casefold(), after.strip(WRAPPING).casefold()), float(number)


def series(names: Sequence[str]) -> Series:
    """The longest series among `names`: numbers, or numbers with a unit, or five or more with another word.

    Numbers that stand twice make no axis, and those that only count with another word.
    """
    parsed = [number_of(name) for name in names]
    members: dict[tuple[str, str], list[int]] = {}
    for place, found in enumerate(parsed):
        if found is not None and np.isfinite(found[1]):
            members.setdefault(found[0], []).append(place)
    known = {key: _unit(key) for key in members}
    able = {key: places for key, places in members.items() if known[key] is not None or len(places) >= LEAST_SERIES}
    if not able:
        return Series()
    most = max(able, key=lambda key: len(able[key]))
    unit = known[most]
    # `1100 nm, 1120, 1140`: bare numbers are of the same axis. Series with other words, of two polarities, are taken
    # together without one.
    unit = unit if unit != "" else next((known[key] for key in able if known[key]), "")
    same = {key for key in able if known[key] in ({None} if unit is None else {"", unit})}
    places = sorted(place for key in same for place in able[key])
    values = np.array([parsed[place][1] for place in places])
    counted = unit is None and (len(same) > 1 or np.array_equal(np.diff(values), np.ones(len(values) - 1)))
    distinct = len(np.unique(values)) == len(values)
    return Series(tuple(places), Axis(values, unit or "", name_of(most[0])) if distinct and not counted else Axis())


def _unit(key: tuple[str, str]) -> str | None:
    """The unit of numbers with these words around them, "" for bare ones, None where the words tell none."""
    before, after = key
    told = [UNITS[after]] if UNITS.get(after) else []
    told += [UNITS[word] for word in (before, before.replace(" ", "_"), *before.split()) if word in BEFORE]
    return told[0] if told else "" if before in ("", "x") and not after else None
