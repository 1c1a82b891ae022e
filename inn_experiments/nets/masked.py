"""Masked linear layers: one square matrix over the blocks of a state, of which a pattern keeps some blocks.

A block that the mask closes is not stored at all: it is exactly zero for ever, gets no gradient, costs no
multiplication and does not count as a parameter.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from inn_experiments.contracts import UserError, child_seed


def block_mask(
    pattern: str, blocks: int, applications: int, *, density: float = 0.5, bandwidth: int = 1, seed: int = 0
) -> Tensor:
    """Which blocks of the masked matrix may carry weights: bool (blocks, blocks), rows are targets.

    `mlp` opens the sub-diagonal, `band` all blocks at most `bandwidth` from the diagonal, `dense` all, `random` each
    block with probability `density` and, on top, one random path of `applications` steps from the first block to
    the last, so that the input always reaches the output. Paper, Section 2.1. Raises UserError for an unknown
    pattern and for density or bandwidth out of range.
    """
    target, source = np.indices((blocks, blocks))
    if pattern == "mlp":
        mask = target == source + 1
    elif pattern == "band":
        if bandwidth < 1:
            raise UserError(f"network.bandwidth must be at least 1, got {bandwidth}")
        mask = abs(target - source) <= bandwidth
    elif pattern == "dense":
        mask = np.ones((blocks, blocks), dtype=bool)
    elif pattern == "random":
        if not 0 < density <= 1:
            raise UserError(f"network.density must lie in (0, 1], got {density}")
        generator = np.random.default_rng(child_seed(seed, "block mask"))
        mask = generator.random((blocks, blocks)) < density
        path = [0, *generator.integers(0, blocks, applications - 1), blocks - 1]
        mask[path[1:], path[:-1]] = True
    else:
        raise UserError(f"network.pattern must be mlp, random, band or dense, got {pattern!r}")
    return torch.from_numpy(mask)


def needed_blocks(mask: Tensor, applications: int) -> list[list[int]]:
    """The blocks that count before and after each application, if only the last block is read at the end.

    mask: bool (blocks, blocks). Element i of the result holds the blocks of state i that can still reach the output;
    state 0 is the input, whose blocks are zero except the first. Where no path of `applications` steps leads from
    there to the output, that is a UserError.
    """
    needed = [[len(mask) - 1]]
    for _ in range(applications):
        needed.append(mask[needed[-1]].any(dim=0).nonzero().flatten().tolist())
    if 0 not in needed[-1]:
        raise UserError(
            f"network.applications = {applications}: the mask has no path of that many steps from the input block "
            f"to the output block. Pattern mlp needs applications = layers; band needs bandwidth * "
            "applications >= layers"
        )
    return [[0], *reversed(needed[:-1])]


def used_blocks(mask: Tensor, needed: Sequence[Sequence[int]]) -> Tensor:
    """The open blocks of `mask`, bool (blocks, blocks), that take part in at least one application."""
    used = torch.zeros_like(mask)
    for sources, targets in pairwise(needed):
        for target in targets:
            used[target, sources] |= mask[target, sources]
    return used


class MaskedLinear(nn.Module):
    """The product with a masked matrix, (M * W) z, for a state of blocks of `widths` (paper, Section 2.1; no bias).

    mask: bool (blocks, blocks), rows are targets. Weights start uniform as those of nn.Linear, with the number of
    open inputs of the row as fan-in.
    """

    def __init__(self, widths: Sequence[int], mask: Tensor) -> None:
        super().__init__()
        self.widths = list(widths)
        self.sources = [row.nonzero().flatten().tolist() for row in mask]
        self.weights = nn.ParameterDict()
        for target, sources in enumerate(self.sources):
            bound = 1 / math.sqrt(max(1, sum(self.widths[source] for source in sources)))
            for source in sources:
                weight = torch.empty(self.widths[target], self.widths[source]).uniform_(-bound, bound)
                self.weights[f"to_{target}_from_{source}"] = nn.Parameter(weight)

    def block(self, target: int, state: Mapping[int, Tensor], shift: Tensor) -> Tensor:
        """One block of (M * W) z + shift, (n, width): blocks that `state` does not hold count as zero."""
        for source in self.sources[target]:
            if source in state:
                shift = torch.addmm(shift, state[source], self.weights[f"to_{target}_from_{source}"].t())
        return shift

    def matrix(self, targets: Sequence[int], sources: Sequence[int]) -> Tensor:
        """The dense matrix of the chosen rows and columns of blocks, zeros where masked."""
        return torch.cat([torch.cat([self._dense(i, j) for j in sources], dim=1) for i in targets], dim=0)

    def _dense(self, target: int, source: int) -> Tensor:
        if source in self.sources[target]:
            return self.weights[f"to_{target}_from_{source}"]
        like = next(iter(self.weights.values()))
        return like.new_zeros(self.widths[target], self.widths[source])
