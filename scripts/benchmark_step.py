"""Time per training step of every network of every method against its floor, measured in one run on one thread.

    python scripts/benchmark_step.py [network=point_unet] [loss=fid] [--epochs 30] [--together 5]

floor: the matrix-product FLOPs of one step, forward and backward, counted by torch in a plain step, over the float32
rate of one core on a product of 512 x 512, measured in between. plain: the step by automatic differentiation. lean: as
the program does it. together: the same for each of several networks that are trained side by side. lightning: the
program's own training, its start-up excluded (the slope between a short and a longer training). Ratios are over the
floor. Processor time, in blocks of steps that alternate; the least of several blocks.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time
from collections.abc import Callable

import torch
from timing import least
from torch.utils.flop_counter import FlopCounterMode

from inn_experiments.configuration import compose as config
from inn_experiments.configuration.building import build
from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import Split
from inn_experiments.synthesizers.direction import Direction, fit_together
from inn_experiments.training.batches import Abreast, cut
from inn_experiments.training.fitting import Fitting
from inn_experiments.training.objectives import Inversion

METHODS = ("implicit", "semi_implicit", "svd")
BLOCKS = 9


def main() -> None:
    """Print one line for each network of a method."""
    torch.set_num_threads(1)
    arguments = sys.argv[1:]
    epochs, together = (_option(arguments, name, usual) for name, usual in (("--epochs", 30), ("--together", 5)))
    print(f"torch {torch.__version__}, one thread, {' '.join(arguments) or 'default network and loss'}, batch 128")
    print(f"{'method':14}{'network':9}{'GFLOP/s':>8}{'MFLOP':>7}{'floor':>7}", end="")
    names = ("plain", "lean", f"{together} together", "fit", f"{together} fits")
    print("".join(f"{name:>11}{'ratio':>6}" for name in names), " (ms)")
    done = set()
    for method in METHODS:
        cell = config.compose(f"method={method}", "trainer.progress=false", *arguments)
        split = cell.source().load(seed=0, cache=cell.outputs / "cache")
        for direction in prepared(cell, split):
            if direction.name in done:
                continue
            done.add(direction.name)
            print(f"{method:14}{direction.name:9}{line(cell, split, direction.name, epochs, together)}", flush=True)


def line(cell: Cell, split: Split, name: str, epochs: int, together: int) -> str:
    """Measure one network: the rate and the loops alternate."""
    own = [next(one for one in prepared(cell, split) if one.name == name) for _ in range(together)]
    plain = step(own[:1], stack=False)
    with FlopCounterMode(display=False) as counter:
        plain()
    count = counter.get_total_flops()
    a, b = torch.randn(2, 512, 512)
    works = {"rate": lambda: a @ b, "plain": plain, "lean": step(own[:1])}
    if own[0].stacks:
        works["together"] = step(own)
    best = least(works, BLOCKS)
    best["fit"] = fit_seconds(cell, split, name, epochs, 1)
    if own[0].stacks:
        best["together"] /= together
        best["fits"] = fit_seconds(cell, split, name, epochs, together) / together
    rate = 2 * 512**3 / best["rate"]
    floor = count / rate
    columns = "".join(
        f"{best[work] * 1e3:11.2f}{best[work] / floor:6.2f}" if work in best else f"{'-':>11}{'-':>6}"
        for work in ("plain", "lean", "together", "fit", "fits")
    )
    return f"{rate / 1e9:8.0f}{count / 1e6:7.0f}{floor * 1e3:7.2f}{columns}"


def prepared(cell: Cell, split: Split) -> list[Direction]:
    """The trainings of a fresh generator."""
    inn = build(cell)
    inn.prepare(split.train, split.about(), seed=0)
    return inn.directions


def step(directions: list[Direction], stack: bool = True) -> Callable[[], None]:
    """A training step of these side by side."""
    trainings, stack = [one.training for one in directions], stack and directions[0].stacks
    objective = Inversion(trainings, [None] * len(trainings), stack=stack).train()
    blocks = objective.blocks([one.examples()[0] for one in directions])
    batch = next(iter(cut(next(iter(blocks)), 128, int(isinstance(blocks, Abreast)))))
    optimizers, _ = Fitting(objective, 1, 128, 1e-3, 0.01).configure_optimizers()
    return lambda: objective.step(batch, optimizers)


def fit_seconds(cell: Cell, split: Split, name: str, epochs: int, together: int) -> float:
    """Processor seconds per step of a fit of several side by side: the slope between 2 epochs and 2 + `epochs`."""
    spent = {2: float("inf"), 2 + epochs: float("inf")}
    for _ in range(3):
        for count in spent:
            directions = [next(one for one in prepared(cell, split) if one.name == name) for _ in range(together)]
            directions[0].trainer.epochs = count
            started = time.thread_time()
            fit_together(directions)
            spent[count] = min(spent[count], time.thread_time() - started)
    steps = -(-len(split.train) // cell.value("trainer.batch")) * epochs
    return (spent[2 + epochs] - spent[2]) / steps


def _option(arguments: list[str], name: str, usual: int) -> int:
    """The number after `name`, which is taken out of the arguments."""
    if name not in arguments:
        return usual
    at = arguments.index(name)
    _, number = arguments.pop(at), arguments.pop(at)
    return int(number)


if __name__ == "__main__":
    main()
