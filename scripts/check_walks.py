"""Can a better walk invert a network that has learned the forward direction alone? A table over seeds.

    python scripts/check_walks.py [SEEDS [EPOCHS]]     # about a minute of one core a seed; on a page: make results

The paper's forward network is trained as method=svd trains it. Then its inverse on test rows of MNIST1D is sought by
walking, by joint least squares over all layers and skips (Gauss-Newton with the network's Jacobian, as
method.refine_steps does it) from the walk, from zeros and from the true prime image, which nobody has, and by the most
probable prime image under a Gaussian of the training rows' ones.
"""

from __future__ import annotations

import sys

import torch
from torch import Tensor

from inn_experiments.configuration.building import build
from inn_experiments.configuration.compose import compose
from inn_experiments.maths.refine import refine
from inn_experiments.measures.numbers.intervals import mean_interval
from inn_experiments.reports.words import interval
from inn_experiments.running.beginning import divided
from inn_experiments.running.fits import told_to_fit

STEPS = 20
"""Of Gauss-Newton."""


def answers(seed: int, epochs: int) -> dict[str, tuple[float, float]]:
    """Way of inverting -> (mean squared error of the prime images, median distance of their rows from test rows)."""
    cell = compose("method=svd", "loss=mse", f"trainer.epochs={epochs}", "trainer.progress=false", f"seed={seed}")
    split, model = divided(cell, cell.source()), build(cell)
    model.fit(**told_to_fit(cell, split))
    train, test = split.train, split.test
    known, true = (torch.as_tensor(model.primes(rows.x, rows.y)).double() for rows in (train, test))
    clean, target = (torch.as_tensor(rows.x).double() for rows in (train, test))
    method = model.method.double().requires_grad_(False)
    walked = method.walk(target).detach()
    spread = (method.forward(known) - clean).square().mean().sqrt()

    def sought(start: Tensor) -> Tensor:
        return refine(method.forward, target, start, STEPS)

    mean, covariance = known.mean(0), torch.cov(known.T)
    scale = torch.linalg.cholesky(covariance + 1e-6 * covariance.diagonal().mean() * torch.eye(len(mean)))

    def both(rows: Tensor) -> Tensor:
        """What the network makes of prime images and how unlikely these are, each in its own standard deviations."""
        unlikely = torch.linalg.solve_triangular(scale, (rows - mean).T, upper=False).T
        return torch.cat([method.forward(rows) / spread, unlikely], 1)

    wanted = torch.cat([target / spread, torch.zeros_like(target)], 1)
    found = {
        "zeros": torch.zeros_like(true),
        "the walk (method=svd)": walked,
        "Gauss-Newton from the walk": sought(walked),
        "Gauss-Newton from zeros": sought(torch.zeros_like(true)),
        "Gauss-Newton from the true image": sought(true),
        "the most probable image, from zeros": refine(both, wanted, torch.zeros_like(true), STEPS),
        "the most probable image, from the true one": refine(both, wanted, true, STEPS),
        "the true image": true,
    }
    return {
        name: (float((rows - true).square().mean()), float((method.forward(rows) - target).norm(dim=1).median()))
        for name, rows in found.items()
    }


def main() -> None:
    """Print the table."""
    seeds, epochs = int((sys.argv[1:] or ["5"])[0]), int((sys.argv[2:] or ["1000"])[0])
    torch.set_num_threads(1)
    found = [answers(seed, epochs) for seed in range(seeds)]
    print("| clean → prime | MSE | median distance of the row that the network makes of it |\n| --- | ---: | ---: |")
    for name in found[0]:
        errors, distances = zip(*(seed[name] for seed in found), strict=True)
        print(f"| {name} | {interval(*mean_interval(errors))} | {interval(*mean_interval(distances))} |")


if __name__ == "__main__":
    main()
