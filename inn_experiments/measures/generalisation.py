"""How much worse a network is on rows that it did not learn from, and how steadily it came there."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from inn_experiments.contracts import (
    Curves,
    Findings,
    Invertible,
    Measure,
    Number,
    Rows,
    Subject,
    UserError,
    child_seed,
)
from inn_experiments.measures.claims import claim
from inn_experiments.measures.numbers.errors import ridge, squared_error
from inn_experiments.measures.numbers.rows import at_most

WORDS = {"denoise": "noisy → clean", "forward": "prime → clean", "inverse": "clean → prime"}
TEXTS = {"train": "error on training rows", "test": "error on test rows", "gap": "test error less training error"}
ROWS = 2000
"""Of training and of test rows, at most."""


@dataclass(frozen=True)
class Answered:
    """Inputs of one direction, what the network made of them, and what it should have, each (n, d)."""

    given: np.ndarray
    found: np.ndarray
    wanted: np.ndarray


@dataclass
class Generalisation(Measure):
    """The error of each direction on training rows beside that on test rows: what was learned by heart.

    Noisy training rows are corrupted anew: the network has seen the rows and not the noise. `gap` is the test error
    less the training error. Beside each stands, as `chance`, that of ridge regression from input to target, told no
    level, which is fitted to the same training rows. `overfit` is the last value of a validation curve over its lowest,
    less 1, and `jump` its largest rise between two looks, over its lowest, for every curve that there is. Paper,
    Section 2.1: masked layers introduce sparsity, "enhancing stability during training and reducing overfitting".

    Example:
        >>> found = steadiness({"val/loss": ([20, 40, 60], [2.0, 1.0, 1.5])})
        >>> [(number.key, number.value) for number in found]
        [('claims/generalisation/overfit/loss', 0.5), ('claims/generalisation/jump/loss', 0.5)]
    """

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """Errors and gaps of all directions, and what the curves tell; raises UserError where there is no direction."""
        model, split = subject.synthesizer, subject.split
        if not isinstance(model, Invertible):
            raise UserError("claims=generalisation compares errors of directions; choose generator=inn, or claims=none")
        parts = {"train": split.train, "test": split.test}
        few = {part: rows.take(at_most(len(rows), ROWS, child_seed(seed, part))) for part, rows in parts.items()}
        sides = {part: answered(model, rows, child_seed(seed, f"{part}/noise")) for part, rows in few.items()}
        numbers = []
        for way, words in WORDS.items():
            train, test = (sides[part][way] for part in parts)
            own = [squared_error(side.found, side.wanted) for side in (train, test)]
            linear = [
                squared_error(ridge(train.given, train.wanted, side.given), side.wanted) for side in (train, test)
            ]
            for part, value, bar in (
                ("train", own[0], linear[0]),
                ("test", own[1], linear[1]),
                ("gap", own[1] - own[0], linear[1] - linear[0]),
            ):
                n, text = len(few["train" if part == "train" else "test"]), f"{words}: {TEXTS[part]}"
                numbers += claim(f"generalisation/{way}/{part}", text, value, chance=bar, n=n)
        return Findings([*numbers, *steadiness(model.curves)])


def answered(model: Invertible, rows: Rows, seed: int) -> dict[str, Answered]:
    """Direction -> what the network answers for these rows, noisy ones with the noise of `seed`."""
    prime, noisy = model.primes(rows.x, rows.y), model.corrupt(rows.x, rows.y, seed=seed)
    return {
        "denoise": Answered(np.asarray(noisy.x_t), model.denoise(noisy), rows.x),
        "forward": Answered(prime, model.forward(prime), rows.x),
        "inverse": Answered(rows.x, model.inverses(rows.x)["inverse"], prime),
    }


def steadiness(curves: Curves) -> list[Number]:
    """How far each validation curve ends above its lowest value, and its largest rise between two looks, over that."""
    numbers = []
    for name, (epochs, values) in curves.items():
        if not name.startswith("val/") or len(epochs) < 2:
            continue
        lowest, term = max(min(values), 1e-30), name.removeprefix("val/")
        rise = max(0.0, *(after - before for before, after in pairwise(values)))
        told = {
            "overfit": (f"validation curve {term}: end over lowest, less 1", values[-1] / lowest - 1),
            "jump": (f"validation curve {term}: largest rise between two looks, over lowest", rise / lowest),
        }
        for key, (text, value) in told.items():
            numbers += claim(f"generalisation/{key}/{term}", text, value, n=len(epochs))
    return numbers
