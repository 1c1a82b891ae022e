"""A trained synthesizer is a self-contained folder of its run: whole or absent, checked, and read by nothing else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cells
import numpy as np
import pytest
from artifact_examples import example, kept
from test_presets import NEEDS_SMILES, PRESETS, SMALL
from test_trained_files import SHORT

from inn_experiments.artifact.kept import read
from inn_experiments.contracts import UserError
from inn_experiments.training.files import RECORD, WEIGHTS, read_record

LABELS = np.array([0, 2, 2, 1, 0])
FOLDER = "synthesizer"


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_makes_the_same_rows_after_it_was_kept(tmp_path, preset) -> None:
    given = (*cells.short(2), f"preset={preset}", *SMALL.get(preset, []))
    rows = cells.chemicals() if preset in NEEDS_SMILES else cells.spectra()
    made = cells.trained(cells.built(*given), rows)
    found = kept(tmp_path / "run", made, cells.composed(*given), rows)
    again = found.synthesizer
    np.testing.assert_array_equal(again.sample(LABELS, seed=3).x, made.sample(LABELS, seed=3).x)
    assert again.parameters == made.parameters
    np.testing.assert_array_equal(found.scaling.undo(rows.test.x), rows.scaling.undo(rows.test.x))
    np.testing.assert_array_equal(found.axis, rows.axis)


def test_what_its_rows_are_is_told_without_a_tensor_being_read(tmp_path) -> None:
    rows, found = cells.spectra(), example(tmp_path)
    (tmp_path / FOLDER / WEIGHTS).write_bytes(b"")
    facts = read(tmp_path).facts
    assert facts == found.facts
    assert facts.classes == rows.classes and facts.columns == tuple(str(place) for place in range(16))
    assert facts.counts == dict.fromkeys(rows.classes, 12) and facts.part == "train"
    assert len(facts.rows) == 64 and facts.versions["inn-experiments"]
    assert facts.config["generator"]["_target_"].endswith("Convex") and facts.config["choices"]["generator"] == "convex"


def test_other_rows_have_another_identity(tmp_path) -> None:
    first, second = example(tmp_path / "a"), example(tmp_path / "b", of=cells.spectra(per_class=13))
    assert first.facts.rows != second.facts.rows
    assert example(tmp_path / "c").facts.rows == first.facts.rows


@pytest.mark.parametrize("place", ["", "artifacts", "artifacts/synthesizer"])
def test_it_is_found_in_the_folder_of_its_run(tmp_path, place) -> None:
    made = example(tmp_path / "artifacts")
    assert read(tmp_path / place).facts == made.facts


def test_a_folder_without_one_is_named(tmp_path) -> None:
    with pytest.raises(UserError, match="nowhere: there is no such folder; give the folder of a finished run"):
        read(tmp_path / "nowhere")
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="no folder synthesizer/.*version 0.9 or later"):
        read(tmp_path)


def test_a_training_that_was_kept_for_itself_is_no_artifact(tmp_path) -> None:
    from inn_experiments.training.files import write

    write(tmp_path, cells.fitted(*SHORT, epochs=1, of=cells.spectra()).state(), {"parts": {}})
    with pytest.raises(UserError, match="not with what its rows are; give the folder of a run"):
        read(tmp_path)


def test_another_format_is_refused_with_the_version_that_made_it(tmp_path) -> None:
    example(tmp_path)
    folder = tmp_path / FOLDER
    told = read_record(folder, "synthesizer", "any")["recipe"]
    told["facts"]["versions"]["inn-experiments"] = "7.1"
    cells.resealed(folder, recipe=told | {"artifact": 99})
    with pytest.raises(UserError, match="format 99, and this version reads 1; use the version that made it .7.1."):
        read(tmp_path)
    cells.resealed(folder, version=98)
    with pytest.raises(UserError, match="format 98, and this program reads"):
        read(tmp_path)


@pytest.mark.parametrize("file", [WEIGHTS, RECORD])
@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "gone", "text"])
def test_damage_is_named_and_a_cure_is_said(tmp_path, file, damage) -> None:
    example(tmp_path)
    path = tmp_path / FOLDER / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    new = {"cut": bytes(content[: len(content) // 2]), "empty": b"", "flipped": bytes(content), "text": b"[1]"}
    path.unlink() if damage == "gone" else path.write_bytes(new[damage])
    with pytest.raises(UserError, match=rf"{file}.*(copy it once more, or run its cell again|is missing)"):
        read(tmp_path).synthesizer.sample(LABELS, seed=0)


def test_nothing_but_parts_of_this_program_is_made_of_it(tmp_path) -> None:
    example(tmp_path)
    told = read_record(tmp_path / FOLDER, "synthesizer", "any")["recipe"]
    evil = {"_target_": "shutil.copyfile", "src": "/etc/hostname", "dst": str(tmp_path / "copy")}
    for parts in ({"generator": evil}, {"generator": {**told["parts"]["generator"], "minimum": evil}}):
        cells.resealed(tmp_path / FOLDER, recipe=told | {"parts": parts})
        with pytest.raises(UserError, match=r"not allowed|unknown key"):
            read(tmp_path).synthesizer.sample(LABELS, seed=0)
    assert not (tmp_path / "copy").exists()


def test_a_second_one_in_the_same_place_replaces_the_first(tmp_path) -> None:
    example(tmp_path)
    second = example(tmp_path, "generator=bootstrap")
    assert type(second.synthesizer).__name__ == "Bootstrap" and [path.name for path in tmp_path.iterdir()] == [FOLDER]


WRITES = """
import sys
sys.path[:0] = {paths!r}
import cells
from artifact_examples import example
rows = cells.spectra(per_class=4000, features=64)
print("ready", flush=True)
while True:
    example({folder!r}, of=rows)
    print("written", flush=True)
