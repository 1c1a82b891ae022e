"""A fitted scaling as plain values and arrays, and back, without the rows that it was fitted on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np

from inn_experiments.contracts import Scaling, State, UserError
from inn_experiments.data.preprocessing.derivative import Savgol
from inn_experiments.data.preprocessing.prepared import Prepared
from inn_experiments.data.preprocessing.steps import Baseline, Msc, Snv
from inn_experiments.data.records.preprocessing import Preprocessing
from inn_experiments.data.records.steps import Crop, Log, MinMax, Wavelet
from inn_experiments.data.scaling import BasePeak, Standard, Unscaled

KINDS = (Standard, BasePeak, Unscaled, Prepared, Snv, Msc, Savgol, Baseline, Preprocessing, Wavelet, Crop, Log, MinMax)
KNOWN: dict[str, type] = {kind.__name__.lower(): kind for kind in KINDS}

DERIVED: dict[type, dict[str, Callable[[dict[str, Any]], object]]] = {
    Savgol: {"operator": lambda told: _savgol(told).operator, "factor": lambda told: _savgol(told).factor},
    # A record of the training rows, which a figure shows and nothing is computed from.
    Preprocessing: {"example": lambda told: np.zeros(tuple(map(len, told["raw_axes"])))},
}
"""What follows from the other fields, or is not needed on the way back, and how it is made: it is not kept."""


def state_of(scaling: Scaling) -> State:
    """All that `scaling_of` needs: its kind and its constants.

    >>> state_of(Standard(2.0, 0.5))
    {'kind': 'standard', 'mean': 2.0, 'std': 0.5}
    """
    kind = type(scaling)
    kept = (field.name for field in fields(scaling) if field.name not in DERIVED.get(kind, {}))
    return {"kind": kind.__name__.lower(), **{name: _plain(vars(scaling)[name]) for name in kept}}


def scaling_of(state: State) -> Scaling:
    """The scaling that gave `state`; raises UserError for a kind that this version does not know.

    >>> scaling_of({"kind": "standard", "mean": 2.0, "std": 0.5})
    Standard(mean=2.0, std=0.5)
    """
    if state["kind"] not in KNOWN:
        raise UserError(f"scaling {state['kind']!r} is not known (known: {', '.join(KNOWN)}); a newer version made it")
    kind = KNOWN[state["kind"]]
    told = {name: _made(value) for name, value in state.items() if name != "kind"}
    return kind(**told, **{name: make(told) for name, make in DERIVED.get(kind, {}).items()})


def _plain(value: object) -> object:
    """A constant as JSON and arrays can hold it; sequences, which may hold steps and arrays, go by their places."""
    if type(value) in KINDS:
        return state_of(value)
    if isinstance(value, tuple) and any(isinstance(each, np.ndarray) or type(each) in KINDS for each in value):
        return {"kind": "sequence", **{str(place): _plain(each) for place, each in enumerate(value)}}
    return list(value) if isinstance(value, tuple) else value


def _made(value: object) -> object:
    if isinstance(value, dict) and value.get("kind") == "sequence":
        return tuple(_made(value[str(place)]) for place in range(len(value) - 1))
    if isinstance(value, dict):
        return scaling_of(value)
    return tuple(value) if isinstance(value, list) else value


def _savgol(told: dict[str, Any]) -> Savgol:
    options = {name: told[name] for name in ("window", "order", "derivative")}
    return Savgol.fit(np.asarray(told["mean"], np.float64)[None], **options)
