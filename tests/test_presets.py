"""Presets: each is a complete synthesizer, none is forgotten by the comparison, people can change them."""

from __future__ import annotations

import re

import cells
import numpy as np
import pytest
import yaml

from inn_experiments.configuration import compose as config
from inn_experiments.contracts import Encoding, Synthesizer, UserError
from inn_experiments.tracking.collect import finished

PRESETS = sorted(path.stem for path in (config.CONF / "preset").glob("*.yaml"))
NEEDS_SMILES = {"latent_diffusion_decoupled"}
SMALL = {
    "diffusion": ["network.hidden=16", "sampler.steps=5"],
    "diffusion_conv": ["network.channels=8", "sampler.steps=5"],
    "diffusion_context": ["network.hidden=8", "sampler.steps=5"],
    "gan": ["generator.hidden=16"],
    "vae": ["generator.hidden=16"],
    "law": ["generator.hidden=16", "generator.steps=12"],
    "latent_diffusion_plain": ["network.hidden=16", "sampler.steps=5", "autoencoder.epochs=2"],
    "latent_diffusion_vae": ["network.hidden=16", "sampler.steps=5", "autoencoder.epochs=2"],
    "latent_diffusion_decoupled": [
        "network.hidden=16",
        "sampler.steps=5",
        "autoencoder.layers=2",
        "autoencoder.encoder_epochs=2",
        "autoencoder.decoder_epochs=2",
    ],
    "latent_gaussian_vae": ["autoencoder.epochs=2"],
}
LABELS = np.array([0, 2, 2, 1, 0])


def compared() -> list[str]:
    node = yaml.safe_load((config.CONF / "experiment" / "all_synthesizers.yaml").read_text(encoding="utf-8"))
    given = node["hydra"]["sweeper"]["params"]["preset"]
    assert given.startswith("glob(*")
    left_out = re.findall(r"\w+", given.partition("exclude=")[2])
    assert set(left_out) <= set(PRESETS)
    return sorted(set(PRESETS) - set(left_out))


def trained(preset: str):
    rows = cells.chemicals() if preset in NEEDS_SMILES else cells.spectra()
    made = cells.built(*cells.short(2), f"preset={preset}", *SMALL.get(preset, []))
    cells.trained(made, rows, 0)
    return rows, made


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_a_complete_synthesizer(preset):
    rows, made = trained(preset)
    assert isinstance(made, Synthesizer) and isinstance(made, Encoding) == preset.startswith("latent")
    samples = made.sample(LABELS, seed=1)
    assert samples.x.shape == (len(LABELS), rows.features) and np.isfinite(samples.x).all()
    np.testing.assert_array_equal(samples.y, LABELS)
    assert samples.x.min() >= 0 and samples.x.max() <= 1


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_names_its_cell_and_its_axis(preset):
    cfg = cells.composed(f"preset={preset}")
    assert cfg.name == f"mnist1d-{preset}" and cfg.axes["preset"] == preset
    assert cells.composed(f"preset={preset}", "data=coffee").name == f"coffee-{preset}"
    path = config.CONF / "preset" / f"{preset}.yaml"
    assert path.read_text(encoding="utf-8").startswith("# @package _global_\n# ")


def test_the_comparison_forgets_no_preset_that_needs_no_chemistry():
    assert sorted(compared()) == sorted(set(PRESETS) - NEEDS_SMILES)
    assert len(set(compared())) == len(compared())


def test_every_generator_and_every_method_has_a_preset():
    found = [cells.composed(f"preset={preset}") for preset in PRESETS]
    for group in ("generator", "method"):
        options = {path.stem for path in (config.CONF / group).glob("*.yaml")}
        chosen = {cell.choices[group] for cell in found if group == "generator" or cell.choices["generator"] == "inn"}
        assert chosen == options


@pytest.mark.parametrize("preset", [name for name in PRESETS if name in SMALL or name.startswith("inn")])
def test_the_command_line_has_the_last_word_on_the_length_of_a_training(preset):
    assert cells.composed(f"preset={preset}", "trainer.epochs=7").value("trainer.epochs") == 7


def test_all_cells_of_the_comparison_are_evaluated_alike():
    cfgs = [cells.composed("experiment=all_synthesizers", f"preset={preset}") for preset in compared()]
    assert len({str([cfg.value(group) for group in ("utility", "data", "geometry", "claims")]) for cfg in cfgs}) == 1
    assert len({cfg.fingerprint for cfg in cfgs}) == len(cfgs)
    assert cfgs[0].value("utility.protocols") == ["same_rows"]


def test_generators_in_one_latent_share_the_training_of_the_autoencoder():
    """Otherwise a comparison of the two generators would also be one of two autoencoders."""
    first, second = (cells.composed(f"preset={name}") for name in ("latent_diffusion_vae", "latent_gaussian_vae"))
    assert first.value("autoencoder") == second.value("autoencoder")
    assert first.value("trainer.weight_decay") == second.value("trainer.weight_decay")


def test_a_preset_is_no_other_computation_than_its_options():
    options = ("generator=gan", "trainer.epochs=250", "trainer.batch=64")
    assert cells.composed("preset=gan").fingerprint == cells.composed(*options).fingerprint
    assert cells.composed("preset=smote").fingerprint == cells.composed("generator=smote").fingerprint


SMOKE = ("data.rows=100", "data.val_rows=0", "data.fresh_rows=0", "utility=none")


def test_a_finished_cell_is_found_by_its_presets_name_too(run, tmp_path):
    run("generator=jitter", *SMOKE)
    status, told, _ = run("preset=jitter", *SMOKE)
    assert status == 0 and "skipped" in told
    (report,) = finished(tmp_path / "out")
    assert report.cell == "jitter" and report.axes["preset"] == "jitter"


def test_a_sweep_over_all_presets_names_none(run, tmp_path):
    status, told, _ = run("experiment=all_synthesizers", *SMOKE, "preset=glob([boot*,conv*])", "seed=0", "-m")
    assert status == 0 and "of 2 cells: 2 finished" in told and "[2/2] mnist1d_redrawn-convex" in told


def test_a_preset_with_another_generator_is_refused():
    with pytest.raises(UserError, match="generator=smote: preset=gan stands for generator=gan"):
        config.compose("preset=gan", "generator=smote")
