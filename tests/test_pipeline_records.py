"""Whole cells of 2-D records from the command line to the report, and back in as records."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from measured import claims as claims_of
from measured import per_class, report_of
from measured import treatments as treatments_of
from refusals import archive

from inn_experiments.contracts import Report
from inn_experiments.data.records.records2d import Records2d
from inn_experiments.measures.numbers import two_samples

CELL = (
    "autoencoder=sequential",
    "autoencoder.latent=4",
    "autoencoder.epochs=2",
    "autoencoder.width=8",
    "generator=gaussian",
    "trainer.progress=false",
    "tracking=none",
)
UTILITY = ("utility=records2d", "utility.repeats=2", "utility.trees=5")


@pytest.fixture(autouse=True)
def few_trees(monkeypatch) -> None:
    """Trees cost nearly all of the time, and their number is not what is tested."""
    monkeypatch.setattr(two_samples, "TREES", 3)


def finished(run, folder: Path, *arguments: str) -> tuple[Report, Path, str]:
    """The report, the folder and the printed table of the one run that these arguments make."""
    before = set((folder / "out").rglob("report.json"))
    status, out, err = run(*arguments)
    assert status == 0, err
    (path,) = set((folder / "out").rglob("report.json")) - before
    return report_of(json.loads(path.read_text(encoding="utf-8"))), path.parent, out


def unbalanced(folder: Path) -> list[str]:
    """Records of three classes, 20, 10 and 6 of them, each with a block of its own."""
    y = np.repeat(["many", "some", "few"], [20, 10, 6])
    x = np.random.default_rng(0).gamma(2.0, 1.0, (36, 16, 24))
    for place, label in enumerate(("many", "some", "few")):
        x[y == label, :, 8 * place : 8 * place + 6] += 6
    return archive(folder, X=x, y=y)


def test_a_cell_of_records_is_complete_and_its_samples_are_records(run, tmp_path) -> None:
    report, folder, out = finished(
        run,
        tmp_path,
        *CELL,
        *UTILITY,
        *unbalanced(tmp_path),
        "data.test_fraction=0.5",
        "claims=latent_arithmetic",
        "claims.rows=4",
        "claims.trees=10",
    )
    assert report.cell == "records-gaussian-sequential-d4"
    assert report.split["shape"] == [8, 12]
    assert [step["step"] for step in report.split["preprocessing"]["steps"]] == ["wavelet", "crop", "log", "minmax"]
    for figure in ("preprocessing", "real_and_generated", "pca", "curves"):
        assert (folder / f"figures/{figure}.png").stat().st_size > 1000
    assert not (folder / "samples.parquet").exists()

    treatments = treatments_of(report, "same_rows")
    assert {"real", "synthetic", "reconstructed", "reconstructed_synthetic", "convex", "shuffled"} <= treatments.keys()
    for name in ("real", "synthetic", "reconstructed_synthetic"):
        f1 = per_class(report, f"utility/same_rows/{name}/f1")
        assert list(f1) == ["few", "some", "many"], "smallest first"
        assert np.isfinite(list(f1.values())).all()
    sizes = list(per_class(report, "utility/same_rows/real/n_train").values())
    assert sizes == sorted(sizes)
    assert report.metrics["test/reconstruction/mse"] > 0 and report.find("test/reconstruction/mse", reference="pca")
    claims = claims_of(report)
    assert {"arithmetic/shifted", "arithmetic/unshifted", "arithmetic/rows", "arithmetic/ceiling"} <= claims.keys()
    assert report.metrics["claims/arithmetic/shifted"] == claims["arithmetic/shifted"].value
    # 22 components of 22 training records there are not.
    (warning,) = [one for one in report.warnings if "components" in one]
    assert "22" in warning
    for part in ("MSE reconstruction", "reconstructed + synthetic", "F1, smallest classes", "claim"):
        assert part in out
    assert all(
        len(line) <= 80
        for line in out.splitlines()
        if not line.startswith(("the runs'", "files", "read ")) and str(tmp_path)[:20] not in line
    )

    back = Records2d(str(folder / "samples.npz"), label="label", test_fraction=0.5, val_fraction=0.0)
    split = back.load(seed=0, cache=tmp_path)
    with np.load(folder / "samples.npz", allow_pickle=False) as made:
        assert made["X"].shape == (report.split["test"], 16, 24) and np.isfinite(made["X"]).all()
        assert set(made["label"].tolist()) == set(split.classes) == {"many", "some", "few"}
    whole = len(split.train) + len(split.test)
    assert whole == report.split["test"] and split.shape == (8, 12)


def test_samples_are_another_cell_s_data_from_the_command_line(run, tmp_path) -> None:
    plain = ("generator=bootstrap", "utility=none", "tracking=none")
    x = np.random.default_rng(0).gamma(2.0, 1.0, (100, 16, 24))
    y = np.array(["a", "b"])[np.arange(100) % 2]
    first, folder, _ = finished(run, tmp_path, *plain, *archive(tmp_path, X=x, y=y), "data.test_fraction=0.5")
    again = ["data=records2d", f"data.path={folder / 'samples.npz'}", "data.label=label"]
    second, _, _ = finished(run, tmp_path, *plain, *again)
    sizes = second.split
    assert sizes["train"] + sizes["val"] + sizes["test"] == first.split["test"]
    assert sizes["shape"] == first.split["shape"] and second.cell == "samples-bootstrap"


def test_everything_is_fitted_again_where_it_is_asked_for(run, tmp_path) -> None:
    repeated = ("utility=records2d_refit", "utility.repeats=2", "utility.trees=3", "utility.components=5")
    report, _, _ = finished(run, tmp_path, *CELL, *repeated, *unbalanced(tmp_path))
    assert "reconstructed_synthetic" in treatments_of(report, "same_rows")
    assert not [one for one in report.warnings if "components" in one]


def test_without_an_autoencoder_nothing_is_reconstructed(run, tmp_path) -> None:
    report, _, out = finished(
        run, tmp_path, "generator=kde", "tracking=none", *UTILITY, "utility.components=5", *unbalanced(tmp_path)
    )
    assert treatments_of(report, "same_rows").keys().isdisjoint({"reconstructed", "reconstructed_synthetic"})
    assert "reconstruct" not in out
