"""The report on 2-D records: numbers over seeds, paired differences, classes, and runs that do not go together."""

from __future__ import annotations

import io
from argparse import Namespace
from dataclasses import replace

import pytest
from rich.console import Console

from inn_experiments.contracts import UserError
from inn_experiments.contracts.report import Number, Report
from inn_experiments.measures.numbers.intervals import corrected_interval
from inn_experiments.reports import __main__ as command
from inn_experiments.reports.cell.console import cell_table
from inn_experiments.reports.runs import frame_of
from inn_experiments.reports.studies.records2d import (
    STUDY,
    class_table,
    control_table,
    reconstruction_table,
    separability_table,
    utility_table,
)
from inn_experiments.reports.studies.records2d.runs import Kind, Width, by_kind, by_width, chosen_runs

SIZES = {"small": 10, "middle": 30, "large": 80}
GAINS = {"small": 0.3, "middle": 0.2, "large": 0.1}
ACCURACY = {
    "real": 0.75,
    "synthetic": 0.84,
    "reconstructed": 0.7,
    "reconstructed_synthetic": 0.82,
    "convex": 0.8,
    "both": 0.83,
    "bootstrap": 0.75,
    "shuffled": 0.3,
    "synthetic_only": 0.7,
}
SEEDS = (0, 1, 2)


