"""A handful of spectra a class from the command line: what cannot be measured is left out with a word, the rest is."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from measured import report_of, treatments
from refusals import check_refused

from inn_experiments.contracts import Number, Report, UserError
from inn_experiments.reports import __main__ as reports
from inn_experiments.running.job import objective
from inn_experiments.tracking import whole

QUICK = ("trainer=smoke", "trainer.progress=false", "utility.trees=5")
CELLS = {
    "inn": (),
    "diffusion": ("generator=diffusion", "schedule.steps=10", "sampler.steps=3", "network.hidden=16"),
    **{name: (f"generator={name}",) for name in ("smote", "gaussian", "bootstrap")},
}


def given(folder: Path, counts: list[int], batch: int = 0) -> list[str]:
    """Overrides for a table of so many spectra of each class, in groups of `batch` rows of one class, if any."""
    rng, y = np.random.default_rng(0), np.repeat(np.arange(len(counts)), counts)
    peaks = np.exp(-((np.arange(24) - 5 * y[:, None] - 4) ** 2) / 6)
    rows = pd.DataFrame(peaks + 0.3 * rng.random(peaks.shape), columns=[str(1000 + 10 * place) for place in range(24)])
    rows["kind"] = [f"kind {label}" for label in y]
    overrides = ["data=table", f"data.path={folder / 'few.csv'}", "data.label=kind"]
    if batch:
        rows["batch"] = [f"b{row // batch}" for row in range(len(rows))]
        overrides.append("data.group=batch")
    rows.to_csv(folder / "few.csv", index=False)
    return overrides


def finished(run, folder: Path, *arguments: str) -> tuple[Report, str, Path]:
    """The report of a run that ends well, what it prints, and its folder; nothing of it is NaN or infinite."""
    status, out, err = run(*arguments, *QUICK)
    assert status == 0, err
    (path,) = (folder / "out/runs").rglob("report.json")
    plain = json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    for each in plain["numbers"]:
        low, high = each.get("low", each["value"]), each.get("high", each["value"])
        assert np.isfinite([low, high]).all() and low <= each["value"] <= high, each
    assert {"real_and_generated.png", "pca.png"} <= {each.name for each in (path.parent / "figures").iterdir()}
    return report_of(plain), out, path.parent


@pytest.mark.parametrize("generator", CELLS)
def test_five_spectra_of_four_classes_run_to_the_end(run, tmp_path, generator) -> None:
    report, out, _ = finished(run, tmp_path, *given(tmp_path, [5] * 4), *CELLS[generator])
    assert report.metrics["test/samples/fid"] >= 0 and "fresh/samples/fid" not in report.metrics
    found = treatments(report, "same_rows")
    assert list(found)[:2] == ["real", "synthetic"] and not treatments(report, "disjoint")
    for one in found.values():
        f1 = one["f1_macro"]
        assert f1.half is None or 0 <= f1.value - f1.half < f1.value + f1.half <= 1
    said = " ".join(report.warnings)
    assert "fresh real rows are left out: 4 of them beside 4 test rows" in said
    assert "left out: utility.protocols disjoint" in said and "too few to leave 2 for training" in said
    assert "C2ST" in out and "±" in out and "warning: " in out
    score = report.find("test/samples/c2st")
    assert 0 <= score.low <= score.value <= score.high <= 1 and f"{score.low:.2f}"[1:] in out


@pytest.mark.parametrize("generator", CELLS)
def test_three_spectra_of_two_classes_run_to_the_end(run, tmp_path, generator) -> None:
    cell = (*CELLS[generator], "geometry=per_class", "tracking=none")
    report, out, _ = finished(run, tmp_path, *given(tmp_path, [3, 3]), *cell)
    assert report.split["val"] == 0 and not any("/samples/" in key for key in report.metrics)
    said = " ".join(report.warnings)
    for words in (
        "3 rows leave none for the validation part",
        "generated rows are left out",
        "geometry: 2 of 2 classes",
    ):
        assert words in said
    assert treatments(report, "same_rows")["real"]["f1_macro"].value <= 1 and "macro F1" in out


@pytest.mark.parametrize("generator", ["smote", "inn"])
def test_a_class_of_three_beside_one_of_many_is_not_taken_for_certain(run, tmp_path, generator) -> None:
    cell = (*CELLS[generator], "geometry=per_class", "tracking=none", "utility.rows=60")
    report, out, _ = finished(run, tmp_path, *given(tmp_path, [3, 120]), *cell)
    real = treatments(report, "same_rows")["real"]
    few = treatments(report, "same_rows", "kind 0")["real"]["f1"]
    assert few.half is few.low is few.high is None and "(too few)" in out
    # One test row is half of the macro score.
    assert real["f1_macro"].value == 1 and real["f1_macro"].low < 0.6 < real["accuracy"].low
    assert {number.of for number in report.numbers if number.key == "test/geometry/n"} == {"kind 1"}


def test_two_batches_a_class_are_divided_and_only_what_they_allow_is_measured(run, tmp_path) -> None:
    cell = ("generator=smote", "tracking=none")
    report, _, _ = finished(run, tmp_path, *given(tmp_path, [8] * 3, batch=4), *cell)
    assert treatments(report, "same_rows") and not treatments(report, "disjoint")
    assert "left out: utility.protocols disjoint" in " ".join(report.warnings)


def test_what_is_asked_for_by_name_is_refused_by_name(run, tmp_path) -> None:
    few = given(tmp_path, [5] * 4)
    answer = run(*few, "generator=smote", "utility.protocols=[disjoint]")
    check_refused(answer, ["disjoint", "'kind 0' has 2 row(s)"], tmp_path / "out")
    answer = run(*few, "generator=smote", "data.per_class=1")
    check_refused(answer, ["SMOTE", "'kind 0' has 1 training row"], tmp_path / "out")
    answer = run(*given(tmp_path, [2, 9]), "generator=smote")
    check_refused(answer, ["'kind 0' has 2", "at least 3"], tmp_path / "out")


def test_the_objective_of_what_is_left_out_is_no_number_and_a_mistyped_one_is_named() -> None:
    report = Report("c", 0, "f", {}, numbers=[Number("test/samples/fid", 1.0)])
    assert objective(report, "test/samples/fid") == 1.0
    assert math.isnan(objective(report, "utility/disjoint/real/f1_macro"))
    for key in ("test/samples/fd", "test/inverse/mse"):
        with pytest.raises(UserError, match="no such metric"):
            objective(report, key)


def test_a_sweep_of_few_rows_says_nothing_twice_and_two_seeds_have_no_interval(run, tmp_path, capsys) -> None:
    few = ("utility.per_class=2", "utility.repeats=1", "hydra/launcher=stacked", "seed=0,1")
    status, _, err = run(*given(tmp_path, [3] * 4), *QUICK, *few, "-m")
    assert status == 0, err
    assert "leave none for the validation part" not in err
    for number, path in enumerate((tmp_path / "out/runs").rglob("report.json")):
        plain = json.loads(path.read_text(encoding="utf-8"))
        for each in plain["numbers"]:
            each["value"] = float(number) if each["key"] == "utility/same_rows/real/f1_macro" else each["value"]
        # As the program itself writes one anew: an edited report is not believed.
        whole.rewrite(path.parent, path.name, json.dumps(plain))
    to = ["--outputs", str(tmp_path / "out"), "--to", str(tmp_path / "table.md")]
    line = ["compare", *to, "--rows", "method", "--columns", "utility/same_rows/real/f1_macro"]
    assert reports.main(line) == 0, capsys.readouterr().err
    assert "0.500 (too few)" in (tmp_path / "table.md").read_text(encoding="utf-8")
