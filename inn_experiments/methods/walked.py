"""Inversion by walking the forward network backwards: what svd and explicit share (paper, 7.3 and 7.4)."""

import copy
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from inn_experiments.contracts import NaturalInt, Network, NonNegative, Plain, UserError
from inn_experiments.maths.inverses import Inverter
from inn_experiments.maths.losses import mse
from inn_experiments.maths.refine import refine
from inn_experiments.methods.base import FORWARD_DECIDED_BY, Method, Pairs, Setting, Training


@runtime_checkable
class Walkable(Protocol):
    """A network that can be walked backwards."""

    def walk_back(self, y: Tensor, t: Tensor, z: Tensor | None, inverter: Inverter) -> Tensor:
        """The input (n, d) that the network maps to y (n, d) at levels t (n,).

        It is float64 where y is. Of float32 rows, which training asks about, a network may answer in float32.
        """


class Walked(Method):
    """The forward network is trained normally; its inverse is a walk through all layers, in float64.

    Args:
        inverse_weight: weight of the walk's own error clean -> prime in the training loss (0: the paper's method).
        refine_steps: Gauss-Newton steps that improve the walk's answer, or zeros where those fit better (0: the
            paper's method).
    """

    def __init__(self, inverse_weight: NonNegative = 0.0, refine_steps: NaturalInt = 0) -> None:
        super().__init__()
        self.inverse_weight, self.refine_steps = inverse_weight, refine_steps
        self._report: list[dict[str, Plain]] = []

    def inverter(self) -> Inverter:
        """A fresh inverter, which says how one layer is undone."""
        raise NotImplementedError

    def assemble(self, network: Network, setting: Setting) -> None:
        """Build the network; raises UserError where it cannot be walked backwards."""
        super().assemble(network, setting)
        if not isinstance(self.net, Walkable):
            raise UserError(
                f"method=svd|explicit walks the network backwards, and {type(self.net).__name__} cannot be; use "
                "network=coupling, coupling_conv, square, point_unet or masked_mlp, or method=implicit|semi_implicit"
            )

    def trainings(self) -> list[Training]:
        """The forward network, trained as every method trains it unless the walk's own error has a weight."""
        if not self.inverse_weight:
            return super().trainings()
        # Where no step has a matrix to invert, svd and explicit walk alike, and learn the same.
        decisive = "method.inverse_weight" if getattr(self.net, "walks_alike", False) else "method"
        reads = (*FORWARD_DECIDED_BY, decisive)
        return [Training("walked", self.net, self.loss, self._walked_terms, reads, True)]

    def inverse(self, x: Tensor) -> Tensor:
        """Prime images (n, d) float64 of clean rows by the walk, refined where refine_steps asks for it."""
        return self.inverses(x)["inverse"]

    def inverses(self, x: Tensor) -> dict[str, Tensor]:
        """`inverse`, and with refinement also `inverse_walk`, the paper's method, from which it started."""
        walked = self.walk(x)
        if not self.refine_steps:
            return {"inverse": walked}
        forward, target = copy.deepcopy(self).double().requires_grad_(False), x.double()
        # Where a walk lost its way (a residual of 1e10), zeros are the better start.
        lost = (forward(walked) - target).norm(dim=1) > (forward(torch.zeros_like(walked)) - target).norm(dim=1)
        start = torch.where(lost[:, None], 0.0, walked).detach()
        return {"inverse": refine(forward, target, start, self.refine_steps), "inverse_walk": walked}

    @classmethod
    def decisive(cls, settings: dict[str, Plain]) -> dict[str, Plain]:
        """None where forward training is the same for every walk; the walk's own error makes it this method's."""
        weighed = settings.get("inverse_weight")
        return {name: value for name, value in settings.items() if weighed and name != "refine_steps"}

    def walk(self, x: Tensor) -> Tensor:
        """The walk alone, float64: every iteration's layers, skips and time are undone.

        Rows within [0, 1] need nothing undone for the bounds: there they are the identity.
        """
        return self._walk(x.double(), self.inverter())

    def _walk(self, state: Tensor, inverter: Inverter) -> Tensor:
        for level in reversed(self.levels(self.terminal(state))):
            state = self.net.walk_back(state, level, None, inverter)
        self._report = inverter.report()
        return state

    def conditioning(self) -> list[dict[str, Plain]]:
        """The layers of the last walk: name, shape, condition number, whether exact, implied error."""
        return self._report

    def _walked_terms(self, net: nn.Module, loss: nn.Module, pairs: Pairs) -> dict[str, Tensor]:
        """Those of the forward direction, and the walk's error clean -> prime."""
        # In the rows' own type: a network that loses nothing on the way back learns twice as fast in float32.
        inverter = self.inverter()
        inverter.records = False
        walked = self._walk(pairs.row, inverter).to(pairs.image.dtype)
        return {**self.forward_terms(net, loss, pairs), "inverse": self.inverse_weight * mse(walked, pairs.image)}
