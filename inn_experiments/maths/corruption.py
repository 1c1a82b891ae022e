"""Corruption: what the config group `sampling` chooses; always x_t = alpha * x + sigma * noise.

Every corruption returns the noise that it added, so that each parameterization's target is right by
construction. A corruption is first given the training rows (`fit`), then called on any rows x (n, d) of classes
y (n,) with the levels t (n,) in 1..T that they are corrupted to; its `nominal` (alpha, sigma) are (n, 1) each.
"""

import torch
from torch import Generator, Tensor

from inn_experiments.contracts import Corrupted, Schedule, UserError
from inn_experiments.maths.partners import Partners


class Gaussian:
    """noise ~ N(0, I); alpha and sigma from the schedule (paper, equation 15)."""

    def fit(self, x: Tensor, y: Tensor, schedule: Schedule, classes: tuple[str, ...]) -> None:
        """Take what later calls need: here only the schedule."""
        self.steps = schedule.steps
        self.alpha, self.sigma = (part.float() for part in schedule.levels())

    def nominal(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """The schedule's, which are exact for this corruption."""
        return self.alpha[t][..., None], self.sigma[t][..., None]

    def __call__(self, x: Tensor, y: Tensor, t: Tensor, generator: Generator, index: Tensor | None = None) -> Corrupted:
        """Corrupt x; y and index are not needed here."""
        alpha, sigma = self.nominal(t)
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        return Corrupted(alpha * x + sigma * noise, t, alpha, sigma, noise)


class Multiplicative:
    """x_t = max(x * e, 0), e ~ N(1, (i + 1)/(2n)) at level i of n (equation 5): zeros stay zero; for spectra."""

    def fit(self, x: Tensor, y: Tensor, schedule: Schedule, classes: tuple[str, ...]) -> None:
        """Take the number of levels; raises UserError where intensities are negative."""
        lowest = float(x.min())
        if lowest < 0:
            raise UserError(
                f"sampling=multiplicative needs intensities >= 0, but the smallest training value is {lowest:.4g}; "
                "use data.scaling=base_peak on spectra, or sampling=gaussian|convex"
            )
        self.steps = schedule.steps

    def nominal(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """(1, 1): the noise x * (e - 1) is added at full weight."""
        return torch.ones(*t.shape, 1), torch.ones(*t.shape, 1)

    def __call__(self, x: Tensor, y: Tensor, t: Tensor, generator: Generator, index: Tensor | None = None) -> Corrupted:
        """Corrupt x >= 0; y and index are not needed here."""
        deviation = (t.to(x.dtype)[:, None] / (2 * self.steps)).sqrt()
        factor = 1 + deviation * torch.randn(x.shape, generator=generator, dtype=x.dtype)
        x_t = (x * factor).clamp(min=0)
        return Corrupted(x_t, t, *self.nominal(t), x_t - x)


class Convex:
    """x_t = (1 - lam) x + lam x_j, x_j another training row of the same class, lam ~ U(0, t/T) (4, 10)."""

    def fit(self, x: Tensor, y: Tensor, schedule: Schedule, classes: tuple[str, ...]) -> None:
        """Sort the training rows (n, d) by class; a class with one row has no partner and is a UserError."""
        self.steps, self.classes = schedule.steps, classes
        # Rows stay where they are: a sorted copy of them might be the largest thing in memory.
        self.rows, self.partners = x, Partners(y, len(classes))
        for label in torch.nonzero(self.partners.count == 1).flatten().tolist():
            raise UserError(
                f"sampling=convex needs two training rows of every class, but class {classes[label]!r} has 1; "
                "add rows of it, leave the class out, or use another sampling"
            )

    def nominal(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """(1 - lam, lam) at the mean mixing weight lam = t/(2T) of level t."""
        lam = t.float()[..., None] / (2 * self.steps)
        return 1 - lam, lam

    def __call__(self, x: Tensor, y: Tensor, t: Tensor, generator: Generator, index: Tensor | None = None) -> Corrupted:
        """Mix x with training rows of the same classes; raises UserError for a class without any.

        `index` (n,) says which training rows x are, so that none is mixed with itself; None: they are none.
        """
        count = self.partners.count[y]
        if not count.all():
            name = self.classes[int(y[count == 0][0])]
            raise UserError(
                f"sampling=convex: class {name!r} has no training row to mix with; give it at least two, or leave it "
                "out"
            )
        noise = self.rows[self.partners(y, generator, index)]
        top = t.to(x.dtype)[:, None] / self.steps
        lam = torch.rand(len(x), 1, generator=generator, dtype=x.dtype) * top
        return Corrupted((1 - lam) * x + lam * noise, t, 1 - lam, lam, noise)
