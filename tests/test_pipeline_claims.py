"""Whole cells of points of the plane: claims in the report and the table, figures and the animation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from measured import claims as claims_of
from measured import report_of
from PIL import Image
from refusals import frame, given

from inn_experiments.contracts import Report
from inn_experiments.measures.numbers import two_samples
from inn_experiments.synthesizers import gan

FEW = ("data.rows=300", "data.val_rows=20", "data.test_rows=80", "data.fresh_rows=80")
DIFFUSION = (
    "generator=diffusion",
    "network=rbf",
    "parameterization=mu",
    "schedule=linear",
    "schedule.steps=20",
    "sampler=ddpm",
    "sampler.steps=20",
    "conditioning=none",
    "trainer.epochs=2",
    "trainer.batch=100",
    "trainer.progress=false",
    "utility=none",
    "tracking=none",
)
SPIRALS = (*FEW, *DIFFUSION, "claims=spirals", "claims.points=60", "claims.paths=100")
FIGURES = ("forward", "reverse", "path", "steps", "real_and_generated", "states")


@pytest.fixture(autouse=True)
def few_trees(monkeypatch) -> None:
    """Trees cost nearly all of the time, and their number is not what is tested."""
    monkeypatch.setattr(two_samples, "TREES", 3)


def finished(run, folder: Path, *arguments: str) -> tuple[Report, Path, str]:
    """The report, the folder and the printed table of the one run that these arguments make."""
    status, out, err = run(*arguments)
    assert status == 0, err
    (path,) = (folder / "out/runs").rglob("report.json")
    return report_of(json.loads(path.read_text(encoding="utf-8"))), path.parent, out


@pytest.mark.parametrize("data", ["two_clusters", "swiss_roll"])
def test_a_cell_of_the_plane_measures_and_draws_its_claims(run, tmp_path, data) -> None:
    report, folder, out = finished(run, tmp_path, f"data={data}", *SPIRALS)
    claims = claims_of(report)
    assert {"home", "nearest_drawn", "nearest_half", "distance"} <= claims.keys()
    assert ("second_place" in claims) == (data == "two_clusters"), "a roll has no two places"
    for key, claim in claims.items():
        assert report.metrics[f"claims/{key}"] == claim.value
        assert np.isfinite(claim.value) and claim.n > 0
        assert claim.low <= claim.value <= claim.high
    assert claims["home"].n == 60 and claims["home"].chance is not None
    assert "points that end where they were" in out

    for name in FIGURES:
        with Image.open(folder / f"figures/{name}.png") as picture:
            assert min(picture.size) > 200
    with Image.open(folder / "figures/reverse.gif") as animation:
        assert animation.n_frames == 21
    assert not [path for path in folder.rglob("*") if path.name.startswith(".")]


def test_one_path_is_said_and_not_counted(run, tmp_path) -> None:
    report, _, out = finished(run, tmp_path, "data=two_clusters", *SPIRALS, "sampler=ddim", "sampler.steps=10")
    assert "second_place" not in claims_of(report)
    (warning,) = report.warnings
    assert "adds no noise" in warning and "warning: claims=spirals" in out


def test_the_checker_is_a_cell_with_two_classes(run, tmp_path) -> None:
    report, folder, _ = finished(run, tmp_path, "data=checker", *FEW, *DIFFUSION, "conditioning=label")
    assert report.split["features"] == 4 and report.split["classes"] == 2 and claims_of(report) == {}
    assert not (folder / "figures/reverse.gif").exists()


def test_a_collapse_of_the_gan_is_in_the_report_trained_or_kept(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(gan, "FEW", 100.0)
    small = (
        "generator=gan",
        "generator.hidden=8",
        "utility=none",
        "tracking=none",
        "trainer=smoke",
        "trainer.progress=false",
        *given(tmp_path, frame()),
    )
    report, folder, out = finished(run, tmp_path, *small)
    warning = next(each for each in report.warnings if "collapsed" in each)
    assert "generator=gan has collapsed" in warning and "warning: generator=gan has collapsed" in out
    kept = json.loads(next((tmp_path / "out/fits").rglob("trained.json")).read_text(encoding="utf-8"))
    assert {"train/real", "train/fake"} <= kept["state"]["curves"].keys()
    (folder / "report.json").unlink()
    again, _, _ = finished(run, tmp_path, *small)
    assert again.warnings == report.warnings and again.numbers == report.numbers
