"""The whole choice made anew without each part of the rows, and what was chosen scored on that part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import UserError, child_seed
from inn_experiments.data.source import RawRows
from inn_experiments.maths.division import LEAST_TRAIN
from inn_experiments.recommending.division import in_turn, outer
from inn_experiments.recommending.halving import Choice, choose
from inn_experiments.recommending.scene import Scene
from inn_experiments.recommending.settings import Candidate, Settings


@dataclass(frozen=True)
class Part:
    """One part of the rows: what was chosen without it, and its scores, macro F1.

    Attributes:
        choice: made on the other rows alone.
        gain: of what was chosen over real rows alone, on this part; 0 where nothing was.
        real, score: the forest's on real rows alone, and with what was chosen.
        nearest: nearest neighbour by cosine on real rows alone.
        sizes: rows that were learned from, and of the part.
    """

    choice: Choice
    gain: float
    real: float
    score: float
    nearest: float
    sizes: tuple[int, int]


Tell = Callable[[int, int, Part], None]
"""(parts done, parts in all, the last of them)."""


def nested(
    raw: RawRows, index: np.ndarray, candidates: Sequence[Candidate], settings: Settings, tell: Tell
) -> list[Part]:
    """One Part for each part of the rows `index`, `settings.folds` of them `settings.repeats` times.

    Raises UserError for a class with too few rows or groups.
    """
    y = raw.y[index]
    group = None if raw.group is None else raw.group[index]
    divided = [
        (seed, part)
        for seed in (child_seed(settings.seed, f"repeat/{repeat}") for repeat in range(settings.repeats))
        for part in outer(y, group, raw.classes, settings.folds, seed=seed)
    ]
    found = []
    for number, (seed, held) in enumerate(divided):
        child = child_seed(seed, f"part/{number}")
        left = np.delete(np.arange(len(y)), held)
        choice = chosen_on(raw, index[left], candidates, settings, seed=child_seed(child, "choice"))
        scene = Scene(raw, index[left], index[held], settings, seed=child_seed(child, "unseen"), draws=settings.draws)
        found.append(_scored(scene, choice, candidates))
        tell(number + 1, len(divided), found[-1])
    return found


def chosen_on(
    raw: RawRows, index: np.ndarray, candidates: Sequence[Candidate], settings: Settings, *, seed: int
) -> Choice:
    """The choice that rows `index` alone lead to."""

    def scenes(rung: int) -> list[Scene]:
        return inner_scenes(raw, index, settings, rung, seed=seed)

    return choose(scenes, candidates, settings.rungs, len(index))


def inner_scenes(raw: RawRows, index: np.ndarray, settings: Settings, rung: int, *, seed: int) -> list[Scene]:
    """The inner splits of one rung: each of the rows `index` is held out once."""
    child = child_seed(seed, f"rung/{rung}")
    group = None if raw.group is None else raw.group[index]
    parts = in_turn(raw.y[index], group, settings.inner, LEAST_TRAIN, 1, child)
    if not parts:
        raise UserError(
            f"recommend: of {len(index)} rows no two parts leave {LEAST_TRAIN} rows of every class to learn from; give "
            "the smallest classes more rows or groups"
        )
    return [
        Scene(raw, np.delete(index, part), index[part], settings, seed=child_seed(child, f"scene/{number}"))
        for number, part in enumerate(parts)
    ]


def _scored(scene: Scene, choice: Choice, candidates: Sequence[Candidate]) -> Part:
    real, nearest = float(np.mean(scene.real)), scene.nearest()
    best = next((each for each in candidates if each.name == choice.best), None)
    if best is None:
        return Part(choice, 0.0, real, real, nearest, scene.sizes)
    trial = scene.trial(best, fidelity=False)
    return Part(choice, trial.gain, real, trial.score, nearest, scene.sizes)
