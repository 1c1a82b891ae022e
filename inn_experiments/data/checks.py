"""The questions asked of a table before anything is computed from it; every answer names the place."""

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError, printable
from inn_experiments.maths.moments import blocks

SHOWN = 5

OTHERWISE = {
    ".spc": "; export the spectra as CSV or JCAMP-DX",
    ".xls": "; save it as .xlsx",
    ".ods": "; save it as .xlsx",
    ".gz": "; unpack it",
    ".zip": "; unpack it",
    ".pkl": "; a pickle may run any program and is never read, save a Parquet file",
    ".feather": "; save it as .parquet",
    ".msp": "; a library of mass spectra is read by data=massbank",
    ".mgf": "; a library of mass spectra is read by data=massbank",
    ".csv": "; a table is read by data=table",
    ".xlsx": "; a table is read by data=table",
    ".parquet": "; a table is read by data=table",
}
"""Extension of a file that is not read -> what to do."""

BLOCK = 2048
"""Rows that are worked on at a time: of a large table a comparison as a whole would need its room again."""


def shorten(names: Sequence[object], shown: int = 12) -> str:
    """The names as a comma-separated list that stops after `shown` of them and says how many follow.

    Example:
        >>> shorten(["label", "1100,5", "1101,0", "1101,5"], 2)
        "label, '1100,5', ... (2 more)"
    """
    listed = ", ".join(repr(str(name)) if "," in str(name) else str(name) for name in names[:shown])
    return listed if len(names) <= shown else f"{listed}, ... ({len(names) - shown} more)"


def check_file(path: Path, extensions: Sequence[str]) -> None:
    """Raise UserError unless `path` is an existing, non-empty file with one of the `extensions`."""
    try:
        there = path.exists()
        found = "a folder" if path.is_dir() else "not an ordinary file" if there and not path.is_file() else ""
        size = path.stat().st_size if there else 0
    except OSError as error:
        # A loop of links, a folder that may not be entered, a name that is too long.
        raise UserError(f"data.path={path}: cannot be looked at: {error.strerror}") from error
    if not there:
        raise UserError(f"data.path={path}: there is no such file (looked for {path.absolute()})")
    if found:
        raise UserError(f"data.path={path}: this is {found}; name one file ({', '.join(extensions)})")
    if path.suffix.lower() not in extensions:
        found = f"the extension {path.suffix!r}" if path.suffix else "no extension"
        raise UserError(
            f"data.path={path}: {found} is not one of {', '.join(extensions)}{OTHERWISE.get(path.suffix.lower(), '')}"
        )
    if not size:
        raise UserError(f"data.path={path}: the file is empty")


@contextmanager
def readable(path: Path, what: str | None = None) -> Iterator[None]:
    """What reading a damaged file raises in the block becomes a UserError that names it, or `what` of it is read.

    The block holds calls of readers alone, which promise no kinds of errors: of a decompressor, a parser, a decoder.
    """
    try:
        yield
    except UserError:
        raise
    except MemoryError as error:
        raise UserError(f"{what or f'data.path={path}:'} does not fit into the memory of this machine") from error
    except Exception as error:
        why = " ".join(str(error).split())[:300] or type(error).__name__
        raise UserError(f"{what or f'data.path={path}:'} cannot be read as {path.suffix}: {why}") from error


def check_unique(names: Sequence[str], where: str) -> None:
    """Raise UserError when a column name stands twice, since it would be unclear which one is meant."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UserError(f"{where}: column names must be unique, found more than once: {shorten(twice)}")


def check_present(wanted: str, argument: str, names: Sequence[str], where: str) -> None:
    """Raise UserError when the column `wanted`, given as `argument`, is not among `names`."""
    if wanted not in names:
        # Words first: a label column is rarely one of hundreds of m/z numbers.
        listed = shorten(sorted((printable(name) for name in names), key=lambda name: name[:1].isdigit()))
        raise UserError(
            f"{argument}={printable(wanted)}: {where} has no such column{near(wanted, names)}; "
            f"its columns are: {listed}"
        )


def near(wanted: str, names: Sequence[str]) -> str:
    """`; did you mean 'Class'?` for a name that differs in case, blanks, signs or a few letters only, else nothing."""

    def plain(name: str) -> str:
        return "".join(letter for letter in name.casefold() if letter.isalnum())

    same = [name for name in names if plain(name) == plain(wanted)]
    if not same:
        close = difflib.get_close_matches(plain(wanted), [plain(name) for name in names], n=1, cutoff=0.8)
        same = [name for name in names if plain(name) in close]
    return f"; did you mean {printable(same[0])!r}?" if same else ""


def check_finite(
    x: np.ndarray,
    names: Sequence[str],
    where: str,
    numbers: Sequence[int] | None = None,
    remedy: str = "correct them",
    *,
    whole: bool = True,
) -> None:
    """Raise UserError that names the first cells of `x` (n, d) that are NaN or infinite, their number and the `remedy`.

    `numbers` (n,) are those of the rows in their file; None counts from 1. How many cells there are is said of the
    `whole`, not of a piece.
    """
    found, bad = 0, []
    for start in range(0, len(x), BLOCK):
        cells = np.argwhere(~np.isfinite(x[start : start + BLOCK]))
        found += len(cells)
        bad += [(start + row, column) for row, column in cells[: SHOWN - len(bad)]]
    if found:
        number = f"{found} " if whole else ""
        cells = [f"row {_numbered(row, numbers)}, column {names[column]!r}: {x[row, column]}" for row, column in bad]
        raise UserError(
            f"{where}: {number}missing or not finite numbers (rows counted from 1): "
            f"{'; '.join(cells)}{'; ...' if found > SHOWN else ''}; {remedy}"
        )


def check_filled(
    values: np.ndarray, argument: str, column: str, where: str, numbers: Sequence[int] | None = None
) -> None:
    """Raise UserError that names the rows, by their `numbers` in the file, where the text column `column` is empty."""
    bad = [_numbered(row, numbers) for row in np.flatnonzero(values == "")]
    if bad:
        rows = shorten(bad, SHOWN)
        raise UserError(f"{argument}={column}: {where} has no value there in row {rows} (counted from 1)")


def _numbered(row: int, numbers: Sequence[int] | None) -> int:
    return int(row) + 1 if numbers is None else int(numbers[row])


def check_varies(x: np.ndarray, what: str) -> None:
    """Raise UserError when all rows of `x` (n, d) are equal: there is nothing to learn or to tell apart."""
    if not any((block != x[:1]).any() for block in blocks(x, BLOCK)):
        raise UserError(f"{what}: zero variance, all {len(x)} rows are equal")


def check_base_peak(x: np.ndarray) -> None:
    """Raise UserError that names the rows of `x` (n, d) whose maximum is not above 0."""
    peaks = np.concatenate([block.max(axis=1) for block in blocks(x, BLOCK)])
    bad = np.flatnonzero(~(peaks > 0))
    if len(bad):
        rows = [f"{row + 1} (maximum {peaks[row]:g})" for row in bad[:SHOWN]]
        raise UserError(
            f"data.scaling=base_peak divides every row by its maximum, which must be above 0, but "
            f"{len(bad)} rows have none (counted from 1): row {', row '.join(rows)}"
            f"{', ...' if len(bad) > SHOWN else ''}; remove them or use data.scaling=standard"
        )
