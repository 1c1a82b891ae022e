"""Any generator inside any autoencoder: it learns latents, and what it makes is decoded to rows."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from inn_experiments.autoencoders.base import Autoencoder
from inn_experiments.autoencoders.normalisation import Normalisation
from inn_experiments.autoencoders.residual import Residual
from inn_experiments.contracts import (
    About,
    OpenClasses,
    Rows,
    Samples,
    Smiles,
    State,
    Synthesizer,
    UserError,
    child_seed,
)
from inn_experiments.training.trained import Fitted


@dataclass(eq=False)
class Latent(Fitted):
    """Fits the autoencoder, then the generator on normalised latents; samples are decoded (paper, Section 8).

    Latents are normalised with statistics of the training latents, as the autoencoder's `normalise` says; where it has
    `leading` directions, the generator learns these, and the `residual` completes what it makes. The way in
    and out belongs to rows, so an inversion generator's two directions are not offered. The curves are the
    generator's, and the autoencoder's under `autoencoder/...`.

    Args:
        autoencoder: rows to latents and back.
        generator: told that its rows have no bounds.
    """

    autoencoder: Autoencoder
    generator: Synthesizer

    def __post_init__(self) -> None:
        super().__post_init__()
        self.scaling = Normalisation(self.autoencoder.normalise)
        leading = self.autoencoder.leading
        self.residual = Residual(self.autoencoder.residual, leading) if leading else None

    @property
    def parameters(self) -> int:
        """Trainable numbers of the autoencoder and of the generator."""
        return self.autoencoder.parameters + self.generator.parameters

    def fit_autoencoder(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Train the autoencoder alone."""
        self.autoencoder.fit(train, about, seed=child_seed(seed, "autoencoder"), val=val)

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Train the generator on the latents of `train`; the autoencoder first, unless it is fitted already.

        Raises UserError where the autoencoder maps all rows to one latent.
        """
        if not self.autoencoder.fitted:
            self.fit_autoencoder(train, about, seed=seed, val=val)
        self.about = about
        latents = self.autoencoder.encode(train.x)
        if not self.scaling.fit(latents, train.y):
            raise UserError(
                "autoencoder: it maps all training rows to the same latent, so there is nothing for a generator "
                "to learn; train it longer or with another autoencoder.learning_rate"
            )
        z = self.scaling.apply(latents, train.y)
        made = Rows(self.residual.fit(z, train.y) if self.residual else z, train.y, train.group)
        seen = Rows(self._learned(val), val.y, val.group) if val else None
        inner = replace(about, bounded=False, shape=None)
        self.generator.fit(made, inner, seed=child_seed(seed, "generator"), val=seen)
        self.seconds = self.autoencoder.seconds + self.generator.seconds
        behind = {f"autoencoder/{name}": curve for name, curve in self.autoencoder.curves.items()}
        self.curves, self.fitted = {**self.generator.curves, **behind}, True

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,) with the latents that were decoded.

        The generator's intermediate states are not decoded: that would take as long as sampling again.
        """
        self.check_fitted("sample")
        made = self.generator.sample(labels, seed=seed)
        z = self.residual.complete(made.x, made.y, seed=child_seed(seed, "residual")) if self.residual else made.x
        latent = self.scaling.undo(z, made.y)
        return Samples(self.autoencoder.decode(latent), made.y, latent=latent)

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, m) of rows x (n, d), in the encoder's own units, as in `Samples.latent`."""
        return self.autoencoder.encode(x)

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Rows (n, d) of latents z (n, m) in the encoder's own units."""
        return self.autoencoder.decode(z)

    def conditions(self) -> np.ndarray | None:
        """Those of the generator, where it knows a condition of classes without training rows."""
        return self.generator.conditions() if isinstance(self.generator, OpenClasses) else None

    def add_conditions(self, classes: tuple[str, ...], smiles: Smiles) -> None:
        """Let the generator be asked for more classes, by the `smiles` of each; raises UserError where it cannot."""
        self.generator.add_conditions(classes, smiles)

    def resume_in(self, folder: Path) -> None:
        """Keep the states of unfinished trainings in subfolders of `folder`, or go on from those there."""
        self.autoencoder.resume_in(folder / "autoencoder")
        self.generator.resume_in(folder / "generator")

    def state(self) -> State:
        """All that `restore` needs, of both parts; raises UserError before `fit`."""
        parts = {"autoencoder": self.autoencoder, "generator": self.generator, "scaling": self.scaling}
        parts |= {"residual": self.residual} if self.residual else {}
        return {**super().state(), **{name: part.state() for name, part in parts.items()}}

    def restore(self, state: State) -> None:
        """Become what gave `state`; raises UserError for the state of something else."""
        super().restore(state)
        self.autoencoder.restore(state["autoencoder"])
        self.generator.restore(state["generator"])
        self.scaling.restore(state["scaling"])
        if self.residual:
            self.residual.restore(state["residual"])

    def _learned(self, rows: Rows) -> np.ndarray:
        """What the generator learns of rows: their normalised latents, or the leading directions of these."""
        z = self.scaling.apply(self.autoencoder.encode(rows.x), rows.y)
        return self.residual.first(z) if self.residual else z
