"""Bad input to diffusion, chemistry, autoencoders and geometry: one line and status 2 each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from refusals import check_refused, frame, given

DIFFUSION = (
    "generator=diffusion",
    "network=mlp",
    "network.hidden=16",
    "trainer=smoke",
    "trainer.progress=false",
    "utility=none",
    "tracking=none",
)


def chemical(**changes: str) -> pd.DataFrame:
    """The table with a SMILES for each class; `changes` are those of classes."""
    table = frame()
    known = {"kind0": "CCO", "kind1": "CCN", "kind2": "c1ccccc1", "kind3": "CCC|CCCC"} | changes
    table["smiles"] = [known[kind] for kind in table["kind"]]
    return table


@pytest.mark.parametrize(
    ("key", "value", "more"),
    [
        ("sampler.steps", "0", []),
        ("sampler.steps", "-1", []),
        ("sampler.steps", "many", []),
        ("sampler.steps", "0", ["sampler=ddpm"]),
        ("sampler.variance", "-1", ["sampler=ddpm"]),
        ("sampler.variance", "backward", ["sampler=ddpm"]),
        ("sampler.eta", "1.5", []),
        ("sampler.spacing", "even", []),
        ("sampler.spacing", "3", ["sampler=unipc"]),
        ("generator.ema", "2", []),
        ("generator.clip", "3", []),
        ("schedule.steps", "0", []),
        ("schedule.last", "1.5", ["schedule=linear"]),
        ("network.hidden", "0", ["network=mlp"]),
        ("network.embedding", "7", ["network=mlp"]),
        ("network.activation", "swish", ["network=mlp"]),
        ("trainer.precision", "float16", []),
        ("trainer.checkpoint_minutes", "-1", []),
        ("autoencoder.widths", "[-3]", ["autoencoder=plain"]),
        ("autoencoder.widths", "12", ["autoencoder=plain"]),
        ("autoencoder.layers", "0", ["autoencoder=decoupled"]),
        ("autoencoder.latent", "0", ["autoencoder=plain"]),
        ("autoencoder.encoder_error", "2", ["autoencoder=decoupled"]),
        ("geometry.rows", "-1", ["geometry=per_class"]),
        ("geometry.rows", "many", ["geometry=per_class"]),
        ("data.noise", "-1", ["data=swiss_roll"]),
        ("data.imbalance", "0", ["data=ims_simulated"]),
        ("data.concentration", "[0, 1]", ["data=ims_simulated"]),
        ("data.smiles.DEB", "CCO", ["data=ims_simulated"]),
        ("data.unseen", "-1", ["data=massbank", "data.path=."]),
        ("data.ion_mode", "both", ["data=massbank", "data.path=."]),
        ("data.bin_width", "0", ["data=massbank", "data.path=."]),
    ],
)
def test_a_value_out_of_range_is_named(run, tmp_path, key, value, more) -> None:
    answer = run("tracking=none", "generator=diffusion", *more, f"{key}={value}")
    check_refused(answer, [f"{key}: ", value, "it should be"], tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generator=smote", "sampler=ddpm"], ["sampler=ddpm", "generator=smote"]),
        (["sampler.steps=10"], ["sampler", "generator=inn"]),
        (["generator=smote", "conditioning=chemnet"], ["conditioning=chemnet", "generator=smote"]),
        (["method=svd", "generator=diffusion"], ["method=svd", "generator=diffusion"]),
        (["generator=diffusion", "loss=kl"], ["loss=kl", "generator=diffusion"]),
        (["generator=diffusion", "sampling=convex"], ["sampling=convex", "generator=diffusion"]),
        (["method=svd", "network=mlp"], ["network=mlp", "method=svd", "point_unet"]),
        (["generator=diffusion", "sampler=euler"], ["sampler=euler", "ddim, ddpm, dpmpp, unipc"]),
        (["generator=diffusion", "sampler=unipc", "sampler.eta=1"], ["'sampler.eta'", "spacing"]),
        (["generator=diffusion", "sampler=dpmpp", "sampler.steps=101"], ["sampler.steps is 101", "only 100 levels"]),
        (["generator=diffusion", "sampler=ddpm", "sampler.eta=1"], ["'sampler.eta'", "steps"]),
        (["autoencoder=vea"], ["autoencoder=vea", "decoupled, joint, none, plain, sequential, vae"]),
        (["autoencoder.layers=3"], ["'autoencoder.layers'", "has no settings"]),
        (["autoencoder=plain", "autoencoder.encoder_epochs=4"], ["'autoencoder.encoder_epochs'", "'epochs'"]),
        (["generator=diffusion", "+conditioning.open=true"], ["'open' in conditioning", "none here"]),
        (["generator=diffusion", "conditioning._target_=os.system"], ["os.system", "not allowed"]),
        (["data=massbank"], ["data.path", "a value is required"]),
        (["data=table", "data.path=x.csv"], ["data.label: a value is required", "(the column of the class, or"]),
        (["objective=test/geometry/generated/c2st"], ["objective=", "geometry=none", "another geometry"]),
        (["objective=utility/disjoint/real/f1_macro", "utility=none"], ["objective=", "utility=none"]),
        (["autoencoder=plain", "geometry=latents"], ["objective=test/samples/fid", "geometry=latents"]),
        (
            ["generator=smote", "utility=none", "geometry=per_class", "geometry.rows=2"],
            ["geometry.rows is 2", "5 or more"],
        ),
        (["data=swiss_roll"], ["'swiss_roll'", "nothing to classify", "utility=none"]),
    ],
)
def test_a_choice_that_cannot_be_is_named(run, tmp_path, arguments, words) -> None:
    check_refused(run("tracking=none", *arguments), words, tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sampler.steps=1000"], ["sampler.steps is 1000", "only 100 levels"]),
        (["schedule.steps=50"], ["sampler.steps is 100", "only 50 levels", "sampler.steps=50"]),
        (["sampler=ddpm", "sampler.steps=200"], ["sampler.steps is 200"]),
        (["generator.ema=1"], ["generator.ema: 1", "less than 1"]),
        (["conditioning=chemnet"], ["conditioning=chemnet", "SMILES", "data.smiles=COLUMN"]),
        (["autoencoder=decoupled"], ["autoencoder=decoupled", "SMILES", "autoencoder=plain"]),
        (
            ["trainer.learning_rate=1e30", "trainer.batch=8", "conditioning=label"],
            ["diverged", "trainer.learning_rate"],
        ),
        (
            [
                "autoencoder=plain",
                "autoencoder.epochs=4",
                "autoencoder.batch=8",
                "autoencoder.learning_rate=1e30",
                "autoencoder.widths=[8]",
            ],
            ["diverged", "autoencoder.learning_rate"],
        ),
    ],
)
def test_a_diffusion_that_cannot_be_built_or_trained_says_so(run, tmp_path, arguments, words) -> None:
    check_refused(run(*DIFFUSION, *given(tmp_path, frame()), *arguments), words, tmp_path / "out")


@pytest.mark.parametrize("part", ["conditioning=chemnet", "conditioning=label_chemnet", "autoencoder=decoupled"])
@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        (chemical(), "formula", ["data.smiles=formula", "kind, smiles, 40, 41, 42"]),
        (chemical(kind1="C1CC(no"), "smiles", ["'kind1'", "'C1CC(no'", "not a SMILES"]),
        (chemical(kind2="CCO|"), "smiles", ["'kind2'", "empty component"]),
    ],
)
def test_bad_chemistry_is_named(run, tmp_path, part, table, column, words) -> None:
    table = given(tmp_path, table)
    check_refused(run(*DIFFUSION, *table, f"data.smiles={column}", part), words, tmp_path / "out")


def test_rows_of_one_class_with_two_structures_are_named(run, tmp_path) -> None:
    table = chemical()
    table.loc[4, "smiles"] = "CCCCC"
    answer = run(*DIFFUSION, *given(tmp_path, table), "data.smiles=smiles", "conditioning=chemnet")
    check_refused(answer, ["'kind0'", "'CCCCC'", "'CCO'"], tmp_path / "out")


@pytest.mark.parametrize("package", ["fcd", "rdkit"])
@pytest.mark.parametrize("part", ["conditioning=chemnet", "autoencoder=decoupled"])
def test_a_missing_package_is_named_with_what_to_install(run, tmp_path, monkeypatch, package, part) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    answer = run(*DIFFUSION, *given(tmp_path, chemical()), "data.smiles=smiles", part)
    check_refused(answer, [f"'{package}' is missing", "inn-experiments[chem]"], tmp_path / "out")


@pytest.mark.parametrize("loss", ["fid", "kl"])
def test_bfloat16_trains_with_every_loss(run, tmp_path, loss) -> None:
    quick = ["trainer=smoke", "trainer.progress=false", "trainer.precision=bfloat16", "utility=none", "tracking=none"]
    status, _, err = run(*quick, *given(tmp_path, frame()), f"loss={loss}", "method=semi_implicit")
    assert status == 0, err


def test_from_a_shell_as_well(tmp_path: Path) -> None:
    table = [*given(tmp_path, chemical(kind1="C1CC(no")), "data.smiles=smiles", "conditioning=chemnet"]
    line = [sys.executable, "-m", "inn_experiments", f"paths.outputs={tmp_path / 'out'}", *DIFFUSION, *table]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    check_refused((done.returncode, done.stdout, done.stderr), ["'kind1'", "not a SMILES"], tmp_path / "out")
