"""Rows of a kept synthesizer: those that are asked for, the same ones whatever is held at once, in the file's units."""

from __future__ import annotations

from dataclasses import replace

import cells
import numpy as np
import pytest
from absorbance_examples import nir, split
from artifact_examples import example

from inn_experiments.artifact import rows as made_by
from inn_experiments.artifact.request import Request
from inn_experiments.artifact.rows import pieces, table
from inn_experiments.contracts import UserError

KNOWN = ("a", "b", "c")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return example(tmp_path_factory.mktemp("kept"))


def whole(kept, request, seed, piece=None):
    found = list(pieces(kept, request, seed, piece))
    sizes = [len(each.y) for each in found]
    return np.concatenate([each.x for each in found]), np.concatenate([each.y for each in found]), sizes


@pytest.mark.parametrize("piece", [1, 7, 10, 100, 250, 1000])
def test_rows_do_not_depend_on_how_many_are_held(kept, monkeypatch, piece) -> None:
    monkeypatch.setattr(made_by, "MOST", 10)
    request = Request.of(kept.facts.classes, classes={"chemical 2": 41, "chemical 0": 62})
    x, y, _ = whole(kept, request, 5)
    again, labels, sizes = whole(kept, request, 5, piece)
    np.testing.assert_array_equal(x, again)
    np.testing.assert_array_equal(y, labels)
    assert set(sizes[:-1]) <= {piece} and sum(sizes) == 103 and y.tolist() == [2] * 41 + [0] * 62


def test_another_seed_and_the_next_call_of_the_synthesizer_give_other_rows(kept, monkeypatch) -> None:
    monkeypatch.setattr(made_by, "MOST", 10)
    request = Request.of(kept.facts.classes, classes={"chemical 1": 40})
    x = whole(kept, request, 0)[0]
    assert len(np.unique(x, axis=0)) == 40
    assert not (x == whole(kept, request, 1)[0]).all(axis=1).any()


def test_a_call_makes_few_wide_rows_and_never_none() -> None:
    assert made_by.unit_of(40) == 4096 and made_by.unit_of(1676) == 1251 and made_by.unit_of(10**8) == 1


def test_rows_are_in_the_units_and_under_the_names_of_the_file(tmp_path) -> None:
    x, y = nir()
    found = split(1000 * x, y, "standard", "snv")
    made = example(tmp_path, "generator=smote", of=found)
    rows = table(made, Request.of(found.classes, n=50), seed=1)
    assert [*rows][:2] == ["species", "1100 nm"] and [*rows][-1] == "synthetic" and len(rows) == 150
    means = rows.groupby("species").mean(numeric_only=True).to_numpy()
    np.testing.assert_allclose(means, [1000 * x[y == label].mean(axis=0) for label in range(3)], atol=150)
    assert (
        set(rows["synthetic"]) == {"mnist1d-smote-seed0, run 0123abcd, drawn with seed 1"}
        or rows["synthetic"].nunique() == 1
    )
    assert "run 0123abcd, drawn with seed 1" in rows["synthetic"][0]


def test_the_mark_and_the_class_do_not_meet_a_column(tmp_path) -> None:
    found = replace(cells.spectra(), columns=("synthetic", "label", *map(str, range(14))), label_name="label")
    rows = table(example(tmp_path, of=found), Request.of(found.classes, n=1))
    assert [*rows][:3] == ["label_", "synthetic", "label"] and [*rows][-1] == "synthetic_"


def test_every_piece_has_the_same_type(kept, monkeypatch) -> None:
    # One value beyond float32 must not turn its piece into float64.
    class Far:
        def undo(self, x):
            return np.where(x > 0.99, 1e300, x.astype(np.float64))

    monkeypatch.setitem(vars(kept), "scaling", Far())
    x = whole(kept, Request.of(kept.facts.classes, n=30), 0)[0]
    assert x.dtype == np.float32 and np.isfinite(x).all()


@pytest.mark.parametrize(
    ("asked", "counts"),
    [
        ({"n": 2}, ((0, 2), (1, 2), (2, 2))),
        ({"n": 2, "classes": ["c", "a"]}, ((2, 2), (0, 2))),
        ({"classes": {"b": 5, "a": 0}}, ((1, 5),)),
        ({"n": 1, "askable": ["b"]}, ((1, 1),)),
    ],
)
def test_a_request_says_how_many_of_which(asked, counts) -> None:
    request = Request.of(KNOWN, **asked)
    assert request.counts == counts and len(request) == sum(count for _, count in counts)
    every = np.repeat([label for label, _ in counts], [count for _, count in counts])
    np.testing.assert_array_equal(request.labels(0, len(request)), every)
    np.testing.assert_array_equal(request.labels(1, len(request)), every[1:])


def test_a_request_of_a_billion_rows_takes_no_memory() -> None:
    request = Request.of(KNOWN, n=10**9)
    assert len(request) == 3 * 10**9 and request.labels(10**9 - 1, 10**9 + 1).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "say how many rows"),
        ({"n": 3, "classes": {"a": 1}}, "says already"),
        ({"n": 1, "classes": ["aa"]}, "'aa' is no class of this synthesizer; did you mean 'a'"),
        ({"classes": {"a": -1}}, "-1 rows of 'a'"),
        ({"classes": {"a": 1.5}}, "1.5 rows of 'a'"),
        ({"classes": {"a": True}}, "True rows of 'a'"),
        ({"classes": {"a": 0}}, "no rows are asked for"),
        ({"n": 0}, "no rows are asked for"),
        ({"n": 1, "classes": ["a"], "askable": ["b"]}, "'a' is no class"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(asked, words) -> None:
    with pytest.raises(UserError, match=words):
        Request.of(KNOWN, **asked)
