"""What the modules' trainings share: the optimiser with its falling rate, and points on curves."""

from __future__ import annotations

from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR

Curves = dict[str, tuple[list[int], list[float]]]
"""Name -> (epochs, values)."""

BETAS = 0.9, 0.999


def falling_adamw(
    net: nn.Module, learning_rate: float, weight_decay: float, epochs: int, betas: tuple[float, float] = BETAS
) -> tuple[AdamW, CosineAnnealingLR]:
    """Fused AdamW for `net`, and the learning rate falling along a cosine, once an epoch."""
    optimizer = AdamW(net.parameters(), learning_rate, betas, weight_decay=weight_decay, fused=True)
    return optimizer, CosineAnnealingLR(optimizer, T_max=epochs)


def add_point(curves: Curves, name: str, epoch: int, value: float) -> None:
    """Put `value` on the curve `name`, which begins with its first point."""
    epochs, values = curves.setdefault(name, ([], []))
    epochs.append(epoch)
    values.append(value)
