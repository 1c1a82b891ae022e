"""Bad input to kde, gan, vae, presets, claims and the plane through the command line: one line and status 2 each."""

from __future__ import annotations

import pytest
from refusals import changed, check_refused, frame, given

PLANE = ("data=two_clusters", "utility=none", "claims=spirals")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["claims=spirals", "generator=smote"], ["generator=smote", "claims=spirals", "generator=diffusion"]),
        (["claims=spirals"], ["generator=inn", "claims=spirals", "generator=diffusion"]),
        (
            ["claims=spirals", "generator=diffusion", "autoencoder=vae"],
            ["autoencoder=vae", "claims=spirals", "autoencoder=none"],
        ),
        (["claims=latent_arithmetic"], ["autoencoder=none", "claims=latent_arithmetic", "plain|decoupled"]),
        (["claims=spiral"], ["claims=spiral", "did you mean 'spirals'"]),
        (["claims=null"], ["null"]),
        (["parameterization=mu"], ["generator=inn", "parameterization=mu", "generator=diffusion"]),
        (["generator=smote", "parameterization=mu"], ["parameterization=mu", "generator=smote"]),
        (["network=rbf", "method=svd"], ["network=rbf", "method=svd", "point_unet"]),
        (["network=rbf", "method=explicit"], ["network=rbf", "method=explicit", "point_unet"]),
        (["generator=gan", "network=mlp"], ["network=mlp", "generator=gan"]),
        (["generator=vae", "network.hidden=16"], ["network", "generator=vae"]),
        (["generator=gan", "sampler=ddpm"], ["sampler=ddpm", "generator=gan"]),
        (["generator=kde", "trainer.epochs=3", "conditioning=none"], ["conditioning=none", "generator=kde"]),
        (["generator=gaan"], ["generator=gaan", "did you mean 'gan'"]),
        (["generator=gan", "generator.hiden=3"], ["'generator.hiden'", "did you mean 'hidden'"]),
        (["data=two_cluster"], ["data=two_cluster", "did you mean 'two_clusters'"]),
        (["preset=gn"], ["preset=gn", "did you mean 'gan'"]),
        (["preset=gan", "method=svd"], ["method=svd", "generator=gan"]),
        (["preset=gan", "generator=smote", "conditioning=chemnet"], ["conditioning=chemnet", "generator=smote"]),
        (["preset=smote", "autoencoder=vea"], ["autoencoder=vea", "vae"]),
        (["preset=gan", "generator.latent=0"], ["generator.latent: 0"]),
        (["preset=inn_explicit", "network=mlp"], ["network=mlp", "method=explicit"]),
        (["preset.epochs=3"], ["preset"]),
        (["generator=smote", "trainer.epochs=5"], ["trainer.epochs=5", "generator=smote", "leave it out"]),
        (["preset=smote", "trainer.epochs=5"], ["trainer.epochs=5", "generator=smote", "leave it out"]),
        (["preset=law", "trainer.epochs=5"], ["trainer.epochs=5", "generator=law", "generator.steps"]),
    ],
)
def test_a_choice_that_cannot_be_is_named(run, tmp_path, arguments, words) -> None:
    check_refused(run("tracking=none", *arguments), words, tmp_path / "out")


