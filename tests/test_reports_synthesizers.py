"""The comparison of all synthesizers: known numbers in, the right rows, words and missing cells out."""

from __future__ import annotations

from argparse import Namespace
from math import isnan

import pandas as pd
import pytest

from inn_experiments.contracts import UserError
from inn_experiments.contracts.report import Number, Report
from inn_experiments.reports import __main__ as command
from inn_experiments.reports.runs import Frame, frame_of
from inn_experiments.reports.studies.synthesizers import STUDY, reading, synthesizers_table
from inn_experiments.reports.studies.synthesizers.figure import COLOURS, family, synthesizers_figure
from inn_experiments.reports.studies.synthesizers.runs import by_data, missing, over_convex, ranked, twins

SCORES = ("c2st", "fid", "coverage", "precision", "recall", "nearest_train_ratio", "copies")
REAL, CONVEX = 0.6, 0.65
TREATMENTS = ("real", "synthetic", "convex", "bootstrap", "shuffled", "synthetic_only")
GAINS = {"smote": 0.05, "gan": -0.04, "bootstrap": 0.001, "latent_diffusion_vae": 0.08}


def made(
    preset: str,
    seed: int,
    data: str = "mnist1d",
    treatments: tuple[str, ...] = TREATMENTS,
    score: float | None = None,
    **axes: int,
) -> Report:
    """A report whose gain wobbles by a thousandth between seeds."""
    score = (0.6 + 0.01 * len(preset) if score is None else score) + 0.001 * seed
    synthetic = REAL + GAINS.get(preset, 0.0) + 0.001 * (seed - 1)
    values = dict(zip(TREATMENTS, (REAL, synthetic, CONVEX, REAL, 0.1, 0.5), strict=True))
    numbers = [Number(f"test/samples/{key}", score) for key in SCORES]
    numbers += [Number(f"fresh/samples/{key}", 0.51) for key in SCORES]
    for name in treatments:
        numbers.append(Number(f"utility/same_rows/{name}/f1_macro", values[name], half=0.1))
        numbers.append(Number(f"utility/same_rows/{name}/difference_f1_macro", values[name] - REAL, half=0.1))
    autoencoder = {"autoencoder": "vae"} if preset.startswith("latent") else {}
    kind = preset.split("_")[-1]
    return Report(
        cell=f"{data}-{preset}",
        seed=seed,
        fingerprint=f"{data}{preset}{seed}",
        axes={"data": data, "generator": kind, **autoencoder, "preset": preset, "seed": seed, **axes},
        parameters=1234,
        numbers=numbers,
        timings={"train": 12.34},
        versions={"torch": "2.13"},
        split={"name": "fifty", "train": 2000, "test": 1000, "features": 40, "classes": 10},
    )


def runs(presets=tuple(GAINS), seeds=(0, 1, 2), data: str = "mnist1d") -> list[Report]:
    return [made(preset, seed, data) for preset in presets for seed in seeds]


def collect(reports: list[Report], **only: str) -> dict[str, Frame]:
    return by_data(frame_of(reports), only)[1]


def test_rows_are_sorted_by_the_gain_and_begin_with_real_ones():
    table = collect(runs())["mnist1d"]
    lines = synthesizers_table(table).splitlines()[2:]
    names = [line.split("|")[1].strip() for line in lines]
    assert names == ["fresh real", "latent_diffusion_vae", "smote", "bootstrap", "gan"]
    header = [part.strip() for part in synthesizers_table(table).splitlines()[0].split("|")]
    cell = dict(zip(header, lines[2].split("|"), strict=True))
    # Three seeds at -0.001, 0, 0.001 about the mean: 4.303 * 0.001 / sqrt(3).
    assert cell["F1 gain over real"].strip() == "0.050 ± 0.0025"
    assert cell["F1 gain over convex"].strip().endswith("± 0.0025")
    assert cell["parameters"].strip() == "1,234" and cell["training (s)"].strip() == "12.3"
    assert lines[0].split("|")[2].strip() == "0.510 ± 0.000" and "—" in lines[0]


def test_rows_that_are_told_with_certainty_lead_nothing(monkeypatch):
    monkeypatch.setitem(GAINS, "kde", 0.3)
    told = [made("kde", seed, score=0.96) for seed in (0, 1, 2)]
    table = collect([*runs(), *told])["mnist1d"]
    assert ranked(table) == ["latent_diffusion_vae", "smote", "bootstrap", "gan", "kde"]
    assert "| kde ‡ |" in synthesizers_table(table) and synthesizers_table(table).count("‡") == 1
    nearly = [made("kde", seed, score=0.94) for seed in (0, 1, 2)]
    assert ranked(collect([*runs(), *nearly])["mnist1d"])[0] == "kde"


