"""Interrupted trainings of GAN, VAE and the autoencoder end where uninterrupted ones end, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inn_experiments.autoencoders.vae import Vae as AutoencoderVae
from inn_experiments.conditioning.kinds import Label
from inn_experiments.contracts import About, Rows
from inn_experiments.synthesizers.gan import Gan
from inn_experiments.synthesizers.vae import Vae
from inn_experiments.training.fitting import Fitting
from inn_experiments.training.trainer import Trainer

pytestmark = pytest.mark.filterwarnings("ignore:generator=gan has collapsed")
Y = np.arange(90) % 3
NOISE = 0.3 * np.random.default_rng(0).standard_normal((90, 4))
TRAIN = Rows((np.eye(3, 4)[Y] + NOISE).astype(np.float32), Y)
SMALL = {"latent": 3, "hidden": 16}
NOISY = {"discriminator_steps": 2, "instance_noise": 0.1}


def trainer() -> Trainer:
    return Trainer(epochs=6, batch=32, progress=False, checkpoint_minutes=0)


CASES = {
    "gan": lambda: Gan(Label(), trainer(), **SMALL, **NOISY),
    "gan, limited": lambda: Gan(Label(), trainer(), **SMALL, spectral_norm=True),
    "vae": lambda: Vae(Label(), trainer(), **SMALL),
    "autoencoder": lambda: AutoencoderVae(trainer(), **SMALL, epochs=6, batch=32),
}


def weights(made) -> dict[str, torch.Tensor]:
    states = {name: net.state_dict() for name, net in made.networks.items()}
    return {f"{name}.{key}": value for name, state in states.items() for key, value in state.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_resumed_training_ends_with_the_same_weights(tmp_path, monkeypatch, name):
    build = CASES[name]
    whole = build()
    whole.fit(TRAIN, About(), seed=4, val=TRAIN)
    ended, epochs = Fitting.on_train_epoch_end, []

    def lost_in_the_fourth(self):
        epochs.append(self.current_epoch)
        if len(epochs) == 4:
            raise KeyError("power cut")
        ended(self)

    monkeypatch.setattr(Fitting, "on_train_epoch_end", lost_in_the_fourth)
    broken = build()
    broken.resume_in(tmp_path)
    with pytest.raises(KeyError):
        broken.fit(TRAIN, About(), seed=4, val=TRAIN)
    resumed = build()
    resumed.resume_in(tmp_path)
    resumed.fit(TRAIN, About(), seed=4, val=TRAIN)
    assert epochs == [0, 1, 2, 3, 3, 4, 5], "the kept epochs are not trained again"
    first, second = weights(whole), weights(resumed)
    assert first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)
    assert resumed.curves == whole.curves


def test_a_finished_autoencoder_is_not_trained_again(tmp_path, monkeypatch):
    made = []
    for _ in range(2):
        made.append(CASES["autoencoder"]())
        made[-1].resume_in(tmp_path)
        made[-1].fit(TRAIN, About(), seed=4, val=TRAIN)
        monkeypatch.setattr(Trainer, "fit", lambda *_: pytest.fail("it was finished"))
    np.testing.assert_array_equal(made[0].encode(TRAIN.x), made[1].encode(TRAIN.x))
    assert made[0].curves == made[1].curves and not made[1].networks["vae"].training
