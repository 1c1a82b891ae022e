"""The built wheel, installed without this checkout: every command that rows are got by, from another folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pandas as pd
import pytest
from refusals import frame

ROOT = Path(__file__).parents[1]
QUICK = ("generator=convex", "utility=smoke")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The folder of the commands of an environment with the wheel and, from this one, what it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder / "wheel"), str(ROOT)]
    subprocess.run([*pip, *build], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    binaries = folder / "venv/bin"
    (wheel,) = (folder / "wheel").glob("*.whl")
    subprocess.run([*pip, f"--python={binaries / 'python'}", "install", "--no-deps", str(wheel)], check=True)
    # A folder named in such a file is not looked through for others, so that the checkout stays out.
    (site,) = (folder / "venv/lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf-8")
    return binaries


@pytest.fixture(scope="module")
def home(installed, tmp_path_factory) -> Path:
    """A person's folder with a table and one finished run of it."""
    folder = tmp_path_factory.mktemp("home")
    frame().to_csv(folder / "my.csv", index=False)
    line = ["-m", "inn_experiments", "data=table", "data.path=my.csv", "data.label=kind", *QUICK]
    done = typed(folder, installed / "python", *line)
    assert done.returncode == 0, done.stderr
    return folder


def typed(folder: Path, *line: str | Path) -> subprocess.CompletedProcess:
    """What a shell in that folder answers."""
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        list(map(str, line)), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_program_is_the_installed_one(installed, home) -> None:
    done = typed(home, installed / "python", "-c", "import inn_experiments; print(inn_experiments.__file__)")
    assert str(installed.parent) in done.stdout and str(ROOT) not in done.stdout, done.stderr


@pytest.mark.parametrize("command", [["inn-sample"], ["python", "-m", "inn_experiments.sample"]])
def test_rows_are_sampled(installed, home, command) -> None:
    folder = next((home / "outputs/runs").glob("*/artifacts")).parent
    line = [installed / command[0], *command[1:]]
    done = typed(home, *line, f"run={folder}", "n=100", "to=a.csv", "overwrite=true")
    assert done.returncode == 0, done.stderr
    assert len(pd.read_csv(home / "a.csv")) == 400
    wanted = ["run=latest", "classes={kind1: 50}", "to=rows.parquet", "seed=1", "overwrite=true"]
    done = typed(home, *line, *wanted)
    assert done.returncode == 0, done.stderr
    assert pd.read_parquet(home / "rows.parquet")["kind"].tolist() == ["kind1"] * 50


def test_a_run_that_was_copied_elsewhere_makes_the_same_rows(installed, home, tmp_path) -> None:
    folder = next((home / "outputs/runs").glob("*/artifacts")).parent
    shutil.copytree(folder, tmp_path / "copied")
    for place, run in ((home, str(folder)), (tmp_path, "copied")):
        done = typed(place, installed / "inn-sample", f"run={run}", "n=3", "to=same.csv")
        assert done.returncode == 0, done.stderr
    assert (home / "same.csv").read_bytes() == (tmp_path / "same.csv").read_bytes()


PYTHON = """
import numpy as np
from inn_experiments import Augmenter, load, runs
rng = np.random.default_rng(0)
X, y = rng.gamma(1.0, 1.0, (20, 8)), np.repeat(["a", "b"], 10)
X2, y2 = Augmenter("convex", n_per_class=20, random_state=0).fit_resample(X, y)
print(X2.shape, load("latest").sample({"kind1": 5}).shape, len(runs("outputs").frame()))
"""
MODEL = """
import glob, mlflow, pandas as pd
path = glob.glob("outputs/runs/models/*/artifacts")[0]
asked = pd.DataFrame({"label": ["kind2"], "n": [3]})
print(mlflow.pyfunc.load_model(path).predict(asked, params={"seed": 1})["kind"].tolist())
"""


@pytest.mark.parametrize(("code", "words"), [(PYTHON, "(60, 8) (5, 5) 1"), (MODEL, "['kind2', 'kind2', 'kind2']")])
def test_python_programs_get_rows(installed, home, code, words) -> None:
    done = typed(home, installed / "python", "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(words)


def test_a_recommendation_is_given(installed, home) -> None:
    data = ["data=table", "data.path=my.csv", "data.label=kind"]
    quick = ["presets=[convex]", "repeats=1", "trees=5"]
    done = typed(home, installed / "inn-experiments", "recommend", *data, *quick)
    assert done.returncode == 0, done.stderr
    assert "use none" in done.stdout or "take " in done.stdout


def test_the_report_of_a_run_is_one_page(installed, home) -> None:
    (page,) = (home / "outputs/runs").glob("*/artifacts/report.html")
    before = page.read_bytes()
    done = typed(home, installed / "python", "-m", "inn_experiments.reports.cell.html", page.parent)
    assert done.returncode == 0, done.stderr
    assert b"Verdict" in before and page.read_bytes()[:2000] == before[:2000]
