"""A synthesizer of rows in memory: fitted to them in their scaled form, and giving rows in their own units."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from inn_experiments.configuration.building import Nodes, assemble
from inn_experiments.contracts import About, Rows, Scaling, Synthesizer, child_seed
from inn_experiments.data.axes import Axis
from inn_experiments.data.preprocessing.prepared import plan
from inn_experiments.data.scaling import Choice
from inn_experiments.data.source import ArrayRows


@dataclass(frozen=True)
class Learned:
    """What was learned of some rows.

    Attributes:
        synthesizer: fitted to the scaled rows.
        scaling: fitted to the rows.
        told: how they are scaled, and why so.
        threads: of torch, while it is asked for rows.
    """

    synthesizer: Synthesizer
    scaling: Scaling
    told: str
    threads: int

    @classmethod
    def of(
        cls,
        x: np.ndarray,
        y: np.ndarray,
        classes: tuple[str, ...],
        nodes: Nodes,
        *,
        seed: int,
        scaling: Choice = "auto",
        axis: Axis,
    ) -> Learned:
        """Scale the rows x (n, d) of classes y (n,) by statistics of their own, and fit the synthesizer of `nodes`.

        Raises UserError for rows that cannot be scaled, and what the synthesizer cannot learn from.
        """
        x = x if x.dtype in (np.float32, np.float64) else x.astype(np.float64)
        planned = plan(x, scaling, unit=axis.unit, axis=axis.values)
        rows = ArrayRows(
            x=x, y=y, classes=classes, name="X", axis=axis.values, fit=planned.fit, bounded=planned.bounded
        )
        fitted, (scaled,) = rows.scale([np.arange(len(x))])
        threads = nodes.get("trainer", {}).get("threads", 1)
        synthesizer = assemble(nodes)
        with undisturbed(threads):
            synthesizer.fit(Rows(scaled, y), About(classes, planned.bounded), seed=child_seed(seed, "fit"))
        return cls(synthesizer, fitted, planned.told, threads)

    def rows(self, labels: np.ndarray, *, seed: int) -> np.ndarray:
        """New rows (n, d) of the classes `labels` (n,), in the units of the rows that were learned."""
        with undisturbed(self.threads):
            made = self.synthesizer.sample(labels, seed=child_seed(seed, "samples"))
        return self.scaling.undo(made.x)


@contextmanager
def undisturbed(threads: int) -> Iterator[None]:
    """Torch with so many threads in the block; afterwards these, and its random state, are what they were.

    Where nothing has imported torch, nothing is to be done.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(before)
