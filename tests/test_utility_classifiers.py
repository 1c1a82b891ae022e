"""The classifiers beside the forest: what they see of rows, their keys, and one row a class."""

from __future__ import annotations

import numpy as np
import pytest
from measured import subject
from measured import treatments as by_name

from inn_experiments.contracts import Rows, Split, UserError
from inn_experiments.measures.utility.classifiers import CLASSIFIERS, predictions
from inn_experiments.measures.utility.utility import Utility
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap

OPTIONS = {"trees": 5, "levels": None, "seed": 0}


def spectra(seed: int, each: int) -> Rows:
    rng, y = np.random.default_rng(seed), np.repeat(np.arange(4), each)
    x = np.eye(4, 9)[y] + rng.exponential(0.15, (len(y), 9))
    return Rows((x / x.max(axis=1, keepdims=True)).astype(np.float32), y)


def split_of(each: int, bounded: bool = True) -> Split:
    parts = [spectra(seed, count) for seed, count in ((0, each), (1, 3), (2, 12))]
    return Split(*parts, None, tuple("abcd"), np.arange(9), "m/z", scaling=None, bounded=bounded, name="toy")


def measured(each: int, **options: object):
    split, copies = split_of(each), Bootstrap()
    copies.fit(split.train, split.about(), seed=0)
    utility = Utility(repeats=2, trees=10, per_class=5, protocols=["same_rows"], **options)
    return utility(subject(copies, split), seed=0)


@pytest.mark.parametrize("classifier", CLASSIFIERS)
@pytest.mark.parametrize("bounded", (True, False))
def test_every_classifier_learns_and_no_scale_of_all_rows_matters(classifier, bounded):
    train, test = spectra(0, 8), spectra(1, 30)
    found = predictions(classifier, train, test.x, bounded=bounded, **OPTIONS)
    assert np.mean(found == test.y) > 0.8
    less = predictions(classifier, Rows(train.x / 4, train.y), test.x / 4, bounded=bounded, **OPTIONS)
    np.testing.assert_array_equal(found, less)


def test_the_cosine_is_of_square_roots_where_rows_are_intensities():
    # One common large peak, and small ones that tell the classes apart.
    train = Rows(np.array([[1, 0.09, 0.0], [1, 0.0, 0.16]], np.float32), np.array([0, 1]))
    asked = np.array([[1.0, 0.04, 0.03]], np.float32)
    roots, known = np.sqrt(asked[0]), np.sqrt(train.x)
    best = np.argmax(known @ roots / np.linalg.norm(known, axis=1))
    assert predictions("cosine", train, asked, bounded=True, **OPTIONS)[0] == best
    flat = np.argmax(train.x @ asked[0] / np.linalg.norm(train.x, axis=1))
    assert predictions("cosine", train, asked, bounded=False, **OPTIONS)[0] == flat


def test_rows_of_zeros_and_columns_that_do_not_vary_are_no_trouble():
    x = np.array([[0, 0, 5], [1, 0, 5], [0, 0, 5], [0, 0, 5]], np.float32)
    train = Rows(x, np.array([0, 1, 0, 0]))
    for classifier in CLASSIFIERS:
        for bounded in (True, False):
            found = predictions(classifier, train, np.zeros((3, 3), np.float32), bounded=bounded, **OPTIONS)
            assert set(found) <= {0, 1}


def test_the_forest_keeps_its_keys_and_numbers_and_others_have_their_name():
    alone, beside = measured(3), measured(3, classifiers=["cosine", "forest", "logistic"])
    assert by_name(alone, "same_rows") == by_name_of_forest(beside)
    keys = {number.key for number in beside.numbers}
    for name in ("cosine", "logistic"):
        for treatment in ("real", "synthetic", "convex", "both", "bootstrap", "shuffled", "synthetic_only"):
            assert f"utility/same_rows/{name}/{treatment}/f1_weighted" in keys
    copies = next(n for n in beside.numbers if n.key == "utility/same_rows/cosine/bootstrap/difference_f1_macro")
    assert copies.value == 0.0


def by_name_of_forest(found):
    kept = [number for number in found.numbers if len(number.key.split("/")) == 4]
    return by_name(type(found)(kept), "same_rows")


def test_one_row_a_class_has_no_convex_combinations_and_is_measured_all_the_same():
    with pytest.warns(UserWarning, match="class 'a' has 1 training.*there are none"):
        found = by_name(measured(1), "same_rows")
    assert list(found) == ["real", "synthetic", "bootstrap", "shuffled", "synthetic_only"]


def test_a_classifier_twice_or_none_is_refused():
    for names in ([], ["cosine", "cosine"]):
        with pytest.raises(UserError, match="utility.classifiers"):
            Utility(classifiers=names)
