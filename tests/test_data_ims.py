"""Measured ion mobility tables: CSV and Parquet agree, and every bad input is named."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from inn_experiments.contracts import UserError
from inn_experiments.contracts.files import replacing
from inn_experiments.data import checks, precision, scaling
from inn_experiments.data.division import Division
from inn_experiments.data.ims import stored
from inn_experiments.data.ims.ims import Ims
from inn_experiments.data.scaling import Standard
from inn_experiments.data.tables import text

SMILES = {"b": "CO", "a": "CCO|CC(C)O"}


def frame(rows: int = 60, bins: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    # The negative half first, and a column that is neither: the reader has to sort.
    names = [f"neg_{i / 2}" for i in range(bins)] + ["note"] + [f"pos_{i}" for i in range(bins)]
    table = pd.DataFrame(rng.normal(100, 20, (rows, len(names))).astype(np.float32), columns=names)
    table["note"] = "text"
    table.insert(2, "label", [" a" if i % 3 else "b" for i in range(rows)])
    table["smiles"] = [SMILES[label.strip()] for label in table["label"]]
    return table


def write(folder, table: pd.DataFrame, name: str = "table.csv") -> str:
    path = folder / name
    if name.endswith(".csv"):
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path, index=False)
    return str(path)


def load(path: str, folder, seed: int = 0, **options):
    return Ims(path, **options).load(seed=seed, cache=folder / "cache")


def test_csv_and_parquet_give_the_same_split_with_positive_bins_first(tmp_path, monkeypatch):
    table = frame()
    for piece in (7, 2048):
        monkeypatch.setattr(text, "PIECE", piece)
        for name in (f"t{piece}.csv", f"t{piece}.parquet"):
            split = load(write(tmp_path, table, name), tmp_path, smiles="smiles", fresh_fraction=0.1)
            assert split.classes == ("a", "b") and split.smiles == (("CCO", "CC(C)O"), ("CO",))
            assert split.axis_name == "drift bin (positive, then negative)" and not split.bounded
            assert split.axis.tolist() == list(range(8)) and split.name == f"t{piece}"
            parts = [split.train, split.val, split.test, split.fresh]
            found = np.concatenate([split.scaling.undo(part.x) for part in parts])
            names = [name for half in ("pos_", "neg_") for name in table.columns if name.startswith(half)]
            wanted = table[names].to_numpy()
            order, expected = np.lexsort(found.T), np.lexsort(wanted.T)
            np.testing.assert_allclose(found[order], wanted[expected], rtol=1e-5)
            y = np.concatenate([part.y for part in parts])
            np.testing.assert_array_equal(y[order], (table["label"] == "b").to_numpy()[expected])


def test_statistics_are_those_of_the_training_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "BLOCK", 7)
    split = load(write(tmp_path, frame()), tmp_path)
    again = Standard.fit(split.scaling.undo(split.train.x))
    np.testing.assert_allclose([again.mean, again.std], [split.scaling.mean, split.scaling.std], rtol=1e-6)
    assert abs(split.test.x.mean()) > 1e-4
    assert split.train.x.dtype == np.float32 and split.train.y.dtype == np.int64 and split.smiles is None


def test_one_polarity_and_a_mapping_of_smiles(tmp_path):
    table = frame().drop(columns=[f"neg_{i / 2}" for i in range(4)])
    mapping = {"a": ["CCO", "CC(C)O"], "b": "CO", "c": "C"}
    with pytest.warns(UserWarning, match="data.negative='neg_'.*negative half"):
        split = load(write(tmp_path, table), tmp_path, smiles=mapping)
    assert split.features == 4 and split.axis_name == "drift bin (positive)"
    assert split.smiles == (("CCO", "CC(C)O"), ("CO",))
    assert load(write(tmp_path, frame()), tmp_path, positive=None).axis_name == "drift bin (negative)"


def test_numbers_as_classes_keep_their_names_and_order(tmp_path):
    table = frame()
    table["label"] = [("10", "9")[i % 2] for i in range(60)]
    split = load(write(tmp_path, table), tmp_path, smiles={10: "C", "9": "CC"})
    assert split.classes == ("9", "10") and split.smiles == (("CC",), ("C",))


def test_a_table_is_converted_once_and_again_when_it_changes(tmp_path, monkeypatch):
    path = write(tmp_path, frame())
    split = load(path, tmp_path)
    calls = []
    convert = Ims._convert
    monkeypatch.setattr(Ims, "_convert", lambda *given: calls.append(1) or convert(*given))
    np.testing.assert_array_equal(load(path, tmp_path).train.x, split.train.x)
    assert not calls
    assert len(load(path, tmp_path, per_class=3).train) == 6 and not calls
    write(tmp_path, frame(rows=61))
    load(path, tmp_path)
    assert len(calls) == 1


@pytest.mark.parametrize("damage", ["half", "one bit", "header", "no facts", "half the facts"])
def test_a_damaged_cache_is_made_again_with_a_word(tmp_path, damage):
    path = write(tmp_path, frame())
    right = load(path, tmp_path).train.x
    rows = next((tmp_path / "cache").glob("*.npy"))
    facts, whole = rows.with_suffix(".npz"), rows.read_bytes()
    if damage == "half":
        rows.write_bytes(whole[: len(whole) // 2])
    elif damage == "one bit":
        rows.write_bytes(whole[:-7] + bytes([whole[-7] ^ 4]) + whole[-6:])
    elif damage == "header":
        rows.write_bytes(whole.replace(b"<f4", b">f4", 1))
    elif damage == "no facts":
        facts.unlink()
    else:
        facts.write_bytes(facts.read_bytes()[:100])
    with pytest.warns(UserWarning, match=f"a file of the cache could not be used, and was made again: .*{rows.stem}"):
        found = load(path, tmp_path).train.x
    np.testing.assert_array_equal(found, right)
    assert rows.read_bytes() == whole


def test_the_header_of_a_streamed_file_counts_the_rows(tmp_path):
    path = tmp_path / "rows.npy"
    x = np.arange(3 * 100_001, dtype=np.float32).reshape(-1, 3)
    with stored.RowWriter(path, 3) as writer:
        for start in range(0, len(x), 9999):
            writer.append(x[start : start + 9999])
    np.testing.assert_array_equal(np.load(path, allow_pickle=False), x)
    with (
        pytest.raises(ValueError, match=r"\(n, 3\)"),
        replacing(tmp_path / "other.npy") as fresh,
        stored.RowWriter(fresh, 3) as writer,
    ):
        writer.append(x[:, :2])
    assert [found.name for found in tmp_path.iterdir()] == ["rows.npy"]


def test_the_parts_are_the_only_full_size_arrays(tmp_path, monkeypatch):
    for module in (stored, scaling, checks, precision):
        monkeypatch.setattr(module, "BLOCK", 128)
    x = np.random.default_rng(0).standard_normal((4000, 500), dtype=np.float32)
    with stored.RowWriter(tmp_path / "rows.npy", 500) as writer:
        writer.append(x)
    tracemalloc.start()
    rows = stored.StoredRows(path=tmp_path / "rows.npy", y=np.arange(4000) % 3, classes=("a", "b", "c"), name="t")
    split = rows.divided(Division(val_fraction=0.1, test_fraction=0.2, fresh_fraction=0.1), seed=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(split.train) + len(split.val) + len(split.test) + len(split.fresh) == 4000
    assert peak < 1.25 * x.nbytes


def spoiled(change) -> pd.DataFrame:
    table = frame()
    found = change(table)
    return found if isinstance(found, pd.DataFrame) else table


def put(row: int, column: str, value):
    def change(table):
        table[column] = table[column].astype(object)
        table.loc[row, column] = value

    return change


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda table: table.pop("label"), {}, "data.label=label.*no such column"),
        (lambda table: None, {"smiles": "SMILES"}, "data.smiles=SMILES.*no such column"),
        (lambda table: None, {"positive": "x", "negative": None}, "data.positive='x'.*none does.*note"),
        (lambda table: None, {"positive": "p", "negative": "pos_"}, "begin with both: pos_0"),
        (put(40, "pos_1", "high"), {}, "'pos_1' is not numeric, first in row 41 .*'high'"),
        (put(40, "neg_1.5", None), {}, "row 41, column 'neg_1.5': nan"),
        (put(40, "neg_1.5", 1e300), {}, "row 41, column 'neg_1.5': inf"),
        (put(40, "label", " "), {}, "data.label=label.*row 41"),
        (put(40, "smiles", "N"), {"smiles": "smiles"}, "class 'a'.*two different values.*'N'"),
        (lambda table: table.update({"smiles": [""] * 60}), {"smiles": "smiles"}, "no SMILES.*class a, b"),
        (lambda table: None, {"smiles": {"a": "C", "b": []}}, "the mapping has no SMILES.*class b"),
        (lambda table: table.update({"label": ["a"] * 60}), {}, "every row has the class 'a'"),
        (lambda table: table.iloc[:0], {}, "no rows"),
        (lambda table: table.rename(columns={"pos_1": "pos_0"}), {}, "more than once: pos_0"),
    ],
)
def test_every_bad_table_is_named_and_leaves_nothing_behind(tmp_path, monkeypatch, change, options, message):
    monkeypatch.setattr(text, "PIECE", 16)
    path = write(tmp_path, spoiled(change))
    with pytest.raises(UserError, match=message):
        load(path, tmp_path, **options)
    assert not list((tmp_path / "cache").glob(".*"))


def test_missing_numbers_and_labels_of_a_parquet_file_are_named(tmp_path):
    for column, message in (("pos_2", "row 9, column 'pos_2': nan"), ("label", "row 9")):
        table = frame()
        table.loc[8, column] = None
        with pytest.raises(UserError, match=message):
            load(write(tmp_path, table, "t.parquet"), tmp_path)


def test_rows_that_are_all_equal_have_nothing_to_learn(tmp_path):
    table = frame()
    bins = [name for name in table if name.startswith(("pos_", "neg_"))]
    table[bins] = table.loc[0, bins].to_numpy(np.float32)
    with pytest.raises(UserError, match="zero variance"):
        load(write(tmp_path, table), tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("no.csv", None, "no such file"),
        ("t.npz", b"x", "extension"),
        ("t.csv", b"", "empty"),
        ("t.parquet", b"not parquet", "cannot be read as .parquet"),
        ("t.csv", b"label,pos_0\na,1\nb,2,3\n", "more fields|cannot be read"),
        ("t.csv", b"label,pos_0\n\xff\xfe,1\n", "every row has the class"),
    ],
)
def test_damaged_files_are_named(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        load(str(path), tmp_path)


@pytest.mark.parametrize("given", [{"positive": ""}, {"positive": "a", "negative": "a"}, {"test_fraction": 1.0}])
def test_impossible_options_are_refused(given):
    with pytest.raises(UserError, match="data\\."):
        Ims("t.csv", **given)
