"""Gauss-Newton refinement of an approximate inverse: x <- x + J+ (y - f(x)), row by row, damped."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import jacrev, vmap


def refine(
    function: Callable[[Tensor], Tensor], y: Tensor, start: Tensor, steps: int, damping: float = 1e-2, chunk: int = 250
) -> Tensor:
    """Rows x (n, d) with |function(x) - y| no larger than at `start`, after `steps` Gauss-Newton steps.

    The Jacobian's pseudo-inverse is regularised (Levenberg-Marquardt): J+ = J^T (J J^T + lam I)^-1, with lam
    relative to the mean of diag(J J^T) and `damping` at first. A row's step is taken only if its residual falls; then
    its lam falls by 10, otherwise it rises by 10, so no row ever gets worse.

    `function` maps rows (n, d) to rows (n, m), each row on its own, as the targets y (n, m) are; `chunk` rows are
    refined at a time.
    """
    if len(y) > chunk:
        pairs = zip(y.split(chunk), start.split(chunk), strict=True)
        return torch.cat([refine(function, *pair, steps, damping, chunk) for pair in pairs])
    x, jacobian = start, vmap(jacrev(lambda row: function(row[None])[0]))
    lam = torch.full((len(x), 1, 1), damping, dtype=x.dtype)
    residual = y - function(x)
    size = residual.norm(dim=1)
    identity = torch.eye(y.shape[1], dtype=x.dtype)
    for _ in range(steps):
        j = jacobian(x)
        gram = j @ j.transpose(1, 2)
        scale = gram.diagonal(dim1=1, dim2=2).mean(1)[:, None, None].clamp(min=1e-30)
        dual = torch.linalg.solve(gram + lam * scale * identity, residual[:, :, None])
        trial = x + (j.transpose(1, 2) @ dual)[:, :, 0]
        trial_residual = y - function(trial)
        trial_size = trial_residual.norm(dim=1)
        better = trial_size < size
        x = torch.where(better[:, None], trial, x)
        residual = torch.where(better[:, None], trial_residual, residual)
        size = torch.where(better, trial_size, size)
        lam = torch.where(better[:, None, None], lam / 10, lam * 10).clamp(1e-12, 1e6)
    return x
