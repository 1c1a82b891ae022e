"""Any generator inside any autoencoder: it learns latents, and what it makes is decoded to rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from inn_experiments.contracts import Rows, Samples, Synthesizer, UserError
from inn_experiments.seeding import child_seed
from inn_experiments.synthesizers.autoencoders import write_whole
from inn_experiments.synthesizers.moments import Moments

DESCRIPTION = "latent.json"


class Latent:
    """Fits the autoencoder, then the generator on normalised latents; samples are decoded (paper, Section 8).

    Latents are normalised with one mean and one deviation over all values of the training latents, so that
    their geometry is kept. The way in and out belongs to rows, so an inversion generator's two directions are
    not offered.

    Args: autoencoder: rows to latents and back; generator: built for rows without bounds.
    """

    def __init__(self, autoencoder: Any, generator: Synthesizer) -> None:
        self.autoencoder, self.generator = autoencoder, generator
        self.mean, self.deviation = 0.0, 1.0
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
        moments = Moments.of(latents)
        if not moments.residual > 0:
            raise UserError(
                "autoencoder: it maps all training rows to the same latent, so there is nothing for a "
                "generator to learn; train it longer or with another autoencoder.learning_rate"
            )
        self.mean, self.deviation = moments.mean, moments.deviation
        self.generator.fit(
            Rows(self._normalise(latents), train.y, train.group),
            Rows(self._normalise(self.autoencoder.encode(val.x)), val.y, val.group),
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
        latent = (made.x * np.float32(self.deviation) + np.float32(self.mean)).astype(np.float32)
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
        return {"autoencoder": self.autoencoder.training_key(), "generator": key()}

    def resume_in(self, folder: Path) -> None:
        """Keep the states of unfinished trainings in subfolders of `folder`, or go on from those there."""
        for name, part in (("autoencoder", self.autoencoder), ("generator", self.generator)):
            if hasattr(part, "resume_in"):
                part.resume_in(folder / name)

    def save(self, folder: Path) -> None:
        """Both parts into subfolders, and how latents are normalised (json)."""
        if not self.fitted:
            raise UserError("generator latent: save was called before fit or load")
        folder.mkdir(parents=True, exist_ok=True)
        self.autoencoder.save(folder / "autoencoder")
        self.generator.save(folder / "generator")
        record = json.dumps({"mean": self.mean, "deviation": self.deviation})
        write_whole(folder / DESCRIPTION, lambda path: path.write_text(record, encoding="utf-8"))

    def load(self, folder: Path) -> None:
        """What `save` wrote; raises UserError where `folder` holds no such generator."""
        path = folder / DESCRIPTION
        if not path.is_file():
            raise UserError(f"generator latent: {path} is missing; give the folder of a saved generator")
        record = json.loads(path.read_text(encoding="utf-8"))
        self.autoencoder.load(folder / "autoencoder")
        self.generator.load(folder / "generator")
        self.mean, self.deviation, self.fitted = record["mean"], record["deviation"], True

    def _normalise(self, latents: np.ndarray) -> np.ndarray:
        # In place: for hundreds of thousands of rows a second copy would weigh as much as the first.
        latents -= np.float32(self.mean)
        latents /= np.float32(self.deviation)
        return latents
