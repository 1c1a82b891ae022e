"""Two doors of MLflow, watched: it drops parameters that it does not know, and answers mistakes with a stack trace.

Neither can be set. A model that wants a word in it has to stand before `PyFuncModel.predict`, which Python and the
server call, and before the server's `invocations`, which reads what came over HTTP. Other models pass untouched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import BAD_REQUEST, ErrorCode
from mlflow.pyfunc import PyFuncModel

from inn_experiments.serving import wishes
from inn_experiments.serving.served import Served, refusing

if TYPE_CHECKING:
    from mlflow.pyfunc.scoring_server import InvocationsResponse
    from mlflow.types import Schema

    Predict = Callable[[PyFuncModel, object, Mapping[str, object] | None], object]
    Invocations = Callable[[bytes, str, PyFuncModel, Schema], InvocationsResponse]

JSON = "application/json"


@cache
def strict() -> None:
    """Watch both doors of this process, from the first model on that is loaded."""
    from mlflow.pyfunc import scoring_server

    PyFuncModel.predict = _predicting(PyFuncModel.predict)
    scoring_server.invocations = _invoking(scoring_server.invocations)


def served(model: PyFuncModel) -> Served | None:
    """The model of this program behind MLflow's; None behind any other."""
    try:
        inner = model.unwrap_python_model()
    except MlflowException:
        return None
    return inner if isinstance(inner, Served) else None


def _predicting(original: Predict) -> Predict:
    @wraps(original)
    def predict(self: PyFuncModel, data: object, params: Mapping[str, object] | None = None) -> object:
        if ours := served(self):
            ours.check(data, params)
        return original(self, data, params)

    return predict


def _invoking(original: Invocations) -> Invocations:
    @wraps(original)
    def invocations(
        data: bytes, content_type: str | None, model: PyFuncModel, input_schema: Schema
    ) -> InvocationsResponse:
        if served(model) is None:
            return original(data, content_type, model, input_schema)
        if content_type is None:
            raise MlflowException(f"content-type: none is given; use {JSON}", BAD_REQUEST)
        try:
            if content_type.split(";")[0].strip() == JSON:
                data = _checked(data)
            return original(data, content_type, model, input_schema)
        except MlflowException as error:
            # The first argument is the reason; MLflow writes the whole table before it, and a trace behind it.
            raise MlflowException(" ".join(error.args[0].split()), ErrorCode.Value(error.error_code)) from None

    return invocations


def _checked(body: bytes) -> bytes:
    """The same request, in the form that MLflow reads without converting anything."""
    with refusing():
        records, params = wishes.of_body(body)
        wanted, seed = wishes.wishes(records), wishes.seed_of(params)
    table = {"columns": [*wishes.COLUMNS], "data": [[label, count] for label, count in wanted.items()]}
    return json.dumps({"dataframe_split": table, wishes.PARAMS: {wishes.SEED: seed}}).encode()
