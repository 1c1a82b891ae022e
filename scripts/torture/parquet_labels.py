"""Peculiar columns of classes in Parquet files."""

import decimal
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from torture.cases import EITHER, REFUSE, Case, peculiar


@peculiar("parquet")
def _label_int(c: Case) -> None:
    c.relabel(lambda k, _: str(k))
    c.frame()["label"] = [int(label) for label in c.labels]


@peculiar("parquet")
def _label_float(c: Case) -> None:
    c.relabel(lambda k, _: f"{k}.5")
    c.frame()["label"] = [float(label) for label in c.labels]


@peculiar("parquet")
def _label_whole_float(c: Case) -> None:
    c.relabel(lambda k, _: str(k))
    c.frame()["label"] = [float(label) for label in c.labels]
    c.expected = EITHER
    c.truth_labels = [f"{label}.0" for label in c.labels]


@peculiar("parquet")
def _label_float_missing(c: Case) -> None:
    c.relabel(lambda k, _: f"{k}.5")
    f = c.frame()
    f["label"] = [float(label) for label in c.labels]
    f.loc[1, "label"] = np.nan
    c.expected = REFUSE


@peculiar("parquet")
def _label_infinite(c: Case) -> None:
    c.relabel(lambda k, _: f"{k}.5")
    f = c.frame()
    f["label"] = [float(label) for label in c.labels]
    f.loc[f.label == 0.5, "label"] = np.inf
    c.expected = EITHER
    c.truth_labels = [str(v) for v in f["label"]]


@peculiar("parquet")
def _label_bool(c: Case) -> None:
    c.labels = [str(i % 2 == 0) for i in range(len(c.labels))]
    c.frame()["label"] = [label == "True" for label in c.labels]


@peculiar("parquet")
def _label_category(c: Case) -> None:
    c.frame()["label"] = c.frame()["label"].astype("category")


@peculiar("parquet")
def _label_none(c: Case) -> None:
    f = c.frame()
    f.loc[c.row(), "label"] = None
    c.expected = REFUSE


@peculiar("parquet")
def _label_timestamp(c: Case) -> None:
    names = sorted(set(c.labels))
    c.arrow(pa.array([names.index(label) * 86400 for label in c.labels], pa.timestamp("s")), EITHER, True)
    c.truth_labels = "any"


@peculiar("parquet")
def _label_binary(c: Case) -> None:
    c.arrow(pa.array([label.encode() for label in c.labels], pa.binary()), EITHER, True)


@peculiar("parquet")
def _label_list(c: Case) -> None:
    c.arrow(pa.array([[label] for label in c.labels]), REFUSE, True)


@peculiar("parquet")
def _label_struct(c: Case) -> None:
    c.arrow(pa.array([{"a": label} for label in c.labels]), REFUSE, True)


@peculiar("parquet")
def _label_decimal(c: Case) -> None:
    names = sorted(set(c.labels))
    c.arrow(pa.array([decimal.Decimal(f"{names.index(label)}.50") for label in c.labels]), EITHER, True)
    c.truth_labels = "any"


@peculiar("parquet")
def _label_mixed_object(c: Case) -> None:
    # 1 and "1" in pandas objects cannot be written as they are; a union of texts is.
    c.frame()["label"] = c.frame()["label"].astype("string")


@peculiar("parquet")
def _index(c: Case) -> None:
    c.frame().index = np.arange(len(c.labels)) + 7


@peculiar("parquet")
def _named_index(c: Case) -> None:
    c.frame().index.name = "row"
    c.frame().index = c.frame().index + 1
    c.frame().index.name = "row"
    c.expected = EITHER
    c.x = None


@peculiar("parquet")
def _text_index(c: Case) -> None:
    c.table = c.frame().set_index(np.array([f"r{i}" for i in range(len(c.labels))]))


@peculiar("parquet")
def _twice(c: Case) -> None:
    t = pa.Table.from_pandas(c.frame(), preserve_index=False)
    c.table = t.append_column(c.names[0], t.column(1))
    c.expected = REFUSE


@peculiar("parquet")
def _multiindex(c: Case) -> None:
    f = c.frame()
    f.columns = pd.MultiIndex.from_tuples([("a", k) for k in f.columns])
    c.expected = REFUSE


@peculiar("parquet")
def _no_columns(c: Case) -> None:
    c.table = pd.DataFrame(index=range(5))
    c.expected = REFUSE


@peculiar("parquet")
def _row_groups(c: Case) -> None:
    data, packed = io.BytesIO(), c.draw.choice(["snappy", "gzip", "zstd", "brotli", "lz4", "none"])
    pq.write_table(pa.Table.from_pandas(c.frame()), data, row_group_size=3, compression=packed)
    c.raw = data.getvalue()
