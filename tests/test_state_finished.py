"""A finished run is believed as long as it is whole: what is missing, cut or changed is computed again, with a word."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from inn_experiments.contracts import UserError
from inn_experiments.library.listing import runs
from inn_experiments.reports.__main__ import main as reports
from inn_experiments.sample import main as sample
from inn_experiments.tracking import collect, whole

CELL = ("data.rows=100", "generator=bootstrap", "utility=none", "hydra.run.dir=${paths.outputs}/hydra/one")
HALF = "half"


def newest(out: Path) -> Path:
    return max((out / "runs").glob("*/artifacts"), key=lambda path: path.stat().st_mtime_ns)


def harm(path: Path, how: str | None) -> None:
    """None: the file goes; `half`: it is cut; another text: it becomes that."""
    if how is None:
        path.unlink()
    elif how == HALF:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.write_text(how, encoding="utf-8")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_run_that_is_not_whole_is_computed_again_with_one_line(run, tmp_path) -> None:
    out = tmp_path / "out"
    assert run(*CELL)[0] == 0
    status, said, warned = run(*CELL)
    assert (status, warned) == (0, "") and "skipped" in said, "whole, it is believed"
    first = newest(out)
    listed = json.loads((first / whole.LIST).read_text())
    assert {"report.json", "config.yaml", "report.html", "samples.parquet", "synthesizer/weights.pt"} <= set(listed)
    damages = [("report.json", flip), ("samples.parquet", None)]
    for number, (name, how) in enumerate(damages, start=2):
        path = newest(out) / name
        flip(path) if how is flip else harm(path, how)
        status, said, warned = run(*CELL)
        assert status == 0 and "skipped:" not in said and len(warned.splitlines()) == 1, warned
        assert str(path) in warned
        assert len([*(out / "runs").glob("*/artifacts/report.json")]) == number
    status, said, warned = run(*CELL)
    assert status == 0 and "skipped" in said, "the newest is whole"
    assert len(collect.finished(out)) == len(runs(out)) == 1, "one of those that compute the same stands for them"
    (newest(out) / "report.html").unlink()
    assert "skipped" in run(*CELL)[1], "the page is made from the rest"


@pytest.fixture
def finished(tmp_path) -> Path:
    """The folder of a whole run."""
    folder = tmp_path / "run"
    (folder / "synthesizer").mkdir(parents=True)
    (folder / "figures").mkdir()
    every = ("report.json", "config.yaml", "samples.npz", "figures/curves.png")
    for name in (*every, "synthesizer/weights.pt", "synthesizer/trained.json"):
        (folder / name).write_text(f"the content of {name}")
    whole.write_list(folder)
    assert whole.damage(folder) == ""
    return folder


@pytest.mark.parametrize(
    "name", ["report.json", "config.yaml", "samples.npz", "figures/curves.png", "synthesizer/trained.json"]
)
@pytest.mark.parametrize("how", [None, HALF, "", flip])
def test_each_damage_is_named_by_its_file(finished, name, how) -> None:
    flip(finished / name) if how is flip else harm(finished / name, how)
    assert str(finished / name) in whole.damage(finished)


def test_large_files_are_known_by_their_size(finished, monkeypatch) -> None:
    monkeypatch.setattr(whole, "SMALL", 10)
    flip(finished / "synthesizer/weights.pt")
    assert whole.damage(finished) == "", "their checksum is asked when they are used"
    flip(finished / "synthesizer/trained.json")
    assert "trained.json was changed" in whole.damage(finished)


def test_a_file_that_is_written_once_more_is_known_as_it_is_then(finished) -> None:
    whole.rewrite(finished, "report.json", "other")
    assert whole.damage(finished) == ""
    for content in ("{", "[]", '{"report.json": 3}'):
        (finished / whole.LIST).write_text(content)
        assert whole.LIST in whole.damage(finished), "a list that cannot be read is no proof"
        whole.rewrite(finished, "report.json", "other")
    (finished / whole.LIST).write_text("{}")
    assert whole.damage(finished) == f"{finished / whole.LIST} does not know report.json"
    (finished / whole.LIST).unlink()
    assert whole.damage(finished) == f"{finished / whole.LIST} is missing"
    shutil.rmtree(finished / "synthesizer")
    assert whole.damage(finished) == "", "runs of older versions kept neither"


@pytest.fixture(scope="module")
def old(tmp_path_factory) -> tuple[Path, str]:
    """An outputs folder with a run of a version that wrote no list, and its report."""
    from inn_experiments.contracts import Number, Report
    from inn_experiments.tracking.mlflow import Mlflow

    out = tmp_path_factory.mktemp("old")
    with Mlflow().open(out, "cell-seed0", {"fingerprint": "f"}) as run:
        run.json("report.json", Report("cell", 0, "f", {"seed": 0}, numbers=[Number("test/a", 1.0)]).as_dict())
    (run.folder / whole.LIST).unlink()
    return out, (run.folder / "report.json").read_text()


@pytest.mark.parametrize("how", [HALF, "", "[]", "text for a number", "axes"])
def test_a_damaged_report_is_one_line_that_names_file_and_cure(old, tmp_path, capsys, how) -> None:
    out, text = old
    path = next((out / "runs").glob("*/artifacts")) / "report.json"
    changed = {HALF: text[: len(text) // 2], "text for a number": text.replace("1.0", '"many"')}
    changed["axes"] = text.replace('"axes": {\n  "seed": 0\n }', '"axes": 3')
    content = changed.get(how, how)
    assert content != text
    path.write_text(content)
    assert reports(["grid", "--outputs", str(out), "--to", str(tmp_path / "grid.md")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert str(path) in line and "run its cell again" in line
    assert sample([f"outputs={out}", "run=cell", "n=3"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert str(path) in line or "synthesizer" in line
    with pytest.raises(UserError, match="run its cell again"):
        runs(out)


def test_a_finished_cell_that_is_found_by_a_presets_name_stays_whole(run, tmp_path) -> None:
    cell = ("data.rows=100", "utility=none", "hydra.run.dir=${paths.outputs}/hydra/one")
    assert run(*cell, "generator=smote")[0] == 0
    for _ in range(2):
        status, said, warned = run(*cell, "preset=smote")
        assert (status, warned) == (0, "") and "skipped" in said
    folder = newest(tmp_path / "out")
    assert json.loads((folder / "report.json").read_text())["axes"]["preset"] == "smote"
    assert whole.damage(folder) == ""
