"""The claims of normality and of the score, of strided levels and of variances, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from measured import claims as claims_of
from measured import report_of
from refusals import check_refused

from inn_experiments.contracts import Report
from inn_experiments.measures.numbers import two_samples

SMALL = ("data.rows=200", "data.val_rows=20", "data.test_rows=80", "data.fresh_rows=80", "trainer.epochs=1")
QUIET = ("trainer.progress=false", "tracking=none", "schedule.steps=20", "seed=0")


@pytest.fixture(autouse=True)
def few_trees(monkeypatch) -> None:
    """Trees cost nearly all of the time, and their number is not what is tested."""
    monkeypatch.setattr(two_samples, "TREES", 3)


def finished(run, folder: Path, *arguments: str) -> list[Report]:
    status, _, err = run(*arguments)
    assert status == 0, err
    return [report_of(json.loads(path.read_text())) for path in sorted((folder / "out/runs").rglob("report.json"))]


def test_the_score_of_every_parameterization(run, tmp_path) -> None:
    reports = finished(run, tmp_path, "experiment=score", *SMALL, *QUIET, "claims.rows=50")
    assert {report.axes["parameterization"] for report in reports} == {"x0", "epsilon", "v", "mu"}
    for report in reports:
        claims = claims_of(report)
        assert {"score/error", "score/error_020", "score/cosine_001", "score/remembered_001"} <= claims.keys()
        assert all(one.chance is not None for one in claims.values())


def test_normality_is_measured_without_learning(run, tmp_path) -> None:
    (report,) = finished(
        run, tmp_path, "experiment=normality", "data=two_clusters", *SMALL, *QUIET, "claims.rows=60", "claims.repeats=8"
    )
    claims = claims_of(report)
    assert {"normality/0000_shape", "normality/0020_c2st", "normality/coins_one_shape"} <= claims.keys()
    assert report.axes["generator"] == "diffusion" and claims["normality/0000_shape"].value == 1


@pytest.mark.parametrize(
    ("experiment", "swept", "names"),
    [
        ("strided", ("sampler.steps=5,20", "sampler=ddpm,ddim"), ["ddpm-T20-s5", "ddpm-T20-s20", "linear-T20-s5"]),
        ("variance", ("sampler.variance=posterior,forward,0",), ["ddpm-T20", "ddpm-T20-varforward", "ddpm-T20-var0"]),
    ],
)
def test_samplers_of_one_training_are_cells_with_names_of_their_own(run, tmp_path, experiment, swept, names) -> None:
    few = ("data=two_clusters", "claims.points=30", "claims.paths=60")
    reports = finished(run, tmp_path, f"experiment={experiment}", *SMALL, *QUIET, *few, *swept)
    cells = {report.cell for report in reports}
    assert all(any(cell.endswith(name) for cell in cells) for name in names), cells
    assert len(cells) == len(reports) and all("claims/off_manifold" in report.metrics for report in reports)
    assert len(list((tmp_path / "out/fits").rglob("trained.json"))) == 1, "a sampler asks for no new training"


def test_data_of_unknown_density_have_no_score(run, tmp_path) -> None:
    answer = run("experiment=score", "hydra.mode=RUN", "data=swiss_roll", "seed=0", "parameterization=epsilon", *QUIET)
    check_refused(answer, ["claims=score", "swiss_roll", "two_clusters"], tmp_path / "out")
