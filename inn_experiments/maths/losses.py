"""Divergences between a predicted batch and the real rows, all differentiable, all 0 at equality.

A loss object is first given the training rows (`fit`), then called on predictions (n, d); it returns a
scalar per feature, so that one weight means the same for 40 and for 1,841 features.
"""

import torch
from torch import Tensor, nn

from inn_experiments.contracts.limits import NonNegative, Positive, SeveralInt, Share


class Mse(nn.Module):
    """Reconstruction alone: no divergence is added."""

    weight = 0.0

    def fit(self, x: Tensor) -> None:
        """Nothing is needed."""

    def forward(self, prediction: Tensor) -> Tensor:
        """0."""
        return prediction.new_zeros(())


class Divergence(nn.Module):
    """A distance of predictions from the training rows, with its `weight` beside the reconstruction."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self.weight = weight

    def distance(self, prediction: Tensor) -> Tensor:
        """The scalar for predictions (n, d) in float32 or more."""
        raise NotImplementedError

    def forward(self, prediction: Tensor) -> Tensor:
        """The distance of predictions (n, d), in float32 also where the network around it computes in less.

        A covariance or a histogram of bfloat16 numbers has two correct digits.
        """
        with torch.autocast(prediction.device.type, enabled=False):
            return self.distance(prediction.to(torch.promote_types(prediction.dtype, torch.float32)))


class Fid(Divergence):
    """Frechet distance between Gaussian fits, |m - m_r|^2 + tr(C + C_r - 2 (C_r^1/2 C C_r^1/2)^1/2), over d.

    `shrinkage` is the share of the isotropic part mixed into both covariances, so that a batch smaller than d is no
    trouble.
    """

    def __init__(self, weight: NonNegative = 1.0, shrinkage: Share = 0.05) -> None:
        super().__init__(weight)
        self.shrinkage = shrinkage

    def fit(self, x: Tensor) -> None:
        """Fit the real side once on the training rows (n, d)."""
        mean, covariance = _gaussian_fit(x.double(), self.shrinkage)
        values, vectors = torch.linalg.eigh(covariance)
        root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
        for name, real in {"mean": mean, "root": root, "trace": covariance.trace()}.items():
            self.register_buffer(name, real.to(x.dtype), persistent=False)

    def distance(self, prediction: Tensor) -> Tensor:
        """The distance of the predictions (n, d) from the fitted rows, divided by d."""
        mean, covariance = _gaussian_fit(prediction, self.shrinkage)
        inner = self.root @ covariance @ self.root
        values = torch.linalg.eigvalsh((inner + inner.T) / 2)
        # The square root has no gradient at 0; the floor is far below what shrinkage leaves.
        cross = values.clamp(min=1e-10).sqrt().sum()
        distance = (mean - self.mean).pow(2).sum() + covariance.trace() + self.trace - 2 * cross
        return distance / prediction.shape[1]


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
        self.register_buffer("low", low - margin, persistent=False)
        self.register_buffer("width", (high - low + 2 * margin) / (self.bins - 1), persistent=False)
        self.register_buffer("real", self.histogram(x), persistent=False)

    def histogram(self, x: Tensor) -> Tensor:
        """(d, bins): each value is shared linearly between its two nearest bin centres; rows sum to 1."""
        place = ((x - self.low) / self.width).clamp(0, self.bins - 1)
        below = place.detach().floor().clamp(max=self.bins - 2)
        share = place - below
        slot = below.long().T + self.bins * torch.arange(x.shape[1], device=x.device)[:, None]
        flat = x.new_zeros(x.shape[1] * self.bins)
        flat = flat.index_add(0, slot.flatten(), (1 - share).T.flatten())
        flat = flat.index_add(0, slot.flatten() + 1, share.T.flatten())
        histogram = flat.view(x.shape[1], self.bins) / len(x) + self.floor
        return histogram / histogram.sum(1, keepdim=True)

    def distance(self, prediction: Tensor) -> Tensor:
        """KL(real || predicted), averaged over the features, of predictions (n, d)."""
        predicted = self.histogram(prediction)
        return (self.real * (self.real / predicted).log()).sum(1).mean()


def _gaussian_fit(x: Tensor, shrinkage: float) -> tuple[Tensor, Tensor]:
    mean = x.mean(0)
    centred = x - mean
    # A last batch of one row has no spread: its covariance counts as 0.
    covariance = centred.T @ centred / max(len(x) - 1, 1)
    # Mixing in the mean variance times the identity keeps the trace and lifts every eigenvalue off zero.
    isotropic = covariance.diagonal().mean() * torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
    return mean, (1 - shrinkage) * covariance + shrinkage * isotropic
