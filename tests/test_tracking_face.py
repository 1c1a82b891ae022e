"""MLflow's pages open on what matters, and say of each run what it is, where it came from and where its files lie."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from inn_experiments.artifact.finding import find
from inn_experiments.configuration.compose import compose
from inn_experiments.configuration.told import MOST, is_smoke, parameters, settings
from inn_experiments.contracts import UserError
from inn_experiments.contracts.report import Report
from inn_experiments.running.told import plain
from inn_experiments.tracking import collect, experiments, moved, origin, store, view
from inn_experiments.tracking.mlflow import Mlflow
from inn_experiments.tracking.record import Record

COFFEE = ("data=coffee", "generator=convex", "utility=none", "trainer=smoke")


def record(outputs: Path, mark: str, **tags: str) -> str:
    """A finished run of a cell called `mark`; its id."""
    with Mlflow().open(outputs, f"{mark}-seed0", {"fingerprint": mark, "cell": mark, **tags}) as run:
        run.json("report.json", Report(mark, 0, mark, {"seed": 0}).as_dict())
    return run.run_id


def run_of(outputs: Path, run: str):
    return store.connect(store.database(outputs)).get_run(run)


def experiment_of(outputs: Path, run: str):
    return store.connect(store.database(outputs)).get_experiment(run_of(outputs, run).info.experiment_id)


def test_a_run_of_the_command_says_what_it_is(run, tmp_path: Path) -> None:
    status, out, err = run(*COFFEE, "data.val_fraction=0.2")
    assert (status, err) == (0, "")
    outputs = tmp_path / "out"
    ((_, number, folder),) = store.on_record(store.database(outputs))
    told, kept = run_of(outputs, number), json.loads((folder / "report.json").read_text())
    assert told.data.params == {
        "data": "coffee",
        "generator": "convex",
        "utility": "none",
        "trainer": "smoke",
        "data.val_fraction": "0.2",
        "seed": "0",
        "parameters": str(kept["parameters"]),
    }
    assert told.info.run_name == "coffee-convex-seed0 data.val_fraction=0.2" and kept["axes"]["data"] == "coffee"
    tags = told.data.tags
    assert tags["dataset"] == "coffee" and tags["mlflow.user"] == origin.user()
    source = tags["mlflow.source.name"]
    assert source.startswith("python -m inn_experiments") and "data.val_fraction=0.2" in source
    assert tags["git_commit"].removesuffix("-dirty") == tags.get("mlflow.source.git.commit", "")
    note = tags[origin.NOTE]
    assert "told from real ones" in note or "No difference can be told" in note
    assert f"read {plain(tags['read'])}" in note and "generator=convex" in note
    assert json.loads(tags["mlflow.loggedArtifacts"]) == [{"path": "samples_table.json", "type": "table"}]
    table = json.loads((folder / "samples_table.json").read_text())
    assert all(len(row) == len(table["columns"]) <= 51 for row in table["data"]) and 0 < len(table["data"]) <= 50
    assert {row[0] for row in table["data"]} <= {"Brasil", "Ethiopia", "Vietnam"}
    assert f"runs?viewStateShareKey={view.KEY}" in out and folder.parent.name in out.replace("\n", "")


def test_no_secret_is_in_the_source_of_a_run(monkeypatch) -> None:
    monkeypatch.setenv("MY_API_KEY", "abcdefgh12345678")
    told = origin.tags({"command": "run x=abcdefgh12345678 tracking.uri=postgresql://me:pass-word@host/db"})
    assert told["mlflow.source.name"] == "run x=*** tracking.uri=postgresql://me:***@host/db"
    assert "command" not in told


def test_what_was_typed_is_a_parameter_and_there_are_never_many() -> None:
    typed = ["data=coffee", "seed=3", "schedule.steps=100", "trainer.progress=false", "paths.outputs=x", "method=svd"]
    typed += ["data.test_fraction=0.4", "data.val_fraction=0.2", "trainer.batch=8", "trainer.learning_rate=0.01"]
    shown, rest = parameters(cell := compose(*typed), typed, {})
    assert len(shown) == MOST and not set(shown) & set(rest)
    assert [*shown][:4] == ["data", "seed", "levels", "method"] and shown["levels"] == "100"
    assert {**shown, **rest} == {**{key: str(value) for key, value in cell.axes.items()}, **shown}
    # What is at its default has to give way, and is not lost.
    fewer, more = parameters(cell, typed, {"generator.x": 0.5}, 5)
    assert [*fewer][:3] == ["generator.x", "data", "seed"] and {**shown, **rest}.keys() <= {**fewer, **more}.keys()


def test_a_swept_value_is_visible_at_its_default_too() -> None:
    for eta in (0, 0.1):
        typed = ["generator=diffusion", f"sampler.eta={eta}", "data.test_fraction=0.3", "data=coffee"]
        cell = compose(*typed)
        shown = parameters(cell, typed, {})[0]
        assert float(shown["eta"]) == eta and shown["data.test_fraction"] == "0.3"
        assert settings(cell, typed) == ["data.test_fraction=0.3"]
        assert cell.fingerprint == compose("generator=diffusion", f"sampler.eta={eta}", "data=coffee").fingerprint


def test_what_an_experiment_gives_another_value_is_a_parameter_too() -> None:
    typed = ["experiment=score", "network.hidden=64"]
    shown, rest = parameters(compose(*typed), typed, {})
    every = {**shown, **rest}
    assert every["trainer.batch"] == "256" and every["network.layers"] == "3" and every["network.hidden"] == "64"
    assert "epochs" in every and "trainer.epochs" not in every and "trainer.threads" not in every
    assert [*shown].index("trainer.batch") < MOST <= len(every)
    mine = ["data=table", "data.path=a/b.csv", "data.label=y", "preset=convex"]
    assert parameters(compose(*mine), mine, {})[0]["data.path"] == "a/b.csv" and settings(compose(*mine), mine) == []
    alone = ["data=coffee", "preset=law"]
    assert parameters(compose(*alone), alone, {})[0].keys() == {"data", "seed", "generator", "preset"}


def test_a_smoke_run_is_told_from_a_full_one() -> None:
    assert is_smoke(compose("trainer=smoke")) and is_smoke(compose("generator=convex", "utility=smoke"))
    assert not is_smoke(compose("generator=convex", "trainer=smoke"))


@pytest.mark.parametrize(
    ("told", "tags", "name"),
    [
        (None, {"dataset": "beans", "effort": "full"}, "beans"),
        (None, {"dataset": "beans", "effort": "smoke"}, "beans smoke"),
        ("mine", {"dataset": "beans", "effort": "smoke"}, "mine"),
        (None, {"dataset": "a/b<i>\n"}, "a_b_i__"),
        (None, {}, store.EXPERIMENT),
    ],
)
def test_runs_go_to_the_experiment_of_their_data_set(told, tags, name) -> None:
    assert experiments.name_for(told, tags) == name


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201, store.SWEEPS, 5])
def test_what_is_no_name_of_an_experiment_is_refused_at_once(name) -> None:
    with pytest.raises(UserError, match=r"tracking\.experiment"):
        Record(experiment=name)


def test_runs_are_found_over_all_experiments_and_the_old_one(tmp_path: Path) -> None:
    old, beans, looks = record(tmp_path, "old"), record(tmp_path, "beans", dataset="beans"), ""
    looks = record(tmp_path, "looks", dataset="beans", effort="smoke")
    names = [experiment_of(tmp_path, each).name for each in (old, beans, looks)]
    assert names == [store.EXPERIMENT, "beans", "beans smoke"]
    assert {mark for mark, _ in store.finished(store.database(tmp_path))} == {"old", "beans", "looks"}
    assert {report.cell for report in collect.finished(tmp_path)} == {"old", "beans", "looks"}
    assert all(Mlflow().finished(tmp_path, mark) for mark in ("old", "beans", "looks"))
    own = Mlflow(experiment="mine")
    with own.open(tmp_path, "x-seed0", {"fingerprint": "x", "dataset": "beans"}) as run:
        assert experiment_of(tmp_path, run.run_id).name == "mine"
        run.json("report.json", Report("x", 0, "x", {}).as_dict())
    hint = own.hint(tmp_path, [Mlflow().finished(tmp_path, "looks")[1].parent.name])
    assert hint.count("then open") == 1 and f"experiments/{run_of(tmp_path, looks).info.experiment_id}/" in hint
    # Deleting one leaves the others.
    store.connect(store.database(tmp_path)).delete_experiment(run_of(tmp_path, beans).info.experiment_id)
    assert {report.cell for report in collect.finished(tmp_path)} == {"old", "looks", "x"}
    with pytest.raises(UserError, match="'beans' is deleted; restore it"):
        record(tmp_path, "more", dataset="beans")


def test_an_experiment_of_others_is_not_taken(tmp_path: Path) -> None:
    record(tmp_path, "one")
    with (
        pytest.raises(UserError, match="was made by others"),
        Mlflow(experiment="Default").open(tmp_path, "two-seed0", {"fingerprint": "two"}),
    ):
        pytest.fail("it was begun")


def test_a_folder_says_date_cell_and_seed_and_is_where_mlflow_looks(tmp_path: Path) -> None:
    number = record(tmp_path / "out", cell := "coffee-convex" + 80 * "x")
    ((_, _, folder),) = store.on_record(store.database(tmp_path / "out"))
    pattern = rf"\d{{4}}-\d\d-\d\d_\d\d-\d\d-\d\d-{cell[:60]}-seed0-{number[-4:]}"
    assert re.fullmatch(pattern, folder.parent.name) and folder.parent.parent == tmp_path / "out" / "runs"
    assert experiments.run_in(store.database(tmp_path / "out"), folder) == number
    (tmp_path / "out").rename(tmp_path / "moved")
    Mlflow().prepare(tmp_path / "moved")
    place = tmp_path / "moved" / "runs" / folder.parent.name / "artifacts"
    assert run_of(tmp_path / "moved", number).info.artifact_uri == place.as_uri()
    assert Mlflow().finished(tmp_path / "moved", cell)[1] == place


def test_a_folder_of_an_older_version_is_called_by_the_id_of_its_run(tmp_path: Path) -> None:
    number = record(tmp_path, "one")
    path = store.database(tmp_path)
    ((_, _, folder),) = store.on_record(path)
    folder.parent.rename(tmp_path / "runs" / number)
    with closing(sqlite3.connect(path)) as connection, connection:
        told = f"{(tmp_path / 'runs').as_uri()}/{number}/artifacts"
        connection.execute("UPDATE runs SET artifact_uri = ?", (told,))
    assert Mlflow().finished(tmp_path, "one")[1] == store.run_folder(tmp_path, number)
    assert experiments.run_in(path, store.run_folder(tmp_path, number)) == number


@pytest.mark.parametrize(
    "place", ["file:///etc/../artifacts", "s3://x/%2e%2e/artifacts", "/etc/passwd", "", None, ".."]
)
def test_a_place_that_somebody_wrote_into_the_database_leads_nowhere_else(tmp_path: Path, place) -> None:
    assert store.folder_of(tmp_path, "0123abcd", place) == tmp_path / "runs" / "0123abcd" / "artifacts"


def test_a_run_is_found_by_the_id_that_mlflow_shows(tmp_path: Path) -> None:
    number = record(tmp_path, "one")
    for name in (number, number[:8]):
        # It is found, and lacks what rows are made with.
        with pytest.raises(UserError) as error:
            find(name, tmp_path)
        assert "is called so" not in str(error.value)


def test_the_address_opens_on_charts_that_are_prepared(tmp_path: Path) -> None:
    tags = experiment_of(tmp_path, record(tmp_path, "one")).tags
    state = json.loads(zlib.decompress(base64.b64decode(tags[view.TAG].removeprefix("deflate;"))))
    sections = [section["uuid"] for section in state["compareRunSections"]]
    charts = state["compareRunCharts"]
    assert charts[0]["metricKey"] == "test/samples/c2st_excess" and charts[0]["metricSectionId"] == sections[0]
    assert len({chart["uuid"] for chart in charts}) == len(charts)
    assert {chart["metricSectionId"] for chart in charts} == set(sections)
    assert not any(chart["metricKey"].startswith("fresh/") for chart in charts)
    address = Mlflow().hint(tmp_path).split("then open")[1].strip()
    told = parse_qs(address.partition("?")[2])
    assert f"mlflow.sharedViewState.{told['viewStateShareKey'][0]}" == view.TAG
    # An experiment of an older version gets them with its next run.
    client, number = store.connect(store.database(tmp_path)), store.experiment_id(store.database(tmp_path))
    client.delete_experiment_tag(number, view.TAG)
    assert "viewStateShareKey" not in Mlflow().hint(tmp_path) and "compareRunsMode=CHART" in Mlflow().hint(tmp_path)
    record(tmp_path, "two")
    assert client.get_experiment(number).tags[view.TAG] == view.tag()


def test_the_installed_pages_read_what_is_prepared() -> None:
    """A new version of MLflow may keep a shared view otherwise: then this file's neighbour has to change."""
    import mlflow.server

    pages = Path(mlflow.server.__file__).parent / "js" / "build" / "static" / "js"
    texts = "".join(path.read_text(encoding="utf-8") for path in pages.glob("*.js"))
    for word in (
        "viewStateShareKey",
        "mlflow.sharedViewState.",
        "deflate;",
        "compareRunSections",
        "isAccordionReordered",
    ):
        assert word in texts, word


BAD = (
    ("data=table", "data.path=nothing.csv", "data.label=kind", "generator=convex"),
    (*COFFEE[:1], "generator=smote", "generator.neighbours=0"),
    (*COFFEE, "tracking.experiment=''"),
    (*COFFEE, "register=a/b:c"),
)


@pytest.mark.parametrize("line", BAD, ids=[each[-1] for each in BAD])
def test_bad_input_leaves_no_run_behind(run, tmp_path: Path, line) -> None:
    assert run(*line)[0] == 2
    path = store.database(tmp_path / "out")
    assert not path.exists() or not store.select(path, "SELECT name FROM runs")
    assert not [each for each in (tmp_path / "out").glob("runs/*") if each.is_dir()]


def test_a_moved_folder_is_told_once(tmp_path: Path) -> None:
    record(tmp_path, "one")
    with closing(sqlite3.connect(store.database(tmp_path))) as connection:
        before = list(connection.iterdump())
    moved.rehome(tmp_path)
    with closing(sqlite3.connect(store.database(tmp_path))) as connection:
        assert list(connection.iterdump()) == before
