"""Records in a folder or an NPZ: one split of either, no leak from held-out records, bad input named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from record_examples import LABELS, SHAPE, records, write_folder

from inn_experiments.configuration import compose as config
from inn_experiments.contracts import UserError
from inn_experiments.data.division import Division
from inn_experiments.data.records.preprocessing import Settings
from inn_experiments.data.records.reader import RawRecords
from inn_experiments.data.records.records2d import Records2d


def load(path: Path, seed: int = 0, **options):
    return Records2d(str(path), **options).load(seed=seed, cache=path)


def test_no_held_out_record_enters_the_fit():
    x, y = records(), np.arange(30) % 3
    parts = Division(fresh_fraction=0.2).parts(y, None, ("10", "9", "b"), seed=5)
    other = x.copy()
    for part in (parts.val, parts.test, parts.fresh):
        other[part] = 1e6 * records(len(part), seed=9)
    settings = Settings(retention=(4.0, 11.0))
    splits = [
        RawRecords(values, LABELS, None, np.arange(16.0), np.arange(24.0)).rows("toy", settings).split(parts)
        for values in (x, other)
    ]
    first, second = splits
    assert first.scaling.describe() == second.scaling.describe()
    np.testing.assert_array_equal(first.scaling.steps[1].mean, second.scaling.steps[1].mean)
    np.testing.assert_array_equal(first.train.x, second.train.x)
    assert first.train.x.max() == 1.0
    assert np.abs(second.test.x).max() > 1.5, "held-out records may exceed the range"
    assert np.isfinite(second.test.x).all()
    back = second.scaling.undo(second.test.x).reshape(-1, *SHAPE)
    step = second.scaling.steps[0]
    expected = step.apply(other[parts.test].astype(np.float64))[:, 2:6]
    np.testing.assert_allclose(step.apply(back.astype(np.float64))[:, 2:6], expected, rtol=1e-3, atol=10)


def test_folders_and_npz_give_the_same_split(tmp_path):
    x = records()
    order = np.lexsort((np.arange(30), LABELS))
    np.savez(tmp_path / "toy.npz", X=x[order], kind=LABELS[order])
    paths = [write_folder(tmp_path / kind / "toy", x, LABELS, kind) for kind in ("npy", "csv")]
    (paths[0] / ".DS_Store").write_bytes(b"x")
    (paths[0] / "9" / ".hidden").write_bytes(b"x")
    splits = [load(path) for path in paths] + [load(tmp_path / "toy.npz", label="kind")]
    for split in splits:
        assert split.classes == ("10", "9", "b") and split.name == "toy" and not split.bounded
        assert split.shape == (8, 12) and split.features == 96 and split.fresh is None
        assert split.axis_name == "value" and split.axis.tolist() == list(range(96))
        for part in ("train", "val", "test"):
            np.testing.assert_array_equal(getattr(split, part).x, getattr(splits[0], part).x)
            np.testing.assert_array_equal(getattr(split, part).y, getattr(splits[0], part).y)
    assert splits[0].train.x.dtype == np.float32 and splits[0].train.y.dtype == np.int64
    assert not np.array_equal(load(paths[0], seed=1).train.x, splits[0].train.x)


def test_no_validation_rows_and_few_shots_are_allowed(tmp_path):
    path = write_folder(tmp_path, records(), LABELS)
    split = load(path, val_fraction=0.0, fresh_fraction=0.2, per_class=3)
    assert split.val.x.shape == (0, 96) and np.bincount(split.train.y).tolist() == [3, 3, 3]
    assert len(split.train) + len(split.test) + len(split.fresh) == 30


def test_groups_stay_whole_and_the_crop_is_in_units_of_the_axis(tmp_path):
    groups = np.arange(30) // 3
    axes = {"retention": np.linspace(100, 250, 16), "drift": np.linspace(5.0, 9.6, 24)}
    np.savez(tmp_path / "toy.npz", X=records(), y=LABELS, patient=groups, **axes)
    split = load(tmp_path / "toy.npz", group="patient", levels=(0, 0), retention=(120, 200), drift=(5.0, 6.2))
    parts = [set(part.group) for part in (split.train, split.val, split.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 10
    retention, drift = split.scaling.axes
    assert split.shape == (9, 7) and retention[[0, -1]].tolist() == [120, 200]
    np.testing.assert_allclose(drift[[0, -1]], [5.0, 6.2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"wavelet": "db0"}, "data.wavelet=db0: not a discrete wavelet.*did you mean"),
        ({"wavelet": "mexh"}, "data.wavelet=mexh: not a discrete wavelet"),
        ({"levels": (1, 4)}, r"data.levels=\[1, 4\]: level 4 is too deep for 24 .* drift; .* deepest .* is 3"),
        ({"levels": (3, 1)}, "level 3 is too deep for 16 values along retention.*deepest level there is 2"),
        ({"retention": (0, 16)}, r"data.retention=\[0.0, 16.0\]: .* from 0 to 15"),
        ({"drift": (-1, 5)}, r"data.drift=\[-1.0, 5.0\]: .* from 0 to 23"),
        ({"drift": (5, 5)}, "data.drift=.*must be .low, high. within"),
        ({"drift": (5.1, 5.2), "levels": (0, 0)}, "data.drift=.*the crop leaves nothing, values are 1 apart"),
        ({"group": "patient"}, "data.group=patient: .* is a folder"),
        ({"test_fraction": 1.0}, "data.test_fraction"),
    ],
)
def test_bad_options_are_named(tmp_path, options, message):
    with pytest.raises(UserError, match=message) as error:
        load(write_folder(tmp_path, records(), LABELS), **options)
    assert "\n" not in str(error.value)


def spoil_numbers(change: str, matrix: np.ndarray) -> np.ndarray:
    if change == "nan":
        matrix[3, 4] = np.nan
    other = {
        "shape": matrix[:, :-1],
        "cube": matrix[None],
        "huge": matrix.astype(np.float64) * 1e300,
        "text": matrix.astype(str),
        "object": np.array([[{}] * 24] * 16, dtype=object),
        "complex": matrix * 1j,
    }
    return other.get(change, matrix)


def bad_folder(root: Path, change: str) -> Path:
    write_folder(root, records(), LABELS)
    file = root / "9" / "001.npy"
    np.save(file, spoil_numbers(change, records(1)[0]), allow_pickle=True)
    if change == "damaged":
        file.write_bytes(file.read_bytes()[:200])
    elif change == "empty file":
        file.write_bytes(b"")
    elif change == "empty class":
        (root / "c").mkdir()
    elif change == "few":
        write_folder(root, records(2), ["rare", "rare"])
    texts = {"header": "9/x.csv", "ragged": "9/x.csv", "other": "9/notes.doc"}
    if change in texts:
        (root / texts[change]).write_text({"header": "a,b\n1,2\n", "ragged": "1,2\n3,4\n1,2,3\n", "other": "x"}[change])
    return root


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("shape", r"9/001.npy: a record of the shape \(16, 23\), but .*10/000.npy has \(16, 24\)"),
        ("cube", r"9/001.npy: found the shape \(1, 16, 24\); a record is a matrix"),
        ("nan", "9/001.npy: not finite.*: nan in row 4, column 5"),
        ("huge", "9/001.npy: not finite, or beyond 32-bit numbers: .* in row 1, column 1"),
        ("text", "9/001.npy: must be real numbers, found values of the kind <U"),
        ("object", "9/001.npy: holds Python objects, which are not read"),
        ("complex", "9/001.npy: must be real numbers, found values of the kind complex"),
        ("damaged", "9/001.npy: is damaged: by its header .* it has 1,536 bytes, but it holds 72"),
        ("empty file", "9/001.npy: the file is empty"),
        ("header", "9/x.csv: line 1, column 2: 'b' is no number; a record is a matrix"),
        ("ragged", "9/x.csv: line 3 has 3 cells, line 1 has 2"),
        ("empty class", "class 'c': .* is empty"),
        ("other", "class '9': .* holds notes.doc; its records must be files of the kind .npy, .csv, .tsv or .txt"),
        ("few", "class 'rare' has 2: too few rows for the split"),
    ],
)
def test_bad_folders_are_named(tmp_path, change, message):
    with pytest.raises(UserError, match=message) as error:
        load(bad_folder(tmp_path, change))
    assert "\n" not in str(error.value)


def test_missing_classes_and_records_that_are_all_equal_are_named(tmp_path):
    with pytest.raises(UserError, match="no class found"):
        load(tmp_path)
    with pytest.raises(UserError, match="every record has the class 'a'"):
        load(write_folder(tmp_path / "one", records(), ["a"] * 30))
    with pytest.raises(UserError, match="zero variance, all 18 rows are equal"):
        load(write_folder(tmp_path / "flat", np.ones((30, 4, 4)), LABELS))
    with pytest.raises(UserError, match="after wavelet and crop: zero variance"):
        edge = np.ones((30, 8, 8))
        edge[:, 0, 0] = np.arange(30)
        load(write_folder(tmp_path / "edge", edge, LABELS), levels=(0, 0), drift=(2, 7))
    with pytest.raises(UserError, match="no such file"):
        load(tmp_path / "absent.npz")
    (tmp_path / "table.csv").write_text("1,2\n")
    with pytest.raises(UserError, match="a folder with a subfolder for each class, or an .npz"):
        load(tmp_path / "table.csv")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"X": records(), "kind": LABELS}, "data.label=y: .* has no key 'y'; its keys are: X, kind"),
        ({"y": LABELS}, "the records: .* has no key 'X'"),
        ({"X": records()[0], "y": LABELS}, r"'X' must hold records .* found the shape \(16, 24\)"),
        ({"X": records(), "y": LABELS[:-1]}, r"one entry per record \(30,\), found \(29,\)"),
        ({"X": records(), "y": np.where(LABELS == "b", "", LABELS)}, "no value there in row 3"),
        ({"X": records(), "y": np.where(LABELS == "b", np.nan, 1.0)}, "no value there in row 3"),
        ({"X": records().astype(str), "y": LABELS}, "must be real numbers"),
        ({"X": np.where(np.arange(24) == 7, np.inf, records()), "y": LABELS}, "record 1: .*column 8.*30 records"),
        ({"X": records(), "y": LABELS, "drift": np.arange(5)}, "key 'drift' must hold 24 numbers"),
        ({"X": records(), "y": LABELS, "retention": -np.arange(16)}, "key 'retention' must increase"),
    ],
)
def test_bad_npz_arrays_are_named(tmp_path, arrays, message):
    np.savez(tmp_path / "t.npz", **arrays)
    with pytest.raises(UserError, match=message):
        load(tmp_path / "t.npz")


def test_a_damaged_npz_is_named(tmp_path):
    (tmp_path / "t.npz").write_bytes(b"PK not an archive")
    with pytest.raises(UserError, match="t.npz: cannot be read as .npz"):
        load(tmp_path / "t.npz")


@pytest.mark.parametrize(
    ("override", "message"),
    [("data.levels=[1]", "data.levels"), ("data.levels=[1, -1]", "data.levels"), ("data.drift=5", "data.drift")],
)
def test_the_configuration_refuses_other_values(override, message):
    with pytest.raises(UserError, match=message):
        config.compose("data=records2d", "data.path=records", override)