def test_the_difference_to_convex_is_within_one_run():
    lacking = tuple(name for name in TREATMENTS if name != "convex")
    found = over_convex(frame_of([made("smote", 1), made("smote", 2, treatments=lacking)]))
    assert found[0] == pytest.approx(0.0) and isnan(found[1])


def test_the_reading_says_which_intervals_leave_zero_out():
    text = reading(collect(runs())["mnist1d"])
    gain, convex, c2st = text.splitlines()
    assert "above for latent_diffusion_vae, smote, below for gan" in gain and "of 4 intervals about 0.200" in gain
    assert "above for latent_diffusion_vae, below for bootstrap, gan" in convex
    assert "nearest to 0.5: gan" in c2st
    assert "above for none, below for none" in reading(collect(runs(seeds=(0,)))["mnist1d"])


def test_presets_that_made_the_same_rows_are_named():
    reports = [made(preset, seed, score=0.7) for preset in ("inn_svd", "inn_explicit") for seed in (0, 1)]
    table = collect([*reports, *runs()])["mnist1d"]
    assert twins(table) == [["inn_explicit", "inn_svd"]]
    assert "one training made them: inn_explicit, inn_svd." in reading(table)


def test_runs_without_a_utility_stand_last_and_leave_gaps():
    table = collect([*runs(), *(made("aardvark", seed, treatments=()) for seed in (0, 1, 2))])["mnist1d"]
    assert ranked(table)[-1] == "aardvark"
    assert synthesizers_table(table).splitlines()[-1].count("—") == 5
    assert "not measured" in reading(table.take(table.axes["preset"] == "aardvark"))


def test_tables_go_by_their_file_and_missing_cells_are_named():
    reports = [*runs(), *runs(("smote", "bootstrap"), (0, 2), data="table")]
    tables = collect(reports)
    assert list(tables) == ["fifty", "mnist1d"]
    assert missing(tables) == ["fifty: bootstrap (seed 1), gan, latent_diffusion_vae, smote (seed 1)"]
    answer = STUDY.answer(frame_of(reports), Namespace(only={}, picture="a.png"))
    text = answer.markdown("2026-01-01", ["a command"])
    assert "## fifty" in text and "16 runs" in text and "a command" in text and "2,000 training rows" in text
    assert text.endswith("- fifty: bootstrap (seed 1), gan, latent_diffusion_vae, smote (seed 1)\n")


def test_runs_that_cannot_be_told_apart_and_none_at_all_are_refused():
    other = made("smote", 0, train_rows=50)
    with pytest.raises(UserError, match="preset=smote on mnist1d have seed 0; they differ in train_rows"):
        collect([*runs(), other])
    assert len(collect([*runs(), other], train_rows="50")["mnist1d"]) == 1
    with pytest.raises(UserError, match="experiment=all_synthesizers"):
        collect([Report("x", 0, "x", {"data": "mnist1d"})])


def test_the_figure_has_a_panel_a_data_set_and_a_name_a_point():
    tables = collect([*runs(), *runs(data="coffee")])
    figure = synthesizers_figure(tables)
    (empty,) = synthesizers_figure(collect([made("smote", 0, treatments=())])).axes
    assert [text.get_text() for text in empty.texts] == ["no run measured both"]
    assert [axis.get_title() for axis in figure.axes] == ["coffee", "mnist1d"]
    for axis in figure.axes:
        assert {text.get_text() for text in axis.texts} == set(GAINS)
    kinds = {
        preset: family(pd.Series(made(preset, 0).axes))
        for preset in ("smote", "gan", "vae", "diffusion", "latent_diffusion_vae")
    }
    assert set(kinds.values()) == set(COLOURS) - {"inversion"}
    assert kinds["vae"] == kinds["gan"] != kinds["latent_diffusion_vae"]


def test_the_command_writes_both_files_and_repeats_itself(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("inn_experiments.tracking.collect.finished", lambda outputs: runs())
    target = tmp_path / "results" / "all_synthesizers.md"
    arguments = ["synthesizers", "--outputs", str(tmp_path), "--to", str(target), "--date", "2026-01-01"]
    assert command.main(arguments) == 0
    first = [target.read_bytes(), target.with_suffix(".png").read_bytes()]
    assert command.main(arguments) == 0
    assert [target.read_bytes(), target.with_suffix(".png").read_bytes()] == first
    assert "12 runs" in capsys.readouterr().out
    assert sorted(path.name for path in target.parent.iterdir()) == ["all_synthesizers.md", "all_synthesizers.png"]
    assert command.main([*arguments, "--only", "preset=nothing"]) == 2
