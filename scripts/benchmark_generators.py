"""Training time of GAN, VAE, the autoencoders of records and the small denoisers over its floor, on one thread.

    python scripts/benchmark_generators.py [NAME ...]

Made-up rows: only time matters here. floor: the matrix-product FLOPs of an epoch, forward and backward, counted by
torch, over the float32 rate of a square product measured in between. epoch: the program's own training. Both are
slopes between a short and a longer training, so that start-up and what follows a training are excluded; ratio is
epoch over floor.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import sys
import time

import torch
from made_rows import made_up
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from inn_experiments.configuration import compose as config
from inn_experiments.configuration.building import build
from inn_experiments.contracts import Split

SPECTRA, RECORDS, POINTS = (2000, 40, 10, None), (60, 64 * 96, 10, (64, 96)), (10_000, 2, 10, None)
SMALL = ("network.hidden=128", "network.layers=3", "network.embedding=32")
CASES = {
    "gan": (SPECTRA, ["generator=gan"]),
    "vae": (SPECTRA, ["generator=vae"]),
    "diffusion, mlp": (SPECTRA, ["generator=diffusion", "network=mlp", "network.hidden=256"]),
    "autoencoder=vae": (SPECTRA, ["generator=gaussian", "autoencoder=vae"]),
    "autoencoder=sequential": (RECORDS, ["generator=gaussian", "autoencoder=sequential"]),
    "autoencoder=joint": (RECORDS, ["generator=gaussian", "autoencoder=joint"]),
    "points, mlp": (POINTS, ["generator=diffusion", "network=mlp", *SMALL, "trainer.batch=256"]),
}
SHORT, LONG = 2, 12


class Products(TorchDispatchMode):
    """Counts matrix products; torch's own counter refuses a gradient's gradient, which the GAN's penalty takes."""

    flops = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        found = function(*args, **(kwargs or {}))
        count = flop_registry.get(function._overloadpacket)
        self.flops += count(*args, **(kwargs or {}), out_val=found) if count else 0
        return found


def main() -> None:
    """Print one line per case."""
    torch.set_num_threads(1)
    wanted = sys.argv[1:] or list(CASES)
    print(f"torch {torch.__version__}, one CPU thread\n{'':24}{'floor ms':>10}{'epoch ms':>10}{'ratio':>8}")
    for name in wanted:
        sizes, overrides = CASES[name]
        split = made_up(*sizes)
        floors, spent = [], []
        flops = slope(lambda epochs: counted(overrides, split, epochs))  # noqa: B023
        for _ in range(3):
            floors.append(flops / product_rate())
            spent.append(slope(lambda epochs: trained(overrides, split, epochs)))  # noqa: B023
        floor, epoch = statistics.median(floors) * 1e3, statistics.median(spent) * 1e3
        print(f"{name:24}{floor:10.2f}{epoch:10.2f}{epoch / floor:8.1f}", flush=True)


def trained(overrides: list[str], split: Split, epochs: int) -> float:
    """Seconds that the program itself says a training took."""
    inner = [f"autoencoder.epochs={epochs}"] if any(each.startswith("autoencoder=") for each in overrides) else []
    cfg = config.compose(*overrides, *inner, f"trainer.epochs={epochs}", "trainer.progress=false")
    generator = build(cfg)
    generator.fit(split.train, split.about(), seed=0, val=split.val)
    return generator.seconds


def counted(overrides: list[str], split: Split, epochs: int) -> float:
    """The FLOPs of matrix products in a training."""
    with Products() as products:
        trained(overrides, split, epochs)
    return products.flops


def slope(measure) -> float:
    """What an epoch adds to a measure of a training."""
    return (measure(LONG) - measure(SHORT)) / (LONG - SHORT)


def product_rate(size: int = 512) -> float:
    """FLOP/s of a float32 product of two square matrices on this thread."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    for repeats in (5, 40):
        started = time.perf_counter()
        for _ in range(repeats):
            a @ b
        spent = (time.perf_counter() - started) / repeats
    return 2 * size**3 / spent


if __name__ == "__main__":
    main()