"""


def test_a_kill_while_it_is_written_leaves_it_whole_or_absent(tmp_path) -> None:
    places = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    code = WRITES.format(paths=places, folder=str(tmp_path / "run"))
    rng, states = np.random.default_rng(0), []
    for _ in range(4):
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0.01, 0.4))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        states.append((tmp_path / "run" / FOLDER).exists())
        if states[-1]:
            assert len(read(tmp_path / "run").synthesizer.sample(LABELS, seed=0).x) == len(LABELS)
        else:
            with pytest.raises(UserError, match="no such folder|no folder synthesizer"):
                read(tmp_path / "run")


def test_it_is_read_without_data_outputs_or_pickle(tmp_path, run) -> None:
    table = tmp_path / "rows.csv"
    table.write_text(
        "kind,1100 nm,1102 nm,1104 nm\n" + "".join(f"{'ab'[n % 2]},{n},{2 * n % 7},{n % 5}\n" for n in range(24)),
        encoding="utf-8",
    )
    status, _, err = run("data=table", f"data.path={table}", "data.label=kind", "generator=smote", "utility=none")
    assert status == 0, err
    folder = next((tmp_path / "out/runs").glob("*/artifacts"))
    before = read(folder)
    shutil.copytree(folder / FOLDER, tmp_path / "elsewhere/mine")
    shutil.rmtree(tmp_path / "out")
    table.unlink()
    files = {path.suffix for path in (tmp_path / "elsewhere/mine").iterdir()}
    assert files == {".pt", ".json"}
    code = (
        "from inn_experiments.library.loading import load\n"
        f"print(load({str(tmp_path / 'elsewhere/mine')!r}).sample(5, seed=2).to_json())"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    made = json.loads(done.stdout)
    assert before.facts.unit == "nm"
    assert list(made) == ["kind", "1100 nm", "1102 nm", "1104 nm", "synthetic"]
    assert list(made["kind"].values()) == ["a"] * 5 + ["b"] * 5
