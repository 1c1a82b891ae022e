"""Row scale: a network sees rows divided by their root mean square, and its answer is multiplied by it again."""

from collections.abc import Callable

from torch import Tensor

Apply = Callable[..., Tensor]
"""(rows (..., n, d), levels (..., n), switch or None) -> rows (..., n, d): a network, or one within a row scale."""

SMALLEST = 1e-12
"""Mean square that a row of zeros is taken to have: nothing is divided by 0, and the root has a gradient."""


def row_scaled(net: Apply) -> Apply:
    """Apply it as s f(x / s, t, z), s the root mean square of a row: the answer to a row c x is c times that to x.

    A sparse spectrum has a root mean square of some hundredths, so that what a layer makes of the row would vanish
    beside what it makes of the time. Its prime image has the same, an orthogonal matrix keeping it.

    Example:
        >>> import torch
        >>> row_scaled(lambda x, t, z=None: x + 1)(torch.tensor([[3.0, 3.0], [0.5, 0.5]]), torch.zeros(2))
        tensor([[6., 6.],
                [1., 1.]])
    """

    def apply(x: Tensor, t: Tensor, z: Tensor | None = None) -> Tensor:
        size = (x.square().mean(-1, keepdim=True) + SMALLEST).sqrt()
        return net(x / size, t, z) * size

    return apply
