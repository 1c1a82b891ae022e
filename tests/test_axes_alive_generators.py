"""Every setting of GAN, VAE, records' autoencoders, KDE and Gaussian is alive; lost trainings of them go on."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path

import cells
import numpy as np
import pytest
import torch

from inn_experiments.autoencoders.sequential import Sequential
from inn_experiments.autoencoders.vae import Vae as AutoencoderVae
from inn_experiments.contracts import About, Split
from inn_experiments.running.fits import fit_or_load
from inn_experiments.running.pipeline import build
from inn_experiments.synthesizers.vae import Vae
from inn_experiments.training.fitting import Fitting

LABELS = np.arange(3).repeat(4)
AUTO = ("generator=gaussian", "autoencoder.epochs=2", "autoencoder.batch=16", "autoencoder.latent=4")
RECORDS = ("autoencoder.width=8", *AUTO)
BASES = {
    "gan": ("generator=gan", "generator.hidden=12", "generator.latent=4"),
    "vae": ("generator=vae", "generator.hidden=12", "generator.latent=4"),
    "law": ("generator=law", "generator.seen=peaks", "generator.hidden=8", "generator.steps=40"),
    "autoencoder vae": ("autoencoder=vae", "autoencoder.hidden=12", *AUTO),
    "sequential": ("autoencoder=sequential", "autoencoder.patch=4", *RECORDS),
    "joint": ("autoencoder=joint", *RECORDS),
}
ONE_PASS = [
    "generator.latent=5",
    "generator.hidden=16",
    "generator.layers=2",
    "conditioning=none",
    "conditioning=chemnet",
    "trainer.learning_rate=0.01",
    "trainer.batch=16",
    "trainer.epochs=3",
]
LEARNED = ["autoencoder.latent=5", "autoencoder.epochs=3", "autoencoder.batch=8", "autoencoder.learning_rate=0.01"]
SERIES = [*LEARNED, "autoencoder.width=16", "autoencoder.blocks=2", "autoencoder.patch=3"]
# Settings that each decide the training.
TRAINING = {
    "gan": [
        *ONE_PASS,
        "generator.discriminator_steps=2",
        "generator.smoothing=0.2",
        "generator.instance_noise=0.3",
        "generator.spectral_norm=true",
        "generator.gradient_penalty=0.0",
    ],
    "vae": [*ONE_PASS, "generator.beta=0.3"],
    "law": [
        "generator.steps=30",
        "generator.batch=16",
        "generator.learning_rate=0.01",
        "generator.latent=5",
        "generator.hidden=16",
        "generator.context=2",
        "generator.beta=0.1",
        "generator.seen=curves",
        "trainer.weight_decay=0.5",
    ],
    "autoencoder vae": [*LEARNED, "autoencoder.hidden=16", "autoencoder.layers=2", "autoencoder.beta=0.3"],
    "sequential": [*SERIES, "autoencoder.low_variance=0.8", "autoencoder.keep=0.6"],
    "joint": SERIES,
}
CLASSICAL = {
    "generator.bandwidth": ["cross_validated", "scott", "silverman", "0.05", "0.2"],
    "generator.shrinkage": ["ledoit_wolf", "oas", "where_singular"],
}


def rows_of(base: str) -> Split:
    return cells.records() if base in ("sequential", "joint") else cells.unbounded()


@cache
def trained(base: str, *change: str):
    """A generator after two epochs, unless the change says otherwise."""
    split = rows_of(base)
    synthesizer = cells.built(*cells.short(2), *BASES[base], *change)
    return cells.trained(synthesizer, split)


def weights(synthesizer) -> dict[str, torch.Tensor]:
    inner = getattr(synthesizer, "autoencoder", synthesizer)
    return {
        f"{name}.{key}": value
        for name, network in inner.networks.items()
        for key, value in network.state_dict().items()
    }


def same_weights(first, second) -> bool:
    a, b = weights(first), weights(second)
    return a.keys() == b.keys() and all(a[name].shape == b[name].shape and torch.equal(a[name], b[name]) for name in a)


def outcome(base: str, *change: str) -> np.ndarray:
    return trained(base, *change).sample(LABELS, seed=4).x


def fingerprint(base: str, *change: str) -> str:
    return cells.training(*cells.short(2), *BASES[base], *change, of=rows_of(base))


@pytest.mark.parametrize(("base", "change"), [(base, one) for base, all_ in TRAINING.items() for one in all_])
def test_flipping_a_setting_changes_the_training_and_the_rows(base, change) -> None:
    assert not same_weights(trained(base), trained(base, change))
    assert not np.array_equal(outcome(base), outcome(base, change))
    assert fingerprint(base) != fingerprint(base, change), "a kept training would be taken for the other's"


@pytest.mark.parametrize("base", BASES)
def test_the_same_training_comes_out_twice(base) -> None:
    again = trained.__wrapped__(base)
    assert same_weights(trained(base), again)
    np.testing.assert_array_equal(outcome(base), again.sample(LABELS, seed=4).x)


@pytest.mark.parametrize("setting", CLASSICAL)
def test_settings_of_classical_generators_change_the_rows(setting) -> None:
    name = "kde" if setting.endswith("bandwidth") else "gaussian"
    # More rows than features: only there does where_singular differ from ledoit_wolf.
    split, made = cells.spectra(per_class=30), {}
    for value in CLASSICAL[setting]:
        synthesizer = cells.built(f"generator={name}", f"{setting}={value}")
        synthesizer.fit(split.train, About(), seed=0)
        made[value] = synthesizer.sample(LABELS, seed=4).x
    for (one, a), (other, b) in combinations(made.items(), 2):
        assert not np.array_equal(a, b), f"{one} and {other}"


def counted(monkeypatch, kind: type) -> list[int]:
    fits, fit = [], kind.fit

    def counting(self, *arguments, **more) -> None:
        fits.append(1)
        fit(self, *arguments, **more)

    monkeypatch.setattr(kind, "fit", counting)
    return fits


def kept(folder: Path, base: str, *change: str):
    return fit_or_load(cells.composed(*cells.short(2), *BASES[base], *change), rows_of(base), build, folder)


def test_the_noise_of_sampled_rows_needs_no_other_training(tmp_path, monkeypatch) -> None:
    fits = counted(monkeypatch, Vae)
    noisy, plain, usual = (
        kept(tmp_path, "vae", f"generator.noise={value}").sample(LABELS, seed=4).x
        for value in ("true", "false", "null")
    )
    assert len(fits) == 1
    assert not np.array_equal(noisy, plain)
    np.testing.assert_array_equal(noisy, usual)


@pytest.mark.parametrize(("base", "kind"), [("sequential", Sequential), ("autoencoder vae", AutoencoderVae)])
def test_generators_and_their_settings_share_one_autoencoder(base, kind, tmp_path, monkeypatch) -> None:
    fits, changes = (
        counted(monkeypatch, kind),
        (
            ("generator=gaussian",),
            ("generator=gaussian", "generator.shrinkage=oas"),
            ("generator=kde",),
            ("generator=kde", "generator.bandwidth=0.5"),
            ("autoencoder.normalise=whitened",),
            ("generator=vae",),
        ),
    )
    made = {change: kept(tmp_path, base, *change).sample(LABELS, seed=4).x for change in changes}
    assert len(fits) == 1
    for (one, a), (other, b) in combinations(made.items(), 2):
        assert not np.array_equal(a, b), f"{one} and {other}"
    kept(tmp_path, base, "autoencoder.learning_rate=0.01")
    assert len(fits) == 2


class Lost(Exception):
    """Stands for a lost machine."""


@pytest.fixture
def epochs(monkeypatch):
    """The objectives that were trained, an entry an epoch; `epochs.end` is the one that is lost."""

    class Epochs(list):
        end: int | None = None

    found = Epochs()

    def watched(step):
        def training_step(self, *arguments):
            found.append(type(self.objective).__name__)
            if len(found) == found.end:
                raise Lost
            return step(self, *arguments)

        return training_step

    monkeypatch.setattr(Fitting, "training_step", watched(Fitting.training_step))
    return found


@pytest.mark.parametrize(
    ("base", "lost"),
    [
        ("gan", 3),
        ("vae", 3),
        ("law", 3),
        ("autoencoder vae", 3),
        ("joint", 3),
        *(("sequential", lost) for lost in (1, 3, 5, 7)),
    ],
)
def test_an_interrupted_cell_goes_on_and_ends_with_the_same_weights(tmp_path, epochs, base, lost) -> None:
    length = ("autoencoder.epochs=4",) if base not in ("gan", "vae", "law") else ()
    long = (*length, "trainer.epochs=4", "trainer.checkpoint_minutes=0")
    whole = kept(tmp_path / "whole", base, *long)
    trained_epochs = list(epochs)
    epochs.clear()
    epochs.end = lost
    with pytest.raises(Lost):
        kept(tmp_path / "parts", base, *long)
    epochs.clear()
    epochs.end = None
    resumed = kept(tmp_path / "parts", base, *long)
    assert epochs == trained_epochs[lost - 1 :], "nothing that was kept is trained again"
    assert weights(whole) and same_weights(whole, resumed)
    assert whole.curves == resumed.curves
    np.testing.assert_array_equal(whole.sample(LABELS, seed=1).x, resumed.sample(LABELS, seed=1).x)
    left, expected = (
        sorted(path.name for path in (tmp_path / name).iterdir() if path.suffix != ".lock")
        for name in ("parts", "whole")
    )
    assert left == expected and not [name for name in left if "unfinished" in name or name.startswith(".")]
