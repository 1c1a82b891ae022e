"""What the paper says of iterations: far rows take large steps, near rows stay, and the states between are of use."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy

from inn_experiments.contracts import (
    Corrupted,
    Findings,
    Iterative,
    Measure,
    Number,
    PositiveInt,
    Rows,
    Subject,
    UserError,
    child_seed,
)
from inn_experiments.measures.claims import claim, share
from inn_experiments.measures.directions import wiener
from inn_experiments.measures.numbers.rows import at_most
from inn_experiments.measures.numbers.two_samples import nearest
from inn_experiments.measures.utility.forest import forest_predictions

PARTS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Levels, as shares of T, within which distances and steps are compared."""
WIENER, UNTRAINED = "control, the linear (Wiener) denoiser: ", "control, the network untrained: "

Walk = Callable[[Corrupted], np.ndarray]
"""Corrupted rows -> the states (k+1, n, d) that a denoiser goes through."""


@dataclass
class Iterations(Measure):
    """Equation (1), watched on test rows: the lengths of steps, and the error and the judged class of every state.

    Paper, Section 2.2: losses may "incentivize input that is already close to the manifold to stay near the manifold
    and input that is far from this manifold to take larger steps". Steps are compared, by rank, with the distance from
    the clean row, with that from the nearest training row, and with the level; within a level too, because the network
    is told the level, which says most of the distance. Controls are a linear denoiser for each level, and the same
    network with initial weights. What a state is judged is said by a random forest trained on real training rows.

    Args:
        rows: test rows, at most.
        trees: of the judge.
    """

    rows: PositiveInt = 1000
    trees: PositiveInt = 100

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """All statements; raises UserError for a generator that does not iterate."""
        model, split = subject.synthesizer, subject.split
        if not isinstance(model, Iterative):
            raise UserError("claims=iterations watches a network that iterates; choose generator=inn, or claims=none")
        untrained = subject.rebuild()
        untrained.prepare(split.train, subject.about, seed=child_seed(seed, "untrained"))
        test = split.test.take(at_most(len(split.test), self.rows, child_seed(seed, "rows")))
        noisy = model.corrupt(test.x, test.y, seed=child_seed(seed, "noise"))
        few = split.train.take(at_most(len(split.train), 10_000, child_seed(seed, "wiener/rows")))

        def linear(rows: Corrupted) -> np.ndarray:
            return np.stack([np.asarray(rows.x_t), wiener(model, few, rows, seed=child_seed(seed, "wiener"))])

        walks = {"": model.iterates, WIENER: linear, UNTRAINED: untrained.iterates}
        numbers = [*steps(walks, model, test, noisy, split.train.x, child_seed(seed, "levels"))]
        states = model.iterates(noisy)
        judge = {"trees": self.trees, "levels": None, "seed": child_seed(seed, "judge"), "cache": subject.about.cache}
        every = np.concatenate([*states, test.x]).astype(np.float32)
        called = forest_predictions(split.train, every, **judge).reshape(len(states) + 1, -1) == test.y
        return Findings([*numbers, *visible(states, linear(noisy)[-1], test.x, split.train.x, called)])


