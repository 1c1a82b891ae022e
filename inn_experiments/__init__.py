"""Iterative neural networks on small labelled spectra: train, generate, and measure whether it helped.

`Augmenter` adds generated rows to yours, as imbalanced-learn's samplers do; `load` opens what a finished run keeps for
sampling; `runs` lists finished runs. Each is imported when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inn_experiments.library.augmenter import Augmenter
    from inn_experiments.library.listing import runs
    from inn_experiments.library.loading import load

__version__ = "0.11.0"
__all__ = ["Augmenter", "__version__", "load", "runs"]

_PLACES = {"Augmenter": "augmenter", "load": "loading", "runs": "listing"}
"""Name -> the module of `library` that has it."""


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = vars(import_module(f"{__name__}.library.{_PLACES[name]}"))[name]
    # The next time it is there without being asked for here.
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
