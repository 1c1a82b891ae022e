"""Bad input to 2-D records and their autoencoders through the command line: one line and status 2 each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from record_examples import LABELS, records, write_folder
from refusals import CHEAP, archive, check_refused

SEQUENTIAL = ("autoencoder=sequential", "autoencoder.latent=4", "autoencoder.epochs=1", "trainer.progress=false")
RARE = np.array(["10"] * 18 + ["9"] * 17 + ["rare"])


def npy(value) -> object:
    """Writes `value` as the second record of class 9."""
    return lambda root: np.save(root / "9/004.npy", value)


def text(name: str, content: str) -> object:
    return lambda root: (root / name).write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (npy(records(1)[0, :, :-1]), ["9/004.npy", "(16, 23)", "(16, 24)", "one shape"]),
        (npy(records(1)[0, 0]), ["9/004.npy", "(24,)", "a matrix"]),
        (npy(np.full((16, 24), np.nan)), ["9/004.npy", "not finite", "nan", "row 1, column 2"]),
        (npy(np.full((16, 24), "x")), ["9/004.npy", "real numbers"]),
        (text("9/notes.txt", "of the run"), ["9/notes.txt", "1 line(s)", "a matrix of numbers"]),
        (text("9/notes.md", "of the run"), ["class '9'", "notes.md", ".npy, .csv, .tsv or .txt"]),
        (text("9/004.csv", "retention,drift\n1,2\n"), ["9/004.csv", "line 1, column 2", "'drift' is no number"]),
        (text("9/004.csv", "1,2\n3,x4\n"), ["9/004.csv", "line 2, column 2", "'x4' is no number"]),
        (text("9/004.csv", "1;2\n3;4\n"), ["9/004.csv", "(2, 2)", "one shape"]),
        (text("9/004.npy", "not an array"), ["9/004.npy", "cannot be read as .npy"]),
        (lambda root: (root / "c").mkdir(), ["class 'c'", "is empty"]),
        (lambda root: write_folder(root, records(2), ["rare"] * 2), ["'rare' has 2", "too few rows"]),
    ],
)
def test_a_bad_record_is_named(run, tmp_path, change, words) -> None:
    root = write_folder(tmp_path / "records", records(), LABELS)
    change(root)
    check_refused(run(*CHEAP, "data=records2d", f"data.path={root}"), words, tmp_path / "out")


def test_names_that_are_no_text_are_named(run, tmp_path) -> None:
    root = write_folder(tmp_path / "records", records(), LABELS)
    strange = Path(os.fsdecode(os.fsencode(root / "9") + b"/caf\xe9.npy"))
    (root / "9" / "004.npy").rename(strange)
    assert run(*CHEAP, "data=records2d", f"data.path={root}", "data.test_fraction=0.5")[0] == 0
    (root / "9").rename(Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9")))
    check_refused(
        run(*CHEAP, "data=records2d", f"data.path={root}", "seed=1"), ["caf\\udce9", "no UTF-8"], tmp_path / "no"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["data=records2d"], ["data.path", "a value is required"]),
        (["data=records2d", "data.path=/nowhere/records"], ["/nowhere/records", "no such file"]),
        (["data=records2d", "data.path="], ["data.path"]),
        (["data=records2d", "data.path=."], ["data.path=", "no class found|holds"]),
    ],
)
def test_a_path_without_records_is_named(run, tmp_path, monkeypatch, arguments, words) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    *words, last = words
    answer = run(*CHEAP, *arguments)
    check_refused(answer, words, tmp_path / "out")
    assert any(word in answer[2] for word in last.split("|")), answer[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["data.label=kind"], ["data.label=kind", "no key 'kind'", "X, y"]),
        (["data.group=patient"], ["data.group=patient", "no key 'patient'"]),
        (["data.wavelet=db0"], ["data.wavelet=db0", "did you mean"]),
        (["data.wavelet=haaar"], ["data.wavelet=haaar", "families", "haar"]),
        (["data.levels=[3,1]"], ["data.levels=[3, 1]", "level 3", "16 values along retention", "is 2"]),
        (["data.levels=[1]"], ["data.levels"]),
        (["data.retention=[0,16]"], ["data.retention=[0", "from 0 to 15"]),
        (["data.drift=[7,3]"], ["data.drift=[7", "[low, high]"]),
        (["data.drift=[5.1,5.2]"], ["data.drift=[5.1, 5.2]", "leaves nothing"]),
        (["data.test_fraction=0.9"], ["data.test_fraction=0.9", "sum"]),
        (["data.per_class=0"], ["data.per_class"]),
        (["data.per_class=1", "generator=gaussian"], ["gaussian", "'10' has 1"]),
        (["data.per_class=1", "generator=kde"], ["kde", "'10' has 1"]),
        (["data.per_class=1", "generator=kde", *SEQUENTIAL], ["kde", "'10' has 1"]),
        ([*SEQUENTIAL, "autoencoder.latent=9"], ["autoencoder.latent=9", "8 retention times", "at most 8"]),
        (
            [*SEQUENTIAL, "autoencoder=joint", "autoencoder.latent=9"],
            ["autoencoder.latent=9", "12 drift times", "at most 8"],
        ),
        ([*SEQUENTIAL, "data.retention=[0,5]"], ["autoencoder.latent=4", "retention times", "at most 3"]),
        ([*SEQUENTIAL, "autoencoder.learning_rate=1e30"], ["diverged", "autoencoder.learning_rate"]),
        (["claims=spirals", "generator=diffusion"], ["claims=spirals", "96 values", "no known manifold"]),
        (["autoencoder=decoupled"], ["autoencoder=decoupled", "SMILES"]),
    ],
)
def test_a_choice_that_does_not_go_with_the_records_is_named(run, tmp_path, arguments, words) -> None:
    check_refused(run(*CHEAP, *archive(tmp_path), *arguments), words, tmp_path / "out")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"y": np.full(36, "b")}, ["every record has the class 'b'", "at least 2"]),
        ({"y": np.arange(35)}, ["'y'", "(36,)", "(35,)"]),
        ({"y": RARE}, ["'rare' has 1", "too few rows"]),
        ({"X": np.ones((36, 16, 24))}, ["zero variance"]),
        ({"X": records()[0]}, ["'X'", "(16, 24)"]),
        ({"X": np.where(np.arange(24) == 7, np.inf, records(36))}, ["record 1", "column 8", "36 records"]),
        ({"drift": np.arange(5)}, ["'drift'", "24 numbers"]),
    ],
)
def test_a_bad_archive_is_named(run, tmp_path, changes, words) -> None:
    check_refused(run(*CHEAP, *archive(tmp_path, **changes)), words, tmp_path / "out")


@pytest.mark.parametrize(
    ("key", "value", "more"),
    [
        ("autoencoder.latent", "0", ["autoencoder=sequential"]),
        ("autoencoder.latent", "0", ["autoencoder=joint"]),
        ("autoencoder.patch", "0", ["autoencoder=sequential"]),
        ("autoencoder.keep", "1.5", ["autoencoder=sequential"]),
        ("autoencoder.low_variance", "-1", ["autoencoder=sequential"]),
        ("autoencoder.width", "30", ["autoencoder=joint"]),
        ("autoencoder.normalise", "none", ["autoencoder=sequential"]),
        ("data.imbalance", "0", []),
        ("data.records", "-3", []),
        ("data.spread", "-1", []),
        ("utility.components", "many", ["utility=records2d"]),
    ],
)
def test_a_value_out_of_range_is_named(run, tmp_path, key, value, more) -> None:
    answer = run("tracking=none", "data=gcims_simulated", "generator=gaussian", *more, f"{key}={value}")
    check_refused(answer, [f"{key}: ", value, "it should be"], tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["utility.components=0"], ["utility.components", "1 or more"]),
        (["utility.components=-3"], ["utility.components", "-3", "1 or more"]),
    ],
)
def test_components_that_cannot_be_are_named(run, tmp_path, arguments, words) -> None:
    answer = run("generator=bootstrap", "tracking=none", "utility=records2d", *archive(tmp_path), *arguments)
    check_refused(answer, words, tmp_path / "out")


@pytest.mark.parametrize("autoencoder", ["sequential", "joint"])
def test_spectra_are_no_records(run, tmp_path, autoencoder) -> None:
    short = ["data.rows=60", "data.val_rows=0", "data.fresh_rows=0", "trainer.progress=false"]
    answer = run(*CHEAP, *short, f"autoencoder={autoencoder}")
    check_refused(answer, [f"autoencoder={autoencoder}", "2-D records", "data=records2d"], tmp_path / "out")


def test_a_latent_as_wide_as_the_smaller_side_is_allowed(run, tmp_path) -> None:
    status, _, err = run(*CHEAP, *archive(tmp_path), *SEQUENTIAL, "autoencoder.latent=8")
    assert status == 0, err


def test_from_a_shell_as_well(tmp_path: Path) -> None:
    arguments = [*CHEAP, *archive(tmp_path), *SEQUENTIAL, "autoencoder.latent=9"]
    line = [sys.executable, "-m", "inn_experiments", f"paths.outputs={tmp_path / 'out'}", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    check_refused((done.returncode, done.stdout, done.stderr), ["autoencoder.latent=9"], tmp_path / "out")
