"""Both directions of an invertible synthesizer on test rows, each error beside its trivial predictors."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from inn_experiments.contracts import (
    Corrupted,
    Findings,
    Invertible,
    Measure,
    Number,
    Quantity,
    Rows,
    Subject,
    kept_numbers,
)
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.numbers.classwise import class_linear
from inn_experiments.measures.numbers.errors import direction_errors, ridge, trivial_errors
from inn_experiments.measures.numbers.rows import at_most

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
    Quantity("inverse_residual/median", "median distance clean → prime → clean", "lower"),
    Quantity("inverse_walk_residual/median", "median distance clean → prime → clean, the walk alone", "lower"),
    Quantity("walk/condition", "condition of a layer of the backward walk", "lower"),
    Quantity("walk/error", "error of a layer of the backward walk", "lower"),
)
BAR = "class_linear"
"""The reference that guesses the class and has a linear map for each; it stands apart from the trivial predictors."""
LEVEL_GROUPS = 25
"""The Wiener denoiser is fitted once per group of neighbouring levels, this many groups at most."""
ROWS = 10_000
"""Training rows that trivial predictors are fitted to, and test rows that errors are taken over, at most."""

Errors = dict[str, dict[str, float]]
Pair = tuple[np.ndarray, Rows, np.ndarray, Rows]
"""Inputs and targets of training, inputs and targets of test rows."""


class Directions(Measure):
    """The errors of every direction on test rows, where the synthesizer has directions.

    denoise: noisy rows, levels uniform in 1..T, -> clean. forward: prime -> clean. inverse: clean -> prime, every
    variant that the model offers. round_trip_clean: forward(inverse(x)) against x; round_trip_prime:
    inverse(forward(p)) against p. residual/median: median over test rows of |forward(inverse(x)) - x|. The trivial
    predictors are fitted to training rows alone, and so is BAR, for the two directions between clean rows and prime
    space, where a class has one map. `walk/*` are of the layers of the last backward walk. Of more than
    ROWS training or test rows as many are drawn at random.

    Example:
        >>> from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
        >>> Directions()(Subject(Bootstrap(), None, None, {}, Bootstrap, None), seed=0).numbers  # it has no directions
        []
        >>> DIRECTIONS[0].key, DIRECTIONS[0].heading
        ('forward/mse', 'MSE prime → clean ↓')
    """

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """The errors, those of the trivial predictors as references, and the layers of the walk."""
        model = subject.synthesizer
        if not isinstance(model, Invertible):
            return Findings()
        parts = {"train": subject.split.train, "test": subject.split.test}
        train, test = (
            rows.take(at_most(len(rows), ROWS, child_seed(seed, f"directions/{part}"))) for part, rows in parts.items()
        )
        prime = model.primes(train.x, train.y), model.primes(test.x, test.y)
        noisy = model.corrupt(test.x, test.y, seed=child_seed(seed, "test"))
        errors, residuals = _errors(model, test, prime[1], noisy)
        numbers = [Number(f"test/{name}_residual/median", value) for name, value in residuals.items()]
        numbers += _numbers(errors)
        train_noisy = model.corrupt(train.x, train.y, seed=child_seed(seed, "train"))
        pairs: dict[str, Pair] = {
            "denoise": (np.asarray(train_noisy.x_t), train, np.asarray(noisy.x_t), test),
            "forward": (prime[0], train, prime[1], test),
            "inverse": (train.x, Rows(prime[0], train.y), test.x, Rows(prime[1], test.y)),
        }
        for way, pair in pairs.items():
            extra, content = {}, []
            if way == "denoise":
                # The corruption is known by what it made of test rows at every one of these levels.
                extra["wiener"] = lambda: direction_errors(wiener(model, train, noisy, seed=seed), test.x)
                content = [np.asarray(noisy.t), seed]
            else:
                extra[BAR] = partial(_class_linear, pair)
            for predictor, found in _predictors(pair, extra, content, subject.about.cache).items():
                numbers += _numbers({way: found}, predictor)
        return Findings([*numbers, *_walk(model)])


def _errors(model: Invertible, test: Rows, prime: np.ndarray, noisy: Corrupted) -> tuple[Errors, dict[str, float]]:
    """(errors of each direction, median residual of each inverse) on test rows."""
    forward, inverses = model.forward(prime), model.inverses(test.x)
    back = {name: model.forward(answer) for name, answer in inverses.items()}
    errors = {
        "denoise": direction_errors(model.denoise(noisy), test.x),
        "forward": direction_errors(forward, test.x),
        **{name: direction_errors(answer, prime) for name, answer in inverses.items()},
        "round_trip_prime": direction_errors(model.inverses(forward)["inverse"], prime),
        "round_trip_clean": direction_errors(back["inverse"], test.x),
    }
    return errors, {name: float(np.median(np.linalg.norm(x - test.x, axis=1))) for name, x in back.items()}


def _predictors(
    pair: Pair, extra: dict[str, Callable[[], dict[str, float]]], content: list[Any], cache: Path | None
) -> Errors:
    """The errors of the trivial predictors and of `extra` ones, whom `content` decides beside the `pair`; kept."""

    def compute() -> dict[str, float]:
        found = trivial_errors(*pair) | {predictor: errors() for predictor, errors in extra.items()}
        return {f"{name}/{key}": value for name, errors in found.items() for key, value in errors.items()}

    train_input, train, test_input, test = pair
    content = [train_input, train.x, train.y, test_input, test.x, test.y, *extra, *content]
    told: Errors = {}
    for name, value in kept_numbers(cache, "predictors", content, compute).items():
        predictor, key = name.split("/")
        told.setdefault(predictor, {})[key] = value
    return told


def _class_linear(pair: Pair) -> dict[str, float]:
    train_input, train, test_input, test = pair
    return direction_errors(class_linear(train_input, train, test_input), test.x)


def _numbers(errors: Errors, reference: str | None = None) -> list[Number]:
    return [
        Number(f"test/{way}/{key}", value, reference=reference)
        for way, found in errors.items()
        for key, value in found.items()
    ]


def _walk(model: Invertible) -> list[Number]:
    numbers = []
    for layer in model.conditioning():
        told = dict(zip(("rows", "columns"), layer["shape"], strict=True)) | layer
        keys = ("rows", "columns", "condition", "exact", "error")
        numbers += [Number(f"walk/{key}", float(told[key]), of=layer["layer"]) for key in keys]
    return numbers


def wiener(model: Invertible, train: Rows, noisy: Corrupted, *, seed: int) -> np.ndarray:
    """The linear denoiser that knows the level: clean rows (n, d) by ridge regression, fitted level by level.

    For every group of neighbouring levels the training rows are corrupted to levels of that group.
    """
    levels, x_t = np.asarray(noisy.t), np.asarray(noisy.x_t)
    known, answer = np.unique(levels), np.empty(x_t.shape)
    for number, group in enumerate(np.array_split(known, min(LEVEL_GROUPS, len(known)))):
        mine = np.isin(levels, group)
        generator = np.random.default_rng(child_seed(seed, f"wiener/{number}"))
        t = generator.choice(group, len(train))
        corrupted = model.corrupt(train.x, train.y, seed=child_seed(seed, f"wiener/noise/{number}"), t=t)
        answer[mine] = ridge(np.asarray(corrupted.x_t), train.x, x_t[mine])
    return answer
