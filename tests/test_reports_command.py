"""The command line of the grid's report: which runs belong together, and files written whole."""

from __future__ import annotations

import pytest
from reports_examples import CELLS, ONLY, SEEDS, found_by, framed, make_report

from inn_experiments.contracts import UserError
from inn_experiments.reports import __main__ as command
from inn_experiments.reports.studies.grid.cells import select_grid


def test_runs_that_do_not_belong_together_are_refused():
    other = make_report(CELLS[0], 0)
    other["axes"] = {**other["axes"], "prime": "catalogue"}
    one = make_report(CELLS[1], 0)
    one["axes"] = {**one["axes"], "prime": "orthogonal"}
    with pytest.raises(UserError, match="differ in prime.*catalogue, orthogonal"):
        select_grid(framed([other, one]), ONLY, None)
    assert select_grid(framed([other, one]), {**ONLY, "prime": "cat*"}, None).frame.axes["prime"].tolist() == [
        "catalogue"
    ]
    with pytest.raises(UserError, match="two finished runs claim the place implicit, fid, gaussian, seed 0"):
        select_grid(framed([one | {"axes": other["axes"]}, other]), ONLY, None)
    with pytest.raises(UserError, match="network=square"):
        select_grid(framed([one]), {"network": "square"}, None)


def test_command_writes_both_files_and_repeats_itself(tmp_path, monkeypatch):
    reports = [make_report(cell, seed) for cell in CELLS for seed in SEEDS]
    found_by(monkeypatch, reports)
    target = tmp_path / "results" / "paper_grid.md"
    arguments = [
        "grid",
        "--outputs",
        str(tmp_path),
        "--to",
        str(target),
        "--date",
        "2026-01-01",
        "--epochs",
        "1000",
        "--command",
        "python -m inn_experiments experiment=paper_grid seed=0,1,2,3,4",
    ]
    assert command.main(arguments) == 0
    first = [target.read_bytes(), target.with_suffix(".png").read_bytes()]
    assert command.main(arguments) == 0
    assert [target.read_bytes(), target.with_suffix(".png").read_bytes()] == first
    text = first[0].decode()
    assert "experiment=paper_grid seed=0,1,2,3,4" in text
    assert "80 of 80 runs finished" in text
    assert sorted(path.name for path in target.parent.iterdir()) == ["paper_grid.md", "paper_grid.png"]


def test_command_names_a_wrong_folder_and_axis(tmp_path, monkeypatch, capsys):
    assert command.main(["grid", "--outputs", str(tmp_path / "none"), "--to", str(tmp_path / "a.md")]) == 2
    assert "no such folder" in capsys.readouterr().err
    found_by(monkeypatch, [make_report(CELLS[0], 0)])
    assert command.main(["grid", "--outputs", str(tmp_path), "--to", str(tmp_path / "a.md"), "--epochs", "3"]) == 2
    assert "epochs=3" in capsys.readouterr().err
    assert not (tmp_path / "a.md").exists()
