"""Layers applied in the precision of their rows: float64 on a walk, whatever their weights are."""

from torch import Tensor, nn
from torch.nn import functional


def linear(layer: nn.Linear, rows: Tensor) -> Tensor:
    """Rows (n, in) -> (n, out), in the type of the rows."""
    return functional.linear(rows, *_weights(layer, rows))


def convolved(layer: nn.Conv1d, rows: Tensor) -> Tensor:
    """Rows (n, in, places) -> (n, out, places), in the type of the rows."""
    return functional.conv1d(rows, *_weights(layer, rows), padding=layer.padding)


def _weights(layer: nn.Linear | nn.Conv1d, rows: Tensor) -> tuple[Tensor, Tensor | None]:
    return layer.weight.to(rows.dtype), None if layer.bias is None else layer.bias.to(rows.dtype)
