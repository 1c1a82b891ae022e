"""Divergences between a predicted batch and the real rows, all differentiable, all 0 at equality.

A loss object is first given the training rows (`fit`), then called on predictions (n, d); it returns a scalar per
feature, so that one weight means the same for 40 and for 1,841 features. Their gradients are written out: around
matrices this small, the calls of automatic differentiation cost more than the mathematics. Several losses of one kind
are also one (`abreast`): of predictions (k, n, d) it returns the k distances, each from its own rows.
"""

import copy
import math
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Self

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import FunctionCtx, once_differentiable

from inn_experiments.contracts.limits import NonNegative, Positive, SeveralInt, Share

WIDE = 128
"""Rows of more features than this are compared within the span of a batch, without shrinkage."""


class _Slope(Function):
    """A distance whose gradient was found together with its value."""

    @staticmethod
    def forward(ctx: FunctionCtx, prediction: Tensor, distance: Tensor, gradient: Tensor) -> Tensor:
        ctx.save_for_backward(gradient)
        return distance

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, above: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = ctx.saved_tensors
        return above[..., None, None] * gradient, None, None


def mse(prediction: Tensor, target: Tensor) -> Tensor:
    """The mean squared difference of rows (n, d) from targets without a gradient: a scalar, or k for (k, n, d)."""
    difference = prediction.detach() - target
    gradient = difference * (2 / (difference.shape[-2] * difference.shape[-1]))
    return _Slope.apply(prediction, difference.square().mean((-2, -1)), gradient)


class Mse(nn.Module):
    """Reconstruction alone: no divergence is added."""

    weight = 0.0

    def fit(self, x: Tensor) -> None:
        """Nothing is needed."""

    def abreast(self, others: Sequence[Self]) -> Self:
        """Itself."""
        return self

    def forward(self, prediction: Tensor) -> Tensor:
        """0."""
        return prediction.new_zeros(prediction.shape[:-2])


