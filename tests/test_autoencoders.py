"""Autoencoders: the two phases of the decoupled one, reconstruction, bounds, save and load, errors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from autoencoder_examples import SHORT, Tabled, spectra, tabled, taught, trainer

from inn_experiments.autoencoders.decoupled import Decoupled
from inn_experiments.autoencoders.plain import Plain
from inn_experiments.contracts import About, UserError
from inn_experiments.maths import moments as moments_module
from inn_experiments.training.files import load, write
from inn_experiments.training.trainer import Trainer


@pytest.fixture(scope="module")
def fitted() -> Tabled:
    autoencoder = tabled()
    taught(autoencoder, spectra(), spectra(40, seed=1), seed=5)
    return autoencoder


def test_widths_from_the_configuration_are_mirrored():
    autoencoder = tabled(widths=[15, 9], encoder_epochs=1, decoder_epochs=1)
    taught(autoencoder, spectra(), spectra(), seed=0)
    assert autoencoder.encoder.widths == [20, 15, 9, 6] and autoencoder.decoder.widths == [6, 9, 15, 20]


def test_the_encoder_learns_the_vectors_and_the_decoder_the_encoder(fitted):
    rows = spectra(seed=2)
    latents = fitted.encode(rows.x)
    targets = Tabled.table[rows.y]
    assert np.square(latents - targets).mean() < 0.4 * np.square(targets - targets.mean(axis=0)).mean()
    error = np.square(fitted.decode(latents) - rows.x).mean()
    class_means = np.stack([rows.x[rows.y == label].mean(axis=0) for label in (0, 1)])[rows.y]
    assert error < 0.7 * np.square(class_means - rows.x).mean(), "all that a collapsed encoder would leave"
    from_vectors = np.square(fitted.decode(targets) - rows.x).mean()
    assert error < from_vectors, "it reads what the encoder lets through, which the vectors do not hold"


def test_the_decoder_is_trained_on_encoder_outputs_and_the_encoder_stays(monkeypatch):
    seen = []
    train = Trainer.fit

    def fit(self, objective, blocks):
        before = None if not seen else [p.clone() for p in autoencoder.encoder.parameters()]
        told = train(self, objective, blocks)
        seen.append((objective.net, blocks.draw(torch.arange(blocks.rows))[0], before))
        return told

    monkeypatch.setattr(Trainer, "fit", fit)
    autoencoder, rows = tabled(), spectra()
    taught(autoencoder, rows, rows, seed=0)
    (first, inputs, _), (second, latents, before) = seen
    assert first is autoencoder.encoder
    np.testing.assert_array_equal(inputs, rows.x)
    assert second is autoencoder.decoder
    np.testing.assert_array_equal(latents, autoencoder.encode(rows.x))
    assert not np.array_equal(latents, Tabled.table[rows.y])
    assert all(map(torch.equal, before, autoencoder.encoder.parameters()))


def test_more_encoder_epochs_collapse_compounds_to_points():
    spread = []
    for epochs in (2, 60):
        autoencoder, rows = tabled(encoder_epochs=epochs, decoder_epochs=1), spectra()
        taught(autoencoder, rows, rows, seed=0)
        latents = autoencoder.encode(rows.x)
        spread.append(np.mean([latents[rows.y == label].std(axis=0).mean() for label in (0, 1)]))
    assert spread[1] < 0.5 * spread[0]


def test_plain_reconstructs_without_chemistry():
    autoencoder = Plain(trainer(), latent=4, epochs=60, **SHORT)
    rows, other = spectra(), spectra(60, seed=9)
    taught(autoencoder, rows, other, seed=0)
    assert autoencoder.encode(other.x).shape == (60, 4)
    error = np.square(autoencoder.decode(autoencoder.encode(other.x)) - other.x).mean()
    assert error < 0.2 * np.square(other.x - rows.x.mean(axis=0)).mean()
    assert {"joint/train/loss", "joint/val/loss"} == set(autoencoder.curves)


def test_decoded_rows_are_in_the_unit_interval_and_have_exact_zeros(fitted):
    wild = fitted.decode(np.random.default_rng(0).normal(0, 20, size=(300, 6)).astype(np.float32))
    assert wild.min() == 0 and wild.max() <= 1
    rows = spectra(seed=2).x
    assert (fitted.decode(fitted.encode(rows))[rows == 0] == 0).mean() > 0.3


def test_blocks_and_empty_input(fitted, monkeypatch):
    x = spectra(50, seed=3).x
    whole = fitted.encode(x)
    monkeypatch.setattr(moments_module, "BLOCK", 16)
    np.testing.assert_allclose(fitted.encode(x), whole, atol=1e-5)
    assert fitted.encode(x[:0]).shape == (0, 6) and fitted.decode(whole[:0]).shape == (0, 20)


@pytest.mark.parametrize("make", [tabled, lambda: Plain(trainer(), latent=4, epochs=1, **SHORT)])
def test_a_loaded_autoencoder_is_bit_for_bit_the_saved_one(make, tmp_path):
    saved, loaded, x = make(), make(), spectra(30, seed=7).x
    taught(saved, spectra(), spectra(40, seed=1), seed=0)
    write(tmp_path / "new", saved.state())
    load(loaded, tmp_path / "new")
    assert loaded.fitted and loaded.parameters == saved.parameters > 0
    assert (loaded.curves, loaded.seconds) == (saved.curves, saved.seconds)
    np.testing.assert_array_equal(loaded.encode(x), saved.encode(x))
    np.testing.assert_array_equal(loaded.decode(saved.encode(x)), saved.decode(saved.encode(x)))
    assert not list((tmp_path / "new").glob(".*"))


def test_folders_without_the_right_autoencoder_are_named(fitted, tmp_path):
    with pytest.raises(UserError, match=str(tmp_path)):
        load(tabled(), tmp_path)
    write(tmp_path, fitted.state())
    with pytest.raises(UserError, match="autoencoder=tabled"):
        load(Plain(trainer()), tmp_path)
    (tmp_path / "weights.pt").write_bytes(b"half a file")
    with pytest.raises(UserError, match=r"weights\.pt"):
        load(tabled(), tmp_path)
    with pytest.raises(UserError, match="before fit or load"):
        tabled().state()
    with pytest.raises(UserError, match="fit or load"):
        tabled().encode(spectra().x)


def test_decoupled_without_smiles_says_what_to_do():
    with pytest.raises(UserError, match=r"autoencoder=decoupled.*data\.smiles=COLUMN.*autoencoder=plain"):
        taught(Decoupled(trainer(), **SHORT), spectra())


def test_chemnet_vectors_are_asked_for_by_compound(monkeypatch, tmp_path):
    embeddings = pytest.importorskip("inn_experiments.conditioning.embeddings")
    asked = []
    monkeypatch.setattr(embeddings, "chemnet_embeddings", lambda *given: asked.append(given) or Tabled.table)
    smiles, names = (("CCO",), ("CCCC", "CCCCC")), ("ethanol", "alkanes")
    settings = {**SHORT, "encoder_epochs": 1, "decoder_epochs": 1}
    about = About(classes=names, smiles=smiles, cache=tmp_path)
    autoencoder = taught(Decoupled(trainer(), **settings), spectra(), about=about)
    assert asked == [(smiles, names, tmp_path)]
    assert autoencoder.encode(spectra().x).shape[1] == 6
