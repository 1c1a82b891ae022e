"""The double autoencoder of 2-D records: first their drift series, then the rows of what that gives."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inn_experiments.autoencoders.transformers import Transformers
from inn_experiments.contracts import Positive, PositiveInt, Rows, Share, child_seed
from inn_experiments.nets.series import MeanMatrix


@dataclass(eq=False)
class Sequential(Transformers):
    """Records (m, n) -> intermediate matrices (m, d) -> latents (d, d), and back through both decoders.

    It is that of the second source, Section II.B.

    Autoencoder 1, `columns` in the curves, encodes every retention time's drift series of n numbers to d.
    Autoencoder 2, `rows`, encodes each of these d numbers' series over the m retention times to d, after the
    training records' mean intermediate matrix is taken away. It is trained when the first is done. So a few
    records are many examples, as far as the two directions can be described apart: autoencoder=joint is the
    control for that.

    Series in which little happens are most of a record: in training autoencoder 1 they are undersampled, see
    `undersample`. Errors on validation and test rows are over all series.

    Args:
        patch: numbers of a token, in either direction.
        low_variance: share of the drift series that counts as low in variance.
        keep: probability of each of these to be trained on.
    """

    learning_rate: Positive = 3e-3
    patch: PositiveInt = 8
    low_variance: Share = 0.5
    keep: Share = 0.2

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
        m, n = self._sides()
        self._pair("columns", n, self.latent, self.patch, self.about.bounded, seed)
        series = train.x.reshape(-1, n)
        kept = undersample(series, self.low_variance, self.keep, child_seed(seed, "undersampling"))
        self._learn("columns", series[kept], val.x.reshape(-1, n), seed)
        self._pair("rows", m, self.latent, self.patch, False, seed)
        intermediate = self._through(self._columns, train.x)
        self.networks["mean"] = MeanMatrix(m, self.latent)
        self.networks["mean"].set_units(torch.from_numpy(intermediate.mean(axis=0, dtype=np.float64)))
        self._learn("rows", self._through(self._series, train.x), self._through(self._series, val.x), seed)

    def _columns(self, x: Tensor) -> Tensor:
        """Intermediate matrices (k, m, d) of records (k, m n)."""
        m, n = self.about.shape
        return self._use("columns/encoder", x.reshape(-1, n)).reshape(len(x), m, self._d)

    def _series(self, x: Tensor) -> Tensor:
        """The d series (k d, m) of the intermediate matrices of records (k, m n)."""
        m, _ = self.about.shape
        return self.networks["mean"](self._columns(x)).transpose(1, 2).reshape(-1, m)

    def _encode(self, x: Tensor) -> Tensor:
        return self._use("rows/encoder", self._series(x)).reshape(len(x), self._d**2)

    def _decode(self, z: Tensor) -> Tensor:
        m, n = self.about.shape
        series = self._use("rows/decoder", z.reshape(-1, self._d)).reshape(len(z), self._d, m)
        matrices = self.networks["mean"].back(series.transpose(1, 2))
        return self._use("columns/decoder", matrices.reshape(-1, self._d)).reshape(len(z), m * n)

    @property
    def _d(self) -> int:
        """D of the networks, which a loaded autoencoder has from its file."""
        return self.described["columns"]["latent"]

    def _assemble(self) -> None:
        super()._assemble()
        self.networks["mean"] = MeanMatrix(self.about.shape[0], self._d)


def undersample(series: np.ndarray, low_variance: float, keep: float, seed: int) -> np.ndarray:
    """Indices, rising, of the series (n, L) that are trained on (second source, Section II.B).

    Of the share `low_variance` with the least variance each is kept with the probability `keep`, drawn once; all
    others are kept, and one series is left whatever is asked.
    """
    order = np.argsort(series.var(axis=1, dtype=np.float64), kind="stable")
    kept = np.random.default_rng(seed).random(len(series)) < keep
    kept[order[int(low_variance * len(series)) :]] = True
    kept[order[-1]] = True
    return np.flatnonzero(kept)
