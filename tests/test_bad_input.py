"""Bad input, item by item, through the real command line: one clear line, status 2, nothing half-written."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from refusals import CHEAP, changed, check_refused, frame, given

MASSBANK = Path(__file__).resolve().parents[2] / "shared/data/massbank_ms2_50/massbank_ms2_50.npz"


@pytest.mark.parametrize(
    ("table", "arguments", "words"),
    [
        (frame(), ["data.path=/nowhere/rows.csv"], ["/nowhere/rows.csv", "no such file"]),
        (frame(), ["data.path=/dev/null"], ["/dev/null", "not an ordinary file"]),
        (frame(), ["data.label=chemical"], ["data.label=chemical", "kind, 40, 41, 42"]),
        (frame(), ["data.features=[40,43]"], ["data.features=43", "40, 41, 42"]),
        (changed(2, "41", "nan"), [], ["row 3", "'41'", "nan"]),
        (changed(6, "42", "inf"), [], ["row 7", "'42'", "inf"]),
        (changed(4, "41", "trace"), [], ["'41'", "not numeric", "row 5", "'trace'"]),
        (changed(0, "kind", "rare"), [], ["'rare' has 1", "too few rows for the split"]),
        (frame().assign(kind="one"), [], ["'one'", "at least 2 classes"]),
        (frame().assign(**dict.fromkeys(["40", "41", "42"], 5.0)), [], ["zero variance", "40 rows"]),
        (frame(), ["data.per_class=1", "generator=inn", "sampling=convex"], ["sampling=convex", "'kind0' has 1"]),
        (frame(), ["data.per_class=1", "generator=smote"], ["smote", "'kind0' has 1"]),
        (
            changed(slice(None), "41", -3.0),
            ["generator=inn", "sampling=multiplicative", "data.scaling=standard"],
            ["sampling=multiplicative", "smallest training value is -"],
        ),
    ],
)
def test_bad_data_is_named(run, tmp_path, table, arguments, words) -> None:
    check_refused(run(*CHEAP, *given(tmp_path, table), *arguments), words, tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sampling=poisson"], ["sampling=poisson", "convex, gaussian, multiplicative"]),
        (["network=pointunet"], ["network=pointunet", "did you mean 'point_unet'"]),
        (["methd=svd"], ["'methd'", "did you mean 'method'"]),
        (["final_fitt=false"], ["'final_fitt'", "did you mean 'final_fit'"]),
        (["trainer.epoch=3"], ["'trainer.epoch'", "did you mean 'epochs'"]),
        (["+trainer.epoch=3"], ["'epoch' in trainer", "did you mean 'epochs'"]),
        (["seed=abc"], ["seed: 'abc'", "integer"]),
        (["seed=0,1"], ["seed=0,1", "-m", "seed=[0,1]"]),
        (["trainer.epochs=many"], ["trainer.epochs: 'many'", "integer"]),
        (["method=null"], ["null", "--help"]),
        (["~method"], ["method", "generator=inn"]),
        (["~utility"], ["utility", "every run needs it"]),
        (["objective="], ["objective: ''"]),
        (["data.path=my file(1).csv"], ["my file(1).csv", "quoted"]),
        (["loose"], ["'loose'", "KEY=VALUE"]),
        (["generator.reads=[method]"], ["generator.reads", "cannot be set"]),
        (["generator=smote", "method=svd"], ["method=svd", "generator=smote"]),
        (["method=svd", "parameterization=epsilon"], ["parameterization=epsilon", "method=svd", "x0"]),
        (["method=explicit", "parameterization=v"], ["parameterization=v", "method=explicit"]),
        (["method=svd", "network=conv_unet"], ["network=conv_unet", "method=svd", "point_unet"]),
        (["method=explicit", "network=conv_unet"], ["network=conv_unet", "method=explicit", "point_unet"]),
        (["data._target_=os.system"], ["_target_ 'os.system'", "not allowed"]),
        (["method._target_=inn_experiments.methods.svd.Walked"], ["_target_", "no such class"]),
        (["--foo"], ["--foo", "--help"]),
        (["utility.protocols=[]"], ["utility.protocols", "utility=none"]),
        (["utility.protocols=[disjoint,disjoint]"], ["utility.protocols", "each once"]),
    ],
)
def test_a_mistake_on_the_command_line_is_named(run, tmp_path, arguments, words) -> None:
    check_refused(run("tracking=none", *arguments), words, tmp_path / "out")


@pytest.mark.parametrize(
    ("key", "value", "more"),
    [
        ("seed", "-1", []),
        ("generator.iterations", "0", []),
        ("generator.level", "1.5", []),
        ("generator.prime_share", "2", []),
        ("generator.mix", "1.5", []),
        ("generator.start", "nowhere", []),
        ("trainer.epochs", "0", []),
        ("trainer.batch", "0", []),
        ("trainer.learning_rate", "-1", []),
        ("trainer.learning_rate", "inf", []),
        ("trainer.weight_decay", "nan", []),
        ("trainer.threads", "0", []),
        ("trainer.accelerator", "tpu", []),
        ("network.hidden", "0", []),
        ("network.layers", "-1", []),
        ("network.embedding", "7", []),
        ("network.slope", "0", ["network.activation=leaky_relu"]),
        ("network.layers", "0", ["network=square"]),
        ("network.applications", "0", ["network=masked_mlp"]),
        ("network.channels", "0", ["network=conv_unet"]),
        ("network.levels", "30", ["network=conv_unet"]),
        ("schedule.steps", "0", []),
        ("schedule.offset", "-1", []),
        ("loss.weight", "-1", []),
        ("loss.shrinkage", "2", []),
        ("loss.bins", "1", ["loss=kl"]),
        ("loss.floor", "0", ["loss=kl"]),
        ("method.floor", "-1", ["method=svd"]),
        ("method.refine_steps", "-1", ["method=svd"]),
        ("method.round_trip_fi", "-1", ["method=semi_implicit"]),
        ("generator.neighbours", "0", ["generator=smote"]),
        ("generator.scale", "-1", ["generator=jitter"]),
    ],
)
def test_a_value_out_of_range_is_named(run, tmp_path, key, value, more) -> None:
    """Before anything is loaded: the message has the key, the value and what it should be."""
    check_refused(run("tracking=none", *more, f"{key}={value}"), [f"{key}: ", value, "it should be"], tmp_path / "out")


@pytest.mark.parametrize("loss", ["mse", "fid", "kl"])
def test_a_training_that_diverges_says_so(run, tmp_path, loss) -> None:
    fast = [f"loss={loss}", "trainer=smoke", "trainer.progress=false", "trainer.batch=8", "trainer.learning_rate=1e30"]
    answer = run("utility=none", "tracking=none", *fast, *given(tmp_path, frame()))
    check_refused(answer, ["diverged in epoch", "trainer.learning_rate"], tmp_path / "out")


def test_a_typo_in_an_experiment_file_is_named(run, tmp_path) -> None:
    (tmp_path / "conf/experiment").mkdir(parents=True)
    text = "# @package _global_\n# Mine.\ntrainer:\n  epoch: 3\n"
    (tmp_path / "conf/experiment/mine.yaml").write_text(text, encoding="utf-8")
    answer = run("tracking=none", f"hydra.searchpath=[file://{tmp_path / 'conf'}]", "experiment=mine")
    check_refused(answer, ["'epoch' in trainer", "did you mean 'epochs'"], tmp_path / "out")


@pytest.mark.parametrize("where", ["/proc/nothing", "/dev/null/x", "/dev/full"])
def test_an_outputs_folder_that_cannot_be_written_is_named(run, tmp_path, where) -> None:
    check_refused(run(*CHEAP, f"paths.outputs={where}"), [where], tmp_path / "out")


@pytest.mark.parametrize("file", ["samples.parquet", "report.json"])
def test_a_full_disk_is_one_line_and_leaves_no_finished_run(run, tmp_path, monkeypatch, file) -> None:
    place = os.replace

    def full(source, target, **more):
        if Path(target).name == file:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        place(source, target, **more)

    monkeypatch.setattr(os, "replace", full)
    answer = run("generator=bootstrap", "utility=none", *given(tmp_path, frame()))
    status, _, err = answer
    assert status == 2 and err.startswith("error: ") and len(err.splitlines()) == 1, err
    assert file in err and "no space left on device" in err
    names = {path.name for path in (tmp_path / "out/runs").rglob("*") if path.is_file()}
    assert "report.json" not in names and not [name for name in names if name.startswith(".")]
    with contextlib.closing(sqlite3.connect(tmp_path / "out/mlflow.db")) as connection:
        assert connection.execute("SELECT status FROM runs").fetchall() == [("FAILED",)]


def test_a_database_that_is_none_is_named(run, tmp_path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mlflow.db").write_text("these are no tables" * 100)
    check_refused(run("generator=bootstrap", "utility=none"), ["not a database", "paths.outputs"], tmp_path / "out")


def test_parts_that_do_not_go_together_leave_no_run(run, tmp_path) -> None:
    levels = ["generator=diffusion", "schedule.steps=10", "sampler.steps=20"]
    check_refused(run(*levels, *given(tmp_path, frame())), ["sampler.steps", "schedule"], tmp_path / "out")
    assert not (tmp_path / "out/mlflow.db").exists()


@pytest.mark.skipif(not MASSBANK.exists(), reason="the MassBank set is not beside this checkout (../shared/data)")
def test_groups_too_few_for_disjoint_name_the_override_that_helps(run, tmp_path) -> None:
    table = ["data=table", f"data.path={MASSBANK}", "data.label=y", "data.group=contributor"]
    cheap = ["generator=bootstrap", "tracking=none", "utility=smoke"]
    answer = run(*cheap, *table, "utility.protocols=[same_rows,disjoint]")
    check_refused(answer, ["disjoint", "group(s)", "utility.protocols=[same_rows]"], tmp_path / "out")
    small = ["data.per_class=2", "utility.trees=1", "utility.repeats=1"]
    status, out, err = run(*cheap, *table, *small)
    assert status == 0, err
    assert "same_rows" in out and "left out: utility.protocols disjoint" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*CHEAP, "data=table", "data.path=/nowhere/x.csv", "data.label=y"], ["data.path=/nowhere/x.csv"]),
        (["generator=smote", "method=svd"], ["method=svd", "generator=smote"]),
        (["paths.outputs=/proc/nothing"], ["/proc/nothing"]),
    ],
)
def test_from_a_shell_as_well(tmp_path, arguments, words) -> None:
    line = [sys.executable, "-m", "inn_experiments", f"paths.outputs={tmp_path / 'out'}", "tracking=none", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    check_refused((done.returncode, done.stdout, done.stderr), words, tmp_path / "out")
