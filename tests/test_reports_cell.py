"""One cell's table and figures: what they show, what they leave out, and that they fit the screen."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from inn_experiments.contracts import Rows, Samples, Split
from inn_experiments.contracts.report import Number, Report
from inn_experiments.data.scaling import Unscaled
from inn_experiments.reports.cell.console import cell_table
from inn_experiments.reports.cell.figures import cell_figures
from inn_experiments.reports.cell.verdict import verdict


def make_split(classes: int = 10, per_class: int = 30, features: int = 40) -> Split:
    rng = np.random.default_rng(0)
    axis = np.linspace(0, 1, features)

    def rows() -> Rows:
        y = np.repeat(np.arange(classes), per_class)
        x = np.sin(2 * np.pi * (y[:, None] + 1) * axis / 4) + 0.2 * rng.standard_normal((len(y), features))
        return Rows(x.astype(np.float32), y)

    names = tuple(f"class {number}" for number in range(classes))
    return Split(rows(), rows(), rows(), None, names, axis, "position", Unscaled(), False, "toy")


def make_samples(split: Split, states: int = 4) -> Samples:
    noise = np.random.default_rng(1).standard_normal(split.test.x.shape).astype(np.float32)
    fade = np.linspace(1, 0.2, states)[:, None, None]
    path = split.test.x + fade * noise
    return Samples(path[-1], split.test.y, path)


SPECTRA = ["real_and_generated.png", "difference.png", "rows.png", "pca.png"]
CURVES = {
    "train/loss": (list(range(1, 101)), [1 / step for step in range(1, 101)]),
    "val/forward": (list(range(10, 101, 10)), [2 / step for step in range(10, 101, 10)]),
}


def make_report() -> Report:
    ways = {"forward": 0.46, "denoise": 0.3, "inverse": 12.5, "inverse_walk": 0.9}
    ways |= {"round_trip_clean": 1e-9, "round_trip_prime": 31234.0}
    numbers = [Number(f"test/{way}/mse", value) for way, value in ways.items()]
    numbers += [
        Number(f"test/{way}/mse", value, reference=predictor)
        for way in ("forward", "denoise", "inverse")
        for predictor, value in (("zeros", 1.0), ("class_mean", 0.94), ("linear", 0.81), ("class_linear", 0.52))
    ]
    scores = ("c2st", "precision", "recall", "density", "coverage", "fid", "kl", "nearest_train_ratio")
    numbers += [Number(f"{part}/samples/{name}", 0.5) for part in ("test", "fresh") for name in scores]
    for layer, condition, exact in (("encoder", 2400.0, 0.0), ("middle", 12.0, 1.0)):
        numbers += [Number("walk/condition", condition, of=layer), Number("walk/exact", exact, of=layer)]
    for protocol in ("same_rows", "disjoint"):
        for treatment in ("real", "synthetic", "convex", "both", "shuffled"):
            prefix, gain = f"utility/{protocol}/{treatment}", 0.02 if treatment != "real" else 0.0
            numbers += [
                Number(f"{prefix}/n_train", 2000),
                Number(f"{prefix}/accuracy", 0.8, half=0.01),
                Number(f"{prefix}/f1_macro", 0.79, half=0.012),
                Number(f"{prefix}/difference_f1_macro", gain),
            ]
    return Report("svd-convex-fid", 0, "abc", {}, 65128, numbers, warnings=[f"warning {k}" for k in range(7)])


def rendered(report: Report, folder: str = "outputs/runs/x", width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(cell_table(report, folder))
    return stream.getvalue()


def test_table_shows_cell_baseline_utility_and_place_within_80_columns():
    text = rendered(make_report())
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    for part in (
        "0.460",
        "0.810 (linear)",
        "0.520",
        "real + synthetic",
        "0.790 ± 0.012",
        "same_rows",
        "disjoint",
        "2400 at encoder",
        "1 of 2 layers inexact",
        "and 2 more warnings",
        "outputs/runs/x",
    ):
        assert part in text
    assert "shuffled" not in text


def test_what_a_person_came_for_stands_first_and_the_verdict_last():
    report = make_report()
    text = rendered(report, width=200)
    places = [
        text.index(part) for part in ("samples", "macro F1", "MSE", *(each[:60] for each in verdict(report)), "files:")
    ]
    assert places == sorted(places)


def test_only_fresh_rows_are_called_so():
    report = make_report()
    for fresh, words in ((0, "real halves"), (20, "fresh real")):
        text = rendered(replace(report, split={**report.split, "fresh": fresh}))
        assert [each for each in ("real halves", "fresh real") if each in text] == [words]
    alone = replace(report, numbers=[each for each in report.numbers if not each.key.startswith("fresh/")])
    assert "real halves" not in rendered(replace(alone, split={**report.split, "fresh": 0})), "no column of blanks"


def test_table_without_inversion_utility_or_warnings_has_no_empty_parts():
    numbers = [each for each in make_report().numbers if "samples" in each.key]
    text = rendered(replace(make_report(), numbers=numbers, warnings=[]))
    assert "MSE" not in text
    assert "macro F1" not in text
    assert "warning" not in text
    assert "C2ST" in text


def test_a_claim_stands_beside_chance_with_its_interval():
    claims = [
        Number("claims/home", 0.8, low=0.7, high=0.9, p=1e-9, n=60, label="points that end where they were"),
        Number("claims/home", 0.1, reference="chance"),
        Number("claims/distance", 2.5, n=60, label="distance"),
    ]
    lines = rendered(replace(make_report(), numbers=claims)).splitlines()
    home, distance = (next(line for line in lines if line.startswith(start)) for start in ("points", "distance"))
    assert home.split()[-6:] == ["0.800", "[0.700,", "0.900]", "0.100", "<", "0.001"]
    assert distance.split() == ["distance", "2.50"]


def test_markup_in_a_name_is_shown_as_it_is():
    assert "[bold]x[/bold]" in rendered(replace(make_report(), cell="[bold]x[/bold]"), folder="runs/[a]")
    assert "runs/[a]" in rendered(make_report(), folder="runs/[a]")


def test_six_figures_are_the_same_twice(tmp_path):
    split = make_split(3)
    files = cell_figures(tmp_path / "a", split, make_samples(split), CURVES)
    assert [path.name for path in files] == [*SPECTRA, "states.png", "curves.png"]
    again = cell_figures(tmp_path / "b", split, make_samples(split), CURVES)
    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in again]


@pytest.mark.parametrize(("classes", "per_class"), [(2, 2), (50, 3), (1, 40)])
def test_few_rows_many_classes_no_states_and_no_curves(tmp_path, classes, per_class):
    split = make_split(classes, per_class)
    samples = make_samples(split)
    files = cell_figures(tmp_path, split, Samples(samples.x, samples.y), {})
    assert [path.name for path in files] == SPECTRA


def test_a_class_without_generated_rows_and_a_curve_at_zero_are_drawn(tmp_path):
    split = make_split(3)
    samples = make_samples(split)
    kept = samples.y != 1
    curves = {"train/loss": ([1, 2], [1.0, 0.0]), "empty": ([], [])}
    files = cell_figures(tmp_path, split, Samples(samples.x[kept], samples.y[kept]), curves)
    assert [path.name for path in files] == [*SPECTRA, "curves.png"]
