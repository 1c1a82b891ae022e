"""Results that follow from content alone: kept by a digest of it, and shared between processes and runs."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from inn_experiments import __version__
from inn_experiments.contracts import stopping
from inn_experiments.contracts.errors import UserError
from inn_experiments.contracts.files import read_arrays, write_arrays
from inn_experiments.contracts.making import once
from inn_experiments.contracts.parts import Plain
from inn_experiments.contracts.streamed import Streamed, Values, as_bytes

PACKAGES = ("numpy", "scipy", "scikit-learn")
"""Another version of one of these may give other last digits, or other trees."""

Answer = TypeVar("Answer", covariant=True)


class Call(Protocol[Answer]):
    """Something that is asked for its answer; None where it is not to wait and another worker is at it."""

    def __call__(self, *, wait: bool) -> Answer | None:
        """The answer, kept or computed now."""


def kept(
    cache: Path | None,
    kind: str,
    content: Sequence[Values | Plain],
    compute: Callable[[], Mapping[str, np.ndarray | float]],
    *,
    wait: bool = True,
) -> dict[str, np.ndarray] | None:
    """What `compute` gives for this `content`: read from `cache` where it was computed before, else computed and kept.

    Workers at the same content compute once. A damaged file is computed anew.

    Args:
        cache: folder for what is computed once; None keeps nothing.
        kind: the folder in it of results like this one.
        content: all that decides the result beside the versions of the program and of PACKAGES.
        compute: name -> array or number.
        wait: for another worker that computes the same; without, the answer is None then.
    """
    from filelock import Timeout

    stopping.check()
    if cache is None:
        return _arrays(compute())
    name = digest(content)
    path = cache / kind / name[:2] / f"{name[2:]}.npz"
    if (found := _read(path)) is not None:
        return found
    made: dict[str, np.ndarray] = {}

    def make(fresh: Path) -> None:
        made.update(_arrays(compute()))
        write_arrays(fresh, **made)

    try:
        once(path, make, wait=wait)
    except Timeout:
        return None
    return made or _read(path)


def kept_numbers(
    cache: Path | None,
    kind: str,
    content: Sequence[Values | Plain],
    compute: Callable[[], Mapping[str, float]],
    *,
    wait: bool = True,
) -> dict[str, float] | None:
    """As `kept`, of plain numbers."""
    found = kept(cache, kind, content, compute, wait=wait)
    return found and {name: float(value) for name, value in found.items()}


def in_turn(calls: Iterable[Call[Answer]]) -> list[Answer]:
    """The answers of all `calls`; what another worker is at comes last, so that nobody waits who has work."""
    answers, later = [], []
    for call in calls:
        answers.append(call(wait=False))
        if answers[-1] is None:
            later.append((len(answers) - 1, call))
    for place, call in later:
        answers[place] = call(wait=True)
    return answers


def digest(content: Sequence[Values | Plain]) -> str:
    """A name for arrays, by bytes, shape and type, and plain values, under the versions that are installed.

    >>> digest([np.zeros(2), 1]) == digest([np.zeros(2), 1])
    True
    >>> digest([np.zeros(2), 1]) == digest([np.zeros((2, 1)), 1])
    False
    """
    # With the processor's own instructions a third faster than BLAKE2.
    found = hashlib.sha256(_versions())
    for part in content:
        if isinstance(part, np.ndarray | Streamed):
            found.update(f"\n{part.dtype.str} {part.shape}\n".encode())
            for piece in as_bytes(part):
                found.update(piece)
        else:
            found.update(f"\n{json.dumps(part, sort_keys=True)}\n".encode())
    return found.hexdigest()[:32]


@lru_cache
def _versions() -> bytes:
    from importlib.metadata import version

    return f"{__version__} {[version(name) for name in PACKAGES]}".encode()


def _read(path: Path) -> dict[str, np.ndarray] | None:
    if not path.is_file():
        return None
    try:
        return read_arrays(path, None, "it is computed anew")
    except UserError:
        path.unlink(missing_ok=True)
        return None


def _arrays(found: Mapping[str, np.ndarray | float]) -> dict[str, np.ndarray]:
    return {name: np.asarray(value) for name, value in found.items()}
