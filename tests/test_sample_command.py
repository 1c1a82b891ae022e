"""The command that makes rows of a finished run, as a person types it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cells
import numpy as np
import pandas as pd
import pytest
from artifact_examples import example, finished
from refusals import frame, given

from inn_experiments import sample
from inn_experiments.data.tables.table import Table
from inn_experiments.library.loading import load


@pytest.fixture(scope="module")
def outputs(tmp_path_factory) -> Path:
    """Two finished runs of a table `rows`."""
    folder = tmp_path_factory.mktemp("finished") / "out"
    for generator in ("bootstrap", "convex"):
        finished(folder, generator)
    return folder


@pytest.fixture
def here(tmp_path, outputs, monkeypatch) -> Path:
    """An empty folder, the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(capsys, *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    return (sample.main([*arguments]), *capsys.readouterr())


def test_rows_of_a_run_are_found_by_every_name_that_it_has(here, outputs, capsys) -> None:
    kept = load("latest", outputs)._kept
    folder, number = kept.folder.parent, kept.facts.run
    names = ["latest", "rows-convex", "rows-convex-seed0", folder.parent.name, number, number[:8]]
    found = []
    for number, name in enumerate([*names, str(folder), str(folder.parent), str(folder / "synthesizer")]):
        status, out, err = asked(capsys, f"run={name}", "n=3", f"to={number}.csv", f"outputs={outputs}")
        assert (status, err) == (0, ""), err
        assert f"{number}.csv: 9 synthetic rows of 3 classes" in out and "trained on all 36 rows of rows" in out
        found.append((here / f"{number}.csv").read_bytes())
    assert len(set(found)) == 1
    table = pd.read_csv(here / "0.csv")
    assert [*table][:2] == ["kind", "0"] and [*table][-1] == "synthetic"
    assert table["kind"].value_counts().tolist() == [3] * 3
    assert f"run {kept.facts.run}," in table["synthetic"][0]
    other = asked(capsys, "run=rows-bootstrap", "n=3", "to=other.csv", f"outputs={outputs}")[1]
    assert "made by rows-bootstrap-seed0" in other


def test_classes_seed_form_and_pieces_are_as_asked_for(here, outputs, capsys) -> None:
    want = ("run=latest", f"outputs={outputs}", "classes={chemical 2: 5, chemical 0: 2}")
    assert asked(capsys, *want, "seed=1", "to=a.parquet")[0] == 0
    assert asked(capsys, *want, "seed=1", "piece=2", "to=b.parquet")[0] == 0
    assert asked(capsys, *want, "to=c.parquet")[0] == 0
    a, b, c = (pd.read_parquet(here / f"{name}.parquet") for name in "abc")
    pd.testing.assert_frame_equal(a, b)
    assert a["kind"].tolist() == ["chemical 2"] * 5 + ["chemical 0"] * 2
    assert not np.array_equal(a.iloc[:, 1:9], c.iloc[:, 1:9]) and a["synthetic"][0].endswith("drawn with seed 1")
    assert asked(capsys, "run=latest", f"outputs={outputs}", "n=2", "classes=[chemical 1]", "to=d.msp")[0] == 0
    assert (here / "d.msp").read_text(encoding="utf-8").count("Name: chemical 1") == 2
    assert asked(capsys, "run=latest", f"outputs={outputs}", "n=2")[0] == 0
    assert len(pd.read_csv(here / "rows-convex-sampled.csv")) == 6


def test_a_spreadsheet_with_decimal_commas_reads_its_own_form(here, outputs, capsys) -> None:
    want = ("run=latest", f"outputs={outputs}", "n=3", "piece=2")
    assert asked(capsys, *want, "to=point.csv")[0] == asked(capsys, *want, "to=comma.csv", "decimal=comma")[0] == 0
    again = pd.read_csv(here / "comma.csv", sep=";", decimal=",", encoding="utf-8-sig")
    pd.testing.assert_frame_equal(again, pd.read_csv(here / "point.csv"))
    assert (here / "comma.csv").read_bytes().startswith(b"\xef\xbb\xbfkind;"), "Excel takes UTF-8 by this mark"
    rows = Table(str(here / "comma.csv"), "kind").read(here)
    assert len(rows.y) == 9 and "decimal ','" in rows.told.notes


def test_what_is_there_is_not_written_over(here, outputs, capsys) -> None:
    (here / "mine.csv").write_text("mine", encoding="utf-8")
    want = ("run=latest", f"outputs={outputs}", "n=1", "to=mine.csv")
    status, _, err = asked(capsys, *want)
    assert status == 2 and "mine.csv: this file is there already; name another, or say overwrite=true" in err
    assert (here / "mine.csv").read_text(encoding="utf-8") == "mine"
    assert asked(capsys, *want, "overwrite=true")[0] == 0 and len(pd.read_csv(here / "mine.csv")) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["n=3"], "run: say which run"),
        (["run=latest"], "n: say how many rows"),
        (["run=latest", "n=-1"], "n: -1"),
        (["run=latest", "n=many"], "n: 'many'"),
        (["run=latest", "n=1", "n=2"], "n: it is given twice"),
        (["run=latest", "n"], "'n': write KEY=VALUE"),
        (["run=latest", "m=1"], "unknown key 'm'"),
        (["run=nothing", "n=1"], "none of the 2 finished runs in "),
        (["run=no/where", "n=1"], "run=no/where: there is no such folder"),
        (
            ["run=latest", "classes={chemical 9: 1}"],
            "'chemical 9' is no class of this synthesizer; did you mean 'chemical",
        ),
        (["run=latest", "classes={chemical 1"], "cannot be read"),
        (["run=latest", "classes={chemical 1:3}"], "a blank belongs behind the colon: classes={chemical 1: 3}"),
        (["run=latest", "n=1", "classes={chemical 1: 1}"], "says already"),
        (["run=latest", "n=1", "to=x.parquet", "decimal=comma"], "decimal=comma: only a CSV has decimal signs"),
        (["run=latest", "n=1", "decimal=,"], "decimal"),
        (["run=latest", "n=1", "to=x.docx"], "'.docx' is none"),
        (["run=latest", "n=1", "to=no/folder/../x.docx"], "'.docx' is none"),
        (["run=latest", "n=1", "smiles={ethanol: CCO}"], "was not told structures alone"),
        (["run=latest", "n=1", "seed=-1"], "seed: -1"),
        (["run=latest", "n=1", "piece=0"], "piece: 0"),
        (["run=latest", "n=1", "outputs=elsewhere"], "elsewhere: there is no such folder"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_no_file(here, outputs, capsys, arguments, words) -> None:
    before = {*here.iterdir()}
    own = any(each.startswith("outputs=") for each in arguments)
    status, out, err = asked(capsys, *arguments, *([] if own else [f"outputs={outputs}"]))
    assert status == 2 and err.startswith("error: ") and len(err.splitlines()) == 1 and words in err, err
    assert out == "" and {*here.iterdir()} == before


def test_the_commands_of_its_page_run_in_their_order(tmp_path, run, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[1] / "docs/sample.md").read_text(encoding="utf-8")
    first, *lines = re.search(r"```bash\n(.*?)```", page, flags=re.DOTALL)[1].splitlines()
    words = shlex.split(first)
    assert words[:3] == ["python", "-m", "inn_experiments"]
    status, _, err = run(*words[3:])
    assert status == 0, err
    for line in lines:
        words = shlex.split(line)
        assert words[:3] == ["python", "-m", "inn_experiments.sample"]
        status, _, err = asked(capsys, *words[3:], "outputs=out")
        assert status == 0, err
    assert len(pd.read_parquet("rows.parquet")) == 60


def test_help_is_printed(capsys) -> None:
    for arguments in ([], ["--help"]):
        status, out, _ = asked(capsys, *arguments)
        assert status == 0 and "inn-sample run=latest" in out
        assert all(f"  {key} " in out for key in sample.KNOWN)


def test_runs_without_mlflow_are_found_too(tmp_path, run, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = run(*given(tmp_path, frame()), "generator=convex", "utility=none", "tracking=none")
    assert status == 0, err
    for number, name in enumerate(("latest", "rows-convex")):
        assert asked(capsys, f"run={name}", "outputs=out", "n=1", f"to={number}.csv")[0] == 0
    assert [*pd.read_csv("0.csv")] == ["kind", "40", "41", "42", "synthetic"]


def test_a_compound_is_asked_for_by_its_structure(tmp_path, capsys, monkeypatch) -> None:
    pytest.importorskip("fcd", reason="ChemNet needs fcd: pip install 'inn-experiments[chem]'")
    monkeypatch.chdir(tmp_path)
    small = ("network=mlp", "network.hidden=16", "sampler.steps=5", *cells.short(2))
    example(tmp_path / "kept", "generator=diffusion", "conditioning=chemnet", *small, of=cells.chemicals())
    assert asked(capsys, "run=kept", "n=2", "smiles={hexane: CCCCCC, mixture: [CCO, O]}", "to=a.csv")[0] == 0
    assert pd.read_csv("a.csv")["label"].tolist() == ["hexane"] * 2 + ["mixture"] * 2
    status, _, err = asked(capsys, "run=kept", "n=2", "smiles={wrong: XYZ}", "to=b.csv")
    assert status == 2 and "'XYZ' is not a SMILES" in err
    name = load(tmp_path / "kept").classes[0]
    status, _, err = asked(capsys, "run=kept", "n=2", f"smiles={{{name}: C}}", "to=b.csv")
    assert status == 2 and "is a class of the data" in err


def test_damage_is_told_in_one_line(here, outputs, capsys) -> None:
    shutil.copytree(outputs, here / "copy")
    weights = load("latest", here / "copy")._kept.folder / "weights.pt"
    weights.write_bytes(weights.read_bytes()[:-9] + b"123456789")
    status, _, err = asked(capsys, "run=latest", "outputs=copy", "n=1")
    assert status == 2 and len(err.splitlines()) == 1 and "weights.pt" in err and "run its cell again" in err
    shutil.rmtree(weights.parent)
    status, _, err = asked(capsys, "run=latest", "outputs=copy", "n=1")
    assert status == 2 and "no folder synthesizer/" in err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_no_file_and_its_status(tmp_path, number, status) -> None:
    kept = example(tmp_path / "kept")
    line = [sys.executable, "-m", "inn_experiments.sample", f"run={kept.folder}", "n=100000000", "to=rows.csv"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen(line, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    while not any(path.name.startswith(".rows.csv") and path.stat().st_size for path in tmp_path.iterdir()):
        time.sleep(0.05)
        assert process.poll() is None
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == status and "stopped; no file was written" in err and "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept"]
