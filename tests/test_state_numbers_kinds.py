"""Odd numbers in every part, under every scaling: refused in one line before any training, or measured and told."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

import cells
import numpy as np
import pytest

from inn_experiments.contracts import Number, Rows, Samples, UserError, child_seed
from inn_experiments.data.massbank.bins import Bins
from inn_experiments.data.massbank.records import UnreadableError
from inn_experiments.data.tables.table import Table
from inn_experiments.measures.fidelity import fidelity
from inn_experiments.measures.numbers.errors import direction_errors, frechet
from inn_experiments.measures.numbers.finite import finite, finite_points
from inn_experiments.measures.numbers.rows import CURES, check_finite
from inn_experiments.measures.numbers.two_samples import c2st, prdc
from inn_experiments.measures.utility.forest import forest_predictions
from inn_experiments.synthesizers.classical.kde import Kde

X, Y = np.random.default_rng(0).random((60, 12)) + 0.1, np.arange(60) % 3
PARTS = ("train", "val", "test", "fresh")
SCALINGS = ("none", "standard", "base_peak", "snv", "savgol")
VALUES = (1e38, -1e38, 1e39, 1.7e308, -1.7e308, 1e-40, 1e-310, 5e-324, 0.0)


def table(folder: Path, x: np.ndarray, scaling: str) -> Table:
    """A reader of an NPZ with these rows; a preprocessing comes before `standard`."""
    np.savez(folder / "table.npz", X=x, label=np.array(["a", "b", "c"])[Y])
    steps = scaling if scaling in ("snv", "savgol") else None
    options = {"preprocessing": steps, "scaling": "standard" if steps else scaling, "fresh_fraction": 0.1}
    return Table(str(folder / "table.npz"), "label", **options)


@cache
def place(part: str) -> int:
    """A row that seed 0 puts into this part; where it is does not depend on the values."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        x = np.arange(60.0)[:, None] + 1e-3 * X
        split = table(Path(folder), x, "none").load(seed=child_seed(0, "data"), cache=Path(folder))
    return int(vars(split)[part].x[0].min())


def outcome(folder: Path, x: np.ndarray, scaling: str) -> str | None:
    """What reading, dividing and scaling says of the rows; None where it takes them, and then all are numbers."""
    try:
        split = table(folder, x, scaling).load(seed=child_seed(0, "data"), cache=folder, whole=True)
    except UserError as error:
        return str(error)
    for part in PARTS:
        assert np.isfinite(vars(split)[part].x).all()
    size = np.abs(split.train.x).max()
    assert 1e-15 < size < 1e15 and np.ptp(split.train.x, axis=0).max() > 1e-6 * size, "what is learned can be seen"
    return None


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("part", PARTS)
def test_an_odd_value_in_any_part_is_taken_or_refused_with_its_row(tmp_path, scaling, part) -> None:
    row, said = place(part), {}
    for value in VALUES:
        x = X.copy()
        x[row, 3] = value
        said[value] = outcome(tmp_path, x, scaling)
    for words in said.values():
        if words is not None:
            assert f"row {row + 1} " in words and len(words.splitlines()) == 1
            assert "column '3'" in words or scaling == "savgol"
    assert all(said[value] is None for value in VALUES if 0 <= value < 1), "a small value is one like others"
    if scaling in ("none", "standard", "savgol"):
        assert all(said[value] for value in VALUES if abs(value) > 1e38)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("size", [1e-320, 1e-310, 1e-40, 1e-20, 1e20, 1e37, 1e300, 1.5e308])
def test_a_unit_of_any_size_is_scaled_away_or_refused_where_nothing_is_scaled(tmp_path, scaling, size) -> None:
    words = outcome(tmp_path, X * size, scaling)
    if scaling == "none":
        assert "use data.scaling=standard" in words or "too far from the others" in words
    else:
        assert words is None


@pytest.mark.parametrize("scaling", SCALINGS)
def test_rows_and_columns_that_are_always_the_same(tmp_path, scaling) -> None:
    for value in (0.0, 7.0):
        assert "zero variance" in outcome(tmp_path, np.full_like(X, value), scaling)
        x = X.copy()
        x[:, 3] = value
        assert outcome(tmp_path, x, scaling) is None
        x = X.copy()
        x[place("test")] = value
        words = outcome(tmp_path, x, scaling)
        if scaling == "snv" or (scaling == "base_peak" and value == 0):
            assert f"row {place('test') + 1} " in words
        else:
            assert words is None
    x = X.copy()
    x[:, 3] = 1e30
    words = outcome(tmp_path, x, scaling)
    assert words is not None and len(words.splitlines()) == 1


@pytest.mark.parametrize("part", ["val", "test", "fresh"])
def test_what_the_last_training_would_be_refused_for_is_refused_before_the_first(run, tmp_path, part) -> None:
    x = X.copy()
    x[place(part), 3] = 1e30
    table(tmp_path, x, "standard")
    told = [f"data.path={tmp_path / 'table.npz'}", "data.label=label", "data.fresh_fraction=0.1"]
    told += ["data=table", "data.scaling=standard", "generator=bootstrap", "utility=none", "tracking=none"]
    status, _, said = run(*told)
    assert status == 2 and len(said.splitlines()) == 1 and f"row {place(part) + 1} " in said
    assert "final_fit=false leaves that out" in said
    assert not [*tmp_path.glob("out/runs/*")], "no run is on record"


