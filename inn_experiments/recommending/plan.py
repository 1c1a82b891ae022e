"""How long it will take, measured on a few rows' worth of work, and what fits into the minutes."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from inn_experiments.contracts import UserError, child_seed
from inn_experiments.contracts.lines import lasting
from inn_experiments.recommending.scene import Scene
from inn_experiments.recommending.settings import Candidate, Settings

FEWEST_REPEATS, MOST_REPEATS = 2, 3
SHORT, LONGER = 2, 12
"""Epochs of the two short trainings that tell how long a whole one takes."""


@dataclass(frozen=True)
class Cost:
    """Seconds that one fit and forest of a preset take.

    `failed` says why it cannot be fitted to these rows; empty where it can.
    """

    name: str
    seconds: float
    failed: str = ""


@dataclass(frozen=True)
class Plan:
    """What is done, and how long it is expected to take.

    Attributes:
        names: of the presets, cheap ones first.
        settings: with the repeats that fit.
        seconds: expected; `most`: where the dear ones come furthest.
        left_out: preset -> why it is not tried.
    """

    names: tuple[str, ...]
    settings: Settings
    seconds: float
    most: float
    left_out: dict[str, str]


def cost(name: str, scene: Scene, make: Callable[[Sequence[str]], Candidate], epochs: Callable[[], int]) -> Cost:
    """The measured cost of one preset on an inner split; a training's is told from two short ones.

    Args:
        name: of the preset.
        scene: an inner split.
        make: the candidate, given settings beside its own.
        epochs: of the whole training.
    """
    whole = make(())
    try:
        if not whole.trains:
            scene.trial(whole)
            return Cost(name, min(_timed(scene, whole) for _ in range(2)))
        if name.startswith("law"):
            # Its steps are its own, and few.
            return Cost(name, _timed(scene, whole))
        short, longer = (make((f"trainer.epochs={count}",)) for count in (SHORT, LONGER))
        # The first training of a process is late for its imports.
        scene.trial(short)
        first, second = _timed(scene, short), _timed(scene, longer)
    except UserError as error:
        return Cost(name, 0.0, str(error))
    step = max(0.0, second - first) / (LONGER - SHORT)
    return Cost(name, first + step * max(0, epochs() - SHORT))


def expected(costs: Sequence[float], real: float, settings: Settings, parts: int) -> tuple[float, float]:
    """(seconds expected, seconds at most) of candidates that cost so much a split, and `real` a forest of real rows.

    In each part all are tried on the first rung, and a half of them on each one further: any half, or the dearest.

    >>> expected([1.0, 1.0], 0.0, Settings(rungs=1, repeats=1, draws=1), 5)
    (35.0, 35.0)
    """
    sizes, left = [], len(costs)
    for _ in range(settings.rungs):
        sizes.append(left)
        left = -(-left // 2)
    ordered = np.sort(costs)[::-1]
    forests = settings.rungs * settings.inner * real + settings.draws * real
    usual = settings.inner * sum(size * ordered.mean() for size in sizes) + ordered.mean()
    most = settings.inner * sum(ordered[:size].sum() for size in sizes) + ordered[0]
    once = (settings.draws - 1) * real
    number = parts * settings.repeats
    return float(number * (usual + forests + once)), float(number * (most + forests + once))


def planned(
    costs: Sequence[Cost],
    controls: Sequence[str],
    real: float,
    settings: Settings,
    minutes: float | None,
    repeats: int | None,
) -> Plan:
    """The presets that fit into the minutes, cheap ones first, and then as many repeats as fit.

    Args:
        costs: of all presets that could be tried.
        controls: names that are tried whatever they cost.
        real: seconds of a forest on real rows alone.
        settings: of which `repeats` is decided here.
        minutes: None for no limit.
        repeats: that were asked for; None to decide.
    """
    limit = np.inf if minutes is None else 60 * minutes
    left_out = {each.name: f"cannot be fitted: {each.failed}" for each in costs if each.failed}
    able = sorted(
        (each for each in costs if not each.failed), key=lambda each: (each.name not in controls, each.seconds)
    )
    if not able:
        raise UserError(f"recommend: none of the presets can be fitted to these rows; {costs[0].failed}")
    fewest = replace(settings, repeats=repeats or FEWEST_REPEATS)

    def seconds(names: Sequence[Cost], chosen: Settings) -> tuple[float, float]:
        return expected([each.seconds for each in names], real, chosen, settings.folds)

    if repeats is None and seconds(able[:1], fewest)[0] > limit:
        fewest = replace(settings, repeats=1)
    taken: list[Cost] = []
    for each in able:
        usual = seconds([*taken, each], fewest)[0]
        if each.name in controls or not taken or usual <= limit:
            taken.append(each)
        else:
            left_out[each.name] = f"takes {lasting(usual - seconds(taken, fewest)[0])} more"
    more = replace(settings, repeats=repeats or MOST_REPEATS)
    chosen = more if seconds(taken, more)[0] <= limit else fewest
    return Plan(tuple(each.name for each in taken), chosen, *seconds(taken, chosen), left_out)


def told(left_out: Mapping[str, str]) -> str:
    """What is left out, those of one reason together.

    >>> told({"law": "takes 2 min more", "gan": "too long to measure", "vae": "too long to measure"})
    'law (takes 2 min more); gan, vae (too long to measure)'
    """
    reasons = dict.fromkeys(left_out.values())
    names = {reason: [name for name, why in left_out.items() if why == reason] for reason in reasons}
    return "; ".join(f"{', '.join(these)} ({reason})" for reason, these in names.items())


def probe(scene: Callable[[int], Scene], seed: int) -> tuple[Scene, float]:
    """A scene to measure on, and the seconds of its forest on real rows alone."""
    # The first forest of a process is late for its imports.
    scene(child_seed(seed, "probe/0")).real  # noqa: B018
    found = scene(child_seed(seed, "probe/1"))
    started = time.perf_counter()
    found.real  # noqa: B018
    return found, time.perf_counter() - started


def _timed(scene: Scene, candidate: Candidate) -> float:
    started = time.perf_counter()
    scene.trial(candidate)
    return time.perf_counter() - started
