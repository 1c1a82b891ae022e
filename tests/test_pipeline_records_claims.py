"""The second source's claims from the command line to their reports: peaks, Gaussianity, undersampling, class size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_pipeline_records import CELL, finished, unbalanced

from inn_experiments.contracts import Report, Split, UserError
from inn_experiments.data.records.digits2d import Digits2d
from inn_experiments.measures.numbers import two_samples
from inn_experiments.measures.undersampling import Undersampling
from inn_experiments.reports.runs import frame_of
from inn_experiments.reports.studies import class_size, peaks

DIGITS = ("data=digits2d", "data.per_class=12", "data.test_fraction=0.05", "autoencoder.patch=2", "utility=none")


@pytest.fixture(autouse=True)
def few_trees(monkeypatch) -> None:
    monkeypatch.setattr(two_samples, "TREES", 3)


def only(study, report: Report) -> str:
    """What a study answers of one run."""
    from argparse import Namespace

    document = study.answer(frame_of([report]), Namespace(only={}, picture="x.png", title="T"))
    return document.markdown("2026-01-01", ["run"])


def test_digits_are_records_of_pixels(tmp_path: Path) -> None:
    split: Split = Digits2d(per_class=5).load(seed=0, cache=tmp_path)
    assert split.shape == (8, 8) and len(split.classes) == 10 and len(split.train) == 50
    assert split.train.x.min() >= 0 and split.train.x.max() == 1
    counts = split.scaling.undo(split.test.x)
    assert counts == pytest.approx(np.round(counts), abs=1e-3) and counts.max() == pytest.approx(16, abs=1e-3)


def test_peaks_of_a_cell_and_their_report(run, tmp_path) -> None:
    report, _, out = finished(run, tmp_path, *CELL, *unbalanced(tmp_path), "utility=none", "claims=peaks")
    keys = {key for key in report.metrics if key.startswith("claims/peaks/")}
    for arm in ("reconstructed", "second_reconstructed", "generated", "other"):
        assert f"claims/peaks/{arm}/found" in keys
    assert all(0 <= report.metrics[key] <= 1 for key in keys if "/found" in key or "/spurious" in key)
    text = only(peaks, report)
    assert "| generated − second |" in text and "| scattered |" in text and "found, of low intensity" in out


def test_peaks_without_an_autoencoder_have_no_reconstruction(run, tmp_path) -> None:
    plain = ("generator=bootstrap", "tracking=none", "utility=none", "claims=peaks")
    report, _, _ = finished(run, tmp_path, *plain, *unbalanced(tmp_path))
    assert not [key for key in report.metrics if "reconstructed" in key] and "generated − second" in only(peaks, report)


def test_gaussianity_of_digits(run, tmp_path) -> None:
    few = ("claims=gaussianity", "claims.draws=50", "claims.samples=20")
    report, _, out = finished(run, tmp_path, *CELL, *DIGITS, *few)
    assert report.cell == "digits2d-gaussian-sequential-k12-d4"
    (whole,) = [one for one in report.numbers if one.key == "claims/gaussianity/rejected" and one.reference is None]
    assert whole.n == 120 and 0 < whole.p <= 1 and "all classes at once" in out
    assert "claims/gaussianity/c2st/generated" in report.metrics


def test_undersampling_off_is_another_cell(run, tmp_path) -> None:
    report, _, _ = finished(
        run, tmp_path, *CELL, *unbalanced(tmp_path), "utility=none", "claims=undersampling", "autoencoder.keep=1.0"
    )
    assert report.cell.endswith("series1.0") and report.axes["series_kept"] == 1.0
    low, high, every = (report.metrics[f"claims/undersampling/{part}"] for part in ("low", "high", "all"))
    assert min(low, high) <= every <= max(low, high)
    assert every == pytest.approx(report.metrics["test/reconstruction/mse"], rel=1e-5)


def test_uplift_against_class_size_is_told_from_a_cell_with_utility(run, tmp_path) -> None:
    small = ("utility=records2d", "utility.repeats=2", "utility.trees=5", "utility.components=4")
    report, _, _ = finished(run, tmp_path, *CELL, *unbalanced(tmp_path), *small, "data.test_fraction=0.5")
    text = only(class_size, report)
    assert "slope a doubling" in text and "| few | 2 |" in text.replace("| few | 3 |", "| few | 2 |")
    assert class_size.slope(np.array([2, 4, 8]), np.array([0.3, 0.2, 0.1])) == pytest.approx(-0.1)
    assert np.isnan(class_size.slope(np.array([4, 4]), np.array([0.1, 0.2])))


def test_claims_about_records_refuse_what_has_none(run, tmp_path) -> None:
    for claim in ("peaks", "undersampling"):
        status, _, said = run(f"claims={claim}", "tracking=none", f"paths.outputs={tmp_path}")
        assert status == 2 and f"claims={claim}" in said and len(said.splitlines()) == 1
    with pytest.raises(UserError, match="no 2-D records"):
        Undersampling().check(_toy(), seed=0)


def _toy() -> Split:
    from inn_experiments.data.toys.two_clusters import TwoClusters

    return TwoClusters().load(seed=0, cache=Path())
