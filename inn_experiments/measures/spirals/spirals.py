"""What Kulkarni et al. (Section 3) say of diffusion in the plane, as numbers: where points end, and how."""

import warnings
from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import Diffusing, Findings, Measure, Number, Paths, Split, Subject, UserError
from inn_experiments.contracts.limits import SeveralInt
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.spirals import statements

MOMENTS = (("first", 1.0), ("three_quarters", 0.75), ("half", 0.5), ("quarter", 0.25))
"""States on the way back at which the nearest place is asked for: name, share of the levels still to go."""

# A sampler whose paths from one start end closer together than this, in normalised units, adds no noise.
IDENTICAL = 1e-3


@dataclass
class Spirals(Measure):
    """Three statements of Kulkarni et al. about points of the plane in a diffusion, beside chance.

    Restored points end at the place nearest to their noise and not where they were; paths that start at
    (0, 0) end at either of two places with equal probability; steps shrink with time.

    Args:
        points: test rows that are diffused and restored.
        paths: that start at (0, 0).
    """

    points: SeveralInt = 1000
    paths: SeveralInt = 2000

    def check(self, split: Split, *, seed: int) -> None:
        """Raise UserError where rows are not points of the plane about a known manifold."""
        if split.manifold is None or split.features != 2:
            raise UserError(
                f"claims=spirals: rows of {split.name} have {split.features} values and "
                f"{'no' if split.manifold is None else 'a'} known manifold, but it takes points of the plane "
                "about one: data=swiss_roll or data=two_clusters, or choose claims=none"
            )

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """The statements as numbers, and the paths that their figures show.

        Warns where the sampler adds no noise or takes too few steps, and leaves out what cannot be measured then.
        Raises UserError where the synthesizer cannot be watched, or its states are not finite.
        """
        synthesizer, split = subject.synthesizer, subject.split
        if not isinstance(synthesizer, Diffusing):
            raise UserError("claims=spirals watches a diffusion; choose generator=diffusion, or claims=none")
        rng = np.random.default_rng(child_seed(seed, "spirals/points"))
        rows = split.test.take(np.sort(rng.permutation(len(split.test))[: self.points]))
        levels, forward = synthesizer.diffuse(rows.x, seed=child_seed(seed, "spirals/forward"))
        back_levels, back = synthesizer.reverse(forward[-1], rows.y, seed=child_seed(seed, "spirals/reverse"))
        labels = rng.choice(split.test.y, self.paths)
        origin = np.zeros((self.paths, 2), np.float32)
        _, centre = synthesizer.reverse(origin, labels, seed=child_seed(seed, "spirals/centre"))
        forward_file, back_file, centre_file = (_in_file(split, states) for states in (forward, back, centre))
        alphas = np.asarray(synthesizer.signal(), np.float64)[np.asarray(back_levels, dtype=int)]
        still = bool(np.ptp(centre[-1], axis=0).max() < IDENTICAL)
        fresh = np.zeros(len(alphas) - 1) if still else synthesizer.freshness()
        deviations = statements.noise_deviations(alphas, centre_file[1], fresh)

        place = split.manifold.project(forward_file[0])[1]
        found = _ends(split, place, back, back_levels, alphas, seed)
        if still:
            _warn(
                "the sampler adds no noise, so all paths from (0, 0) are one and cannot be counted; sampler=ddpm with "
                "a sampler.variance above 0 does, or sampler.eta above 0"
            )
        elif len(np.unique(_place(split, split.train.x)[1])) == 2:
            found += _either(synthesizer, split, centre[-1], labels, seed)
        if len(deviations) < statements.PARTS:
            _warn(
                f"{len(deviations)} steps are too few to compare their first with their last fifth; give "
                f"sampler.steps={statements.PARTS} or more"
            )
        else:
            lengths = statements.step_lengths(back_file if still else centre_file)
            found += statements.shrinking(lengths, deviations, child_seed(seed, "spirals/noise"))
        lengths, noise = statements.step_lengths(centre_file).mean(axis=0), statements.mean_noise_lengths(deviations)
        return Findings(found, Paths(forward_file, back_file, levels, back_levels, place, centre_file, lengths, noise))


def _ends(
    split: Split, home: np.ndarray, back: np.ndarray, levels: np.ndarray, alphas: np.ndarray, seed: int
) -> list[Number]:
    """Where restored points end whose places (n,) were `home`, from their states (k+1, n, 2) on the way back."""
    near, top = split.manifold.near, int(levels[0])
    drawn, (distances, last) = _place(split, back[0])[1], _place(split, back[-1])

    def agreement(key: str, text: str, first: np.ndarray) -> list[Number]:
        return statements.agreement(key, text, first, last, near, child_seed(seed, f"spirals/{key}"))

    found = agreement("home", "points that end where they were", home)
    found += agreement("nearest_drawn", f"points that end at the place nearest to x_{top}, as drawn", drawn)
    text = f"more often nearest to x_{top}, as drawn, than where they were"
    there, at_home = (statements.same_place(first, last, near) for first in (drawn, home))
    found += statements.difference("nearest_over_home", text, there, at_home)
    for name, part in MOMENTS:
        index = int(np.argmin(np.abs(np.asarray(levels) - part * top)))
        # The manifold shrinks by alpha on its way into the noise: nearest on that, not on the one at level 0.
        grown = np.asarray(back[index], np.float64) / max(alphas[index], 1e-6)
        text = f"points that end at the place nearest to x_{int(levels[index])} on the shrunk manifold"
        found += agreement(f"nearest_{name}", text, _place(split, grown)[1])
    real = split.test if split.fresh is None else split.fresh
    fresh, train = (_place(split, rows.x)[0] for rows in (real, split.train))
    return [*found, *statements.off_manifold(distances, fresh, train)]


def _either(synthesizer: Diffusing, split: Split, centre: np.ndarray, labels: np.ndarray, seed: int) -> list[Number]:
    """Which of two places paths from (0, 0) end at (n, 2), and, as the control, paths that start off it."""
    second = _place(split, split.train.x)[1] > 0.5
    towards = split.train.x[second].mean(axis=0) - split.train.x[~second].mean(axis=0)
    start = np.repeat((towards / np.linalg.norm(towards))[None], len(labels), axis=0).astype(np.float32)
    _, moved = synthesizer.reverse(start, labels, seed=child_seed(seed, "spirals/moved"))
    at, ends = _place(split, centre)[1], _place(split, _checked(moved)[-1])[1]
    found = statements.second_place("second_place", "paths from (0, 0) that end at the second place", at)
    text = "paths from one unit nearer to the second place that end there"
    return found + statements.second_place("second_place_moved", text, ends)


def _place(split: Split, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance (n,) and nearest place (n,) of points (n, 2) in the units of rows."""
    return split.manifold.project(split.scaling.undo(points))


def _in_file(split: Split, states: np.ndarray) -> np.ndarray:
    """States (k, n, 2) in the units of the file."""
    return split.scaling.undo(_checked(states).reshape(-1, states.shape[-1])).reshape(states.shape)


def _checked(states: np.ndarray) -> np.ndarray:
    broken = ~np.isfinite(states).all(axis=(0, 2))
    if broken.any():
        raise UserError(
            f"claims=spirals: {broken.sum()} of {len(broken)} paths of the generator have NaN or infinity; "
            "a lower learning rate is the usual cure"
        )
    return states


def _warn(text: str) -> None:
    warnings.warn(f"claims=spirals: {text}", UserWarning, stacklevel=3)
