"""Both directions of an invertible synthesizer on test rows, each error beside its trivial predictors."""

from __future__ import annotations

from typing import Any

import numpy as np

from inn_experiments.contracts import Invertible, Rows, Split
from inn_experiments.contracts.quantity import Quantity
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.numbers.errors import direction_errors
from inn_experiments.measures.numbers.trivial import ridge, trivial_errors

ERRORS = {"mse": "MSE", "mae": "MAE", "kl": "KL", "fid": "FID"}
WAYS = {
    "forward": "prime → clean",
    "denoise": "noisy → clean",
    "inverse": "clean → prime",
    "inverse_walk": "clean → prime, the walk alone",
    "round_trip_clean": "clean → prime → clean",
    "round_trip_prime": "prime → clean → prime",
}
DIRECTIONS = (
    *(
        Quantity(f"{way}/{key}", f"{name} {words}", "lower")
        for key, name in ERRORS.items()
        for way, words in WAYS.items()
    ),
    *(
        Quantity(f"{way}_residual/median", f"median distance {WAYS[way]} → clean", "lower")
        for way in ("inverse", "inverse_walk")
    ),
    Quantity("walk/condition", "condition of a layer of the backward walk", "lower"),
    Quantity("walk/error", "error of a layer of the backward walk", "lower"),
)
# The Wiener denoiser is fitted once per group of neighbouring levels, this many groups at most.
LEVEL_GROUPS = 25

Errors = dict[str, dict[str, dict[str, float]]]


def score_directions(model: Invertible, split: Split, *, seed: int) -> tuple[dict[str, float], Errors]:
    """(metrics, baselines) of `model` on the test rows of `split`, from statistics of training rows alone.

    denoise: noisy rows, levels uniform in 1..T, -> clean. forward: prime -> clean. inverse: clean -> prime, every
    variant that the model offers. round_trip_clean: forward(inverse(x)) against x; round_trip_prime:
    inverse(forward(p)) against p. residual/median: median over test rows of |forward(inverse(x)) - x|.
    """
    train, test = split.train, split.test
    train_prime, test_prime = model.prime(train.x, train.y), model.prime(test.x, test.y)
    noisy = model.corrupt(test.x, test.y, seed=child_seed(seed, "test"))
    forward = model.forward(test_prime)
    inverses = model.inverses(test.x)
    predictions = {
        "denoise": (model.denoise(noisy), test.x),
        "forward": (forward, test.x),
        **{name: (answer, test_prime) for name, answer in inverses.items()},
        "round_trip_prime": (model.inverses(forward)["inverse"], test_prime),
    }
    metrics: dict[str, float] = {}
    for name, answer in inverses.items():
        back = model.forward(answer)
        metrics |= {f"test/{name}_residual/median": float(np.median(np.linalg.norm(back - test.x, axis=1)))}
        if name == "inverse":
            predictions["round_trip_clean"] = (back, test.x)
    for name, (prediction, target) in predictions.items():
        metrics |= {f"test/{name}/{key}": value for key, value in direction_errors(prediction, target).items()}
    train_noisy = model.corrupt(train.x, train.y, seed=child_seed(seed, "train"))
    baselines = {
        "denoise": trivial_errors(np.asarray(train_noisy.x_t), train.x, train.y, np.asarray(noisy.x_t), test.x, test.y),
        "forward": trivial_errors(train_prime, train.x, train.y, test_prime, test.x, test.y),
        "inverse": trivial_errors(train.x, train_prime, train.y, test.x, test_prime, test.y),
    }
    baselines["denoise"]["wiener"] = direction_errors(wiener(model, train, noisy, seed=seed), test.x)
    return metrics, baselines


def wiener(model: Invertible, train: Rows, noisy: Any, *, seed: int) -> np.ndarray:
    """The linear denoiser that knows the level: clean rows (n, d) by ridge regression, fitted level by level.

    For every group of neighbouring levels the training rows are corrupted to levels of that group.
    """
    levels = np.asarray(noisy.t)
    answer = np.empty_like(np.asarray(noisy.x_t), dtype=np.float64)
    for number, group in enumerate(np.array_split(np.unique(levels), LEVEL_GROUPS)):
        mine = np.isin(levels, group)
        if not mine.any():
            continue
        generator = np.random.default_rng(child_seed(seed, f"wiener/{number}"))
        t = generator.choice(group, len(train))
        corrupted = model.corrupt(train.x, train.y, seed=child_seed(seed, f"wiener/noise/{number}"), t=t)
        answer[mine] = ridge(np.asarray(corrupted.x_t), train.x, np.asarray(noisy.x_t)[mine])
    return answer
