"""After the evaluation a person's synthesizer is trained once more, on all rows; the numbers stay those of before."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from refusals import frame, given

from inn_experiments.artifact.kept import read
from inn_experiments.configuration.compose import compose
from inn_experiments.contracts import Number, Report
from inn_experiments.reports.cell.console import kept_lines
from inn_experiments.running.keep import as_long_as_was_best
from inn_experiments.synthesizers.law import EPOCH

CHEAP = ("generator=convex", "utility=none", "tracking=none")


def finished(run, tmp_path, *arguments):
    status, out, err = run(*arguments)
    assert status == 0, err
    folder = max((tmp_path / "out/runs").iterdir(), key=lambda path: path.stat().st_mtime)
    return json.loads((folder / "report.json").read_text(encoding="utf-8")), read(folder), " ".join(out.split())


def test_a_persons_rows_all_train_what_is_kept(tmp_path, run) -> None:
    table = frame()
    mine = given(tmp_path, table)
    report, kept, out = finished(run, tmp_path, *mine, *CHEAP)
    assert report["kept"]["part"] == kept.facts.part == "all"
    assert report["kept"]["rows"] == sum(kept.facts.counts.values()) == 40 > report["split"]["train"]
    assert "trained once more, on all 40 rows; the numbers above are of the training on 24" in out
    rows = kept.scaling.undo(kept.synthesizer.x)
    np.testing.assert_allclose(np.sort(rows, axis=0), np.sort(table[["40", "41", "42"]], axis=0), atol=1e-3)
    without, first, out = finished(run, tmp_path, *mine, *CHEAP, "final_fit=false")
    assert without["kept"]["part"] == first.facts.part == "train"
    assert sum(first.facts.counts.values()) == without["split"]["train"] == without["kept"]["rows"]
    assert "the training that is measured above, of 24 rows" in out
    assert without["numbers"] == report["numbers"], "what is measured knows nothing of the last training"
    assert first.scaling != kept.scaling


def test_a_skipped_cell_says_the_same(tmp_path, run) -> None:
    mine = (*given(tmp_path, frame()), "generator=convex", "utility=none")
    told = []
    for _ in range(2):
        status, out, err = run(*mine)
        assert status == 0, err
        told.append(" ".join(out.split()))
    assert "skipped" in told[1] and all("trained once more, on all 40 rows" in each for each in told)
    page = next((tmp_path / "out/runs").glob("*/artifacts/report.html")).read_text(encoding="utf-8")
    assert "a training on all 40 rows" in page and "no number on this page is of it" in page


@pytest.mark.parametrize(
    ("overrides", "final"),
    [
        (["data=table", "data.path=x.csv", "data.label=y"], True),
        (["data=massbank", "data.path=x"], True),
        (["data=records2d", "data.path=x"], True),
        (["data=ims", "data.path=x.csv", "final_fit=false"], False),
        (["data=table", "data.path=x.csv", "data.label=y", "data.per_class=5"], False),
        (["data=massbank", "data.path=x", "data.unseen=2"], False),
        (["data=table", "data.path=x.csv", "data.label=y", "data.per_class=5", "final_fit=true"], True),
        (["data=coffee"], False),
        (["data=coffee", "final_fit=true"], True),
        ([], False),
    ],
)
def test_it_is_done_for_files_of_persons_unless_few_rows_are_meant(overrides, final) -> None:
    cell = compose("generator=convex", *overrides)
    assert cell.final_fit is final


def test_rows_that_are_drawn_have_no_end(run) -> None:
    status, _, err = run("generator=convex", "utility=none", "final_fit=true")
    assert status == 2 and "final_fit=true: data=mnist1d draws its rows" in err
    status, _, err = run("generator=convex", "utility=none", "final_fit=maybe")
    assert status == 2 and "final_fit: 'maybe'" in err


def test_a_training_that_kept_its_best_epoch_is_as_long_in_the_end(tmp_path, run) -> None:
    rows = frame()
    rows = rows.loc[rows.index.repeat(3)].reset_index(drop=True)
    rows[["40", "41", "42"]] += np.random.default_rng(1).random((120, 3))
    short = ("trainer.epochs=20", "trainer.batch=16", "trainer.progress=false", "loss=mse", "data.val_fraction=0.2")
    report, kept, _ = finished(run, tmp_path, *given(tmp_path, rows), *short, *CHEAP[1:])
    best = [value for number in report["numbers"] if (value := number).get("key", "").endswith("kept")]
    assert not best and kept.facts.part == "all"
    epochs = report["kept"].get("epochs", 20)
    assert kept.facts.config["trainer"]["epochs"] == epochs
    assert max(at[-1] for at, _ in kept.synthesizer.curves.values()) == epochs
    assert "val/kept" not in kept.synthesizer.curves and report["kept"]["seconds"] > 0


def test_a_law_that_kept_its_best_steps_has_as_many_in_the_end() -> None:
    cell, law = compose("preset=law", "trainer.keep=best"), SimpleNamespace(curves={"val/kept": ([30], [0.5])})
    assert as_long_as_was_best(cell, law).value("generator.steps") == 30 * EPOCH
    cell, inside = compose("preset=diffusion"), {"autoencoder/decoder/val/kept": ([90], [0.5])}
    assert as_long_as_was_best(cell, SimpleNamespace(curves=inside)) is cell, "an autoencoder has numbers of its own"
    both = SimpleNamespace(curves={**inside, "val/kept": ([7], [0.5])})
    assert as_long_as_was_best(cell, both).value("trainer.epochs") == 7


def test_a_report_of_before_says_nothing_of_it() -> None:
    assert kept_lines(Report("a", 0, "", {}, numbers=[Number("x", 1.0)]), "folder") == []
