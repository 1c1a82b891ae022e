"""The study of few rows a class: known numbers in, the right tables, intervals, counts and gaps out."""

from __future__ import annotations

from argparse import Namespace

import pytest

from inn_experiments.contracts import UserError
from inn_experiments.contracts.report import Number, Report
from inn_experiments.measures.numbers.intervals import corrected_interval, mean_interval
from inn_experiments.reports.runs import Frame, frame_of
from inn_experiments.reports.studies.low_data import STUDY, tables
from inn_experiments.reports.studies.low_data import runs as query
from inn_experiments.reports.studies.low_data.paper import COLUMNS, KEYS, TABLES

REAL = {"forest": 0.5, "cosine": 0.7}
GAINS = {"law": 0.10, "smote": 0.04, "bootstrap": 0.0}
CONVEX = 0.03
PLACE = "fifty, 20 rows a class added"


def made(preset: str, seed: int, k: int, data: str = "table", **axes: object) -> Report:
    """A report whose gains wobble by a thousandth between seeds, for the forest and the cosine."""
    numbers, wobble = [], 0.001 * (seed - 1)
    for name, real in REAL.items():
        prefix = query.prefix(name)
        level = real + 0.02 * k
        gain = (GAINS[preset] + wobble) * (1 if name == "forest" else -0.5)
        values = {"real": level, "synthetic": level + gain, "bootstrap": level - 0.01, "shuffled": 0.02}
        values |= {"synthetic_only": level - 0.05}
        if k > 1:
            values |= {"convex": level + CONVEX, "both": level + gain + 0.01}
        for treatment, value in values.items():
            numbers += [Number(f"{prefix}/{treatment}/{key}", value) for key in KEYS]
            added = 0 if treatment == "real" else 20
            rows = 4 * (added if treatment == "synthetic_only" else k + added)
            numbers.append(Number(f"{prefix}/{treatment}/n_train", rows))
            if treatment in ("real", "synthetic", "convex"):
                numbers += [Number(f"{prefix}/{treatment}/f1", value + 0.01 * c, of=f"c{c}") for c in range(4)]
    split = {
        "name": "fifty",
        "train": 4 * k,
        "test": 32,
        "features": 9,
        "classes": 4,
        "pool": "fifty",
        "test_rows": "a",
    }
    found = {"data": data, "generator": preset, "preset": preset, "train_rows": k, "seed": seed, **axes}
    return Report(f"{data}-{preset}", seed, f"{data}{preset}{seed}{k}{axes}", found, numbers=numbers, split=split)


def runs(ks=(1, 2, 5), seeds=(0, 1, 2), **options: object) -> list[Report]:
    # One row a class is too few for pairs: as in a sweep, whose cells fail then.
    return [made(p, s, k, **options) for p in GAINS for s in seeds for k in ks if k > 1 or p == "bootstrap"]


def collect(reports: list[Report], **only: str) -> dict[str, Frame]:
    return query.sorted_out(frame_of(reports), only)[1]


def test_a_gain_has_the_intervals_over_seeds_corrected_and_over_classes():
    some = query.by_rows(collect(runs())[PLACE])["2"]
    found = query.gain(some, "forest", "law", "convex")
    wanted = [0.069, 0.07, 0.071]
    assert (found.mean, found.half) == pytest.approx(mean_interval(wanted)) and found.seeds == 3
    assert found.corrected == pytest.approx(corrected_interval(wanted, 8, 32)[1])
    assert found.corrected > found.half and found.classes == pytest.approx(0.0, abs=1e-9)
    mean, half = query.simultaneous(found, 16)
    assert mean == found.mean and half > 2 * found.half
    assert query.gain(some, "cosine", "law", "real").mean == pytest.approx(-0.05)
    assert query.gain(some, "forest", "bootstrap", "real").mean == pytest.approx(-0.01)


def test_references_are_known_at_one_row_a_class_where_nothing_else_was_fitted():
    one = query.by_rows(collect(runs())[PLACE])["1"]
    assert query.generators(one) == [] and query.gain(one, "forest", "convex", "real") is None
    assert "| 1 | copies |" in tables.gains_table(collect(runs())[PLACE], "forest", "real")


def test_the_papers_layout_has_its_rows_and_ours_in_the_same_columns():
    lines = tables.paper_layout(collect(runs())[PLACE]).splitlines()
    assert all(line.count("|") == len(COLUMNS) + 3 for line in lines)
    assert "paper, Table 1" in lines[2] and "0.71 | 0.66 | 0.65 | 0.76 | 0.84 | 0.76 | 0.75" in lines[2]
    ours = [line.split("|")[1].strip() for line in lines if not line.startswith("| *paper")][2:]
    assert ours[:2] == ["1: real", "1: real + copies"]
    assert {"2: real + law", "2: real + law + convex", "2: law alone", "5: real + convex"} <= set(ours)
    assert all(len(values) == len(KEYS) == 7 for table in TABLES.values() for values in table.values())


def test_every_comparison_is_counted_and_losses_are_named():
    text = tables.reading(collect(runs())[PLACE])
    # Two classifiers, two numbers of rows, two generators, against two.
    assert text.startswith("16 comparisons") and "about 0.800 would" in text
    assert "- plain t: above 0 8, below 0 8" in text and "cosine 2 law real" in text
    assert "for all 16 at once (Bonferroni): above 0 " in text


def test_the_best_classifier_of_each_k_is_named_with_and_without_rows_added():
    lines = tables.best_table(collect(runs())[PLACE]).splitlines()[2:]
    assert [line.split("|")[1].strip() for line in lines] == ["1", "2", "5"]
    assert all("nearest neighbour by cosine |" in line for line in lines)
    assert "nearest neighbour by cosine, convex" in lines[1] and "+0.030" in lines[1]


def test_the_document_names_what_is_missing_and_has_a_panel_a_classifier():
    found = STUDY.answer(frame_of([*runs(), *runs(data="digits", ks=(2,))]), Namespace(only={}, picture="a.png"))
    text = found.markdown("2026-01-01", ["a command"])
    assert f"- {PLACE}: law, 1 rows a class: seed 0, 1, 2" in text and found.missing == 6
    assert "## digits, 20 rows a class added" in text and "paper, Table 2" in text
    assert len(found.figure.axes) == 4


def test_chosen_amounts_are_told_with_the_worst_seed():
    reports = [made("law", seed, 2) for seed in (0, 1, 2)]
    for report, amount in zip(reports, (0, 60, 60), strict=True):
        report.numbers.append(Number("amount/chosen", amount))
    (place, found), *_ = collect(reports).items()
    assert place == "fifty, amount chosen within training rows"
    assert "| 2 | law | 0 (1), 60 (2) | +0.100" in tables.amounts_table(found)
    assert tables.amounts_table(collect(runs())[PLACE]) == ""


def test_variants_of_a_preset_are_methods_of_their_own_and_twins_are_refused():
    shuffled = [made("law", seed, 2, shuffled=True) for seed in (0, 1, 2)]
    found = query.generators(collect([*runs(), *shuffled])[PLACE])
    assert found == ["law", "law shuffled=True", "smote"]
    with pytest.raises(UserError, match="preset=law, 2 rows a class, on fifty.*seed 0; they differ in no axis"):
        collect([*runs(), made("law", 0, 2)])
    with pytest.raises(UserError, match="experiment=low_data"):
        collect([Report("x", 0, "x", {"data": "mnist1d"})])
