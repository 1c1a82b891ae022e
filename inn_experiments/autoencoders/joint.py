"""One autoencoder over whole 2-D records: the control for what the sequential one assumes of them."""

from dataclasses import dataclass

from torch import Tensor

from inn_experiments.autoencoders.transformers import Transformers
from inn_experiments.contracts import PositiveInt, Rows


@dataclass(eq=False)
class Joint(Transformers):
    """Records (m, n) -> d^2 numbers at once: nothing is assumed about retention and drift, as it is in `Sequential`.

    It is the autoencoder on the entire image that the second source argues against (Section II.B).

    Equal to `Sequential`: the latent's size, the kind of network with its width and blocks, the loss, the
    optimiser and what an epoch is: every training example once. Not equal: examples are records, of which there
    are m times fewer than drift series, and none is left out; so an epoch is far fewer steps, and the defaults of
    batch and epochs give each autoencoder what it needs until its error is flat. The linear layers between tokens
    and latent hold 2 (m width) d^2 weights, many times the parameters of both pairs there.

    Args:
        patch: numbers of a token of the flattened record, None for one retention time's drift series.
    """

    patch: PositiveInt | None = None
    epochs: PositiveInt = 200
    batch: PositiveInt = 32

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
        m, n = self._sides()
        self._pair("records", m * n, self.latent**2, self.patch or n, self.about.bounded, seed)
        self._learn("records", train.x, val.x, seed)

    def _encode(self, x: Tensor) -> Tensor:
        return self._use("records/encoder", x)

    def _decode(self, z: Tensor) -> Tensor:
        return self._use("records/decoder", z)
