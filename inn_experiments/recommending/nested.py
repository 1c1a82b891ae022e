"""The whole choice made anew without each part of the rows, and what was chosen scored on that part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import UserError, child_seed
from inn_experiments.data.source import RawRows
from inn_experiments.maths.division import LEAST_TRAIN
from inn_experiments.recommending.division import in_turn, outer
from inn_experiments.recommending.halving import Choice, choose
from inn_experiments.recommending.scene import Labels, Scene
from inn_experiments.recommending.settings import Candidate, Settings


@dataclass(frozen=True)
class Part:
    """One part of the rows, and what was chosen without it.

    Attributes:
        repeat: of the division that it is a part of.
        choice: made on the other rows alone.
        gain: in macro F1, of what was chosen over real rows alone, on this part; 0 where nothing was.
        labels: what forests said of it.
        nearest: (m,) what the nearest neighbour by cosine said of it, of real rows alone.
    """

    repeat: int
    choice: Choice
    gain: float
    labels: Labels
    nearest: np.ndarray


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
        (repeat, seed, part)
        for repeat in range(settings.repeats)
        for seed in [child_seed(settings.seed, f"repeat/{repeat}")]
        for part in outer(y, group, raw.classes, settings.folds, seed=seed)
    ]
    found = []
    for number, (repeat, seed, held) in enumerate(divided):
        child = child_seed(seed, f"part/{number}")
        left = np.delete(np.arange(len(y)), held)
        choice = chosen_on(raw, index[left], candidates, settings, seed=child_seed(child, "choice"))
        scene = Scene(raw, index[left], index[held], settings, seed=child_seed(child, "unseen"), draws=settings.draws)
        found.append(_scored(repeat, scene, choice, candidates))
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


def _scored(repeat: int, scene: Scene, choice: Choice, candidates: Sequence[Candidate]) -> Part:
    best = next((each for each in candidates if each.name == choice.best), None)
    if best is None:
        return Part(repeat, choice, 0.0, Labels(scene.held, scene.real, scene.real), scene.nearest())
    trial = scene.trial(best, fidelity=False)
    return Part(repeat, choice, trial.gain, trial.labels, scene.nearest())
