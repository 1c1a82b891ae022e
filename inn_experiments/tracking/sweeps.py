"""A sweep on record: a run of its own in an experiment beside that of the cells, which stay flat and comparable.

MLflow shows no charts of runs inside a parent, and a parent among them would be a row without numbers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from inn_experiments.tracking import origin

if TYPE_CHECKING:
    from mlflow import MlflowClient

CELLS = "cells.json"
"""File of a sweep's run with the outcomes of its cells."""
LONGEST = 500
"""Characters of a parameter's value."""

NOTHING = {"skipped", "not started"}
"""How the cells end of a sweep that computed nothing."""

Outcome = Mapping[str, Any]
"""Of a cell: `status`, `overrides`, and where it got so far its name `cell`, its `fingerprint`, an `error`."""


def record(
    client: MlflowClient,
    where: str,
    name: str,
    outcomes: Sequence[Outcome],
    status: str,
    started: float,
    keep: Callable[[str, str], None],
) -> str:
    """Put the sweep `name` on record: what it varied, how its cells ended and which runs they are.

    Args:
        client: who it is told to.
        where: id of the experiment of sweeps.
        name: that the cells' tag `sweep` has.
        outcomes: of its cells, in order, with the `run` of each, where it is known.
        status: FINISHED, FAILED or KILLED.
        started: seconds since 1970.
        keep: puts the text of the file CELLS with the run of this id.

    Returns:
        The id of its run.
    """
    from mlflow.entities import Metric, Param

    varied = axes(outcomes)
    told = (
        f"The runs of this sweep have the tag: `tags.sweep = '{name}'`. Cells that were finished before keep the tag "
    )
    told += "of the sweep that computed them; the file cells.json names the runs of all."
    tags = {**origin.tags({"sweep": name, "mlflow.runName": name}), origin.NOTE: told}
    run = client.create_run(where, start_time=int(started * 1000), tags=tags).info.run_id
    keep(run, json.dumps(outcomes, indent=1) + "\n")
    now, counts = int(time.time() * 1000), {"cells": len(outcomes)}
    for outcome in outcomes:
        counts[outcome["status"]] = counts.get(outcome["status"], 0) + 1
    client.log_batch(
        run,
        metrics=[Metric(key, count, now, 0) for key, count in counts.items()],
        params=[Param(key, value) for key, value in varied.items()],
    )
    client.set_terminated(run, status)
    return run


def axes(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """What the cells of a sweep were told, setting -> its values, each once.

    >>> axes([{"overrides": ["data=coffee", "seed=0"]}, {"overrides": ["data=coffee", "seed=1"]}])
    {'data': 'coffee', 'seed': '0, 1'}
    """
    found: dict[str, dict[str, None]] = {}
    for outcome in outcomes:
        for override in outcome["overrides"]:
            key, _, value = override.partition("=")
            found.setdefault(key.lstrip("+~"), {})[value] = None
    lines = {key: ", ".join(values) for key, values in found.items()}
    return {key: line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..." for key, line in lines.items()}
