"""Table and Coffee: the three formats agree, real spectra load, and every bad input is named."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from inn_experiments.contracts import UserError
from inn_experiments.data.tables.coffee import Coffee
from inn_experiments.data.tables.digits import Digits
from inn_experiments.data.tables.table import Table

MASSBANK = Path(__file__).resolve().parents[2] / "shared/data/massbank_ms2_50/massbank_ms2_50.npz"


def frame(rows: int = 40, columns: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    made = pd.DataFrame(rng.gamma(1.0, 100.0, (rows, columns)), columns=[str(40 + i) for i in range(columns)])
    made.insert(0, "chemical", [f"0{i % 4}" for i in range(rows)])
    made["lab"] = [f"lab{i % 7}" for i in range(rows)]
    return made


def write(folder: Path, table: pd.DataFrame, name: str = "table.csv") -> str:
    path = folder / name
    if name.endswith(".csv"):
        table.to_csv(path, index=False)
    elif name.endswith(".parquet"):
        table.to_parquet(path)
    else:
        x = table.drop(columns=["chemical", "lab"])
        mz = x.columns.to_numpy(int)
        texts = {key: table[key].to_numpy(str) for key in ("chemical", "lab")}
        np.savez(path, X=x.to_numpy(), mz=mz, **texts)
    return str(path)


def load(path: str, folder: Path, seed: int = 0, **options):
    return Table(path, **{"label": "chemical", "group": "lab", "scaling": "base_peak", **options}).load(
        seed=seed, cache=folder
    )


def test_csv_parquet_and_npz_give_the_same_split(tmp_path):
    splits = [load(write(tmp_path, frame(), f"t.{kind}"), tmp_path) for kind in ("csv", "parquet", "npz")]
    for split in splits:
        assert split.classes == ("00", "01", "02", "03") and split.bounded and split.name == "t"
        np.testing.assert_array_equal(split.axis, 40.0 + np.arange(6))
        for part in ("train", "val", "test"):
            one, first = getattr(split, part), getattr(splits[0], part)
            np.testing.assert_array_equal(one.x, first.x)
            np.testing.assert_array_equal(one.group, first.group)
            assert one.x.dtype == np.float32 and one.y.dtype == np.int64
    assert splits[2].axis_name == "m/z"


def test_options_choose_columns_scaling_and_names(tmp_path):
    table = frame().rename(columns={"40": "height"})
    table["height"] -= 500.0
    path = write(tmp_path, table)
    split = load(path, tmp_path, group=None, features=["height", "42"], scaling="standard", fresh_fraction=0.2)
    assert split.features == 2 and not split.bounded and split.fresh is not None and split.train.group is None
    assert split.axis_name == "column" and split.axis.tolist() == [0.0, 1.0]
    assert abs(split.train.x.mean()) < 1e-5 and abs(split.train.x.std() - 1) < 1e-5
    assert dataclasses.asdict(split.scaling).keys() == {"mean", "std"}
    assert not load(path, tmp_path, features=["height", "42"]).bounded, "a negative intensity is not bounded"


@pytest.mark.parametrize("kind", ["csv", "parquet", "npz"])
def test_smiles_are_read_once_per_class(tmp_path, kind):
    texts = {"00": "CCO", "01": " CCC | CCCC ", "02": "C[NH3+].[Cl-]", "03": "c1ccccc1"}
    table = frame()
    structure = table["chemical"].map(texts)
    path = write(tmp_path, table, f"t.{kind}")
    if kind == "npz":
        with np.load(path) as archive:
            arrays = dict(archive)
        np.savez(path, **arrays, structure=structure.to_numpy(str))
    else:
        path = write(tmp_path, table.assign(structure=structure), f"t.{kind}")
    split = load(path, tmp_path, smiles="structure")
    assert split.smiles == (("CCO",), ("CCC", "CCCC"), ("C[NH3+].[Cl-]",), ("c1ccccc1",))
    assert split.features == 6, "the SMILES column is no feature"
    assert load(write(tmp_path, table, f"t.{kind}"), tmp_path).smiles is None


@pytest.mark.parametrize(
    ("row", "text", "message"),
    [
        (4, "CCN", "the class '00' has 2 different SMILES, such as 'CCN' and 'CCO'"),
        (4, "", "data.smiles=structure.*no value there in row 5"),
        (slice(0, None, 4), "CCO|", r"class '00' has an empty component in its SMILES 'CCO\|'"),
    ],
)
def test_bad_smiles_columns_are_named(tmp_path, row, text, message):
    table = frame().assign(structure="CCO")
    table.loc[table.index[row], "structure"] = text
    with pytest.raises(UserError, match=message):
        load(write(tmp_path, table), tmp_path, smiles="structure")
    with pytest.raises(UserError, match="data.smiles=structur: .* has no such column"):
        load(write(tmp_path, table), tmp_path, smiles="structur")
    with pytest.raises(UserError, match="data.features: 'structure' is the label, group or SMILES column"):
        load(write(tmp_path, table), tmp_path, smiles="structure", features=["40", "structure"])


def test_labels_stay_text_and_na_is_a_class(tmp_path):
    table = frame()
    table["chemical"] = np.where(np.arange(40) % 2 == 0, "NA", " None ")
    assert load(write(tmp_path, table), tmp_path).classes == ("NA", "None")


@pytest.mark.skipif(not MASSBANK.exists(), reason="the MassBank set is not beside this checkout (../shared/data)")
@pytest.mark.parametrize("group", [None, "contributor"])
def test_massbank(tmp_path, group):
    options = {"group": group, "per_class": 3, "fresh_fraction": 0.05}
    split = Table(str(MASSBANK), "y", **options).load(seed=0, cache=tmp_path)
    assert split.features == 661 and len(split.classes) == 50 and split.bounded and split.axis[0] == 40
    assert np.bincount(split.train.y).max() <= 3 and len(np.unique(split.test.y)) == 50
    assert split.fresh is not None and (split.train.x.max(axis=1) == 1).all()
    if group:
        parts = [set(part.group) for part in (split.train, split.val, split.test, split.fresh)]
        assert len(set.union(*parts)) == sum(map(len, parts))


def test_coffee(tmp_path):
    split = Coffee(per_class=5, fresh_fraction=0.1).load(seed=0, cache=tmp_path)
    assert split.classes == ("Brasil", "Ethiopia", "Vietnam") and split.features == 1841 and split.bounded
    assert np.bincount(split.train.y).tolist() == [5, 5, 5] and np.bincount(split.test.y).tolist() == [6, 6, 6]
    assert split.train.x.min() >= 0 and (split.train.x.max(axis=1) == 1).all()


def test_digits(tmp_path):
    split = Digits(per_class=5, pool_seed=0).load(seed=0, cache=tmp_path)
    assert split.classes == tuple("0123456789") and split.features == 64 and split.reading.rows == 1797
    assert np.bincount(split.train.y).tolist() == [5] * 10 and abs(split.train.x.mean()) < 1e-5
    pixels = split.scaling.undo(split.train.x)
    assert pixels.min() == pytest.approx(0.0, abs=1e-5) and pixels.max() == pytest.approx(16.0)


def set_cell(row: int, column: str, value) -> pd.DataFrame:
    table = frame()
    table[column] = table[column].astype(object)
    table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (set_cell(2, "41", "n/d."), r"'41' is not numeric, first in row 3 .*'n/d\.'"),
        (set_cell(2, "41", ""), "1 missing or not.*row 3, column '41': nan"),
        (set_cell(2, "41", "inf"), "1 missing or not.*row 3, column '41': inf"),
        (set_cell(4, "chemical", ""), "data.label=chemical.*row 5"),
        (set_cell(4, "lab", ""), "data.group=lab.*row 5"),
        (frame().assign(chemical="x"), "every row has the class 'x'"),
        (set_cell(0, "chemical", "rare"), "'rare'.*one group only"),
        (frame().assign(**{str(mz): 1.0 for mz in range(40, 46)}), "zero variance, all 40 rows"),
        (frame().assign(**{str(mz): [0.0] + [1.0] * 39 for mz in range(40, 46)}), r"row 1 \(maximum 0\)"),
        (frame().iloc[:0], "no rows"),
        (frame()[["chemical", "lab"]], "no feature column"),
        (frame().rename(columns={"41": "40"}), "more than once: 40"),
        (frame().rename(columns={"41": ""}), r"are no places on the axis.*: '' \(first values"),
    ],
)
def test_bad_tables_are_named(tmp_path, table, message):
    with pytest.raises(UserError, match=message):
        load(write(tmp_path, table), tmp_path)


def test_proportional_rows_have_no_variance_after_scaling(tmp_path):
    table = frame()
    for mz in range(40, 46):
        table[str(mz)] = (mz - 39.0) * 2.0 ** (np.arange(40) % 3)
    with pytest.raises(UserError, match="after scaling: zero variance"):
        load(write(tmp_path, table), tmp_path)


@pytest.mark.parametrize("kind", ["csv", "parquet", "npz"])
def test_an_absent_column_lists_those_that_are_there(tmp_path, kind):
    path = write(tmp_path, frame(columns=100).rename(columns={}), f"t.{kind}")
    for option in ("label", "group"):
        with pytest.raises(UserError, match=f"data.{option}=clas.*chemical.*lab.*") as error:
            load(path, tmp_path, **{option: "clas"})
        assert len(str(error.value)) < 400
    with pytest.raises(UserError, match="data.features=1"):
        load(path, tmp_path, features=["1"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.csv", None, "no such file"),
        ("table.xlsx", b"x", "cannot be read as .xlsx"),
        ("table.feather", b"x", r"'\.feather' is not one of \.csv, \.tsv"),
        ("empty.csv", b"", "the file is empty"),
        ("text.parquet", b"chemical,40\n", "cannot be read as .parquet"),
        ("text.npz", b"chemical,40\n", "cannot be read as .npz"),
        ("long.csv", b"chemical,lab,40\na,1,2\na,1,2,3\n", "more fields|cannot be read"),
        ("first_long.csv", b"chemical,lab,40\na,1,2,3\na,1,2,3\n", "the header has 3 cells and the rows have 4"),
    ],
)
def test_bad_files_are_named(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        load(str(tmp_path / name), tmp_path)


def test_bad_npz_arrays_are_named(tmp_path):
    path, texts = tmp_path / "t.npz", {"chemical": np.array(["a", "b"]), "lab": np.array(["1", "2"])}
    np.savez(path, X=np.array([["1"], ["2"]]), **texts)
    with pytest.raises(UserError, match="must hold a table of numbers"):
        load(str(path), tmp_path)
    np.savez(path, X=np.ones((3, 2)), **texts)
    with pytest.raises(UserError, match="one entry per row"):
        load(str(path), tmp_path)
    np.savez(path, X=np.array([[{}], [None]], dtype=object), **texts)
    with pytest.raises(UserError, match="Python objects"):
        load(str(path), tmp_path)


@pytest.mark.parametrize(
    "options",
    [
        {"test_fraction": 0.0},
        {"test_fraction": 1.0},
        {"val_fraction": -0.1},
        {"fresh_fraction": 1.0},
        {"test_fraction": 0.6, "val_fraction": 0.4},
        {"per_class": 0},
    ],
)
def test_fractions_out_of_range_are_named(options):
    for source in (lambda: Coffee(**options), lambda: Table("t.csv", "y", **options)):
        with pytest.raises(UserError, match=f"data.{next(iter(options))}"):
            source()
