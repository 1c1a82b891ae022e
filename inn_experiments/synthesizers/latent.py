"""Any generator inside any autoencoder: it learns latents, and what it makes is decoded to rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from inn_experiments.autoencoders.normalisation import Normalisation
from inn_experiments.contracts import Rows, Samples, Synthesizer, UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.training.weights import write_whole

DESCRIPTION = "latent.npz"


class Latent:
    """Fits the autoencoder, then the generator on normalised latents; samples are decoded (paper, Section 8).

    Latents are normalised with statistics of the training latents, as the autoencoder's `normalise` says. The
    way in and out belongs to rows, so an inversion generator's two directions are not offered.

    Args: autoencoder: rows to latents and back; generator: built for rows without bounds.
    """

    def __init__(self, autoencoder: Any, generator: Synthesizer) -> None:
        self.autoencoder, self.generator = autoencoder, generator
        self.scaling = Normalisation(autoencoder.normalise)
        self.fitted = False

    @property
    def parameters(self) -> int:
        """Trainable numbers of the autoencoder and of the generator."""
        return self.autoencoder.parameters + getattr(self.generator, "parameters", 0)

    @property
    def seconds(self) -> float:
        """Training time of both."""
        return self.autoencoder.seconds + getattr(self.generator, "seconds", 0.0)

    @property
    def curves(self) -> dict[str, tuple[list[int], list[float]]]:
        """The generator's curves, and the autoencoder's under `autoencoder/...`."""
        inner = {f"autoencoder/{name}": curve for name, curve in self.autoencoder.curves.items()}
        return {**getattr(self.generator, "curves", {}), **inner}

    def fit_autoencoder(self, train: Rows, val: Rows, *, seed: int) -> None:
        """Train the autoencoder alone."""
        self.autoencoder.fit(train, val, seed=child_seed(seed, "autoencoder"))

    def fit(self, train: Rows, val: Rows, *, seed: int) -> None:
        """Train the generator on the latents of `train`; the autoencoder first, unless it is fitted already.

        Raises UserError where the autoencoder maps all rows to one latent, and what its two parts raise.
        """
        if not self.autoencoder.fitted:
            self.fit_autoencoder(train, val, seed=seed)
        latents = self.autoencoder.encode(train.x)
        if not self.scaling.fit(latents, train.y):
            raise UserError(
                "autoencoder: it maps all training rows to the same latent, so there is nothing for a generator "
                "to learn; train it longer or with another autoencoder.learning_rate"
            )
        self.generator.fit(
            Rows(self.scaling.apply(latents, train.y), train.y, train.group),
            Rows(self.scaling.apply(self.autoencoder.encode(val.x), val.y), val.y, val.group),
            seed=child_seed(seed, "generator"),
        )
        self.fitted = True

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,) with the latents that were decoded; what the generator raises.

        The generator's intermediate states are not decoded: that would take as long as sampling again.
        """
        if not self.fitted:
            raise UserError("generator latent: sample was called before fit or load")
        made = self.generator.sample(labels, seed=seed)
        latent = self.scaling.undo(made.x, made.y)
        return Samples(self.autoencoder.decode(latent), made.y, latent=latent)

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Latents (n, m) of rows x (n, d), in the encoder's own units, as in `Samples.latent`."""
        return self.autoencoder.encode(x)

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Rows (n, d) of latents z (n, m) in the encoder's own units."""
        return self.autoencoder.decode(z)

    def training_key(self) -> dict[str, Any]:
        """What the two parts add to the settings that decide the trained weights.

        A generator without a key is known by its name: its fit costs nothing, but the autoencoder's is kept.
        """
        key = getattr(self.generator, "training_key", lambda: {"name": type(self.generator).__name__.lower()})
        return {"autoencoder": self.autoencoder.training_key(), "normalise": self.scaling.kind, "generator": key()}

    def resume_in(self, folder: Path) -> None:
        """Keep the states of unfinished trainings in subfolders of `folder`, or go on from those there."""
        for name, part in (("autoencoder", self.autoencoder), ("generator", self.generator)):
            if hasattr(part, "resume_in"):
                part.resume_in(folder / name)

    def save(self, folder: Path) -> None:
        """Both parts into subfolders, and how latents are normalised (npz)."""
        if not self.fitted:
            raise UserError("generator latent: save was called before fit or load")
        folder.mkdir(parents=True, exist_ok=True)
        self.autoencoder.save(folder / "autoencoder")
        self.generator.save(folder / "generator")
        write_whole(folder / DESCRIPTION, self._write)

    def load(self, folder: Path) -> None:
        """What `save` wrote; raises UserError where `folder` holds no such generator."""
        path = folder / DESCRIPTION
        if not path.is_file():
            raise UserError(f"generator latent: {path} is missing; give the folder of a saved generator")
        with np.load(path, allow_pickle=False) as arrays:
            self.scaling.restore(dict(arrays))
        self.autoencoder.load(folder / "autoencoder")
        self.generator.load(folder / "generator")
        self.fitted = True

    def _write(self, path: Path) -> None:
        with path.open("wb") as handle:
            np.savez(handle, **self.scaling.arrays())
