"""Which keys of an NPZ hold an axis, and its unit: `wavenumber`, `Wavelengths`, `mz`, `retention_time_s`, ..."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.archives import Archive
from inn_experiments.data.axes import UNITS, unit_of

CHANNELS = ("axis", "wavelength", "wavelengths", "wavenumber", "wavenumbers", "raman_shift", "ramanshift", "mz", "m/z")
CHANNELS += ("ppm", "chemical_shift", "shift", "frequency", "energy", "time", "features", "feature_names", "channels")
CHANNELS += ("nm", "cm-1", "wl", "wn")
RETENTION = ("retention", "retention_time", "retention_times", "rt")
DRIFT = ("drift", "drift_time", "drift_times", "dt")
"""What an axis is called, in small letters; a unit may follow."""

BETWEEN = " _-.:()[],"


def unit_in(key: str, words: Collection[str]) -> str | None:
    """The unit that a `key` tells that begins with one of `words`, "" for none; None where it does not name the axis.

    >>> unit_in("Wavelength_nm", CHANNELS), unit_in("rt_min", RETENTION), unit_in("mz", CHANNELS), unit_in("age", DRIFT)
    ('nm', 'min', 'm/z', None)
    """
    plain = key.strip().casefold().replace(" ", "_")
    for word in words:
        rest = plain.removeprefix(word)
        if plain.startswith(word) and (not rest or rest[0] in BETWEEN):
            unit = rest.strip(BETWEEN)
            if not unit or unit in UNITS:
                return UNITS[unit] if unit else unit_of(word) or ""
    return None


def named(keys: Iterable[str], words: Collection[str], taken: Collection[str] = ()) -> list[str]:
    """Those of the `keys` of an NPZ that by their names hold the axis that `words` call; `taken` ones are in use."""
    return [key for key in keys if key not in ("X", *taken) and unit_in(key, words) is not None]


def axis_arrays(archive: Archive, keys: Iterable[str], shape: Sequence[int], place: int) -> dict[str, np.ndarray]:
    """Key -> values (shape[place],) of those `keys` that hold an axis along `place` of data of this `shape`.

    Those with one entry for each row tell something about rows instead.

    Raises:
        UserError: an array of another length or kind, and numbers that are not finite.
    """
    size, found = shape[place], {}
    for key in keys:
        values = archive.read(key)
        # Some programs know no vectors, only matrices of one row.
        flat = values.reshape(-1) if values.size == max(values.shape, default=0) else values
        if flat.shape == (size,) and flat.dtype.kind in "iufUS":
            if flat.dtype.kind == "f" and not np.isfinite(flat).all():
                bad = int(np.argmin(np.isfinite(flat)))
                raise UserError(f"{archive.path}: the key {key!r} is not finite: {flat[bad]} in place {bad + 1}")
            found[key] = flat
        elif values.shape != (shape[0],):
            raise UserError(
                f"{archive.path}: the key {key!r} must hold {size} numbers, one for each place along that axis of 'X' "
                f"{tuple(shape)}, found {values.shape} {values.dtype}; mend it or call it otherwise"
            )
    return found


def only_one(found: Mapping[str, np.ndarray], where: str, cure: str) -> str | None:
    """The key that is meant of those `found`, whose values may be the same; None where there is none.

    Raises UserError that names two that differ, and the `cure`.
    """
    keys = sorted(found, key=lambda key: not unit_of(key))
    for key in keys[1:]:
        if not np.array_equal(found[key], found[keys[0]]):
            first, second = sorted((keys[0], key), key=list(found).index)
            raise UserError(f"{where}: the keys {first!r} and {second!r} may both be the axis, and differ; {cure}")
    return keys[0] if keys else None
