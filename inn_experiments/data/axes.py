"""The axis along a row: what it is called, its unit, and the values in names such as `1100 nm`, `X1100` or `mz_100`."""

from __future__ import annotations

import re
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

TITLES = {
    "nm": "wavelength, nm",
    "µm": "wavelength, µm",
    "cm⁻¹": "wavenumber, cm⁻¹",
    "m/z": "m/z",
    "ppm": "chemical shift, ppm",
    "s": "time, s",
    "ms": "time, ms",
    "min": "time, min",
    "eV": "energy, eV",
    "keV": "energy, keV",
}
"""Unit -> what figures call the axis."""

NUMBER = r"[-+]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
FORM = re.compile(rf"(?P<before>.*?)(?P<number>{NUMBER})(?P<after>\D*|\s*\(?\[?(?:cm\s*\^?-1|cm⁻¹|1/cm)\]?\)?\s*)")
WRAPPING = " _-.:()[]"


@dataclass(frozen=True)
class Axis:
    """Values (d,) float64 along a row, None where columns are only counted, and their `unit`, "" where unknown."""

    values: np.ndarray | None = None
    unit: str = ""

    @property
    def title(self) -> str:
        """What figures call it."""
        return "column" if self.values is None else TITLES.get(self.unit, self.unit or "axis")


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
