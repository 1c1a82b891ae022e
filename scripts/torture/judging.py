"""What came of reading a case: right, refused, or one of the faults."""

from __future__ import annotations

import random
import shutil
import signal
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from inn_experiments.contracts import Split, UserError
from inn_experiments.data.source import ArrayRows
from inn_experiments.data.tables.table import Table
from torture import archive, archive_files, damage, general, parquet, parquet_labels, text, text_lines
from torture.cases import DAMAGED, PECULIAR, READ, REFUSE, Case

EVERY = (general, text, text_lines, parquet, parquet_labels, archive, archive_files, damage)
"""Modules that fill PECULIAR."""
FAULTS = ("crash", "wrong", "poor", "lenient", "strict")
MEANINGS = {
    "right": "read, and numbers, labels and parts are those that were written",
    "refused": "one line that names the file or the argument",
    "damaged": "read with other values although bytes were changed: the form has no checksum",
    "poor": "refused, not in one line that names the file or the argument",
    "crash": "another exception: a traceback for the user",
    "wrong": "read otherwise than it was written, or with NaN or infinity in the scaled rows",
    "lenient": "read where a refusal is right",
    "strict": "refused where reading is right",
}
SLOW = {"npz:bomb": 0.0005, "csv:wide": 0.05, "parquet:wide": 0.05, "npz:wide": 0.1}
"""Names that take long, and how often they are drawn."""
LIMIT, LONGEST = 60, 1500
"""Seconds that a case may take, and characters of a message."""


class SlowError(BaseException):
    """Raised into a case that takes too long."""


def cases(count: int, seed: int) -> Iterator[tuple[str, random.Random]]:
    """Names of PECULIAR, each at least once where there are as many cases, with the draw of each case."""
    names, quick = sorted(PECULIAR), sorted(PECULIAR.keys() - SLOW.keys())
    first = random.Random(seed).sample(quick, len(quick))
    for number in range(count):
        draw = random.Random(seed * 1_000_003 + number)
        name = first[number] if number < len(first) else draw.choice(names)
        if draw.random() > SLOW.get(name, 1):
            name = draw.choice(quick)
        yield name, draw


def outcome(name: str, draw: random.Random, folder: Path) -> tuple[str, str]:
    """Make the case in the empty `folder` and read it; returns one of MEANINGS, and why."""
    form, change = PECULIAR[name]
    case = Case(draw, form)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        change(case)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        path = case.place(folder)
        source = Table(str(path), case.label, case.group, features=case.features, scaling=case.scaling)
        try:
            with _at_most(LIMIT):
                raw, split = source.read(folder), source.load(seed=1, cache=folder)
        except UserError as error:
            return _refused(case, path, str(error))
        except (Exception, SlowError) as error:  # noqa: BLE001 (every other exception is a fault)
            steps = traceback.extract_tb(error.__traceback__)
            ours = [step.name for step in steps if "inn_experiments" in step.filename]
            return "crash", f"{type(error).__name__}: {str(error)[:200]} in {steps[-1].name}, ours {ours[-1:]}"
    return _read(case, raw, split)


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    def end(*_: object) -> None:
        raise SlowError(f"{seconds} s were not enough")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _refused(case: Case, path: Path, message: str) -> tuple[str, str]:
    named = any(word in message for word in (str(path), path.stem, "data.", "class "))
    if not named or len(message) > LONGEST or "\n" in message.strip():
        return "poor", f"{len(message)} characters, {message.count(chr(10))} line breaks: {message[:200]!r}"
    return ("strict" if case.expected == READ else "refused"), message[:300]


def _read(case: Case, raw: ArrayRows, split: Split) -> tuple[str, str]:
    for part in (split.train, split.val, split.test):
        if not np.isfinite(part.x).all():
            return "wrong", f"values that are not finite after scaling {case.scaling}"
    if np.ptp(split.train.x) == 0:
        return "wrong", "no spread is left in the scaled training rows"
    other = _otherwise(case, raw)
    if other:
        return ("damaged" if case.expected == DAMAGED else "wrong"), other
    if case.expected == REFUSE:
        return "lenient", f"read {raw.x.shape}, classes {raw.classes[:4]}"
    return "right", ""


def _otherwise(case: Case, raw: ArrayRows) -> str:
    """In what the rows that were read differ from those that were written; '' in nothing."""
    labels = [raw.classes[label] for label in raw.y]
    truth = case.truth_labels or case.labels
    if truth != "any" and labels != [label.strip() for label in truth]:
        pairs = [pair for pair in zip(labels, truth, strict=False) if pair[0] != pair[1].strip()]
        return f"labels: {len(labels)} rows instead of {len(truth)}; {pairs[:2]}"
    if case.x is None or not isinstance(case.names, list):
        return ""
    wanted = case.x if not case.features else case.x[:, [case.names.index(name) for name in case.features]]
    wanted = np.asarray(wanted)
    if raw.x.shape != wanted.shape:
        return f"shape {raw.x.shape} instead of {wanted.shape}"
    # Rows may be kept as float32 where the file has no more digits than that.
    close = 1e-12 if raw.x.dtype == np.float64 else 2e-7
    bad = np.argwhere(~np.isclose(raw.x, wanted, rtol=close, atol=0))
    if len(bad):
        row, column = bad[0]
        return f"value {raw.x[row, column]!r} instead of {wanted[row, column]!r}"
    return ""
