"""The model that MLflow loads and asks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INTERNAL_ERROR, INVALID_PARAMETER_VALUE
from mlflow.pyfunc import PythonModel, PythonModelContext

from inn_experiments.contracts import UserError
from inn_experiments.serving import answer, wishes

ARTIFACT, LIMIT = "synthesizer", "limit"

log = logging.getLogger(__name__)


class Served(PythonModel):
    """Answers a table of wishes, `label` (name of a class) and `n` (rows), with a table of rows in the file's units.

    The parameter is `seed`: the same one gives the same rows. The model's configuration has `limit`, the most rows that
    a request may ask for; null is as many as make an answer of some hundred megabytes.
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Read the kept synthesizer; raises UserError where it cannot be read, or where the limit is none."""
        from inn_experiments.serving.strict import strict

        self.kept = answer.opened(Path(context.artifacts[ARTIFACT]))
        given = (context.model_config or {}).get(LIMIT)
        if given is not None and (isinstance(given, bool) or not isinstance(given, int) or given < 1):
            raise UserError(f"limit: {given!r} rows; a whole number of rows, 1 or more, is needed")
        self.limit = given or answer.usual_limit(len(self.kept.axis))
        # MLflow's server answers in several threads, and torch's generator is one for all of them.
        self.alone = threading.Lock()
        strict()

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """The rows that are asked for; raises MlflowException, which MLflow's server answers as 400."""
        with refusing(), self.alone:
            wanted = wishes.wishes(model_input.to_dict("records"))
            return answer.answer(self.kept, wanted, wishes.seed_of(params), self.limit)

    def check(self, table: object, params: Mapping[str, Any] | None) -> None:
        """Refuse what MLflow would convert, drop or name at length: it looks at a request before `predict` does."""
        with refusing():
            wishes.seed_of(params)
            if isinstance(table, pd.DataFrame):
                wishes.wishes(table.to_dict("records"))


class refusing:  # noqa: N801 (read as a word: with refusing())
    """A block in which a mistake of who asks is a refusal in one line, and anything else an error of the server."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UserError):
            raise MlflowException(str(error), INVALID_PARAMETER_VALUE) from None
        if isinstance(error, Exception) and not isinstance(error, MlflowException):
            log.error("rows could not be made", exc_info=error)
            raise MlflowException("the rows could not be made; the server's log says why", INTERNAL_ERROR) from error