@pytest.mark.parametrize(
    ("key", "value", "more"),
    [
        ("generator.latent", "0", ["generator=gan"]),
        ("generator.hidden", "-1", ["generator=gan"]),
        ("generator.layers", "1", ["generator=gan"]),
        ("generator.smoothing", "1.5", ["generator=gan"]),
        ("generator.discriminator_steps", "0", ["generator=gan"]),
        ("generator.gradient_penalty", "-1", ["generator=gan"]),
        ("generator.instance_noise", "-1", ["generator=gan"]),
        ("generator.latent", "0", ["generator=vae"]),
        ("generator.beta", "-1", ["generator=vae"]),
        ("generator.noise", "loud", ["generator=vae"]),
        ("generator.bandwidth", "-1", ["generator=kde"]),
        ("generator.bandwidth", "0", ["generator=kde"]),
        ("generator.bandwidth", "wide", ["generator=kde"]),
        ("generator.shrinkage", "ledoit", ["generator=gaussian"]),
        ("autoencoder.latent", "0", ["autoencoder=vae"]),
        ("autoencoder.beta", "-1", ["autoencoder=vae"]),
        ("autoencoder.epochs", "0", ["autoencoder=vae"]),
        ("network.units", "0", ["generator=diffusion", "network=rbf"]),
        ("claims.points", "0", ["generator=diffusion", "claims=spirals"]),
        ("claims.paths", "-2", ["generator=diffusion", "claims=spirals"]),
        ("claims.trees", "0", ["autoencoder=plain", "claims=latent_arithmetic"]),
        ("data.noise", "-1", ["data=two_clusters", "utility=none"]),
        ("data.noise", "-1", ["data=checker"]),
        ("data.rows", "0", ["data=two_clusters"]),
        ("data.centre", "inf", ["data=two_clusters"]),
    ],
)
def test_a_value_out_of_range_is_named(run, tmp_path, key, value, more) -> None:
    check_refused(run("tracking=none", *more, f"{key}={value}"), [f"{key}: ", value], tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["data=swiss_roll", "utility=paper", "generator=bootstrap"], ["'swiss_roll'", "nothing to classify"]),
        (["data=two_clusters", "generator=bootstrap"], ["nothing to classify", "utility=none"]),
        ([*PLANE, "data=checker", "generator=diffusion"], ["claims=spirals", "checker", "4 values", "data=swiss_roll"]),
        (
            [
                *PLANE,
                "generator=diffusion",
                "parameterization=mu",
                "sampler=ddpm",
                "sampler.steps=60",
                "schedule.steps=50",
                "network=rbf",
            ],
            ["sampler.steps is 60", "only 50 levels"],
        ),
        (
            ["data=two_clusters", "utility=none", "autoencoder=vae", "generator=bootstrap", "claims=latent_arithmetic"],
            ["claims=latent_arithmetic", "class"],
        ),
    ],
)
def test_a_cell_in_the_plane_that_cannot_be_says_so(run, tmp_path, arguments, words) -> None:
    few = ("data.rows=200", "data.val_rows=10", "data.test_rows=60", "data.fresh_rows=60", "trainer.progress=false")
    check_refused(run("tracking=none", *arguments, *few), words, tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generator=gan", "trainer.learning_rate=1e30"], ["diverged", "trainer.learning_rate"]),
        (["generator=vae", "trainer.learning_rate=1e30"], ["diverged", "trainer.learning_rate"]),
        (
            ["autoencoder=vae", "autoencoder.epochs=4", "autoencoder.learning_rate=1e30"],
            ["diverged", "autoencoder.learning_rate"],
        ),
        (["generator=gan", "conditioning=chemnet"], ["conditioning=chemnet", "SMILES"]),
        (["preset=latent_diffusion_decoupled"], ["autoencoder=decoupled", "SMILES"]),
        (["generator=gaussian", "data.per_class=1"], ["gaussian", "'kind0' has 1"]),
        (["generator=kde", "data.per_class=1"], ["kde", "'kind0' has 1"]),
    ],
)
def test_a_generator_that_cannot_be_trained_says_so(run, tmp_path, arguments, words) -> None:
    fast = ("trainer.progress=false", "utility=none", "tracking=none")
    trained = not any(word.startswith(("generator=gaussian", "generator=kde", "autoencoder")) for word in arguments)
    fast += ("trainer.epochs=4", "trainer.batch=8") if trained else ()
    generator = () if any(word.startswith(("generator", "preset")) for word in arguments) else ("generator=kde",)
    answer = run(*fast, *given(tmp_path, frame()), *generator, *arguments)
    check_refused(answer, words, tmp_path / "out")


def test_a_setting_of_a_swept_group_is_told_how_to_be_written(run, tmp_path) -> None:
    sweep = ("tracking=none", "generator=kde", "autoencoder=sequential,joint", "autoencoder.epochs=2")
    check_refused(run("-m", *sweep), ["-m first or last"], tmp_path / "out")
    check_refused(run(*sweep, "-m"), ["autoencoder.epochs", "sweep", "++autoencoder.epochs="], tmp_path / "out")


def test_latent_arithmetic_needs_two_classes(run, tmp_path) -> None:
    table = changed(slice(None), "kind", "one")
    answer = run("tracking=none", "utility=none", *given(tmp_path, table), "generator=kde", "autoencoder=vae")
    check_refused(answer, ["'one'", "at least 2 classes"], tmp_path / "out")
