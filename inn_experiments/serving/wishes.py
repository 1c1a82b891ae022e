"""What a request asks for, checked before anything is made: `n` rows of the class `label`, and a seed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from inn_experiments.contracts import UserError, nearest

LABEL, COUNT, SEED = "label", "n", "seed"
COLUMNS = (LABEL, COUNT)
FORMS = ("dataframe_records", "dataframe_split", "inputs", "instances")
"""Keys under which a request may hold its table, as MLflow's server knows them."""
PARAMS = "params"
LARGEST_SEED = 2**63 - 1

Record = Mapping[str, Any]


def wishes(records: Sequence[Record]) -> dict[str, int]:
    """Class -> number of rows; a class that is named twice gets both numbers.

    Raises UserError for a column that is missing or unknown, a label that is no text, and a number of rows that is not
    whole or is negative.

    Example:
        >>> wishes([{"label": "a", "n": 2}, {"label": "b", "n": 1}, {"label": "a", "n": 1}])
        {'a': 3, 'b': 1}
    """
    found: dict[str, int] = {}
    if not records:
        raise UserError('no class is asked for; give at least one row, such as {"label": "NAME", "n": 10}')
    for record in records:
        for name in COLUMNS:
            if name not in record:
                raise UserError(f"{name}: this column is missing; a row says which class (label) and how many rows (n)")
        for name in record:
            if name not in COLUMNS:
                raise UserError(f"{name}: there is no such column{nearest(str(name), COLUMNS)}")
        label, count = record[LABEL], record[COUNT]
        if not isinstance(label, str):
            raise UserError(f"label: {label!r} is no text; give the name of a class, in quotes")
        if not _is_whole(count) or count < 0:
            raise UserError(f"n: {_shown(count)} rows of {label!r}; a whole number of rows, 0 or more, is needed")
        found[label] = found.get(label, 0) + int(count)
    return found


def seed_of(params: object) -> int:
    """The seed that the parameters of a request give, 0 by default; raises UserError for any other parameter."""
    if params is None:
        return 0
    if not isinstance(params, Mapping):
        raise UserError(f'params: {params!r} is no mapping; give {{"seed": 1}}, or leave it out')
    for name in params:
        if name != SEED:
            raise UserError(f"params: {name!r} is no parameter of this model{nearest(str(name), [SEED])}")
    seed = params.get(SEED, 0)
    if not _is_whole(seed) or not 0 <= seed <= LARGEST_SEED:
        raise UserError(f"params: seed is {_shown(seed)}; a whole number from 0 to {LARGEST_SEED} is needed")
    return int(seed)


def of_body(body: bytes | str) -> tuple[list[Record], object]:
    """The table and the parameters of a JSON request; raises UserError for one that has another form.

    MLflow's own reading makes 2 of 2.5 and passes over keys that it does not know.

    Example:
        >>> of_body('{"inputs": {"label": ["a"], "n": [2]}, "params": {"seed": 1}}')
        ([{'label': 'a', 'n': 2}], {'seed': 1})
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise UserError("the request is no JSON") from None
    if not isinstance(told, dict):
        raise UserError(f"the request is no JSON object; it needs one of {', '.join(FORMS)}")
    for name in told:
        if name not in (*FORMS, PARAMS):
            where = f"; it belongs into {PARAMS}" if name == SEED else nearest(name, [*FORMS, PARAMS])
            raise UserError(f"{name}: a request has no such key{where}")
    given = [name for name in FORMS if name in told]
    if len(given) != 1:
        raise UserError(f"a request needs exactly one of {', '.join(FORMS)}; found: {', '.join(given) or 'none'}")
    return _records(given[0], told[given[0]]), told.get(PARAMS)


def _records(form: str, table: object) -> list[Record]:
    if form == "dataframe_split":
        if not isinstance(table, dict) or not {"columns", "data"} <= table.keys() <= {"columns", "data", "index"}:
            raise UserError(f'{form}: it needs {{"columns": ["label", "n"], "data": [["NAME", 10]]}}')
        names, rows = table["columns"], table["data"]
        lists = isinstance(names, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows)
        if not lists or not all(isinstance(name, str) for name in names) or any(len(row) != len(names) for row in rows):
            raise UserError(f"{form}: each of its rows needs a value for each of its columns")
        return [dict(zip(names, row, strict=True)) for row in rows]
    if isinstance(table, dict) and form != "dataframe_records":
        if not all(isinstance(values, list) for values in table.values()) or len({*map(len, table.values())}) > 1:
            raise UserError(f"{form}: each column needs a list, all of one length")
        return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    if not isinstance(table, list) or not all(isinstance(record, dict) for record in table):
        raise UserError(f'{form}: it needs a list of rows such as {{"label": "NAME", "n": 10}}')
    return table


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)


def _shown(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool | float | str | None) else str(value)
