"""Cosine similarities of unseen compounds by hand, and against the plain average over pairs."""

from __future__ import annotations

import numpy as np
import pytest

from inn_experiments.contracts import Rows
from inn_experiments.measures.unseen import SOURCES, cosines, means, nearest_classes, spectra

NEAREST = {2: 0, 3: 1}


def rows(labels: list[int], per_class: int = 6, features: int = 12, seed: int = 0) -> Rows:
    """Sparse non-negative spectra around a pattern for each class."""
    rng = np.random.default_rng(seed)
    pattern = np.random.default_rng(99).exponential(1, (4, features))
    y = np.repeat(labels, per_class)
    return Rows((pattern[y] * rng.uniform(0.3, 1.7, (len(y), features))).astype(np.float32), y)


def pairs(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.mean([p @ q / np.linalg.norm(p) / np.linalg.norm(q) for p in a for q in b]))


def score_unseen(made: Rows, real: Rows, train: Rows, nearest: dict[int, int]) -> dict[str, float]:
    return {f"unseen/cosine/{source}": value for source, value in means(cosines(made, real, train, nearest)).items()}


def test_the_nearest_class_is_the_known_one_with_the_most_similar_embedding():
    table = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0], [1.0, 9.0]])
    assert nearest_classes(table, np.array([2, 3]), np.array([0, 1])) == NEAREST


def test_every_source_is_the_plain_average_over_pairs():
    train, real, made = rows([0, 1], 5), rows([2, 3], 4, seed=1), rows([2, 3], 3, seed=2)
    table = cosines(made, real, train, NEAREST)
    assert list(table) == [2, 3]
    own, made_c = spectra(real.x[real.y == 2]), spectra(made.x[made.y == 2])
    known = spectra(train.x)
    expected = {
        "generated": pairs(made_c, own),
        "nearest_compound": pairs(known[:5], own),
        "other_compound": pairs(known[5:], own),
        "mean_spectrum": pairs(known.mean(axis=0)[None], own),
        "generated_mean": pairs(made_c.mean(axis=0)[None], own),
        "nearest_mean": pairs(known[:5].mean(axis=0)[None], own),
        "same_compound": np.mean([pairs(np.delete(own, i, axis=0), own[i : i + 1]) for i in range(4)]),
        "same_mean": np.mean([pairs(np.delete(own, i, 0).mean(0)[None], own[i : i + 1]) for i in range(4)]),
    }
    assert {source: table[2][source] for source in SOURCES} == pytest.approx(expected)
    scores = score_unseen(made, real, train, NEAREST)
    assert scores["unseen/cosine/generated"] == pytest.approx(np.mean([row["generated"] for row in table.values()]))
    assert set(scores) == {f"unseen/cosine/{source}" for source in SOURCES}


def test_the_right_pattern_reaches_the_ceiling_and_a_wrong_one_the_control():
    train, real = rows([0, 1], 40), rows([2, 3], 40, seed=1)
    made = rows([2, 3], 40, seed=2)
    right = score_unseen(made, real, train, NEAREST)
    assert right["unseen/cosine/generated"] == pytest.approx(right["unseen/cosine/same_compound"], abs=0.01)
    assert right["unseen/cosine/generated"] > right["unseen/cosine/nearest_compound"] + 0.1
    copies = score_unseen(Rows(train.x, np.repeat([2, 3], 40)), real, train, NEAREST)
    assert copies["unseen/cosine/generated"] == pytest.approx(copies["unseen/cosine/nearest_compound"])


def test_scale_sign_single_spectra_and_empty_rows():
    train, real, made = rows([0, 1]), rows([2, 3], seed=1), rows([2, 3], seed=2)
    plain = score_unseen(made, real, train, NEAREST)
    scaled = score_unseen(Rows(made.x * 7, made.y), Rows(real.x * 3, real.y), Rows(train.x * 5, train.y), NEAREST)
    assert scaled == pytest.approx(plain)
    assert spectra(np.array([[-1.0, 2.0, 4.0], [0.0, -1.0, 0.0]])).tolist() == [[0, 0.5, 1], [0, 0, 0]]
    assert score_unseen(Rows(-made.x, made.y), real, train, NEAREST)["unseen/cosine/generated"] == 0
    one = real.take(np.array([0]))
    alone = score_unseen(made, one, train.take(train.y == 0), NEAREST)
    assert not {"unseen/cosine/same_compound", "unseen/cosine/other_compound"} & set(alone)
    with pytest.raises(ValueError, match="unseen class 2: 0 generated rows"):
        score_unseen(made.take(np.arange(0)), real, train, NEAREST)
    with pytest.raises(ValueError, match="nearest training class None"):
        score_unseen(made, real, train, {})
