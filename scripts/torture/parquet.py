"""Peculiar Parquet files."""

import decimal

import numpy as np
import pandas as pd
import pyarrow as pa

from torture.cases import EITHER, REFUSE, Case, peculiar


def _set(c: Case, values: object, expected: str, name: str | None = None) -> None:
    frame = c.frame()
    frame[name or c.names[c.column()]] = values
    c.expected = expected


@peculiar("parquet")
def _float32(c: Case) -> None:
    c.table = c.frame().astype(dict.fromkeys(c.names, "float32"))
    c.x = c.x.astype("float32").astype(float)


@peculiar("parquet")
def _float16(c: Case) -> None:
    c.x = np.round(c.x / c.x.max(), 2)
    c.table = None
    c.table = c.frame().astype(dict.fromkeys(c.names, "float16"))
    c.x = c.x.astype("float16").astype(float)


@peculiar("parquet")
def _int(c: Case) -> None:
    c.x = np.round(c.x / c.x.max() * 1000) + 1
    c.table = None
    c.table = c.frame().astype({k: c.draw.choice(["int64", "uint16", "Int64", "int32[pyarrow]"]) for k in c.names})


@peculiar("parquet")
def _nullable_missing(c: Case) -> None:
    k = c.names[c.column()]
    f = c.frame()
    f[k] = pd.array(
        [None if i == 2 else 5 for i in range(len(c.labels))],
        dtype=c.draw.choice(["Int64", "Float64", "int64[pyarrow]"]),
    )
    c.expected = REFUSE


@peculiar("parquet")
def _all_missing(c: Case) -> None:
    _set(c, np.nan, REFUSE)


@peculiar("parquet")
def _none(c: Case) -> None:
    _set(c, None, REFUSE)


@peculiar("parquet")
def _bool(c: Case) -> None:
    _set(c, pd.array([i % 2 == 0 for i in range(len(c.labels))], dtype=c.draw.choice(["bool", "boolean"])), EITHER)
    c.x = c.frame()[c.names].to_numpy(dtype=float)


@peculiar("parquet")
def _text_numbers(c: Case) -> None:
    _set(c, [str(i + 1) for i in range(len(c.labels))], EITHER)
    c.x = c.frame()[c.names].astype(float).to_numpy()


@peculiar("parquet")
def _text(c: Case) -> None:
    _set(c, "abc", REFUSE)


@peculiar("parquet")
def _category(c: Case) -> None:
    _set(c, pd.Categorical([str(i % 3) for i in range(len(c.labels))]), EITHER)
    c.x = c.frame()[c.names].astype(float).to_numpy()


@peculiar("parquet")
def _category_numbers(c: Case) -> None:
    _set(c, pd.Categorical([i % 3 + 1.5 for i in range(len(c.labels))]), EITHER)
    c.x = c.frame()[c.names].astype(float).to_numpy()


@peculiar("parquet")
def _decimal(c: Case) -> None:
    c.arrow(pa.array([decimal.Decimal("1.50")] * len(c.labels)), EITHER)
    c.x = None


@peculiar("parquet")
def _timestamp(c: Case) -> None:
    c.arrow(
        pa.array(
            range(len(c.labels)), pa.timestamp(c.draw.choice(["s", "ms", "us", "ns"]), tz=c.draw.choice([None, "UTC"]))
        ),
        REFUSE,
    )


@peculiar("parquet")
def _date_time(c: Case) -> None:
    c.arrow(
        pa.array(
            range(len(c.labels)), c.draw.choice([pa.date32(), pa.time32("s"), pa.duration("s"), pa.duration("ns")])
        ),
        REFUSE,
    )


@peculiar("parquet")
def _list(c: Case) -> None:
    c.arrow(pa.array([[1.0, 2.0]] * len(c.labels)), REFUSE)


@peculiar("parquet")
def _list_of_one(c: Case) -> None:
    c.arrow(
        pa.array(
            [[float(i)] for i in range(len(c.labels))],
            c.draw.choice([pa.list_(pa.float64()), pa.list_(pa.float64(), 1), pa.large_list(pa.float64())]),
        ),
        REFUSE,
    )


@peculiar("parquet")
def _struct(c: Case) -> None:
    c.arrow(pa.array([{"a": 1}] * len(c.labels)), REFUSE)


@peculiar("parquet")
def _map(c: Case) -> None:
    c.arrow(pa.array([[("a", 1)]] * len(c.labels), pa.map_(pa.string(), pa.int64())), REFUSE)


@peculiar("parquet")
def _binary(c: Case) -> None:
    c.arrow(
        pa.array(
            [c.draw.choice([b"\xff\x00", b"12"])] * len(c.labels),
            c.draw.choice([pa.binary(), pa.large_binary(), pa.binary_view()]),
        ),
        REFUSE,
    )


@peculiar("parquet")
def _null_type(c: Case) -> None:
    c.arrow(pa.nulls(len(c.labels)), REFUSE)


@peculiar("parquet")
def _uint64(c: Case) -> None:
    c.arrow(pa.array([2**63 + i for i in range(len(c.labels))], pa.uint64()), EITHER)
    c.x = None


@peculiar("parquet")
def _extension(c: Case) -> None:
    if hasattr(pa, "uuid"):
        c.arrow(pa.array([bytes([i] * 16) for i in range(len(c.labels))], pa.uuid()), REFUSE)
