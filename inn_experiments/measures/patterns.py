"""The errors of both directions, class by class: each class has a pattern of its own in prime space."""

from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import Findings, Invertible, Measure, Rows, Subject, UserError, child_seed
from inn_experiments.measures.claims import claim
from inn_experiments.measures.numbers.errors import ridge
from inn_experiments.measures.numbers.rows import at_most

WORDS = {"forward": "prime → clean", "inverse": "clean → prime"}
ROWS = 10_000
"""Training and test rows, at most."""


@dataclass
class Patterns(Measure):
    """The mean squared error of each class in each direction, in units of the rows, on test rows.

    Beside it stands, as `chance`, the error of one linear map for all classes, which as the network is told none; and
    as a statement of its own that of a linear map for the class, which is told it: what is left there a line cannot
    mend, as where a pattern maps two rows to one image. Maps are fitted to training rows. Paper, Section 5.2.
    """

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """The errors; raises UserError for a generator without directions."""
        model, split = subject.synthesizer, subject.split
        if not isinstance(model, Invertible):
            raise UserError("claims=patterns measures both directions; choose generator=inn, or claims=none")
        parts = {"train": split.train, "test": split.test}
        train, test = (rows.take(at_most(len(rows), ROWS, child_seed(seed, part))) for part, rows in parts.items())
        primes = [model.primes(rows.x, rows.y) for rows in (train, test)]
        answers = {"forward": model.forward(primes[1]), "inverse": model.inverses(test.x)["inverse"]}
        pairs = {"forward": (primes[0], train.x, primes[1], test.x), "inverse": (train.x, primes[0], test.x, primes[1])}
        numbers = []
        for way, words in WORDS.items():
            found = by_class(answers[way], *pairs[way], train, test)
            for label, (own, linear, told) in found.items():
                name, n = split.classes[label], int(np.sum(test.y == label))
                numbers += claim(f"patterns/{way}/{name}", f"{words}, class {name}: error", own, chance=linear, n=n)
                text = f"{words}, class {name}: error of a linear map for this class"
                numbers += claim(f"patterns/{way}_told/{name}", text, told, n=n)
        return Findings(numbers)


def by_class(
    answer: np.ndarray,
    train_input: np.ndarray,
    train_target: np.ndarray,
    test_input: np.ndarray,
    target: np.ndarray,
    train: Rows,
    test: Rows,
) -> dict[int, tuple[float, float, float]]:
    """Class -> the errors of the answer, of one linear map for all, and of one for the class; arrays are (n, d)."""
    linear, found = ridge(train_input, train_target, test_input), {}
    for label in np.unique(test.y):
        mine, known = test.y == label, train.y == label
        told = ridge(train_input[known], train_target[known], test_input[mine])
        three = (answer[mine], linear[mine], told)
        found[int(label)] = tuple(float(np.square(rows - target[mine], dtype=np.float64).mean()) for rows in three)
    return found