def steps(
    walks: dict[str, Walk], model: Iterative, test: Rows, noisy: Corrupted, train: np.ndarray, seed: int
) -> list[Number]:
    """How the length of steps goes with the distance from the manifold, for the network and for the controls."""
    x_t, top = np.asarray(noisy.x_t), int(np.max(np.asarray(noisy.t)))
    by = {
        "clean": ("distance from its clean row", length(x_t - test.x)),
        "nearest": ("distance from the nearest training row", nearest(x_t, train)),
        "level": ("level", np.asarray(noisy.t)),
    }
    fixed = [at_level(model, test, max(1, round(part * top)), seed) for part in PARTS]
    low = at_level(model, test, 1, seed)
    clean = replace(low, x_t=low.x_t.new_tensor(test.x))
    numbers, n = [], len(test)
    for who, walk in walks.items():
        key, states = {WIENER: "/wiener", UNTRAINED: "/untrained"}.get(who, ""), walk(noisy)
        first = length(states[1] - states[0])
        for name, (words, far) in by.items():
            text = f"{who}rank correlation of the first step's length with a row's {words}"
            numbers += claim(f"iterations/step_{name}{key}", text, rank(far, first), chance=0.0, n=n)
        within = [
            rank(length(np.asarray(rows.x_t) - test.x), length(np.diff(walk(rows)[:2], axis=0)[0])) for rows in fixed
        ]
        text = f"{who}the same with the distance from the clean row, within a level, mean of {len(PARTS)} levels"
        numbers += claim(f"iterations/step_within{key}", text, float(np.mean(within)), chance=0.0, n=n)
        if len(states) > 2:
            text = f"{who}the same for the second step, with the distance that the first has left"
            left = length(states[1] - test.x)
            numbers += claim(
                f"iterations/second{key}", text, rank(left, length(states[2] - states[1])), chance=0.0, n=n
            )
        stay, moved = length(walk(clean)[-1] - test.x), walk(low)[-1]
        text = f"{who}a clean row, told level 1, moves by this share of its own length"
        numbers += claim(f"iterations/stays{key}", text, float(stay.mean() / length(test.x).mean()), n=n)
        near = length(np.asarray(low.x_t) - test.x)
        text = f"{who}rows at level 1 that end nearer to their clean row than they began"
        numbers += share(f"iterations/nearer_low{key}", text, length(moved - test.x) < near)
        text = f"{who}rows at levels drawn at random that do"
        numbers += share(f"iterations/nearer{key}", text, length(states[-1] - test.x) < by["clean"][1])
    return numbers


def visible(
    states: np.ndarray, linear: np.ndarray, clean: np.ndarray, train: np.ndarray, called: np.ndarray
) -> list[Number]:
    """Errors, distances from the manifold and judged classes of states (k+1, n, d), and how they fall row by row.

    Args:
        states: the corrupted rows and what each iteration made of them.
        linear: the answer (n, d) of the Wiener denoiser.
        clean: the rows that they should become.
        train: training rows (m, d).
        called: whether the judge gives each state, and last the clean row, its class, (k+2, n).
    """
    errors = np.square(states - clean, dtype=np.float64).mean(axis=2)
    bar, usual, n = float(np.square(linear - clean).mean()), float(nearest(clean, train).mean()), len(clean)
    numbers = []
    for number, (state, error, hits) in enumerate(zip(states, errors, called, strict=False)):
        name = "the corrupted rows" if number == 0 else f"state {number}"
        numbers += claim(f"iterations/error/{number}", f"{name}: error", float(error.mean()), chance=bar, n=n)
        text = f"{name}: distance from the nearest training row, over that of real rows"
        numbers += claim(f"iterations/distance/{number}", text, float(nearest(state, train).mean()) / usual, n=n)
        numbers += share(f"iterations/judged/{number}", f"{name}: judged the right class", hits)
    numbers += share("iterations/judged/clean", "their clean rows: judged the right class", called[-1])
    if len(states) > 2:
        text = "rows whose error falls in every iteration"
        numbers += share("iterations/monotone", text, (np.diff(errors, axis=0) < 0).all(axis=0))
        text = "rows whose last state is the nearest of all to the clean row"
        numbers += share("iterations/last_best", text, errors.argmin(axis=0) == len(states) - 1)
    return numbers


def at_level(model: Iterative, rows: Rows, level: int, seed: int) -> Corrupted:
    """The rows corrupted to this level."""
    return model.corrupt(rows.x, rows.y, seed=child_seed(seed, f"{level}"), t=np.full(len(rows), level))


def length(x: np.ndarray) -> np.ndarray:
    """The lengths (n,) of rows (n, d)."""
    return np.linalg.norm(np.asarray(x, np.float64), axis=1)


def rank(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's correlation of values (n,) and (n,), 0 where either is constant."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(scipy.stats.spearmanr(a, b).statistic)
