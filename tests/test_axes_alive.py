"""Every axis is alive: flipped alone, with the same seed, it changes the training or the rows that come out."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import cells
import numpy as np
import pytest

METHODS = ["implicit", "semi_implicit", "svd", "explicit"]
METHOD_PAIRS = list(combinations(METHODS, 2))
LABELS = np.arange(10).repeat(3)

# Axis -> its options: each pair must differ in training and in what is generated. Multiplicative is for spectra.
TRAINING = {
    "loss": ["mse", "fid", "kl"],
    "sampling": ["gaussian", "convex"],
    "prime": ["orthogonal", "catalogue"],
    "network": ["point_unet", "square", "masked_mlp", "conv_unet", "coupling", "coupling_conv"],
    "parameterization": ["x0", "epsilon", "v"],
    "schedule": ["cosine", "linear"],
    "generator.iterations": ["1", "2", "3"],
    "generator.prime_share": ["0.5", "0.2"],
    "generator.mix": ["0", "1"],
}
# Options of options that decide the training.
INNER = [
    ("loss=fid", "loss.weight=3.0"),
    ("loss=fid", "loss.shrinkage=0.5"),
    ("loss=kl", "loss.weight=3.0"),
    ("loss=kl", "loss.bins=5"),
    ("loss=kl", "loss.floor=0.1"),
    ("prime=orthogonal", "prime.matrix_seed=1"),
    ("schedule=cosine", "schedule.steps=30"),
    ("schedule=cosine", "schedule.offset=0.2"),
    ("schedule=linear", "schedule.last=0.01"),
    ("schedule=linear", "schedule.rescale=false"),
    ("network=point_unet", "network.slope=0.3 network.activation=leaky_relu"),
    ("network=square", "network.slope=0.9"),
    ("network=square", "network.orthogonal=false"),
    ("network=masked_mlp", "network.pattern=dense"),
    ("network=masked_mlp", "network.budget=4000"),
    ("network=coupling", "network.depth=2"),
    ("network=coupling_conv", "network.channels=8"),
    ("method=semi_implicit", "method.round_trip_fi=0.0"),
    ("method=semi_implicit", "method.round_trip_if=0.0"),
    ("method=semi_implicit", "method.detached=false"),
    ("method=semi_implicit", "method.row_scale=true"),
    ("method=implicit", "method.row_scale=true"),
    ("method=svd", "method.inverse_weight=1.0"),
    ("method=explicit network=square", "method.inverse_weight=1.0"),
    ("trainer=default", "trainer.learning_rate=0.01"),
    ("trainer=default", "trainer.weight_decay=0.5"),
]


@cache
def trained(*overrides: str):
    """A generator after two epochs."""
    return cells.fitted(*overrides, epochs=2)


def outcome(*overrides: str) -> np.ndarray:
    """Rows generated from a fixed seed."""
    return trained(*overrides).sample(LABELS, seed=4).x


def fingerprint(*overrides: str) -> str:
    """The name under which a training is kept for reuse."""
    return cells.training(*cells.short(2), *overrides, of=cells.split())


PAIRS = [
    (f"{axis}={first}", f"{axis}={second}")
    for axis, options in TRAINING.items()
    for first, second in combinations(options, 2)
]


@pytest.mark.parametrize("first, second", PAIRS)
def test_flipping_an_axis_changes_the_training_and_the_samples(first, second):
    assert not cells.same_weights(trained(first), trained(second))
    assert not np.array_equal(outcome(first), outcome(second))
    assert fingerprint(first) != fingerprint(second), "a kept training would be taken for the other's"


@pytest.mark.filterwarnings("ignore::inn_experiments.maths.inverses.ConditioningWarning")
@pytest.mark.parametrize("base, change", INNER)
def test_every_inner_setting_changes_the_training(base, change):
    base, change = base.split(), change.split()
    assert not cells.same_weights(trained(*base), trained(*base, *change))
    assert fingerprint(*base) != fingerprint(*base, *change)


@pytest.mark.parametrize("other", ["gaussian", "convex"])
def test_multiplicative_is_alive_on_spectra(other):
    first, second = (
        cells.fitted(f"sampling={sampling}", epochs=2, of=cells.spectra()) for sampling in (other, "multiplicative")
    )
    assert not cells.same_weights(first, second)
    labels = np.arange(3).repeat(5)
    assert not np.array_equal(first.sample(labels, seed=4).x, second.sample(labels, seed=4).x)


@pytest.mark.filterwarnings("ignore::inn_experiments.maths.inverses.ConditioningWarning")
@pytest.mark.parametrize("first, second", METHOD_PAIRS)
@pytest.mark.parametrize("network", ["point_unet", "masked_mlp"])
def test_each_method_has_an_inverse_of_its_own(network, first, second):
    x = cells.split().test.x[:40]
    options = [(f"method={method}", f"network={network}") for method in (first, second)]
    answers = [trained(*option).inverses(x)["inverse"] for option in options]
    assert all(np.isfinite(answer).all() for answer in answers)
    assert not np.allclose(answers[0], answers[1], rtol=1e-3)


@pytest.mark.parametrize("first, second", METHOD_PAIRS)
def test_samples_that_start_from_a_methods_inverse_are_its_own(first, second):
    samples = []
    for method in (first, second):
        generator = cells.built(f"method={method}", "generator.start=inverse")
        donor = trained(f"method={method}")
        generator.method, generator.x, generator.y = donor.method, donor.x, donor.y
        samples.append(generator.sample(LABELS, seed=4).x)
    assert not np.allclose(samples[0], samples[1], rtol=1e-3)


def test_svd_and_explicit_share_one_training_by_design():
    """Until their own walk enters the loss; the fit that is kept is then shared as well."""
    assert cells.same_weights(trained("method=svd"), trained("method=explicit"))
    assert fingerprint("method=svd") == fingerprint("method=explicit")
    square = "network=square"
    assert fingerprint("method=svd", square, "method.inverse_weight=1.0") != fingerprint(
        "method=explicit", square, "method.inverse_weight=1.0"
    )
    names = {fingerprint(f"method={method}") for method in METHODS}
    assert len(names) == 3


@pytest.mark.filterwarnings("ignore::inn_experiments.maths.inverses.ConditioningWarning")
@pytest.mark.parametrize("change", ["method.floor=0.05", "method.refine_steps=3"])
def test_settings_of_the_walk_change_the_inverse_but_not_the_training(change):
    x = cells.split().test.x[:20]
    plain, changed = trained("method=svd"), trained("method=svd", change)
    assert cells.same_weights(plain, changed)
    assert fingerprint("method=svd") == fingerprint("method=svd", change)
    assert not np.allclose(plain.inverses(x)["inverse"], changed.inverses(x)["inverse"], rtol=1e-3)


@pytest.mark.parametrize("change", ["generator.start=prime", "generator.start=inverse", "generator.level=0.9"])
def test_settings_of_the_generation_change_the_samples_but_not_the_training(change):
    assert cells.same_weights(trained(), trained(change))
    assert fingerprint() == fingerprint(change)
    assert not np.array_equal(outcome(), outcome(change))


def test_the_same_cell_twice_is_the_same_to_the_last_bit():
    again = cells.fitted(epochs=2)
    assert cells.same_weights(trained(), again)
    np.testing.assert_array_equal(outcome(), again.sample(LABELS, seed=4).x)


def test_another_seed_is_another_training():
    other = cells.fitted(seed=1, epochs=2)
    assert not cells.same_weights(trained(), other)
    assert fingerprint() != fingerprint("seed=1")
