"""What a diffusion's network says of the gradient of the log density, beside the exact gradient of a known mixture."""

from dataclasses import dataclass

import numpy as np
import scipy

from inn_experiments.contracts import (
    Findings,
    Measure,
    Mixture,
    Number,
    PositiveInt,
    Scoring,
    Split,
    Subject,
    UserError,
)
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.claims import mean
from inn_experiments.measures.numbers.intervals import mean_interval

SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Levels that are told one by one, as shares of all of them."""

MOST = 300
"""States that are compared with every training row at a level."""


@dataclass
class Score(Measure):
    """Whether a diffusion "learns the score function" (Inverse Diffusion, 2), of states whose density is known.

    Where rows are an equal mixture of N(m_k, s^2 I), states alpha x + sigma noise are one of N(alpha m_k, v I) with
    v = alpha^2 s^2 + sigma^2: their score is sum_k w_k (alpha m_k - x_t) / v, w_k the posterior share of k. The
    network's is -noise / sigma of the noise that it sees, in any parameterization. States are drawn from the mixture,
    so that means over them are weighted by the true density. Errors are relative squared ones,
    E|network - exact|^2 / E|exact|^2: a score of zero has 1. Their `chance` is the score of one Gaussian with the
    mixture's mean and covariance: the best that a linear function does. `remembered` stands beside them, the exact
    score of the training rows with noise: what a network would say that knows these by heart.

    Args:
        rows: states that are drawn at each level.
    """

    rows: PositiveInt = 5000

    def check(self, split: Split, *, seed: int) -> None:
        """Raise UserError where the density of the rows is not known."""
        if not isinstance(split.manifold, Mixture) or not split.manifold.noise:
            raise UserError(
                f"claims=score: the density of rows of {split.name} is not known; it takes a mixture of Gaussians with "
                "noise, data=two_clusters, or choose claims=none"
            )

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """Errors and cosines by level, and over all levels; raises UserError for a synthesizer without a network."""
        synthesizer, split = subject.synthesizer, subject.split
        if not isinstance(synthesizer, Scoring):
            raise UserError("claims=score asks a diffusion's network; choose generator=diffusion, or claims=none")
        points, noise = exact_mixture(synthesizer, split)
        alphas, top = synthesizer.signal(), len(synthesizer.signal()) - 1
        told = {max(1, round(share * top)) for share in SHARES}
        y = np.full(self.rows, split.train.y[0])
        found, every = [], []
        for t in range(1, top + 1):
            alpha, sigma = float(alphas[t]), float(np.sqrt(1 - alphas[t] ** 2))
            rng = np.random.default_rng(child_seed(seed, f"score/{t}"))
            x = points[rng.integers(len(points), size=self.rows)] + noise * rng.normal(
                size=(self.rows, points.shape[1])
            )
            states = alpha * x + sigma * rng.normal(size=x.shape)
            exact = mixture_score(states, alpha * points, alpha**2 * noise**2 + sigma**2)
            plain = gaussian_score(states, points, noise, alpha, sigma)
            # Float32 is all that the network reads.
            seen = synthesizer.score(states.astype(np.float32), t, y)
            # The weight that training by the noise has (Ho et al., equation 14).
            every.append(
                [sigma**2 * part for part in (_squares(seen - exact), _squares(plain - exact), _squares(exact))]
            )
            if t in told:
                name, text = f"{t:03d}", f"x_{t}, alpha {alpha:.2g}"
                found += at_level(name, text, seen, plain, exact)
                few = slice(MOST)
                heart = mixture_score(states[few], alpha * synthesizer.standardised(split.train.x), sigma**2)
                squares = (_squares(part) for part in (heart - exact[few], plain[few] - exact[few], exact[few]))
                found += _relative(f"remembered_{name}", text, *squares, who="the training rows' score")
        error, chance, size = (np.concatenate(part) for part in zip(*every, strict=True))
        return Findings([*_relative("error", "all levels, weighted by sigma^2", error, chance, size), *found])


def exact_mixture(synthesizer: Scoring, split: Split) -> tuple[np.ndarray, float]:
    """The mixture's points (k, d) and its deviation in the units that noise is added in."""
    points = np.asarray(split.manifold.points, np.float64)
    moved = [synthesizer.standardised(split.scaling.apply(part)) for part in (points, points + split.manifold.noise)]
    return moved[0], float(np.mean(moved[1] - moved[0]))


def mixture_score(x: np.ndarray, means: np.ndarray, variance: float) -> np.ndarray:
    """Gradient (n, d) of the log density at x (n, d) of an equal mixture of N(means (k, d), variance I)."""
    away = means[None] - x[:, None]
    share = scipy.special.softmax(-(away**2).sum(axis=2) / (2 * variance), axis=1)
    return (share[:, :, None] * away).sum(axis=1) / variance


def gaussian_score(x: np.ndarray, points: np.ndarray, noise: float, alpha: float, sigma: float) -> np.ndarray:
    """The same of the one Gaussian that has the mean and covariance of the states."""
    centre, d = points.mean(axis=0), points.shape[1]
    spread = (points - centre).T @ (points - centre) / len(points) + noise**2 * np.eye(d)
    return np.linalg.solve(alpha**2 * spread + sigma**2 * np.eye(d), (alpha * centre - x).T).T


def at_level(name: str, text: str, seen: np.ndarray, plain: np.ndarray, exact: np.ndarray) -> list[Number]:
    """The relative error at one level, and the cosine of the network's score with the exact one."""
    squares = (_squares(seen - exact), _squares(plain - exact), _squares(exact))
    cosines, linear = (_cosines(part, exact) for part in (seen, plain))
    found = _relative(f"error_{name}", text, *squares)
    told = f"cosine with the exact score at {text}; chance: one Gaussian"
    return found + mean(
        f"score/cosine_{name}", told, *mean_interval(cosines), chance=float(linear.mean()), n=len(cosines)
    )


def _relative(
    name: str, text: str, error: np.ndarray, chance: np.ndarray, size: np.ndarray, who: str = "the score"
) -> list[Number]:
    ratio = error.mean() / size.mean()
    # A ratio of paired means, to first order in their errors.
    half = mean_interval(error - ratio * size)[1]
    half = None if half is None else half / size.mean()
    told = f"relative squared error of {who} at {text}; zero: 1; chance: one Gaussian"
    return mean(f"score/{name}", told, ratio, half, chance=float(chance.mean() / size.mean()), n=len(error))


def _squares(rows: np.ndarray) -> np.ndarray:
    return (rows**2).sum(axis=1)


def _cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(axis=1) / np.maximum(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1), 1e-300)
