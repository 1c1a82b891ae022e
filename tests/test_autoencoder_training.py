"""How autoencoders are trained: seeds, stopping, interruption, precision, what decides the weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from autoencoder_examples import Tabled, spectra, tabled, taught, trainer

from inn_experiments.contracts import Rows, UserError
from inn_experiments.training import batches
from inn_experiments.training.files import load, write
from inn_experiments.training.fitting import Fitting
from inn_experiments.training.trainer import Trainer


@pytest.fixture(scope="module")
def fitted() -> Tabled:
    autoencoder = tabled()
    taught(autoencoder, spectra(), spectra(40, seed=1), seed=5)
    return autoencoder


def test_the_encoder_stops_where_it_is_good_enough():
    autoencoder, rows = tabled(encoder_error=0.3, encoder_epochs=200, decoder_epochs=1), spectra()
    taught(autoencoder, rows, rows, seed=5)
    epochs, losses = autoencoder.curves["encoder/train/loss"]
    variance = np.square(Tabled.table[rows.y] - Tabled.table[rows.y].mean(axis=0)).mean()
    assert 2 < len(epochs) < 50
    assert losses[-1] <= 0.3 * variance < losses[-2]
    assert autoencoder.curves["encoder/val/loss"][0][-1] == epochs[-1]


def test_the_encoder_may_stop_within_an_epoch(monkeypatch):
    monkeypatch.setattr(batches, "BLOCK_VALUES", 40 * 20)
    rows, taken = spectra(960), []
    step = Fitting.training_step
    monkeypatch.setattr(Fitting, "training_step", lambda self, x, i: taken.append(len(x[0])) or step(self, x, i))
    autoencoder = tabled(encoder_error=0.9, encoder_epochs=1, decoder_epochs=1)
    taught(autoencoder, rows, rows, seed=5)
    assert len(taken) < 2 * len(rows) / 32 and len(autoencoder.curves["encoder/train/loss"][0]) == 1


def test_a_memory_mapped_table_is_read_as_it_is(tmp_path):
    rows = spectra()
    np.save(tmp_path / "x.npy", rows.x)
    mapped = Rows(np.load(tmp_path / "x.npy", mmap_mode="r"), rows.y)
    found = []
    for train in (rows, mapped):
        autoencoder = tabled(decoder_epochs=2)
        taught(autoencoder, train, train, seed=1)
        found.append(autoencoder.decode(autoencoder.encode(train.x)))
    np.testing.assert_array_equal(*found)


def test_nothing_is_learned_from_validation_rows():
    made = []
    other = spectra(40, seed=1)
    for val in (other, Rows(1 - other.x, other.y), other.take(np.arange(0))):
        autoencoder = tabled(encoder_epochs=2, decoder_epochs=2)
        taught(autoencoder, spectra(), val, seed=5)
        made.append(autoencoder.decode(autoencoder.encode(spectra().x)))
    np.testing.assert_array_equal(made[0], made[1])
    np.testing.assert_array_equal(made[0], made[2])


def test_the_seed_decides_the_weights_and_nothing_else_does(fitted):
    torch.manual_seed(99)
    again, other = tabled(), tabled(decoder_epochs=1)
    taught(again, spectra(), spectra(40, seed=1), seed=5)
    taught(other, spectra(), spectra(40, seed=1), seed=6)
    x = spectra(10, seed=4).x
    np.testing.assert_array_equal(fitted.decode(fitted.encode(x)), again.decode(again.encode(x)))
    assert not np.array_equal(fitted.encode(x), other.encode(x))


def test_the_decoder_sees_whitened_latents_where_their_directions_are_known(tmp_path):
    for whiten, rows, expected in [(None, 240, True), (True, 6, True), (None, 6, False), (False, 240, False)]:
        autoencoder = tabled(whiten=whiten, encoder_epochs=1, decoder_epochs=1)
        taught(autoencoder, spectra(rows), spectra(), seed=0)
        assert (autoencoder.decoder.input_map is not None) == expected
    write(tmp_path, autoencoder.state())
    loaded = tabled()
    load(loaded, tmp_path)
    assert loaded.decoder.input_map is None


def test_every_training_keeps_its_state_in_a_folder_of_its_own(monkeypatch, tmp_path):
    folders, train = [], Trainer.fit
    monkeypatch.setattr(Trainer, "fit", lambda self, *a: folders.append(self.resume) or train(self, *a))
    shared = trainer()
    shared.resume = tmp_path / "generator"
    autoencoder = tabled(trainer=shared, encoder_epochs=1, decoder_epochs=1)
    taught(autoencoder, spectra(), spectra(), seed=0)
    autoencoder.resume_in(tmp_path)
    taught(autoencoder, spectra(), spectra(), seed=0)
    taught(autoencoder, spectra(), spectra(), seed=0)
    assert folders == [None, None, tmp_path / "encoder", tmp_path / "decoder"], "what is finished stays so"
    assert shared.resume == tmp_path / "generator" and shared.epochs == 1000


def test_an_interrupted_training_ends_with_the_same_weights(monkeypatch, tmp_path, fitted):
    ended, trained = Fitting.on_train_epoch_end, []

    def stop(module):
        ended(module)
        trained.append(module.current_epoch)
        if len(trained) == 12:
            raise KeyError("a lost machine")

    monkeypatch.setattr(Fitting, "on_train_epoch_end", stop)
    for _ in range(2):
        autoencoder = tabled(trainer=trainer(checkpoint_minutes=0))
        autoencoder.resume_in(tmp_path)
        try:
            taught(autoencoder, spectra(), spectra(40, seed=1), seed=5)
        except KeyError:
            continue
    assert len(trained) < 12 + 45, "it did not start anew"
    x = spectra(10, seed=4).x
    np.testing.assert_array_equal(autoencoder.decode(autoencoder.encode(x)), fitted.decode(fitted.encode(x)))
    assert autoencoder.curves == fitted.curves


def test_bfloat16_learns_in_every_step_of_a_block():
    """Copies of the weights that autocast might keep for a block would be stale after its first step."""
    losses = {}
    for precision in ("float32", "bfloat16"):
        autoencoder = tabled(trainer=trainer(precision=precision))
        taught(autoencoder, spectra(), spectra(), seed=5)
        losses[precision] = autoencoder.curves["decoder/val/loss"][1][-1]
        assert all(p.dtype == torch.float32 for p in autoencoder.decoder.parameters())
    np.testing.assert_allclose(losses["bfloat16"], losses["float32"], rtol=0.5)


def test_a_divergence_names_the_learning_rate_to_lower():
    with pytest.raises(UserError, match=r"autoencoder\.learning_rate"):
        taught(tabled(learning_rate=1e30), spectra())
