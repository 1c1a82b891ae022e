"""The contract over every synthesizer: shapes, labels, seeds, save and load, unknown labels, bounds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cells
import numpy as np
import pytest
import torch

from inn_experiments.configuration import compose as config
from inn_experiments.configuration.building import assemble, recipe
from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import Invertible, Synthesizer, UserError
from inn_experiments.running.fits import rebuild
from inn_experiments.training.files import load, write

CLASSICAL = ["bootstrap", "jitter", "smote", "gaussian", "convex", "kde", "peak_transfer"]
NEURAL = {
    "implicit": ["method=implicit"],
    "semi_implicit": ["method=semi_implicit"],
    "svd": ["method=svd"],
    "explicit": ["method=explicit"],
    "iterated": ["generator.iterations=3", "sampling=convex"],
    "from primes": ["generator.start=prime"],
    "from inverses, implicit": ["generator.start=inverse", "method=implicit"],
    "from inverses, svd": ["generator.start=inverse", "method=svd"],
    "from inverses, explicit coupling": ["generator.start=inverse", "method=explicit", "network=coupling"],
    "from inverses, explicit square": ["generator.start=inverse", "method=explicit", "network=square"],
    "epsilon": ["parameterization=epsilon"],
    "v": ["parameterization=v", "loss=kl"],
    "masked_mlp": ["network=masked_mlp"],
    "conv_unet": ["network=conv_unet"],
}
BOUNDED = {
    "bounded": [],
    "bounded multiplicative": ["sampling=multiplicative"],
    "bounded v": ["parameterization=v"],
    "bounded svd": ["method=svd", "generator.start=inverse"],
}
STEPS = "sampler.steps=10"
DIFFUSION = {
    "x0": [STEPS],
    "epsilon": ["parameterization=epsilon", "schedule=linear", STEPS, "sampler.eta=0.5"],
    "v, unipc": ["parameterization=v", "sampler=unipc", "sampler.steps=5", "sampler.spacing=logsnr"],
    "v, ancestral": ["parameterization=v", "schedule.steps=20", "sampler=ddpm"],
    "averaged and clipped": ["generator.ema=0.9", "generator.clip=true", STEPS],
    "untold": ["conditioning=none", STEPS],
    "conv_unet": ["network=conv_unet", STEPS],
    "mu": ["parameterization=mu", "schedule.steps=20", "sampler=ddpm"],
    "rbf": ["network=rbf", STEPS],
    "context": ["conditioning=context", STEPS],
    "context, places": ["network=places", "network.hidden=8", "conditioning=context", "sampler=ddpm"],
    "context, conv_unet, v": ["network=conv_unet", "conditioning=context", "parameterization=v", STEPS],
    "context, clipped epsilon": ["conditioning=context", "parameterization=epsilon", "generator.clip=true", STEPS],
}
# The network of the paper is wide; what is promised does not depend on its size.
SMALL = ["generator=diffusion", "network=mlp", "network.hidden=16"]
DECOUPLED = [
    "autoencoder=decoupled",
    "autoencoder.layers=2",
    "autoencoder.encoder_epochs=2",
    "autoencoder.decoder_epochs=2",
]
PLAIN = ["autoencoder=plain", "autoencoder.widths=[12]", "autoencoder.latent=5", "autoencoder.epochs=2"]
WIDTHLESS = {"network=conv_unet", "network=rbf", "network=places"}
CONTEXT = ["network=places", "network.hidden=8", "conditioning=context", STEPS]
VAE = ["autoencoder=vae", "autoencoder.hidden=12", "autoencoder.latent=5", "autoencoder.epochs=2"]
LAW = ["generator=law", "generator.steps=12", "generator.hidden=8"]
RECORDS = ["autoencoder.latent=3", "autoencoder.width=8", "autoencoder.epochs=2"]
CASES = {
    **{name: (cells.split, [f"generator={name}"]) for name in CLASSICAL},
    **{f"{name}, spectra": (cells.spectra, [f"generator={name}"]) for name in CLASSICAL},
    **{f"inn {name}": (cells.split, options) for name, options in NEURAL.items()},
    **{f"inn {name}": (cells.spectra, options) for name, options in BOUNDED.items()},
    **{
        f"diffusion {name}": (cells.split, [*(SMALL[:1] if WIDTHLESS & {*options} else SMALL), *options])
        for name, options in DIFFUSION.items()
    },
    "diffusion bounded": (cells.spectra, [*SMALL, STEPS]),
    "diffusion bounded context": (cells.spectra, [SMALL[0], *CONTEXT]),
    "diffusion bounded ancestral": (cells.spectra, [*SMALL, "sampler=ddpm"]),
    "latent diffusion, decoupled": (cells.chemicals, [*DECOUPLED, *SMALL, STEPS, "conditioning=label_chemnet"]),
    "latent diffusion, plain": (cells.spectra, [*PLAIN, *SMALL, STEPS, "generator.ema=0.9"]),
    "latent smote, plain": (cells.spectra, [*PLAIN, "generator=smote"]),
    "gan": (cells.split, ["generator=gan", "generator.hidden=16"]),
    "gan bounded": (cells.spectra, ["generator=gan", "generator.hidden=16", "generator.spectral_norm=true"]),
    "gan, chemistry": (cells.chemicals, ["generator=gan", "generator.hidden=16", "conditioning=label_chemnet"]),
    "gan, context": (cells.split, ["generator=gan", "generator.hidden=16", "conditioning=context"]),
    "vae, context": (cells.spectra, ["generator=vae", "generator.hidden=16", "conditioning=context"]),
    "vae": (cells.split, ["generator=vae", "generator.hidden=16"]),
    "vae bounded": (cells.spectra, ["generator=vae", "generator.hidden=16", "generator.noise=true"]),
    "law": (cells.split, LAW),
    "law bounded": (cells.spectra, LAW),
    "law, the surest": (cells.spectra, [*LAW, "generator.keep=0.5"]),
    "latent law": (cells.spectra, [*PLAIN, *LAW]),
    "latent diffusion, vae": (cells.spectra, [*VAE, *SMALL, STEPS]),
    "latent gaussian, sequential": (cells.records, ["autoencoder=sequential", *RECORDS, "generator=gaussian"]),
    "latent kde, sequential": (cells.records, ["autoencoder=sequential", *RECORDS, "generator=kde"]),
    "latent diffusion, context": (cells.spectra, [*PLAIN, SMALL[0], *CONTEXT]),
    "latent diffusion, sequential": (cells.records, ["autoencoder=sequential", *RECORDS, *SMALL, STEPS]),
    "latent gaussian, joint": (cells.records, ["autoencoder=joint", *RECORDS, "generator=gaussian"]),
    "latent inn, plain": (cells.spectra, [*PLAIN, "method=semi_implicit", "sampling=convex"]),
    "latent inn, decoupled": (cells.chemicals, [*DECOUPLED, "generator.start=prime"]),
}
LABELS = np.array([2, 0, 0, 1, 2, 2, 2, 0, 1, 1, 0])


def composed(name: str) -> Cell:
    """The cell of a case, short to train."""
    _, options = CASES[name]
    neural = options[:1] not in [[f"generator={classical}"] for classical in CLASSICAL]
    return cells.composed(*(cells.short(2) if neural else ()), *options)


def built(name: str):
    """Its unfitted generator."""
    return assemble(recipe(composed(name)))


@cache
def fitted(name: str):
    rows = CASES[name][0]()
    synthesizer = built(name)
    cells.trained(synthesizer, rows, 5)
    return synthesizer


@pytest.fixture(params=CASES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_every_generator_option_is_covered():
    options = {path.stem for path in (config.CONF / "generator").glob("*.yaml")}
    assert options == {*CLASSICAL, "inn", "diffusion", "gan", "vae", "law"}


def test_it_gives_one_finite_row_for_each_label_asked_for(name):
    rows, synthesizer = CASES[name][0](), fitted(name)
    assert isinstance(synthesizer, Synthesizer)
    samples = synthesizer.sample(LABELS, seed=1)
    assert samples.x.shape == (len(LABELS), rows.features) and samples.x.dtype == np.float32
    assert np.isfinite(samples.x).all()
    assert samples.y.dtype == np.int64
    np.testing.assert_array_equal(samples.y, LABELS)
    if samples.states is not None:
        assert samples.states.shape[1:] == samples.x.shape and len(samples.states) >= 2
        np.testing.assert_array_equal(samples.states[-1], samples.x)


def test_the_seed_decides_the_rows_and_nothing_else_does(name):
    synthesizer = fitted(name)
    first = synthesizer.sample(LABELS, seed=1).x
    torch.manual_seed(99)
    np.random.seed(99)
    np.testing.assert_array_equal(first, synthesizer.sample(LABELS, seed=1).x)
    assert not np.array_equal(first, synthesizer.sample(LABELS, seed=2).x)


def test_a_fresh_fit_with_the_same_seed_gives_the_same_rows(name):
    rows = CASES[name][0]()
    torch.manual_seed(7)
    again = built(name)
    cells.trained(again, rows, 5)
    np.testing.assert_array_equal(fitted(name).sample(LABELS, seed=1).x, again.sample(LABELS, seed=1).x)


def test_a_freshly_built_one_gives_the_same_rows_after_loading(name, tmp_path):
    write(tmp_path, fitted(name).state())
    loaded = built(name)
    load(loaded, tmp_path)
    before, after = fitted(name).sample(LABELS, seed=1), loaded.sample(LABELS, seed=1)
    np.testing.assert_array_equal(before.x, after.x)
    np.testing.assert_array_equal(before.y, after.y)
    assert not list(tmp_path.glob(".*")), "a temporary file was left behind"


def test_one_is_made_again_from_its_folder_alone(name, tmp_path):
    whole = fitted(name)
    write(tmp_path, whole.state(), {"parts": recipe(composed(name))})
    again = rebuild(tmp_path)
    assert (again.about, again.curves) == (replace(whole.about, cache=None), whole.curves)
    before, after = whole.sample(LABELS, seed=1), again.sample(LABELS, seed=1)
    np.testing.assert_array_equal(before.x, after.x)


def test_saving_makes_the_folder(name, tmp_path):
    write(tmp_path / "new" / "folder", fitted(name).state())
    assert any((tmp_path / "new" / "folder").iterdir())


def test_loading_from_a_folder_without_a_model_is_a_clear_error(name, tmp_path):
    with pytest.raises(UserError, match=str(tmp_path)):
        load(built(name), tmp_path)


@pytest.mark.parametrize("label", [99, -1])
def test_a_label_that_was_never_seen_is_named(name, label):
    with pytest.raises(UserError, match=str(label)):
        fitted(name).sample(np.array([0, label, 1]), seed=0)


def test_a_class_without_training_rows_between_others_is_named(name):
    """Labels 0 and 2 were seen; 1 was not, although it lies between them."""
    rows = CASES[name][0]()
    synthesizer = built(name)
    synthesizer.fit(rows.train.take(rows.train.y != 1), cells.about(rows), seed=0, val=rows.val)
    assert synthesizer.sample(np.array([0, 2]), seed=0).x.shape == (2, rows.features)
    with pytest.raises(UserError, match="1"):
        synthesizer.sample(np.array([0, 1, 2]), seed=0)


def test_no_labels_give_no_rows(name):
    samples = fitted(name).sample(np.array([], dtype=np.int64), seed=0)
    assert samples.x.shape == (0, CASES[name][0]().features) and samples.y.shape == (0,)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[0]().bounded], indirect=True)
def test_bounded_rows_give_samples_in_the_unit_interval(name):
    x = fitted(name).sample(np.repeat(LABELS, 30), seed=0).x
    assert x.min() >= 0 and x.max() <= 1


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("latent")], indirect=True)
def test_the_rows_of_an_autoencoder_are_its_decoded_latents(name):
    samples, synthesizer = fitted(name).sample(LABELS, seed=1), fitted(name)
    square = 9 if CASES[name][0]().shape else 5
    assert samples.latent.shape == (len(LABELS), 512 if "decoupled" in name else square)
    np.testing.assert_array_equal(synthesizer.decode(samples.latent), samples.x)
    assert synthesizer.encode(samples.x).shape == samples.latent.shape


def test_sampling_changes_neither_the_training_rows_nor_the_labels_given(name):
    rows, labels = CASES[name][0](), LABELS.copy()
    before = rows.train.x.copy()
    samples = fitted(name).sample(labels, seed=3)
    samples.x[:] = 7.0
    np.testing.assert_array_equal(rows.train.x, before)
    np.testing.assert_array_equal(labels, LABELS)
    assert (fitted(name).sample(labels, seed=3).x != 7.0).any()


def test_inversion_generators_offer_both_directions(name):
    synthesizer = fitted(name)
    neural = name.startswith("inn")
    assert isinstance(synthesizer, Invertible) == neural
    if not neural:
        return
    rows = CASES[name][0]()
    x, y = rows.test.x[:9], rows.test.y[:9]
    prime = synthesizer.primes(x, y)
    corrupted = synthesizer.corrupt(x, y, seed=0)
    again = synthesizer.corrupt(x, y, seed=0, t=corrupted.t.numpy())
    assert corrupted.t.min() >= 1 and corrupted.t.max() <= 100
    assert torch.equal(again.t, corrupted.t)
    answers = synthesizer.inverses(x)
    for array in (prime, synthesizer.denoise(corrupted), synthesizer.forward(prime), *answers.values()):
        assert array.shape == x.shape and np.isfinite(array).all()
    assert synthesizer.forward(answers["inverse"]).shape == x.shape
    walked = "svd" in name or "explicit" in name
    assert bool(synthesizer.conditioning()) == walked