def utility_numbers(treatment: str, wobble: float) -> list[Number]:
    prefix, accuracy = f"utility/same_rows/{treatment}", ACCURACY[treatment] + wobble
    numbers = [
        Number(f"{prefix}/n_train", 120),
        Number(f"{prefix}/n_test", 60),
        Number(f"{prefix}/accuracy", accuracy, half=0.02),
        Number(f"{prefix}/f1_macro", accuracy - 0.1, half=0.02),
        Number(f"{prefix}/difference_f1_macro", ACCURACY[treatment] - ACCURACY["real"], half=0.02),
    ]
    if treatment in ("real", "synthetic", "convex", "reconstructed", "reconstructed_synthetic"):
        for name, size in SIZES.items():
            gain = GAINS[name] if treatment == "synthetic" else 0.0
            numbers += [
                Number(f"{prefix}/n_train", size, of=name),
                Number(f"{prefix}/n_test", size // 2, of=name),
                Number(f"{prefix}/f1", 0.5 + gain, half=0.02, of=name),
                Number(f"{prefix}/difference_f1", gain, half=0.02, of=name),
            ]
    return numbers


def make_run(
    seed: int,
    generator: str = "gaussian",
    autoencoder: str = "sequential",
    latent: int = 16,
    utility: bool = True,
    error: float | None = None,
    data: str = "gcims_simulated",
) -> Report:
    error = 0.16 / latent + 0.001 * seed if error is None else error
    numbers = [
        Number("test/reconstruction/mse", error),
        Number("test/reconstruction/share", error / 0.05),
        Number("test/reconstruction/mse", 0.05, reference="global_mean"),
        Number("test/reconstruction/mse", 0.008, reference="pca"),
    ]
    numbers += [number for name in ACCURACY if utility for number in utility_numbers(name, 0.01 * seed)]
    return Report(
        cell=f"gcims_simulated-{generator}-{autoencoder}-d{latent}",
        seed=seed,
        fingerprint=f"{generator}{autoencoder}{latent}{seed}{utility}",
        parameters=5000,
        axes={"data": data, "generator": generator, "autoencoder": autoencoder, "latent": latent, "seed": seed},
        numbers=numbers,
        warnings=["utility.components is 22, but"],
        versions={"torch": "2.9"},
        split={"train": 120, "test": 60, "features": 6144},
    )


def every() -> list[Report]:
    runs = [make_run(seed, generator) for seed in SEEDS for generator in ("gaussian", "kde")]
    widths = [(name, latent) for name in ("sequential", "joint") for latent in (8, 16, 32)]
    for name, latent in widths:
        for seed in SEEDS:
            error = None if name == "sequential" else 0.16 / latent + 0.002 + 0.001 * seed
            runs.append(make_run(seed, "gaussian", name, latent, utility=False, error=error))
    return runs


EVERY = frame_of(every())


def line(table: str, first: str) -> list[str]:
    """The entries of the one row that begins with `first`."""
    found = [text for text in table.splitlines() if text.startswith(f"| {first} |")]
    assert len(found) == 1, table
    return [part.strip() for part in found[0].strip("|").split("|")]


def test_utility_is_a_corrected_interval_over_seeds_beside_the_papers():
    table = utility_table(by_kind(EVERY)[Kind("gaussian", "sequential", 16)], "same_rows")
    mean, half = corrected_interval([0.84, 0.85, 0.86], 120, 60)
    found = line(table, "original + synthetic")
    assert found[1] == f"{100 * mean:.2f} ± {100 * half:.2f}"
    # The wobble of a seed is in both treatments, and leaves their difference.
    assert found[3].startswith("**+9.00 ± 0") and found[5] == "84.40 ± 3.21"
    assert line(table, "original")[3:] == ["-", "-", "75.60 ± 3.44"]
    assert line(table, "original + copies (control)")[3] == "0.000 ± 0.000"
    assert line(table, "always the largest class (trivial)")[1].startswith("66.67")
    assert line(control_table(by_kind(EVERY), "same_rows"), "kde, sequential, d = 16")[1].startswith("**+4.00")


def test_reconstruction_stands_beside_pca_of_as_many_numbers_and_the_mean():
    widths = by_width(EVERY)
    assert list(widths) == [Width(name, latent) for name in ("joint", "sequential") for latent in (8, 16, 32)]
    rows = [text.split("|") for text in reconstruction_table(widths).splitlines()[2:]]
    assert [row[3].strip() for row in rows] == ["64", "256", "1024"] * 2
    # 64 numbers, but never more components than training records less one.
    assert [row[7].strip().split()[-1] for row in rows] == ["(64)", "(119)", "(119)"] * 2
    assert {row[8].strip() for row in rows} == {"0.050 ± 0.000"}
    found = line(separability_table(widths), "16")
    assert found[1].startswith("**+0.0020 ± 0") and found[2] == "3 of 3"
    assert separability_table({width: runs for width, runs in widths.items() if width.autoencoder == "joint"}) == ""


def test_classes_are_told_smallest_first_with_the_trend_and_its_control():
    table = class_table(by_kind(EVERY)[Kind("gaussian", "sequential", 16)], "same_rows")
    lines = [text.split("|")[1].strip() for text in table.splitlines()[2:]]
    assert lines == [*SIZES, "rank correlation with the size"]
    assert line(table, "small")[1:4] == ["10", "0.500 ± 0.000", "**+0.300 ± 0.000**"]
    # Uplift falls with size in synthetic rows; without any uplift there is no trend.
    assert line(table, lines[-1])[3].startswith("**-1.00") and line(table, lines[-1])[4] == "-"


def test_one_seed_has_no_interval_and_no_utility_no_section():
    found = STUDY.answer(frame_of([make_run(0, utility=False)]), Namespace(only={}, picture="a.png"))
    text = found.markdown("2026-01-01", ["run"])
    assert "± n/a" in text and "Utility" not in text and len(found.runs) == 1


def test_runs_that_do_not_go_together_are_refused():
    with pytest.raises(UserError, match="experiment=gcims"):
        chosen_runs(frame_of([]), {})
    both = frame_of([make_run(0), make_run(0, data="mnist1d")])
    with pytest.raises(UserError, match="--only data=gcims_simulated"):
        chosen_runs(both, {})
    assert chosen_runs(both, {"data": "mnist1d"}).axes["data"].tolist() == ["mnist1d"]
    with pytest.raises(UserError, match="seed 0 have different errors of reconstruction"):
        by_width(frame_of([make_run(0), make_run(0, "kde", error=0.5)]))
    with pytest.raises(UserError, match="two runs of gaussian, sequential, d = 16 have seed 0 and utility"):
        by_kind(frame_of([make_run(0), make_run(0)]))


def test_command_writes_report_and_figure_and_repeats_itself(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("inn_experiments.tracking.collect.finished", lambda outputs: every())
    target = tmp_path / "results" / "gcims.md"
    arguments = [
        "records2d",
        "--outputs",
        str(tmp_path),
        "--to",
        str(target),
        "--date",
        "2026-01-01",
        "--command",
        "python -m inn_experiments experiment=gcims",
    ]
    assert command.main(arguments) == 0
    first = [target.read_bytes(), target.with_suffix(".png").read_bytes()]
    assert command.main(arguments) == 0
    assert [target.read_bytes(), target.with_suffix(".png").read_bytes()] == first
    text = first[0].decode()
    for part in (
        "experiment=gcims",
        "2026-01-01: 24 runs, seeds 0, 1, 2",
        "torch 2.9",
        "warning of the runs",
        "120 training and 60 test records of 6144 values",
        "gcims.png",
        "Uplift per class",
    ):
        assert part in text
    assert sorted(path.name for path in target.parent.iterdir()) == ["gcims.md", "gcims.png"]
    assert command.main([*arguments, "--only", "generator=gan"]) == 2
    assert "none of the 24 finished runs" in capsys.readouterr().err


def rendered(report: Report) -> str:
    stream = io.StringIO()
    Console(file=stream, width=80).print(cell_table(report, "outputs/x"))
    return stream.getvalue()


def test_console_shows_reconstruction_treatments_and_classes():
    text = rendered(make_run(0))
    assert max(map(len, text.splitlines())) <= 80 and "…" not in text
    shown = (
        "MSE reconstruction ↓",
        "0.0080 (pca)",
        "reconstructed + synthetic",
        "F1, smallest classes",
        "+0.300 ± 0.020",
    )
    assert [part for part in shown if part not in text] == []
    assert text.index("small ") < text.index("middle ") < text.index("large ")
    even = make_run(0)
    even.numbers = [replace(one, value=30) if one.key.endswith("n_train") else one for one in even.numbers]
    assert "smallest" not in rendered(even) and "claim" not in rendered(even)
