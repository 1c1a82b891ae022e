"""One autoencoder over whole 2-D records: the control for what the sequential one assumes of them."""

from __future__ import annotations

from torch import Tensor

from inn_experiments.autoencoders.normalisation import Kind
from inn_experiments.autoencoders.transformers import Transformers
from inn_experiments.contracts import Rows
from inn_experiments.contracts.limits import Positive, PositiveInt
from inn_experiments.nets.series import Width
from inn_experiments.training.trainer import Trainer


class Joint(Transformers):
    """Records (m, n) -> d^2 numbers at once: nothing is assumed about retention and drift, as it is in `Sequential`.

    It is the autoencoder on the entire image that the second source argues against (Section II.B).

    Equal to `Sequential`: the latent's size, the kind of network with its width and blocks, the loss, the
    optimiser and what an epoch is: every training example once. Not equal: examples are records, of which there
    are m times fewer than drift series, and none is left out; so an epoch is far fewer steps, and the defaults of
    batch and epochs give each autoencoder what it needs until its error is flat. The linear layers between tokens
    and latent hold 2 (m width) d^2 weights, many times the parameters of both pairs there.

    Args:
        trainer, width, blocks, epochs, batch, learning_rate, normalise: as in `Transformers`.
        latent: d.
        patch: numbers of a token of the flattened record, None for one retention time's drift series.
    """

    def __init__(
        self,
        trainer: Trainer,
        latent: PositiveInt = 16,
        patch: PositiveInt | None = None,
        width: Width = 32,
        blocks: PositiveInt = 1,
        epochs: PositiveInt = 200,
        batch: PositiveInt = 32,
        learning_rate: Positive = 1e-3,
        normalise: Kind = "scalar",
    ) -> None:
        super().__init__(trainer, latent, epochs, batch, learning_rate, width, blocks, normalise)
        self.patch = patch

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
        m, n = self._sides()
        self._pair("records", m * n, self.latent**2, self.patch or n, self.about.bounded, seed)
        self._learn("records", train.x, val.x, seed)

    def _encode(self, x: Tensor) -> Tensor:
        return self._use("records/encoder", x)

    def _decode(self, z: Tensor) -> Tensor:
        return self._use("records/decoder", z)
