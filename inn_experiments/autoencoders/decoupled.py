"""The paper's decoupled autoencoder: latents are ChemNet's vectors as far as the encoder can see them."""

from dataclasses import dataclass

import numpy as np
import torch

from inn_experiments.autoencoders.plain import Halves
from inn_experiments.contracts import PositiveInt, Rows, Share, UserError
from inn_experiments.maths.moments import Moments, evenly, whitening


@dataclass(eq=False)
class Decoupled(Halves):
    """First the encoder learns the compounds' ChemNet vectors, then the decoder what the encoder makes of rows.

    The losses are |h_c - E(x)|^2 with h_c the vector of the row's compound (paper, equation 2), and, with the encoder
    left as it is, |x - D(E(x))|^2 over the decoder alone (equation 3).

    A perfect encoder would map each compound to one point and leave the decoder nothing but the mean
    spectrum: what differs between rows of a compound lives in the encoder's error. So its training ends once
    that error is down to `encoder_error`, and the decoder may see latents whitened by the training rows,
    because the differences that it must read are small beside those between compounds.

    The latent width is ChemNet's, 512.

    Args:
        encoder_error: share of the vectors' variance at which the encoder is good enough, 0 to train for all epochs.
        encoder_epochs, decoder_epochs: of the two trainings, at most.
        whiten: None for where training rows are more than latent numbers, as with fewer the small directions are
            noise that a decoder learns by heart.
    """

    encoder_error: Share = 0.1
    encoder_epochs: PositiveInt = 100
    decoder_epochs: PositiveInt = 100
    whiten: bool | None = None

    def vectors(self) -> np.ndarray:
        """ChemNet's vectors of the classes (C, 512) float32; raises UserError for data without SMILES."""
        if self.about.smiles is None:
            raise UserError(
                "autoencoder=decoupled: its latents are made of ChemNet vectors, and these data have no "
                "SMILES; with data=table name their column by data.smiles=COLUMN, or choose autoencoder=plain"
            )
        from inn_experiments.conditioning.embeddings import chemnet_embeddings

        return chemnet_embeddings(self.about.smiles, self.about.classes, self.about.cache)

    def _train(self, train: Rows, val: Rows, seed: int) -> None:
        table = self.vectors()
        whitened = len(train) > table.shape[1] if self.whiten is None else self.whiten
        self._build(train.x.shape[1], table.shape[1], seed, whitened)
        rows = Moments.of(train.x)
        share = np.bincount(train.y, minlength=len(table)) / len(train)
        mean = share @ table
        spread = float(np.sqrt(share @ np.square(table - mean).mean(axis=1)))
        self.encoder.set_units(rows.mean, rows.deviation or 1.0, torch.from_numpy(mean), spread or 1.0)
        seen = val.take(evenly(len(val)))
        self._regress(
            "encoder",
            self.encoder,
            train.x,
            lambda index: table[train.y[index]],
            self.encoder_epochs,
            seed,
            (seen.x, table[seen.y]),
            self.encoder_error * spread**2,
        )
        latents = self._through(self._encode, train.x)
        made, background = Moments.of(latents), torch.from_numpy(rows.columns)
        if whitened:
            white = torch.from_numpy(whitening(latents, made.columns))
            self.decoder.set_units(torch.from_numpy(made.columns), 1.0, background, rows.residual or 1.0, white)
        else:
            self.decoder.set_units(made.mean, made.deviation or 1.0, background, rows.residual or 1.0)
        self._regress(
            "decoder",
            self.decoder,
            latents,
            lambda index: train.x[index],
            self.decoder_epochs,
            seed,
            (self._through(self._encode, seen.x), seen.x),
        )
