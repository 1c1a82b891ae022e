"""Whole cells from the command line to the report: Table 8, one class alone, unseen compounds."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from massbank_examples import many, write
from measured import per_class, report_of

from inn_experiments.contracts import Report
from inn_experiments.measures.geometry import GEOMETRY
from inn_experiments.measures.numbers import two_samples
from inn_experiments.reports import __main__ as reports

CHEMICALS = ["DEB", "DEM", "DMMP", "DPM", "DtBP", "JP8", "MES", "TEPO"]
QUICK = ["trainer.progress=false", "trainer.epochs=2", "sampler.steps=5", "schedule.steps=20"]
DIFFUSION = ["generator=diffusion", "network=mlp", "network.hidden=16", "utility=none", "tracking=none", *QUICK]
PLAIN = ["autoencoder=plain", "autoencoder.widths=[12]", "autoencoder.latent=5", "autoencoder.epochs=2"]


@pytest.fixture(autouse=True)
def few_trees(monkeypatch) -> None:
    """Trees cost nearly all of the time, and their number is not what is tested."""
    monkeypatch.setattr(two_samples, "TREES", 3)


def six_compounds(folder: Path) -> list[str]:
    """Overrides for 72 records of six compounds, two of which are kept out of training."""
    path = write(folder / "records", *many(6, 3, 4))
    return ["data=massbank", f"data.path={path}", "data.min_spectra=1", "data.compounds=null", "data.unseen=2"]


def finished(run, folder: Path, *arguments: str) -> tuple[Report, Path]:
    """The report and the folder of the one run that these arguments make."""
    status, _, err = run(*arguments)
    assert status == 0, err
    (path,) = (folder / "out/runs").rglob("report.json")
    return report_of(json.loads(path.read_text(encoding="utf-8"))), path.parent


def test_table_8_from_the_command_line(run, tmp_path, capsys) -> None:
    small = ["data.rows=1200", "data.imbalance=2", "geometry.rows=20", "network.hidden=32"]
    small += ["autoencoder.widths=[64]", "autoencoder.encoder_epochs=2", "autoencoder.decoder_epochs=2"]
    report, folder = finished(run, tmp_path, "experiment=table8", *small, *QUICK)
    assert per_class(report, "test/geometry/n") == dict.fromkeys(CHEMICALS, 20)
    scores = (
        "real/mean",
        "generated/judge",
        "second/judge",
        "gaussian/pc1",
        *(f"generated/{one.key}" for one in GEOMETRY),
    )
    for score in scores:
        values = per_class(report, f"test/geometry/{score}")
        assert list(values) == CHEMICALS and np.isfinite(list(values.values())).all()
    assert report.split["name"] == "ims_simulated"
    assert {"test/geometry/generated/c2st", "test/geometry/second/coverage"} <= report.metrics.keys()
    for figure in ("geometry", "pca", "curves", "real_and_generated"):
        assert (folder / f"figures/{figure}.png").stat().st_size > 1000

    sheets = sorted(path.stem for path in (folder / "eye_test").glob("*.png"))
    assert sheets == sorted(f"sheet_{name}" for name in CHEMICALS)
    with (folder / "eye_test/key/key.csv").open(encoding="utf-8", newline="") as handle:
        key = list(csv.DictReader(handle))
    assert [line["class"] for line in key] == CHEMICALS
    assert {line["synthetic_panel"] for line in key} <= set("ABCDEF")
    judged = per_class(report, "test/geometry/generated/judge")
    assert {line["class"]: float(line["judge_c2st_generated"]) for line in key} == judged
    samples = pd.read_parquet(folder / "samples.parquet")
    assert len(samples) == report.split["test"] and samples.shape[1] == 1676 + 1
    written = [path for path in (tmp_path / "out").rglob("*") if "hydra" not in path.parts]
    assert not [path for path in written if path.name.startswith((".", "tmp"))]
    assert not list((tmp_path / "out/fits").glob("*.unfinished"))

    outputs, target = ["--outputs", str(tmp_path / "out")], tmp_path / "results.md"
    assert reports.main(["table8", *outputs, "--to", str(target)]) == 0
    text = target.read_text(encoding="utf-8")
    assert all(f"\n| {name} | 20 |" in text for name in CHEMICALS) and report.cell in text
    column = "test/geometry/generated/c2st"
    line = ["effects", *outputs, "--factors", "parameterization,schedule", "--columns", column, "--to", str(target)]
    assert reports.main(line) == 0
    text = target.read_text(encoding="utf-8")
    assert f"| parameterization | schedule | {column} | seeds |" in text and "| x0 | cosine |" in text
    assert "1 runs" in capsys.readouterr().out


@pytest.mark.parametrize("autoencoder", [[], PLAIN], ids=["direct", "latent"])
def test_compounds_without_training_rows_are_made_from_their_smiles(run, tmp_path, autoencoder) -> None:
    report, _ = finished(run, tmp_path, *six_compounds(tmp_path), *DIFFUSION, "conditioning=chemnet", *autoencoder)
    assert report.split["unseen"] == 24 and report.split["classes"] == 6
    scores = {key: value for key, value in report.metrics.items() if key.startswith("unseen/cosine/")}
    sources = ("generated", "nearest_compound", "same_compound")
    assert {f"unseen/cosine/{source}" for source in sources} <= scores.keys()
    assert all(0 <= value <= 1 for value in scores.values())
    assert list((tmp_path / "out/cache").rglob("*ttribution*"))


def test_unseen_compounds_that_cannot_be_asked_for_are_a_warning(run, tmp_path) -> None:
    report, _ = finished(run, tmp_path, *six_compounds(tmp_path), *DIFFUSION, "conditioning=label")
    assert not [key for key in report.metrics if key.startswith("unseen/")]
    assert any("data.unseen" in text and "conditioning=chemnet" in text for text in report.warnings)


def test_a_table_of_one_class_is_enough_for_diffusion_and_its_geometry(run, tmp_path) -> None:
    sizes = ["data.rows=300", "data.val_rows=50", "data.test_rows=100", "data.fresh_rows=100", "geometry.rows=50"]
    roll = ["data=swiss_roll", "geometry=per_class", "conditioning=none", *sizes, *DIFFUSION]
    report, folder = finished(run, tmp_path, *roll)
    assert per_class(report, "test/geometry/n") == {"swiss_roll": 50}
    assert (folder / "figures/geometry.png").is_file() and (folder / "eye_test/sheet_swiss_roll.png").is_file()
    samples = pd.read_parquet(folder / "samples.parquet")
    assert samples.shape == (100, 3)
