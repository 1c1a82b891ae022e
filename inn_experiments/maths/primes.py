"""Prime space: a fixed, class-specific, noise-like image of every clean row (paper, Section 5.2)."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import Tensor

from inn_experiments.contracts.seeding import child_seed


@dataclass
class Orthogonal:
    """prime(x, c) = Q_c x with a seeded orthogonal Q_c: keeps the norm, and its exact inverse is known.

    `matrix_seed` fixes every Q_c; it is not the run's seed, so that seeds share their targets.
    """

    linear: ClassVar[bool] = True

    matrix_seed: int = 0
    _matrices: dict[tuple[int, int], Tensor] = field(default_factory=dict, init=False, repr=False)

    def matrix(self, label: int, features: int) -> Tensor:
        """Q_c (d, d) float64 for class `label`: the Q of a Gaussian matrix, signs fixed, so Haar distributed."""
        key = (label, features)
        if key not in self._matrices:
            generator = torch.Generator().manual_seed(child_seed(self.matrix_seed, f"prime/{label}"))
            gauss = torch.randn(features, features, generator=generator, dtype=torch.float64)
            q, r = torch.linalg.qr(gauss)
            self._matrices[key] = q * torch.sign(torch.diagonal(r))
        return self._matrices[key]

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        """The prime images (n, d) of rows x (n, d) with labels y (n,)."""
        return _class_by_class(x, y, lambda rows, label: rows @ self.matrix(label, x.shape[1]).to(x.dtype).T)

    def undo(self, prime: Tensor, y: Tensor) -> Tensor:
        """The clean rows that have these prime images: Q_c^T p."""
        return _class_by_class(prime, y, lambda rows, label: rows @ self.matrix(label, prime.shape[1]).to(prime.dtype))


class Catalogue:
    """The ten published patterns, cycled over the classes (class c takes pattern c mod 10)."""

    linear: ClassVar[bool] = False

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        """The prime images (n, d) of rows x (n, d) with labels y (n,)."""
        return _class_by_class(x, y, lambda rows, label: _pattern(rows, label % 10))


def _class_by_class(x: Tensor, y: Tensor, image: Callable[[Tensor, int], Tensor]) -> Tensor:
    out = torch.empty_like(x)
    for label in torch.unique(y).tolist():
        out[y == label] = image(x[y == label], label)
    return out


def _pattern(x: Tensor, number: int) -> Tensor:
    d = x.shape[1]
    patterns = {
        0: lambda: -x,
        1: lambda: x.roll(d // 4, 1),
        2: lambda: -0.8 * x,
        3: lambda: x.flip(1),
        4: lambda: x + torch.sin(2 * math.pi * torch.arange(d, dtype=x.dtype) / d),
        5: lambda: 1.5 * x - 1,
        6: lambda: x.roll(-(d // 4), 1),
        7: lambda: x.abs() - 2,
        8: lambda: x.sign() * x.abs().pow(1.5).clamp(max=5),
        9: lambda: torch.cos(math.pi * x / 5) + 1,
    }
    return patterns[number]()
