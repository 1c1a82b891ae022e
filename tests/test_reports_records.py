"""Pictures and files of 2-D records: images in the records' own shape, and samples that can be read again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from inn_experiments.contracts import Samples, Split
from inn_experiments.data.division import Division
from inn_experiments.data.records.preprocessing import Settings
from inn_experiments.data.records.reader import RawRecords
from inn_experiments.data.records.records2d import Records2d
from inn_experiments.data.scaling import Standard
from inn_experiments.reports.cell import row_figures
from inn_experiments.reports.cell.figures import SHOWN_STATES, cell_figures, states_figure
from inn_experiments.reports.cell.samples import write_samples

SHAPE = (16, 24)


def make_split(classes: int = 3, each: int = 10) -> Split:
    rng = np.random.default_rng(0)
    x = rng.gamma(0.3, 40.0, (classes * each, *SHAPE)).astype(np.float32)
    labels = np.array([f"kind {number:02}" for number in range(classes)]).repeat(each)
    raw = RawRecords(x, labels, None, np.linspace(0, 60, 16), np.linspace(5, 9, 24), ("s", ""))
    settings = Settings()
    return raw.rows("toy", settings).divided(Division(), seed=0)


def make_samples(split: Split, states: int = 4) -> Samples:
    noise = np.random.default_rng(1).standard_normal((states, *split.test.x.shape)).astype(np.float32)
    noise[-1] = split.test.x[::-1]
    return Samples(noise[-1], split.test.y[::-1].copy(), noise)


def images(figure) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for axis in figure.axes for image in axis.images]


def is_there(row: np.ndarray, shown: list[np.ndarray], shape=(8, 12)) -> bool:
    return any(matrix.shape == shape and np.array_equal(matrix, row.reshape(shape)) for matrix in shown)


def test_a_cell_of_records_has_images_and_its_preprocessing(tmp_path):
    split = make_split()
    files = cell_figures(tmp_path, split, make_samples(split), {})
    assert {file.name for file in files} == {"real_and_generated.png", "pca.png", "states.png", "preprocessing.png"}
    assert sorted(tmp_path.iterdir()) == sorted(files) and all(file.stat().st_size > 5000 for file in files)
    plain = dataclasses.replace(split, shape=None, scaling=Standard(0.0, 1.0))
    lines = {file.name for file in cell_figures(tmp_path / "plain", plain, make_samples(split), {})}
    assert lines == {"real_and_generated.png", "difference.png", "rows.png", "pca.png", "states.png"}
    names = {"real_and_generated.png", "pca.png", "states.png"}
    unlike = dataclasses.replace(split, scaling=Standard(0.0, 1.0))
    assert {file.name for file in cell_figures(tmp_path / "unlike", unlike, make_samples(split), {})} == names


def test_real_and_generated_records_stand_side_by_side_on_one_scale():
    split = make_split()
    samples = make_samples(split)
    figure = row_figures.records_figure(split, samples)
    shown = images(figure)
    for label in range(3):
        for rows in (split.test, samples):
            assert is_there(rows.x[rows.y == label][0], shown)
    scales = {image.get_clim() for axis in figure.axes for image in axis.images if image.get_array().shape == (8, 12)}
    assert len(scales) == 1
    low, high = next(iter(scales))
    assert split.test.x.min() <= low < high <= split.test.x.max()
    # Up is a later retention time, right a longer drift time, in the axes' own units.
    first = next(axis for axis in figure.axes if axis.images)
    assert first.images[0].origin == "lower" and first.images[0].get_extent()[0] > 5.0
    assert (figure.get_supylabel(), figure.get_supxlabel()) == ("retention / s", "drift")


def test_of_many_classes_the_largest_and_the_smallest_are_shown():
    split = make_split(classes=10)
    # Classes 0, 1 and 2 are the smallest; of the others, equally large, the first ones are taken.
    keep = np.arange(len(split.train)) % 2 == 0
    keep |= split.train.y > 2
    split = dataclasses.replace(split, train=split.train.take(keep))
    figure = row_figures.records_figure(split, make_samples(split))
    said = " ".join(axis.get_ylabel() for axis in figure.axes)
    assert all(f"kind {label:02}" in said for label in (0, 1, 2, 3, 4, 5)) and "kind 06" not in said
    assert "3 to train" in said
    assert "6 of 10 classes" in figure.get_suptitle()


def test_a_class_without_generated_records_leaves_its_places_empty():
    split = make_split()
    samples = make_samples(split)
    wanted = samples.y != 1
    samples = Samples(samples.x[wanted], samples.y[wanted])
    shown = [matrix for matrix in images(row_figures.records_figure(split, samples)) if matrix.shape == (8, 12)]
    assert len(shown) == 5 * 3
    assert states_figure(split, samples) is None


def test_states_are_images_from_the_start_to_the_record():
    split = make_split()
    samples = make_samples(split, states=20)
    figure = states_figure(split, samples)
    shown = images(figure)
    assert len(shown) == 3 * SHOWN_STATES
    place = int(np.flatnonzero(samples.y == 0)[0])
    assert np.array_equal(shown[0], samples.states[0, place].reshape(8, 12))
    assert np.array_equal(shown[6], samples.x[place].reshape(8, 12))


def test_the_preprocessing_is_shown_step_by_step():
    scaling = make_split().scaling
    figure = row_figures.preprocessing_figure(scaling)
    titles = [axis.get_title() for axis in figure.axes if axis.get_title()]
    assert [title.split(",")[0] for title in titles] == [
        "raw",
        "wavelet",
        "crop",
        "log",
        "minmax",
        "undone",
        "raw - undone",
    ]
    for matrix in scaling.stages(scaling.example).values():
        assert is_there(matrix, images(figure), matrix.shape)


def test_samples_are_records_in_the_files_units_that_load_again(tmp_path):
    split = make_split()
    samples = make_samples(split)
    path = write_samples(tmp_path, split, samples)
    assert [file.name for file in tmp_path.iterdir()] == ["samples.npz"] == [path.name]
    with np.load(path, allow_pickle=False) as archive:
        x, label = archive["X"], archive["label"]
        np.testing.assert_array_equal(archive["retention"], np.linspace(0, 60, 16))
        np.testing.assert_array_equal(archive["drift"], np.linspace(5, 9, 24))
    assert x.shape == (len(samples.y), *SHAPE) and label.dtype.kind == "U"
    assert label.tolist() == [split.classes[y] for y in samples.y]
    np.testing.assert_array_equal(x.reshape(len(x), -1), split.scaling.undo(samples.x))
    np.testing.assert_allclose(split.scaling.apply(x.reshape(len(x), -1)), samples.x, atol=1e-4)
    again = Records2d(str(path), label="label", val_fraction=0.0).load(seed=0, cache=Path())
    assert again.classes == split.classes and again.shape == split.shape


def test_samples_of_spectra_stay_a_table_and_other_scalings_keep_the_shape(tmp_path):
    split = make_split()
    scaling = Standard(2.0, 3.0)
    plain = dataclasses.replace(split, shape=None, scaling=scaling)
    samples = make_samples(split)
    table = pd.read_parquet(write_samples(tmp_path, plain, samples))
    assert table.shape == (len(samples.y), 97) and table["label"].tolist() == [split.classes[y] for y in samples.y]
    np.testing.assert_array_equal(table.drop(columns="label").to_numpy(), scaling.undo(samples.x))
    with np.load(write_samples(tmp_path, dataclasses.replace(split, scaling=scaling), samples)) as archive:
        assert archive["X"].shape == (len(samples.y), 8, 12)


def test_a_full_disk_leaves_no_samples(tmp_path, monkeypatch):
    split = make_split()

    def full(handle, **arrays) -> None:
        handle.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        write_samples(tmp_path, split, make_samples(split))
    assert list(tmp_path.iterdir()) == []
