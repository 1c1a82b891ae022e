"""Two toy splits with their manifolds, and a perfect diffusion of them: the exact denoiser."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from oracles import MixtureOracle

from inn_experiments.contracts import Rows, Split
from inn_experiments.data.scaling import Standard
from inn_experiments.data.toys.swiss_roll import END, START, project, spiral_points
from inn_experiments.maths.schedules import Linear

CENTRES = np.array([[-3.0, -2.0], [3.0, 2.0]])
BLUR = 0.5


class TwoPlaces:
    """Distance to the nearer of two centres, and which it is."""

    near = 0.5

    def project(self, points):
        distances = np.linalg.norm(np.asarray(points, np.float64)[:, None] - CENTRES, axis=2)
        return distances.min(axis=1), distances.argmin(axis=1).astype(float)


class Roll:
    """The spiral of scikit-learn."""

    near = 0.05

    def project(self, points):
        return project(points)


@dataclass
class Exact:
    """A diffusion whose network is perfect: E[x | x_t] of a mixture of Gaussians, in the units of rows.

    eta: share of the fresh noise of DDPM; asked: whether the denoiser is, or noise is all there is.
    """

    means: np.ndarray
    blur: float
    schedule: Linear
    eta: float = 1.0
    asked: bool = True

    def __post_init__(self) -> None:
        means = torch.as_tensor(self.means, dtype=torch.float64)
        covariances = self.blur**2 * torch.eye(2, dtype=torch.float64).repeat(len(means), 1, 1)
        weights = torch.full((len(means),), 1 / len(means), dtype=torch.float64)
        self.denoise = MixtureOracle(weights, means, covariances).denoiser(self.schedule)

    def signal(self):
        return self.schedule.alpha_bar().sqrt().numpy()

    def freshness(self):
        return np.ones(self.schedule.steps)

    def diffuse(self, x, *, seed):
        rng, alpha = np.random.default_rng(seed), self.signal()
        states = [np.asarray(x, np.float64)]
        for now, then in zip(alpha[1:], alpha[:-1], strict=True):
            ratio = now / then
            states.append(ratio * states[-1] + np.sqrt(1 - ratio**2) * rng.normal(size=x.shape))
        return np.arange(len(alpha)), np.stack(states)

    def reverse(self, start, y, *, seed):
        rng, alpha = np.random.default_rng(seed), self.signal()
        sigma = np.sqrt(1 - alpha**2)
        x, levels = np.asarray(start, np.float64), np.arange(len(alpha))[::-1]
        states = [x]
        for t in levels[:-1]:
            a_t, a_s, s_t, s_s = alpha[t], alpha[t - 1], sigma[t], sigma[t - 1]
            tau = self.eta * s_s / s_t * np.sqrt(1 - (a_t / a_s) ** 2)
            if self.asked:
                clean, noise = (
                    part.numpy() for part in self.denoise(torch.as_tensor(x), torch.full((len(x),), int(t)))
                )
                x = a_s * clean + np.sqrt(max(s_s**2 - tau**2, 0)) * noise
            x = x + tau * rng.normal(size=x.shape)
            states.append(x)
        return levels, np.stack(states)


def split_of(raw: dict[str, np.ndarray], manifold, name: str) -> Split:
    scaling = Standard.fit(raw["train"])
    parts = {part: Rows(scaling.apply(x), np.zeros(len(x), np.int64)) for part, x in raw.items()}
    return Split(
        **parts,
        classes=(name,),
        axis=np.arange(2.0),
        axis_name="coordinate",
        scaling=scaling,
        bounded=False,
        name=name,
        manifold=manifold,
    )


def clusters(rows: int = 600) -> Split:
    rng = np.random.default_rng(0)

    def drawn(count: int) -> np.ndarray:
        return CENTRES[rng.integers(0, 2, count)] + BLUR * rng.normal(size=(count, 2))

    # Both signs of every training row, so that (0, 0) is the middle exactly.
    half = drawn(rows // 2)
    raw = {"train": np.concatenate([half, -half]), "val": drawn(2), "test": drawn(rows), "fresh": drawn(rows)}
    return split_of(raw, TwoPlaces(), "clusters")


def exact_clusters(split: Split, eta: float = 1.0, steps: int = 40, last: float = 0.02, asked: bool = True) -> Exact:
    means, blur = split.scaling.apply(CENTRES), BLUR / split.scaling.std
    return Exact(means, blur, Linear(steps=steps, last=last), eta, asked)


def roll(rows: int = 500, noise: float = 0.3) -> Split:
    raw = {part: spiral_points(rows, noise, seed) for seed, part in enumerate(("train", "val", "test", "fresh"))}
    return split_of(raw, Roll(), "roll")


def exact_roll(split: Split, noise: float = 0.3, **schedule) -> Exact:
    # As scikit-learn draws them: evenly in the angle.
    t = np.linspace(START, END, 200)
    means = split.scaling.apply(np.stack([t * np.cos(t), t * np.sin(t)], axis=1))
    return Exact(means, noise / split.scaling.std, Linear(**{"steps": 40, **schedule}))
