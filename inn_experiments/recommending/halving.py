"""Successive halving: all candidates on few inner splits, the better half of them on more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.measures.numbers.intervals import corrected_interval
from inn_experiments.recommending.gate import certain, pooled
from inn_experiments.recommending.scene import Labels, Scene, Trial
from inn_experiments.recommending.settings import Candidate

TOLD, FAILED, BEHIND, NO_GAIN, LAST = "told from real rows", "cannot be fitted", "behind", "no gain", ""


@dataclass
class Trail:
    """How far one candidate came in one choice.

    Attributes:
        gains: in macro F1 over real rows alone, of each inner split that it was tried on.
        told: its C2ST and the number of pairs, of each split of the first rung.
        first: what forests said in the first rung, which all candidates are tried on.
        rungs: that it was tried on.
        seconds: that this took.
        out: why it was stopped; LAST where it was not.
        detail: of a failure.
    """

    gains: list[float] = field(default_factory=list)
    told: list[tuple[float, int]] = field(default_factory=list)
    first: list[Labels] = field(default_factory=list)
    rungs: int = 0
    seconds: float = 0.0
    out: str = LAST
    detail: str = ""

    @property
    def mean(self) -> float:
        """The gain over its splits; that of a failure is below all others."""
        return float(np.mean(self.gains)) if self.gains else -np.inf

    def add(self, trial: Trial) -> None:
        """Take one split's result in."""
        self.gains.append(trial.gain)
        self.seconds += trial.seconds
        if self.rungs == 1:
            self.first.append(trial.labels)
        if trial.told is not None:
            self.told.append(trial.told)


@dataclass(frozen=True)
class Choice:
    """The candidate that is best on inner splits, None where no one gains, and how far each came.

    `sizes` are the rows that inner splits learn from and hold out, in the mean.
    """

    best: str | None
    trails: Mapping[str, Trail]
    sizes: tuple[int, int]


def choose(scenes: Callable[[int], Sequence[Scene]], candidates: Sequence[Candidate], rungs: int, rows: int) -> Choice:
    """Try the candidates, cheap ones first, on the scenes of one rung after the other.

    After the first rung, whose splits hold each row out once, those go whose rows are told from real ones with
    certainty; after each, those whose gain is surely below the best one's, and of the others the worse half. There is
    no further rung where one is left, or where no gain can be above 0 any more. `rows` are those that all scenes hold
    out together.
    """
    trails = {candidate.name: Trail() for candidate in candidates}
    standing, sizes = list(candidates), []
    for rung in range(rungs):
        found = scenes(rung)
        sizes += [scene.sizes for scene in found]
        for candidate in standing:
            _tried(trails[candidate.name], candidate, found, fidelity=rung == 0)
        n_train, n_test = (max(1, round(size)) for size in np.mean(sizes, axis=0))
        standing = _kept(standing, trails, n_train, n_test, rows)
        if len(standing) < 2:
            break
    best = max(standing, key=lambda candidate: trails[candidate.name].mean, default=None)
    gains = best is not None and trails[best.name].mean > 0
    return Choice(best.name if gains else None, trails, (n_train, n_test))


def _tried(trail: Trail, candidate: Candidate, scenes: Sequence[Scene], *, fidelity: bool) -> None:
    trail.rungs += 1
    for scene in scenes:
        try:
            trail.add(scene.trial(candidate, fidelity))
        except UserError as error:
            trail.out, trail.detail = FAILED, str(error)
            return


def _kept(
    standing: Sequence[Candidate], trails: Mapping[str, Trail], n_train: int, n_test: int, rows: int
) -> list[Candidate]:
    """Who goes on to the next rung; the trails of the others are told why not."""
    left = []
    for candidate in standing:
        trail = trails[candidate.name]
        if trail.out != FAILED and certain(pooled(trail.told, rows)):
            trail.out = TOLD
        if trail.out == LAST:
            left.append(candidate)
    bounds = {}
    for candidate in left:
        mean, half = corrected_interval(trails[candidate.name].gains, n_train, n_test)
        half = np.inf if half is None else half
        bounds[candidate.name] = mean - half, mean + half
    left.sort(key=lambda candidate: -trails[candidate.name].mean)
    if not any(high > 0 for _, high in bounds.values()):
        for candidate in left:
            trails[candidate.name].out = NO_GAIN
        return []
    least = max(low for low, _ in bounds.values())
    kept = [each for each in left[: -(-len(left) // 2)] if bounds[each.name][1] >= least]
    for candidate in left:
        if candidate not in kept:
            trails[candidate.name].out = BEHIND
    return kept
