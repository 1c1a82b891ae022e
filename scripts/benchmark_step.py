"""Time per training step of every method against its floor, measured in one run on one thread.

    python scripts/benchmark_step.py [network=point_unet] [loss=fid] [--epochs 30]

floor: the matrix-product FLOPs of one step, forward and backward, counted by torch, over the float32 GEMM rate of
one core measured in between. plain: the same step in a bare loop. lightning: the program's own training, its
start-up excluded (the slope between a short and a longer training). Ratios are over the floor.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import sys
import time

import torch
from torch.utils.flop_counter import FlopCounterMode

from inn_experiments.configuration import compose as config
from inn_experiments.configuration.building import build
from inn_experiments.training.batches import Batch, pairs
from inn_experiments.training.fitting import Fitting
from inn_experiments.training.objectives import Inversion

METHODS = ("implicit", "semi_implicit", "svd", "explicit")


def main() -> None:
    """Print one line per method."""
    torch.set_num_threads(1)
    arguments = sys.argv[1:]
    epochs = int(arguments.pop(arguments.index("--epochs") + 1)) if "--epochs" in arguments else 30
    overrides = [argument for argument in arguments if argument != "--epochs"]
    print(f"torch {torch.__version__}, one thread, {' '.join(overrides) or 'default network and loss'}, batch 128")
    columns = f"{'method':15}{'GFLOP/s':>9}{'MFLOP':>8}{'floor ms':>10}{'plain ms':>10}{'ratio':>7}"
    print(f"{columns}{'lightning ms':>14}{'ratio':>7}")
    for method in METHODS:
        cfg = config.compose(f"method={method}", "trainer.progress=false", *overrides)
        print(line(method, cfg, epochs), flush=True)


def line(method: str, cfg, epochs: int) -> str:
    """Measure one method: GEMM rate and both loops alternate, medians are taken."""
    split = cfg.source().load(seed=0, cache=cfg.outputs / "cache")
    objective, batch = prepared(cfg, split)
    optimizers, _ = Fitting(objective, 1, 128, 1e-3, 0.01).configure_optimizers()

    def step() -> None:
        objective.step(batch, optimizers)

    step()
    with FlopCounterMode(display=False) as counter:
        step()
    rates, plain, lightning = [], [], []
    for _ in range(5):
        rates.append(gemm_rate())
        plain.append(seconds(step, 150))
        lightning.append(lightning_seconds(cfg, split, epochs))
    rate = statistics.median(rates)
    floor = counter.get_total_flops() / rate
    a, b = statistics.median(plain), statistics.median(lightning)
    return (
        f"{method:15}{rate / 1e9:9.0f}{counter.get_total_flops() / 1e6:8.0f}{floor * 1e3:10.2f}"
        f"{a * 1e3:10.2f}{a / floor:7.1f}{b * 1e3:14.2f}{b / floor:7.1f}"
    )


def prepared(cell, split) -> tuple[Inversion, Batch]:
    """The objective that the program itself would train with, and a batch of it."""
    inn = build(cell)
    inn.trainer.epochs = 0
    inn.fit(split.train, split.about(), seed=0)
    given = inn.sampling, inn.schedule.steps, inn.prime_share, torch.Generator().manual_seed(0)
    draw = pairs(inn.x, inn.y, inn.prime(inn.x, inn.y), *given)
    return Inversion(inn.method.train()), draw(torch.arange(min(inn.trainer.batch, len(inn.x))))


def lightning_seconds(cfg, split, epochs: int) -> float:
    """Seconds per step of the program's own fit: the slope between 2 epochs and 2 + `epochs`."""
    spent = []
    for count in (2, 2 + epochs):
        inn = build(cfg)
        inn.trainer.epochs = count
        inn.fit(split.train, split.about(), seed=0, val=split.val)
        spent.append(inn.seconds)
    steps = -(-len(split.train) // cfg.value("trainer.batch")) * epochs
    return (spent[1] - spent[0]) / steps


def gemm_rate(size: int = 512) -> float:
    """FLOP/s of a float32 product of two square matrices on this thread."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    return 2 * size**3 / seconds(lambda: a @ b, 40)


def seconds(function, repeats: int) -> float:
    """Mean seconds of a call, after a few to warm up."""
    for _ in range(5):
        function()
    started = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - started) / repeats


if __name__ == "__main__":
    main()