class Divergence(nn.Module):
    """A distance of predictions from the training rows, with its `weight` beside the reconstruction."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self.weight = weight

    def abreast(self, others: Sequence[Self]) -> Self:
        """One loss for predictions (k, n, d), from this one and those of the other k - 1 sets of rows."""
        whole = copy.deepcopy(self)
        for name, _ in self.named_buffers():
            setattr(whole, name, torch.stack([getattr(one, name) for one in (self, *others)]))
        return whole

    def slope(self, prediction: Tensor) -> tuple[Tensor, Tensor]:
        """(distance, gradient) of predictions (n, d) in float32 or more: a scalar and (n, d)."""
        raise NotImplementedError

    def forward(self, prediction: Tensor) -> Tensor:
        """The distance of predictions (n, d), in float32 also where the network around it computes in less.

        A covariance or a histogram of bfloat16 numbers has two correct digits.
        """
        device = prediction.device.type
        # Asked first, since entering the context takes as long as a few products.
        full = torch.autocast(device, enabled=False) if torch.is_autocast_enabled(device) else nullcontext()
        with full:
            prediction = prediction.to(torch.promote_types(prediction.dtype, torch.float32))
            return _Slope.apply(prediction, *self.slope(prediction.detach()))


class Fid(Divergence):
    """Frechet distance between Gaussian fits, |m - m_r|^2 + tr(C + C_r - 2 (C_r^1/2 C C_r^1/2)^1/2), over d.

    `shrinkage` is the share of the isotropic part mixed into both covariances, so that a batch smaller than d is no
    trouble. Rows of more than WIDE features are not shrunk: with the centred batch B = (x - m) / sqrt(n - 1), C = B^T B
    and the last trace is that of (B C_r B^T)^1/2, which is n x n.
    """

    def __init__(self, weight: NonNegative = 1.0, shrinkage: Share = 0.05) -> None:
        super().__init__(weight)
        self.shrinkage = shrinkage

    def fit(self, x: Tensor) -> None:
        """Fit the real side once on the training rows (n, d)."""
        mean = x.double().mean(0)
        centred, features = x.double() - mean, x.shape[1]
        covariance = centred.T @ centred / max(len(x) - 1, 1)
        real = {"mean": mean, "trace": covariance.trace(), "covariance": covariance}
        if features <= WIDE:
            covariance *= 1 - self.shrinkage
            covariance.diagonal().add_(self.shrinkage * real["trace"] / features)
            values, vectors = torch.linalg.eigh(covariance)
            real["root"] = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
        for name, value in real.items():
            self.register_buffer(name, value.to(x.dtype), persistent=False)

    def slope(self, prediction: Tensor) -> tuple[Tensor, Tensor]:
        """(distance, gradient) of the predictions (n, d) from the fitted rows, both divided by d."""
        rows, features = prediction.shape[-2:]
        mean = prediction.mean(-2, keepdim=True)
        # A last batch of one row has no spread: its covariance counts as 0.
        centred, moved, scale = prediction - mean, mean - self.mean.unsqueeze(-2), 1 / max(rows - 1, 1)
        trace = centred.square().sum((-2, -1)) * scale
        cross, by_row = (self._wide if features > WIDE else self._narrow)(centred, trace, scale)
        distance = moved.square().sum((-2, -1)) + trace + self.trace - 2 * cross
        return distance / features, torch.add(by_row, moved, alpha=1 / (rows * scale)) * (2 * scale / features)

    def _narrow(self, centred: Tensor, trace: Tensor, scale: float) -> tuple[Tensor, Tensor]:
        """(tr M^1/2, half the gradient of tr C - 2 tr M^1/2 by the rows over `scale`), M = C_r^1/2 C C_r^1/2.

        With rows B about their mean and shrinkage s, M = (1 - s) scale A^T A + s tr(C)/d C_r, where A = B C_r^1/2.
        """
        share = self.shrinkage / centred.shape[-1]
        turned, isotropic = centred @ self.root, self.covariance * (share * trace)[..., None, None]
        values, vectors = torch.linalg.eigh(
            torch.add(isotropic, turned.mT @ turned, alpha=(1 - self.shrinkage) * scale)
        )
        # The square root has no gradient at 0; the floor is far below what shrinkage leaves.
        values = values.clamp_(min=1e-10)
        # Roots and a quotient round alike wherever a value stands; a power does not, and stacks would differ.
        half = vectors / values.sqrt().sqrt().unsqueeze(-2)
        inverse = half @ half.mT
        kept = 1 - share * (inverse * self.covariance).sum((-2, -1), keepdim=True)
        return values.sqrt().sum(-1), kept * centred - turned @ (inverse @ self.root * (1 - self.shrinkage))

    def _wide(self, centred: Tensor, trace: Tensor, scale: float) -> tuple[Tensor, Tensor]:
        """The same, M being (B C_r B^T) scale, with n x n matrices."""
        across = centred @ self.covariance
        values, vectors = torch.linalg.eigh(across @ centred.mT * scale)
        # What rounding leaves of directions in which the batch does not vary says nothing.
        known = values > 10 * torch.finfo(values.dtype).eps * values[..., -1:]
        roots = torch.where(known, values, 1.0).sqrt()
        half = vectors * torch.where(known, 1 / roots.sqrt(), 0.0).unsqueeze(-2)
        return torch.where(known, roots, 0.0).sum(-1), centred - half @ (half.mT @ across)


class Kl(Divergence):
    """Mean over features of KL(real || predicted) between histograms with smooth (triangular) bins.

    Each feature has `bins` over its training range with a margin, the outermost catching everything beyond; `floor`
    is added to every bin before normalising.
    """

    def __init__(self, weight: NonNegative = 1.0, bins: SeveralInt = 16, floor: Positive = 1e-3) -> None:
        super().__init__(weight)
        self.bins, self.floor = bins, floor

    def fit(self, x: Tensor) -> None:
        """Set the bins and the real histogram (d, bins) from the training rows (n, d)."""
        low, high = x.min(0).values, x.max(0).values
        margin = 0.1 * (high - low) + 1e-6
        first = self.bins * torch.arange(x.shape[1], device=x.device)
        fitted = {"low": low - margin, "width": (high - low + 2 * margin) / (self.bins - 1), "first": first}
        for name, value in fitted.items():
            self.register_buffer(name, value, persistent=False)
        self.register_buffer("real", self.histogram(x), persistent=False)
        self.register_buffer("entropy", -(self.real * self.real.log()).sum(), persistent=False)

    def histogram(self, x: Tensor) -> Tensor:
        """(d, bins): each value is shared linearly between its two nearest bin centres; rows sum to 1."""
        place = (x - self.low.unsqueeze(-2)) / self.width.unsqueeze(-2)
        # The shares of a value sum to 1, so the bins of a feature do to n (1 + bins floor).
        return self._counted(*self._shares(place)) / self._total(len(x))

    def slope(self, prediction: Tensor) -> tuple[Tensor, Tensor]:
        """(distance, gradient): KL(real || predicted), averaged over the features, of predictions (n, d)."""
        rows, features = prediction.shape[-2:]
        place = (prediction - self.low.unsqueeze(-2)) / self.width.unsqueeze(-2)
        slot, share = self._shares(place)
        counted = self._counted(slot, share)
        cross = (self.real * counted.log()).sum((-2, -1))
        distance = (features * math.log(self._total(rows)) - cross - self.entropy) / features
        # A value that moves takes from one bin what it gives to the next; outside of all bins it does not.
        by_bin, slot = (self.real / counted).flatten(-2), slot.flatten(-2)
        by_share = (by_bin.gather(-1, slot) - by_bin.gather(-1, slot + 1)).view_as(share)
        within = (place >= 0) & (place <= self.bins - 1)
        return distance, by_share * within / (features * self.width.unsqueeze(-2))

    def _shares(self, place: Tensor) -> tuple[Tensor, Tensor]:
        """Of values at places (n, d) among the bins: the lower one, of all features'; the upper one's share."""
        place = place.clamp(0, self.bins - 1)
        below = place.floor().clamp_(max=self.bins - 2)
        return below.long() + self.first.unsqueeze(-2), place - below

    def _counted(self, slot: Tensor, share: Tensor) -> Tensor:
        """The shares in each bin with n times the floor, (d, bins)."""
        *stack, rows, features = slot.shape
        flat = share.new_full((*stack, features * self.bins), rows * self.floor)
        slot, share = slot.flatten(-2), share.flatten(-2)
        flat.scatter_add_(-1, slot, 1 - share).scatter_add_(-1, slot + 1, share)
        return flat.view(*stack, features, self.bins)

    def _total(self, rows: int) -> float:
        return rows * (1 + self.bins * self.floor)
