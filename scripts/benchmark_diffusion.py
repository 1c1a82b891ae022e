"""Cost of the paper's Section 8 diffusion model: a step over its floor, rows a second, epochs against rows.

    python scripts/benchmark_diffusion.py [--accelerator cpu|gpu] [--rows 10000,40000,160000] [KEY=VALUE ...]

Latents of 512 numbers, 6 x 512 network, batch 256, made-up rows: only time matters here. floor: the matrix-product
FLOPs of one step, forward and backward, counted by torch, over the rate of a product of the same shapes in the same
precision. step: the program's own training, its start-up excluded (the slope between a short and a longer
one); ratio is step over floor. sampling: rows a second with DDIM-100. Further arguments are overrides.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
import time

import numpy as np
import torch
from made_rows import made_up
from torch.utils.flop_counter import FlopCounterMode

from inn_experiments.configuration import compose as config
from inn_experiments.configuration.building import build
from inn_experiments.training.trainer import PRECISION

FEATURES, CLASSES, BATCH = 512, 8, 256
SHORT, LONG = 20, 120


def main() -> None:
    """Print the three measurements, for each precision."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accelerator", default="cpu", choices=["cpu", "gpu"])
    parser.add_argument("--rows", default="10000,40000,160000")
    parser.add_argument("overrides", nargs="*")
    options = parser.parse_args()
    place = torch.cuda.get_device_name() if options.accelerator == "gpu" else "one CPU thread"
    print(f"torch {torch.__version__}, {place}, batch {BATCH}, {FEATURES} numbers a row")
    for precision in PRECISION:
        step_over_floor(precision, options)
    epochs_against_rows([int(size) for size in options.rows.split(",")], options)
    rows_per_second(options)


def generator(options: argparse.Namespace, epochs: int, *more: str):
    """The program's own diffusion model, for that many epochs."""
    cfg = config.compose(
        "generator=diffusion",
        "network=mlp",
        "trainer=diffusion",
        "schedule.steps=1000",
        f"trainer.epochs={epochs}",
        f"trainer.accelerator={options.accelerator}",
        "trainer.progress=false",
        *options.overrides,
        *more,
    )
    return build(cfg)


def seconds_per_step(options: argparse.Namespace, rows: int, *more: str) -> float:
    """The slope between a short and a longer training of `rows` rows."""
    spent, split, steps = [], made_up(rows, FEATURES, CLASSES), -(-rows // BATCH)
    counts = [max(1, round(length / steps)) for length in (SHORT, LONG)]
    counts[1] = max(counts[1], counts[0] + 1)
    for count in counts:
        diffusion = generator(options, count, *more)
        diffusion.fit(split.train, split.about(), seed=0, val=split.val)
        spent.append(diffusion.seconds)
    return (spent[1] - spent[0]) / (steps * (counts[1] - counts[0]))


def step_over_floor(precision: str, options: argparse.Namespace) -> None:
    """Print floor, step and ratio; the two alternate, medians are taken."""
    found = {"floor": [], "step": []}
    flops = step_flops(options)
    for _ in range(3):
        found["floor"].append(flops / product_rate(precision, options.accelerator))
        found["step"].append(seconds_per_step(options, 10 * BATCH, f"trainer.precision={precision}"))
    floor, step = (statistics.median(found[name]) * 1e3 for name in ("floor", "step"))
    print(f"{precision:9} floor {floor:8.2f} ms   step {step:8.2f} ms   ratio {step / floor:5.2f}", flush=True)


def step_flops(options: argparse.Namespace) -> int:
    """FLOPs of the matrix products of one step, forward and backward."""
    split = made_up(BATCH, FEATURES, CLASSES)
    diffusion = generator(options, 1, "trainer.accelerator=cpu")
    with FlopCounterMode(display=False) as counter:
        diffusion.fit(split.train, split.about(), seed=0, val=split.val)
    return counter.get_total_flops()


def product_rate(precision: str, accelerator: str) -> float:
    """FLOP/s of a product of a batch with a hidden layer."""
    place = {"device": "cuda" if accelerator == "gpu" else "cpu", "dtype": getattr(torch, precision)}
    a, b = torch.randn(BATCH, 512, **place), torch.randn(512, 512, **place)
    for repeats in (20, 200):
        started = time.perf_counter()
        for _ in range(repeats):
            a @ b
        if accelerator == "gpu":
            torch.cuda.synchronize()
        spent = (time.perf_counter() - started) / repeats
    return 2 * BATCH * 512 * 512 / spent


def epochs_against_rows(sizes: list[int], options: argparse.Namespace) -> None:
    """Print seconds per epoch and per row: the second must not grow."""
    for rows in sizes:
        step = seconds_per_step(options, rows, "trainer.precision=bfloat16")
        print(
            f"bfloat16  {rows:8,} rows   {step * rows / BATCH:8.2f} s an epoch   {step / BATCH * 1e6:7.1f} us a row",
            flush=True,
        )


def rows_per_second(options: argparse.Namespace) -> None:
    """Print how many rows DDIM with 100 steps makes in a second."""
    split = made_up(10 * BATCH, FEATURES, CLASSES)
    diffusion = generator(options, 1)
    diffusion.fit(split.train, split.about(), seed=0, val=split.val)
    labels = np.arange(2048) % CLASSES
    diffusion.sample(labels[:64], seed=0)
    started = time.perf_counter()
    diffusion.sample(labels, seed=0)
    print(f"float32   DDIM-100 {len(labels) / (time.perf_counter() - started):8.0f} rows/s")


if __name__ == "__main__":
    main()