@pytest.mark.filterwarnings("ignore")
def test_numbers_that_are_none_are_left_out_of_a_report_which_says_so(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("inn_experiments.measures.fidelity.sliced_wasserstein", lambda *_, **__: math.inf)
    table(tmp_path, X, "standard")
    told = [f"data.path={tmp_path / 'table.npz'}", "data.label=label", "data=table", "final_fit=false"]
    status, _, said = run(*told, "generator=bootstrap", "utility=none", "tracking=none")
    assert status == 0, said
    (path,) = (tmp_path / "out").glob("runs/*/report.json")
    report = json.loads(path.read_text(), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert "not finite, so left out: test/samples/swd = inf, fresh/samples/swd = inf" in report["warnings"]
    assert "test/samples/fid" in {number["key"] for number in report["numbers"]}


def test_each_part_of_a_number_must_be_finite() -> None:
    whole = Number("a", 1.0, half=0.5, low=0.5, high=1.5, p=0.5)
    for name in ("value", "half", "low", "high", "p"):
        with pytest.warns(UserWarning, match="not finite, so left out: a = "):
            assert finite([Number(**{**vars(whole), name: math.nan}), whole]) == [whole]
    with pytest.warns(UserWarning, match="1 of 2 points of the curve val/loss"):
        assert finite_points("val/loss", [1, 2], [math.inf, 0.5]) == ([2], [0.5])


def test_directions_that_leave_the_numbers_are_none_and_no_crash() -> None:
    wild = X.copy()
    wild[0, 0] = np.nan
    assert all(map(math.isnan, direction_errors(wild, X).values()))
    with np.errstate(all="ignore"):
        assert frechet(1e200 * X, X) == math.inf


@pytest.mark.parametrize(("size", "word"), [(1e39, "above 3.4e"), (1e-39, "below 1.2e-38"), (1e-320, "below 1.2e-38")])
def test_peaks_that_float32_cannot_hold_are_told_from_no_peaks(size, word) -> None:
    bins, mz = Bins(width=1.0, offset=0.3, low=40, high=60), np.array([41.0, 50.0])
    with pytest.raises(UnreadableError, match=word):
        bins.sums(mz, np.array([size, 0.5 * size]))
    assert bins.sums(mz, np.array([1e30, size if size < 1 else 1.0])).max() == np.float32(1e30)
    assert not bins.sums(mz + 1000, np.array([size, 1.0])).any()


def test_a_generator_that_trains_nothing_is_not_told_to_learn_more_slowly(tmp_path) -> None:
    assert not Kde().trains
    with pytest.raises(UserError, match="made 1 of 2 rows with NaN or infinity, the first of class 'b'; its training"):
        check_finite(np.array([[1.0], [np.inf]]), np.array([0, 1]), ("a", "b"), advice=CURES[False])


@pytest.mark.parametrize("size", [2.0**-130, 2.0**-60, 2.0**-30, 2.0**120])
def test_scores_do_not_depend_on_the_unit(size) -> None:
    """Of powers of two, so that nothing is rounded; scikit-learn's trees take what varies by 1e-7 for constant."""
    parts = [Rows(x.astype(np.float32), Y[:30]) for x in (X[:30], X[30:] + 0.2)]
    train = Rows(X[::2].astype(np.float32), Y[::2])

    def scored(factor: float) -> dict[str, float]:
        made, real, seen = (Rows(np.float32(factor) * rows.x, rows.y) for rows in (*parts, train))
        return fidelity(Samples(made.x, made.y), real, seen, seed=0)

    usual, found = scored(1.0), scored(size)
    assert usual["c2st"] > 0.6
    for key in ("c2st", "c2st_labelled", "precision", "recall", "density", "coverage", "copies"):
        assert found[key] == usual[key]
    assert found["nearest_train_ratio"] == pytest.approx(usual["nearest_train_ratio"], rel=1e-6)
    assert found["swd"] == pytest.approx(size * usual["swd"]) and found["fid"] == pytest.approx(size**2 * usual["fid"])
    options = {"trees": 9, "levels": None, "seed": 0}
    labels = [
        forest_predictions(Rows(by * train.x, train.y), by * parts[1].x, **options) for by in np.float32([1, size])
    ]
    np.testing.assert_array_equal(*labels)


def test_copies_of_rows_that_are_there_many_times_are_inside_and_others_are_not() -> None:
    real = np.repeat(X[:3], 10, axis=0)
    assert prdc(real, real) == {"precision": 1.0, "recall": 1.0, "density": 2.0, "coverage": 1.0}
    assert prdc(real, real + 1e-3)["precision"] == 0.0
    assert c2st(real, real.copy(), seed=0).value <= 0.5


def test_a_row_far_away_does_not_make_copies_look_new() -> None:
    train = Rows(X[:30].astype(np.float32), Y[:30])
    copies, real = Samples(train.x[:18], train.y[:18]), Rows(X[30:48].astype(np.float32), Y[30:48])
    far = Rows(train.x.copy(), train.y)
    far.x[29, 0] = 1e30
    assert fidelity(copies, real, train, seed=0)["nearest_train_ratio"] < 1e-3
    assert fidelity(copies, real, far, seed=0)["nearest_train_ratio"] < 1e-3


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_validation_rows_far_away_are_left_out_of_the_curves_and_said() -> None:
    split = cells.split()
    val = Rows(split.test.x.copy(), split.test.y)
    val.x[0, 0] = 1e30
    synthesizer = cells.built(*cells.short(2), "method=svd", "loss=fid")
    with pytest.warns(UserWarning, match="validation rows is not finite"):
        synthesizer.fit(split.train, cells.about(split), seed=0, val=val)
    assert all(map(math.isfinite, (value for _, values in synthesizer.curves.values() for value in values)))
    assert not any(name.endswith("val/kept") for name in synthesizer.curves)
