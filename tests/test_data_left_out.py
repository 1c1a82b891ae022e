"""Classes of a table that are not to be used, or have too few rows, are left out and told; rows keep their numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from inn_experiments.contracts import UserError
from inn_experiments.data.tables.table import Table

STORAGES = pytest.mark.parametrize("storage", ["memory", "mapped"])
COUNTS = {"oil": 8, "butter": 6, "lard": 1, "QC 1": 3, "QC 2": 2}


@pytest.fixture
def frame() -> pd.DataFrame:
    labels = np.repeat(list(COUNTS), list(COUNTS.values()))
    x = np.random.default_rng(0).uniform(1, 2, (len(labels), 4))
    made = pd.DataFrame(x, columns=["400", "402", "404", "406"])
    return made.assign(kind=labels).sample(frac=1, random_state=1).reset_index(drop=True)


def load(tmp_path, frame: pd.DataFrame, **settings):
    frame.to_csv(tmp_path / "fats.csv", index=False)
    return Table(str(tmp_path / "fats.csv"), "kind", **settings).held(tmp_path / "cache")


@STORAGES
def test_classes_are_left_out_by_name_pattern_and_size(tmp_path, frame, storage) -> None:
    rows = load(tmp_path, frame, exclude=["QC*"], min_rows=2, storage=storage)
    kept = frame.kind.isin(["oil", "butter"])
    assert rows.classes == ("butter", "oil") and np.bincount(rows.y).tolist() == [6, 8]
    np.testing.assert_array_equal(np.asarray(rows.x[np.arange(14)]), frame[kept].drop(columns="kind").to_numpy())
    assert rows.numbers.tolist() == (np.flatnonzero(kept) + 1).tolist()
    assert rows.told.left_out[-2:] == (
        "2 classes of data.exclude: QC 1 (3), QC 2 (2)",
        "1 class with less than 2 rows (data.min_rows): lard (1)",
    )
    by_name = load(tmp_path, frame, exclude=["lard", "QC 1", "QC 2"], storage=storage)
    assert by_name.numbers.tolist() == rows.numbers.tolist()


@STORAGES
def test_what_is_left_out_may_lack_numbers_and_does_not_count_where_it_lacks_them(tmp_path, frame, storage) -> None:
    frame.loc[frame.kind == "QC 1", "402"] = np.nan
    assert len(load(tmp_path, frame, exclude=["QC*"], storage=storage).y) == 15
    frame.loc[frame.kind == "butter", "402"] = np.nan
    rows = load(tmp_path, frame, exclude=["QC 1"], min_rows=2, missing="drop", storage=storage)
    assert rows.classes == ("QC 2", "oil"), "a class is as small as what is left of it"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"exclude": ["blank"]}, "data.exclude=blank: .*fats.csv has no such class .*known: QC 1, QC 2, butter"),
        ({"exclude": ["buter"]}, "did you mean 'butter'"),
        ({"exclude": ["*"]}, r"data.exclude=\['\*'\]: leaves no class of .*fats.csv; at least 2 classes are needed"),
        ({"min_rows": 7}, "data.min_rows=7: leaves oil of .*fats.csv; at least 2 classes are needed"),
        ({"min_rows": 99}, "data.min_rows=99: leaves no class"),
    ],
)
def test_what_leaves_nothing_or_names_no_class_is_refused(tmp_path, frame, settings, words) -> None:
    with pytest.raises(UserError, match=words):
        load(tmp_path, frame, **settings)


def test_a_class_that_is_too_small_is_told_with_what_leaves_it_out(tmp_path, frame) -> None:
    frame.to_csv(tmp_path / "fats.csv", index=False)
    table = Table(str(tmp_path / "fats.csv"), "kind")
    with pytest.raises(UserError, match=r"'QC 2' has 2, 'lard' has 1: too few rows.*data.min_rows.*data.exclude"):
        table.load(seed=0, cache=tmp_path)
    alone = Table(str(tmp_path / "fats.csv"), "kind", min_rows=3)
    assert alone.load(seed=0, cache=tmp_path).classes == ("QC 1", "butter", "oil")


@STORAGES
def test_rows_below_blank_ones_keep_their_numbers_in_messages(tmp_path, storage) -> None:
    text = "kind,400,402\nrye,1,2\n,,\n,,\noat,3,\n,2,5\noat,1,5\n"
    (tmp_path / "gap.csv").write_text(text, encoding="utf-8")
    read = Table(str(tmp_path / "gap.csv"), "kind", storage=storage)
    with pytest.raises(UserError, match="no value there in row 5 "):
        read.held(tmp_path)
    (tmp_path / "gap.csv").write_text(text.replace("\n,2,5", "\noat,,"), encoding="utf-8")
    with pytest.raises(UserError, match=r"row 4, column '402': nan; row 5, column '400': nan"):
        read.held(tmp_path)
    with pytest.raises(UserError, match="no number at all in row 5 "):
        Table(str(tmp_path / "gap.csv"), "kind", storage=storage, missing="interpolate").held(tmp_path)
