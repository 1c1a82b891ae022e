"""Two rows diffused, mixed and denoised: is what comes out a row of the data, where the plain mixture is none?"""

from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import (
    Findings,
    Measure,
    Number,
    PositiveInt,
    Restoring,
    Rows,
    Split,
    Subject,
    UserError,
    child_seed,
)
from inn_experiments.measures.claims import claim, share
from inn_experiments.measures.fidelity import second_sample
from inn_experiments.measures.numbers.two_samples import c2st, nearest
from inn_experiments.measures.utility.division import LEARNING, few
from inn_experiments.measures.utility.forest import forest_predictions

LEVELS, MIDDLE = (0.25, 0.5, 0.75, 1.0), 0.5
"""Shares of T that rows are diffused to, and the one at which all weights are looked at."""
WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
KINDS = {"same": "one class", "two": "two classes"}


@dataclass(frozen=True)
class Ends:
    """Pairs of rows, x_a of classes a and x_b of classes b, each (n, d) and (n,)."""

    x_a: np.ndarray
    a: np.ndarray
    x_b: np.ndarray
    b: np.ndarray


@dataclass
class Interpolation(Measure):
    """Real rows of one class, and of two, diffused to level t, mixed as (1 - w) x_t + w x_t', and denoised from t.

    Each row has noise of its own, as in Ho et al. 2020 (Section 4.3), the paper's Figure 2. The control of every
    number, as `chance`, is the plain mixture of the two rows themselves, of the same weight. `near`: mean distance to
    the nearest training row, over that of real rows; it is 1 for real rows, and below 1 for rows that are smoother.
    `length`: mean length over that of real rows. `c2st`: how often mixtures are told from other real rows, class by
    class where they are of one; `alone`: the same of rows that were not mixed. `judged`: the share that a forest
    trained on real rows calls b, the other row's class; `either`: the share that it calls one of the two.

    Args:
        pairs: of rows, of each kind.
        trees: of the judge.
    """

    pairs: PositiveInt = 200
    trees: PositiveInt = 100

    def check(self, split: Split, *, seed: int) -> None:
        """Raise a UserError for fewer than two classes of test rows."""
        if len(np.unique(split.test.y)) < 2:
            raise UserError(f"claims=interpolation: test rows of {split.name} are of one class; it takes two or more")

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """All numbers; raises UserError for a generator that does not denoise from a level."""
        model, split = subject.synthesizer, subject.split
        if not isinstance(model, Restoring):
            raise UserError(
                "claims=interpolation denoises from a level; choose generator=inn or diffusion, or claims=none"
            )
        mixed, real = second_sample(split, child_seed(seed, "halves"))
        usual = float(nearest(real.x, split.train.x).mean()), float(np.linalg.norm(real.x, axis=1).mean())
        numbers = claim(
            "interpolation/real/near",
            "real rows: distance from the nearest training row, over that of others",
            float(nearest(mixed.x, split.train.x).mean()) / usual[0],
            n=len(mixed),
        )
        told = c2st(mixed.x, real.x, (mixed.y, real.y), seed=child_seed(seed, "c2st"))
        numbers += claim("interpolation/real/c2st", "real rows: told from others (C2ST)", told.value, n=len(mixed))
        judge = {"trees": self.trees, "levels": 64, "seed": child_seed(seed, "judge"), "cache": subject.about.cache}
        ends = {kind: pairs_of(mixed, kind == "same", self.pairs, child_seed(seed, f"pairs/{kind}")) for kind in KINDS}
        made = {kind: mixtures(model, pairs, child_seed(seed, f"noise/{kind}")) for kind, pairs in ends.items()}
        every = [x for sides in made.values() for x in sides.values()]
        called = forest_predictions(few(split.train, LEARNING, seed), np.concatenate(every).astype(np.float32), **judge)
        called = iter(np.split(called, len(every)))
        for kind, sides in made.items():
            judged = {key: next(called) for key in sides}
            numbers += told_of(kind, ends[kind], sides, judged, split.train.x, real, usual, seed)
        return Findings(numbers)


Mixtures = dict[tuple[float | None, float], np.ndarray]
"""(share of T, or None for plain mixtures; weight) -> mixtures (n, d)."""


