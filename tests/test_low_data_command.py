"""The study of few rows a class from the command line: cells that cannot be fitted are missing, the rest is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from inn_experiments.configuration import compose as config
from inn_experiments.reports.__main__ import main
from inn_experiments.tracking.collect import finished

NAMES = sorted(path.stem for path in (config.CONF / "experiment").glob("low_data*.yaml"))


def test_a_sweep_goes_on_after_cells_of_one_row_and_its_report_names_them(tmp_path):
    rng, y = np.random.default_rng(0), np.repeat(np.arange(4), 10)
    np.savez(tmp_path / "four.npz", X=rng.exponential(0.2, (40, 12)) + np.eye(4, 12)[y], y=y.astype(str))
    given = [f"data.path={tmp_path / 'four.npz'}", "preset=smote,bootstrap", "data.per_class=1,3", "seed=0,1"]
    short = ["utility.trees=5", "utility.per_class=4", f"paths.outputs={tmp_path / 'out'}"]
    line = [sys.executable, "-m", "inn_experiments", "-m", "experiment=low_data", *given, *short]
    done = subprocess.run(line, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert done.returncode == 2 and "of 8 cells: 2 failed, 6 finished" in done.stdout, done.stderr
    reports = finished(tmp_path / "out")
    assert {report.split["test"] for report in reports} == {16}
    to = tmp_path / "low_data.md"
    assert main(["low_data", "--outputs", str(tmp_path / "out"), "--to", str(to)]) == 0
    text = to.read_text()
    assert "four, 4 rows a class added: smote, 1 rows a class: seed 0, 1" in text
    assert "| 3: real + smote + convex |" in text and "| 1: real + copies |" in text
    assert to.with_suffix(".png").stat().st_size > 10_000


@pytest.mark.parametrize("name", NAMES)
def test_every_version_of_the_study_keeps_one_pool_and_adds_the_same_methods(name):
    given = ["data.path=rows.npz"] if name in ("low_data", "low_data_contributor") else []
    cell = config.compose(f"experiment={name}", *given)
    assert cell.value("data.pool_seed") == 0 and cell.value("data.fresh_fraction") == 0
    assert cell.value("utility.protocols") == ["same_rows"] and cell.value("utility.trees") == 300
    assert {"forest", "logistic", "cosine"} <= set(cell.value("utility.classifiers"))
    sweep = yaml.safe_load((config.CONF / "experiment" / f"{name}.yaml").read_text()).get("hydra", {})
    assert name == "low_data_contributor" or sweep["sweeper"]["params"]["data.per_class"].startswith("1,2,3,5,10")
