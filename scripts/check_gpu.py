"""Every generator that trains, for a few steps on the accelerator of this machine and on its CPU: alike, and how fast?

    python scripts/check_gpu.py [NAME ...] [--epochs 4] [--rows 2000] [--channels 256]

Both start from the same weights, and batches are drawn on the CPU by the same chance, so that losses differ by rounding
alone: `loss` is the largest difference on the training curves and `rows` that of generated rows, both beside the size
of the numbers. `speed` is steps a second over the CPU's, each in a training that follows another one. Where torch finds
no accelerator the CPU stands beside itself, which says that this script runs and nothing of a GPU. Ends with 1 where
curves differ by more than the tolerance, or a generator does not run.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from typing import NamedTuple

import numpy as np
import torch
from made_rows import made_up

from inn_experiments.configuration import compose as config
from inn_experiments.configuration.building import build
from inn_experiments.contracts import Curves, Split

TOLERANCE = 1e-3
"""Of losses after a few steps in float32; products in less (TF32) need about ten times that."""

SMALL = ("network.hidden=128", "network.layers=3")
CASES = {
    "diffusion, mlp": ["generator=diffusion", "network=mlp", *SMALL, "sampler.steps=10"],
    "diffusion, conv_unet": ["generator=diffusion", "network=conv_unet", "sampler.steps=10"],
    "diffusion, context": ["generator=diffusion", "network=mlp", *SMALL, "conditioning=context", "sampler.steps=10"],
    "implicit": ["method=implicit", "loss=mse"],
    "implicit, fid": ["method=implicit", "loss=fid"],
    "semi_implicit": ["method=semi_implicit", "loss=mse"],
    "svd": ["method=svd", "loss=mse"],
    "explicit, square": ["method=explicit", "network=square", "loss=mse"],
    "explicit, coupling": ["method=explicit", "network=coupling", "loss=mse"],
    "gan": ["generator=gan"],
    "vae": ["generator=vae"],
    "law": ["generator=law", "generator.steps=20"],
    "autoencoder=plain": ["generator=gaussian", "autoencoder=plain", "autoencoder.latent=32"],
    "autoencoder=vae": ["generator=gaussian", "autoencoder=vae", "autoencoder.latent=32"],
    "diffusion in a vae": ["generator=diffusion", "network=mlp", *SMALL, "autoencoder=vae", "sampler.steps=10"],
    "autoencoder=sequential": ["generator=gaussian", "autoencoder=sequential", "autoencoder.latent=4"],
    "autoencoder=joint": ["generator=gaussian", "autoencoder=joint", "autoencoder.latent=4"],
}
RECORDS = ("autoencoder=sequential", "autoencoder=joint")
"""Those of 2-D records."""


class Tried(NamedTuple):
    """The curves of a training, the rows that it makes, and its seconds."""

    curves: Curves
    rows: np.ndarray
    seconds: float


def main() -> None:
    """Print one line per generator, and end with 1 where one differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(CASES)}")
    for name, usual in (("epochs", 4), ("rows", 2000), ("channels", 256)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(CASES)):
        parser.error(f"{', '.join(unknown)}: not one of {', '.join(CASES)}")
    print(f"torch {torch.__version__}, {os.cpu_count()} cores; tolerance {TOLERANCE:g}; {place()}")
    print(f"{'':24}{'loss':>9}{'rows':>9}{'speed':>8}")
    wrong = 0
    for name in given.names or CASES:
        shape = (8, given.channels // 8) if name in RECORDS else None
        split = made_up(given.rows, given.channels, shape=shape)
        try:
            cpu, there = (tried(name, split, given.epochs, accelerator) for accelerator in ("cpu", "auto"))
        except Exception as error:  # noqa: BLE001 - the next generator is to be tried, too
            wrong += 1
            print(f"{name:24}{type(error).__name__}: {' '.join(str(error).split())[:200]}", flush=True)
            continue
        apart = curves_apart(cpu.curves, there.curves)
        wrong += not apart <= TOLERANCE
        rows = float(np.abs(there.rows - cpu.rows).max() / np.abs(cpu.rows).max())
        told = "" if apart <= TOLERANCE else "  DIFFERS"
        print(f"{name:24}{apart:9.1e}{rows:9.1e}{cpu.seconds / there.seconds:8.2f}{told}", flush=True)
    sys.exit(f"{wrong} of {len(given.names or CASES)} generators differ or do not run" if wrong else 0)


def place() -> str:
    """What the CPU is compared with."""
    if not torch.accelerator.is_available():
        return "no accelerator here: the CPU beside itself"
    found = torch.accelerator.current_accelerator()
    return f"CPU beside {found.type} {torch.cuda.get_device_name() if found.type == 'cuda' else ''}".strip()


def tried(name: str, split: Split, epochs: int, accelerator: str) -> Tried:
    """The second of two equal trainings: the first one pays for what is loaded and compiled once."""
    length = [f"trainer.epochs={epochs}", "trainer.progress=false", "trainer.keep=last"]
    length.append(f"trainer.accelerator={accelerator}")
    if any(one.startswith("autoencoder=") for one in CASES[name]):
        length.append(f"autoencoder.epochs={epochs}")
    cell = config.compose(*length, *CASES[name])
    for _ in range(2):
        synthesizer = build(cell)
        synthesizer.fit(split.train, split.about(), seed=0)
    return Tried(synthesizer.curves, synthesizer.sample(np.arange(20) % 10, seed=0).x, synthesizer.seconds)


def curves_apart(first: Curves, second: Curves) -> float:
    """The largest difference of two sets of training curves over the size of each; infinite where they lack others'."""
    if first.keys() != second.keys():
        return math.inf
    found = [0.0]
    for name in first:
        one, other = (np.asarray(curves[name][1], np.float64) for curves in (first, second))
        if len(one) != len(other):
            return math.inf
        found.append(float(np.abs(one - other).max() / max(np.abs(one).max(), 1e-12)))
    # NaN is a difference.
    return max(value if math.isfinite(value) else math.inf for value in found)


if __name__ == "__main__":
    main()