def mixtures(model: Restoring, ends: Ends, seed: int) -> Mixtures:
    """The plain mixtures of all weights, and the denoised ones of each level."""
    made: Mixtures = {(None, w): (1 - w) * ends.x_a + w * ends.x_b for w in WEIGHTS}
    for part in LEVELS:
        level = max(1, round(part * model.levels()))
        first, second = (
            model.noised(x, y, level, seed=child_seed(seed, f"{side}/{level}"))
            for side, x, y in (("a", ends.x_a, ends.a), ("b", ends.x_b, ends.b))
        )
        for w in WEIGHTS if part == MIDDLE else (0.0, 0.5):
            x_t, y = ((1 - w) * first + w * second).astype(np.float32), ends.b if w > 0.5 else ends.a
            made[part, w] = model.restored(x_t, y, level, seed=child_seed(seed, f"restored/{level}/{w}"))
    return made


def told_of(
    kind: str,
    ends: Ends,
    made: Mixtures,
    judged: dict[tuple[float | None, float], np.ndarray],
    train: np.ndarray,
    real: Rows,
    usual: tuple[float, float],
    seed: int,
) -> list[Number]:
    """The numbers of the mixtures of one kind, each beside that of plain mixtures of the same weight."""

    def near(key: tuple[float | None, float]) -> float:
        return float(nearest(made[key], train).mean()) / usual[0]

    def long(key: tuple[float | None, float]) -> float:
        return float(np.linalg.norm(made[key], axis=1).mean()) / usual[1]

    def told(key: tuple[float | None, float]) -> float:
        classes = (ends.a, real.y) if kind == "same" else None
        return c2st(made[key], real.x, classes, seed=child_seed(seed, "c2st")).value

    words, n, numbers = KINDS[kind], len(ends.a), []
    half = {name: of((None, 0.5)) for name, of in (("near", near), ("c2st", told), ("length", long))}
    texts = {"near": "distance from the nearest training row, over real rows'", "c2st": "told from real rows (C2ST)"}
    texts["length"] = "length, over real rows'"
    for part in LEVELS:
        for name, of in (("near", near), ("c2st", told), ("length", long)):
            text = f"{words}, mixed half and half, denoised from {part:g} T: {texts[name]}"
            key = f"interpolation/{kind}/{name}/{part:g}"
            numbers += claim(key, text, of((part, 0.5)), chance=half[name], n=n)
        if kind == "same":
            text = f"not mixed, denoised from {part:g} T: told from real rows (C2ST)"
            numbers += claim(f"interpolation/alone/{part:g}", text, told((part, 0.0)), n=n)
    for w in WEIGHTS:
        text = f"{words}, weight {w:g} of b, denoised from {MIDDLE:g} T: {texts['near']}"
        numbers += claim(f"interpolation/{kind}/weight/{w:g}", text, near((MIDDLE, w)), chance=near((None, w)), n=n)
        if kind == "two":
            hits, plain = (judged[key] == ends.b for key in ((MIDDLE, w), (None, w)))
            text = f"{words}, weight {w:g} of b, denoised from {MIDDLE:g} T: judged b"
            numbers += share(f"interpolation/two/judged/{w:g}", text, hits, chance=float(plain.mean()))
    for part in LEVELS:
        either, plain = ((judged[key] == ends.a) | (judged[key] == ends.b) for key in ((part, 0.5), (None, 0.5)))
        text = f"{words}, mixed half and half, denoised from {part:g} T: judged one of their classes"
        numbers += share(f"interpolation/{kind}/either/{part:g}", text, either, chance=float(plain.mean()))
    return numbers


def pairs_of(rows: Rows, same: bool, count: int, seed: int) -> Ends:
    """`count` random pairs of different rows, of one class or of two."""
    rng, first, second = np.random.default_rng(seed), [], []
    several = [label for label in np.unique(rows.y) if np.sum(rows.y == label) > 1]
    able = np.flatnonzero(np.isin(rows.y, several)) if same else np.arange(len(rows))
    for one in rng.choice(able, count):
        fit = (rows.y == rows.y[one]) == same
        fit[one] = False
        first.append(one)
        second.append(rng.choice(np.flatnonzero(fit)))
    return Ends(rows.x[first], rows.y[first], rows.x[second], rows.y[second])
