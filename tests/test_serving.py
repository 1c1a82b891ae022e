"""What may be asked of a model, and that it answers as the Python API does."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import cells
import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.pyfunc import PyFuncModel, PythonModel, load_model, save_model
from served_examples import keep

from inn_experiments.artifact.compounds import asked
from inn_experiments.artifact.kept import read
from inn_experiments.artifact.rows import table
from inn_experiments.contracts import UserError
from inn_experiments.serving.answer import MOST_ROWS, MOST_VALUES, opened, usual_limit
from inn_experiments.serving.folder import write_model
from inn_experiments.serving.wishes import of_body, seed_of, wishes


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    keep(folder)
    return folder


@pytest.fixture(scope="module")
def place(run: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("a model") / "inside"
    write_model(folder, Model(), run=run, limit=50)
    return folder


@pytest.fixture(scope="module")
def model(place: Path) -> PyFuncModel:
    return load_model(str(place), suppress_warnings=True)


def asking(**columns: list) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_a_model_answers_what_python_answers_from_the_artifact(model: PyFuncModel, run: Path) -> None:
    wanted = {"chemical 2": 3, "chemical 0": 2}
    given = model.predict(asking(label=[*wanted], n=[*wanted.values()]), params={"seed": 7})
    kept = read(run)
    pd.testing.assert_frame_equal(given, table(*asked(kept, classes=wanted), 7))
    assert given["label"].tolist() == ["chemical 2"] * 3 + ["chemical 0"] * 2
    assert not given.equals(model.predict(asking(label=[*wanted], n=[*wanted.values()]), params={"seed": 8}))
    default = model.predict(asking(label=[*wanted], n=[*wanted.values()]))
    pd.testing.assert_frame_equal(default, table(*asked(kept, classes=wanted), 0))


def test_a_model_is_whole_without_the_run_and_holds_no_pickle(run: Path, place: Path, tmp_path: Path) -> None:
    for file in ("weights.pt", "trained.json"):
        inside = place / "artifacts" / "synthesizer" / file
        assert inside.samefile(run / "synthesizer" / file), "a second copy of the weights"
        # What MLflow downloads is a copy.
        assert inside.read_bytes()
    names = {path.suffix for path in place.rglob("*") if path.is_file()}
    assert names <= {"", ".py", ".yaml", ".txt", ".json", ".pt"}
    text = (place / "MLmodel").read_text()
    assert str(run) not in text and str(place) not in text and str(Path(__file__).parents[1]) not in text
    told = Model.load(str(place))
    assert told.signature.inputs.input_names() == ["label", "n"] and told.signature.params.params[0].name == "seed"
    example, given = told.load_input_example(str(place)), told.load_input_example_params(str(place))
    answer = load_model(str(place), suppress_warnings=True).predict(example, params=given)
    assert answer.columns.tolist() == told.signature.outputs.input_names()


@pytest.mark.parametrize(
    ("columns", "params", "words"),
    [
        ({"label": ["chemical 1"], "n": [1]}, {"sead": 1}, "'sead' is no parameter of this model; did you mean 'seed'"),
        ({"label": ["chemical 1"], "n": [1]}, {"seed": -1}, "seed is -1"),
        ({"label": ["chemical 1"], "n": [1]}, {"seed": 1.5}, "seed is 1.5"),
        (
            {"label": ["chemikal 1"], "n": [1]},
            None,
            "'chemikal 1' is no class of this model; did you mean 'chemical 1'",
        ),
        ({"label": ["chemical 1"], "n": [-1]}, None, "n: -1 rows"),
        ({"label": ["chemical 1"], "n": [1.5]}, None, "n: 1.5 rows"),
        ({"label": ["chemical 1"], "n": [True]}, None, "rows of 'chemical 1'; a whole number"),
        ({"label": ["chemical 1"], "n": ["1"]}, None, 'n: "1" rows'),
        ({"label": [1], "n": [1]}, None, "label: 1 is no text"),
        ({"label": ["chemical 1"]}, None, "n: this column is missing"),
        ({"label": ["chemical 1"], "n": [1], "m": [1]}, None, "m: there is no such column"),
        ({"label": [], "n": []}, None, "no class is asked for"),
        ({"label": ["chemical 1"], "n": [0]}, None, "no rows are asked for"),
        ({"label": ["chemical 1", "chemical 2"], "n": [50, 1]}, None, "51 rows are asked for, and this model gives at"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(model: PyFuncModel, columns, params, words) -> None:
    with pytest.raises(MlflowException) as refusal:
        model.predict(asking(**columns), params=params)
    assert words in refusal.value.message and "\n" not in refusal.value.message
    assert refusal.value.get_http_status_code() == 400 and not refusal.value.json_kwargs


def test_as_many_rows_as_the_limit_are_given(model: PyFuncModel) -> None:
    assert len(model.predict(asking(label=["chemical 1", "chemical 1"], n=[20, 30]))) == 50


def test_the_limit_may_be_another_where_a_model_is_loaded(place: Path) -> None:
    less = load_model(str(place), suppress_warnings=True, model_config={"limit": 2})
    with pytest.raises(MlflowException, match="at most 2 a request"):
        less.predict(asking(label=["chemical 1"], n=[3]))
    with pytest.raises(UserError, match="limit: 'many' rows"):
        load_model(str(place), suppress_warnings=True, model_config={"limit": "many"})


def test_without_a_limit_an_answer_has_so_many_values_at_most() -> None:
    assert all(columns * usual_limit(columns) <= MOST_VALUES for columns in (1, 40, 1841, MOST_VALUES))
    assert usual_limit(1) == MOST_ROWS and usual_limit(10 * MOST_VALUES) == 1


def test_what_breaks_inside_is_no_mistake_of_who_asks(place: Path, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    broken = load_model(str(place), suppress_warnings=True)
    monkeypatch.setattr("inn_experiments.serving.answer.table", lambda *_: 1 / 0)
    with pytest.raises(MlflowException, match="the server's log says why") as failure:
        broken.predict(asking(label=["chemical 1"], n=[1]))
    assert failure.value.get_http_status_code() == 500 and "ZeroDivisionError" in caplog.text


def test_other_models_in_the_process_are_let_through(model: PyFuncModel, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text(
        "import mlflow, pandas as pd\n"
        "class Other(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input: pd.DataFrame, params=None):\n"
        "        return model_input\n"
        "mlflow.models.set_model(Other())\n"
    )
    save_model(str(tmp_path / "model"), python_model=str(other), pip_requirements=[])
    loaded = load_model(str(tmp_path / "model"), suppress_warnings=True)
    assert isinstance(loaded.unwrap_python_model(), PythonModel)
    rows = asking(anything=[1.5])
    pd.testing.assert_frame_equal(loaded.predict(rows), rows)


def test_records_are_rows_whose_values_are_named_by_retention_and_drift(tmp_path: Path) -> None:
    keep(tmp_path, of=cells.records())
    write_model(tmp_path / "model", Model(), run=tmp_path)
    rows = load_model(str(tmp_path / "model"), suppress_warnings=True).predict(asking(label=["second"], n=[2]))
    assert rows.columns[:3].tolist() == ["label", "0,0", "0,1"] and rows.shape == (2, 62)
    assert np.isfinite(rows["5,9"].to_numpy()).all() and opened(tmp_path).facts.records == (6, 10)


WISH = {"label": "a", "n": 2}


@pytest.mark.parametrize(
    "table",
    [
        {"dataframe_records": [WISH]},
        {"dataframe_split": {"columns": ["n", "label"], "data": [[2, "a"]]}},
        {"dataframe_split": {"columns": ["n", "label"], "index": [0], "data": [[2, "a"]]}},
        {"inputs": {"label": ["a"], "n": [2]}},
        {"inputs": [WISH]},
        {"instances": [WISH]},
    ],
)
def test_a_request_may_have_each_of_mlflows_forms(table) -> None:
    records, params = of_body(json.dumps({**table, "params": {"seed": 3}}))
    assert wishes(records) == {"a": 2} and seed_of(params) == 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "no JSON"),
        (b"\xff", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no JSON object"),
        ("{}", "exactly one of"),
        ({"inputs": [WISH], "instances": [WISH]}, "found: inputs, instances"),
        ({"inputs": [WISH], "seed": 1}, "seed: a request has no such key; it belongs into params"),
        ({"input": [WISH]}, "did you mean 'inputs'"),
        ({"dataframe_records": WISH}, "it needs a list of rows"),
        ({"dataframe_records": [1]}, "it needs a list of rows"),
        ({"dataframe_split": {"columns": ["label", "n"], "data": [["a"]]}}, "a value for each of its columns"),
        ({"dataframe_split": {"columns": [[]], "data": [["a"]]}}, "a value for each of its columns"),
        ({"dataframe_split": {"data": []}}, "it needs"),
        ({"dataframe_split": []}, "it needs"),
        ({"inputs": {"label": ["a", "b"], "n": [1]}}, "all of one length"),
        ({"inputs": {"label": "a", "n": 1}}, "each column needs a list"),
    ],
)
def test_a_request_of_another_form_is_refused(body, words) -> None:
    with pytest.raises(UserError, match=words):
        of_body(body if isinstance(body, str | bytes) else json.dumps(body))


@pytest.mark.parametrize("params", [[], "seed=1", {"seed": None}, {"seed": True}, {"seed": 2**63}, {"seed": "1"}])
def test_parameters_that_are_no_seed_are_refused(params) -> None:
    with pytest.raises(UserError, match="params: "):
        seed_of(params)


def test_a_model_is_written_with_any_limit_and_without_one(run: Path, tmp_path: Path) -> None:
    write = partial(write_model, run=run)
    write(tmp_path / "one", Model(), limit=None)
    assert Model.load(str(tmp_path / "one")).flavors["python_function"]["config"] == {"limit": usual_limit(16)}
