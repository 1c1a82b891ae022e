"""Utility: references behave as they must, intervals are filled in, and bad input is named."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from measured import subject
from measured import treatments as by_name
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from inn_experiments.contracts import About, Findings, Rows, Split, UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.measures.fidelity import second_sample
from inn_experiments.measures.utility.division import divide
from inn_experiments.measures.utility.forest import forest_predictions, reduced
from inn_experiments.measures.utility.scores import MEASURES, confusion, measures, resampling_weights
from inn_experiments.measures.utility.treatments import treatments
from inn_experiments.measures.utility.utility import Utility
from inn_experiments.synthesizers.classical.gaussian import Gaussian

CLASSES = ("a", "b", "c", "d")


def rows(seed: int, count: int, groups: int | None = None) -> Rows:
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 4
    x = rng.normal(size=(count, 6)) + 1.5 * np.eye(4, 6)[y] * 2
    group = None if groups is None else rng.permutation(np.arange(count) % groups)
    return Rows(x.astype(np.float32), y.astype(np.int64), group)


def replace_group(rows: Rows, group: np.ndarray) -> Rows:
    return Rows(rows.x, rows.y, np.random.default_rng(0).permutation(group))


def split_of(groups: int | None = None) -> Split:
    parts = [rows(seed, count, groups) for seed, count in ((0, 80), (1, 40), (2, 120))]
    return Split(*parts, None, CLASSES, np.arange(6), "k", scaling=None, bounded=False, name="toy")


def fitted(split: Split) -> Gaussian:
    generator = Gaussian()
    generator.fit(split.train, split.about(), seed=0)
    return generator


def rows_of(found: Findings) -> set[str]:
    """Protocol and treatment of each row of the table."""
    return {"/".join(number.key.split("/")[1:3]) for number in found.numbers}


@pytest.mark.parametrize("classes", (2, 5))
def test_measures_are_scikit_learns(classes):
    rng = np.random.default_rng(classes)
    true, predicted = rng.integers(classes, size=60), rng.integers(classes + 1, size=60)
    found = measures(confusion(true, predicted, classes + 1, np.ones((1, 60))))
    expected = {"accuracy": accuracy_score(true, predicted)}
    for average in ("macro", "weighted"):
        values = precision_recall_fscore_support(
            true, predicted, labels=np.unique(true), average=average, zero_division=0
        )
        expected |= {f"{name}_{average}": values[i] for i, name in enumerate(("precision", "recall", "f1"))}
    assert set(found) == {*MEASURES, "f1"}
    for name, value in expected.items():
        assert found[name][0] == pytest.approx(value), name


def test_resamples_keep_class_sizes_or_whole_groups():
    plain, grouped = rows(0, 40), rows(0, 40, groups=8)
    weights, units = resampling_weights(plain, 5, 0)
    assert units == 10 and all((weights[:, plain.y == label].sum(axis=1) == 10).all() for label in range(4))
    weights, units = resampling_weights(grouped, 5, 0)
    assert units == 8 and all(len(set(weights[0, grouped.group == group])) == 1 for group in range(8))


def test_levels_keep_rare_values_and_the_forest_repeats_itself():
    x = np.zeros((400, 2), dtype=np.float32)
    x[:200:50, 0] = 1.0  # one row in a hundred: a peak that quantiles of all values would not see
    train = Rows(np.concatenate([x, x]), np.repeat([0, 1], 400))
    train.x[:, 1] = np.arange(800)
    options = {"trees": 5, "seed": 1}
    assert (forest_predictions(train, train.x, levels=16, **options) == train.y).mean() > 0.99
    sparse = Rows(x, (x[:, 0] > 0).astype(np.int64))
    for levels in (16, None):
        assert (forest_predictions(sparse, x, levels=levels, **options) == sparse.y).all()
    first = forest_predictions(sparse, x, levels=None, **options)
    first[:] = 9
    assert (forest_predictions(sparse, x, levels=None, **options) != 9).all()


def test_references_and_controls():
    split = split_of()
    table = Utility(repeats=3, trees=30, per_class=20)(subject(fitted(split), split), seed=0)
    assert all(np.isfinite(number.value) for number in table.numbers)
    assert len(rows_of(table)) == 14
    for protocol, real_rows in (("same_rows", 80), ("disjoint", 60)):
        found = by_name(table, protocol)
        assert list(found) == ["real", "synthetic", "convex", "both", "bootstrap", "shuffled", "synthetic_only"]
        sizes = [found[name]["n_train"].value - real_rows for name in ("real", "synthetic", "both", "synthetic_only")]
        assert sizes == [0, 80, 160, 80 - real_rows]
        assert abs(found["shuffled"]["accuracy"].value - 0.25) < 0.12
        assert found["real"]["f1_macro"].value > 0.8
        zero = found["real"]["difference_f1_macro"]
        assert (zero.value, zero.half) == (0.0, 0.0)
        copies = found["bootstrap"]["difference_f1_macro"]
        assert abs(copies.value) < max(copies.half, 0.05)
        gap = found["synthetic_only"]["f1_macro"].value - found["real"]["f1_macro"].value
        assert found["synthetic_only"]["difference_f1_macro"].value == pytest.approx(gap)
    again = Utility(repeats=3, trees=30, per_class=20)(subject(fitted(split), split), seed=0)
    assert again == table


def test_one_repeat_has_no_half_width_and_none_is_refused():
    split = split_of()
    found = by_name(Utility(repeats=1, trees=3, per_class=None)(subject(fitted(split), split), seed=0), "same_rows")
    assert found["real"]["f1_macro"].half is None
    assert found["synthetic_only"]["n_train"].value == 80
    with pytest.raises(UserError, match="repeats is 0; it must be 1 or more"):
        Utility(repeats=0)


class Recorder(Gaussian):
    """Remembers the rows that every fit was given."""

    fits: list[Rows]

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        Recorder.fits.append(train)
        super().fit(train, about, seed=seed)


@pytest.mark.parametrize("groups", (None, 30))
def test_refit_gives_the_generator_new_rows_and_never_test_rows(groups):
    split, Recorder.fits = split_of(groups), []
    if groups:
        # Groups of train and test are different ones, as in every grouped split.
        split = replace(split, test=Rows(split.test.x, split.test.y, split.test.group + 100))
    utility = Utility(repeats=2, trees=3, per_class=5, refit=True)
    table = utility(subject(fitted(split), split, Recorder), seed=0)
    assert len(rows_of(table)) == 14 and len(Recorder.fits) == 2
    first, second = Recorder.fits
    assert not np.array_equal(first.x, second.x)
    for repeat, seen in enumerate(Recorder.fits):
        train, test = utility._rules.parts(split, child_seed(0, f"repeat/{repeat}"))
        np.testing.assert_array_equal(train.x, seen.x)
        assert not {row.tobytes() for row in seen.x} & {row.tobytes() for row in test.x}
        if groups:
            assert not set(seen.group) & set(test.group)


def test_too_few_rows_are_named_before_and_during_the_score():
    split = split_of()
    few = split.test.take(np.flatnonzero((split.test.y != 2) | (np.arange(120) < 8)))
    options, poor = {"repeats": 2, "trees": 3, "per_class": 5}, replace(split, test=few)
    both, utility = ["same_rows", "disjoint"], Utility(**options)
    with pytest.raises(UserError, match="disjoint.*class 'c' has 2"):
        Utility(protocols=both, **options).check(poor, seed=0)
    with pytest.raises(UserError, match="class 'c' has 2"):
        Utility(protocols=both, **options)(subject(fitted(split), poor), seed=0)
    # Nobody asked for it: the other one is measured.
    with pytest.warns(UserWarning, match="left out: utility.protocols disjoint.*class 'c' has 2"):
        found = utility(subject(fitted(split), poor), seed=0)
    assert {number.key.split("/")[1] for number in found.numbers} == {"same_rows"}
    short = replace(split, train=split.train.take(np.r_[0:4, 4:7, 8:11]))
    with pytest.warns(UserWarning, match="same_rows: class 'd' has 1 training.*takes 2: there are none"):
        utility.check(short, seed=0)
    Utility(repeats=2, protocols=["same_rows"]).check(poor, seed=0)
    with pytest.warns(UserWarning, match="there are none"):
        Utility(protocols=both, **options).check(short, seed=0)
    with pytest.raises(UserError, match="trees is 0"):
        Utility(trees=0)


def test_divisions_are_stratified_or_grouped_and_repeatable():
    train, test = divide(rows(0, 40), 0.25, CLASSES, "x", seed=0)
    assert np.bincount(test.y).tolist() == [2] * 4 or np.bincount(test.y).tolist() == [3] * 4
    assert len(train) + len(test) == 40
    again = divide(rows(0, 40), 0.25, CLASSES, "x", seed=0)[1]
    np.testing.assert_array_equal(test.x, again.x)
    grouped = divide(rows(0, 200, groups=20), 0.5, CLASSES, "x", seed=0)
    assert not set(grouped[0].group) & set(grouped[1].group)
    # Groups of unequal sizes: repeats must differ, and each keep the share.
    unequal = replace_group(rows(0, 200), np.sort(np.random.default_rng(1).geometric(0.1, 200)) % 20)
    tests = [divide(unequal, 0.5, CLASSES, "x", seed=seed)[1] for seed in range(6)]
    assert len({frozenset(test.group.tolist()) for test in tests}) == 6
    assert all(abs(len(test) - 100) <= 20 for test in tests)
    one_group = Rows(rows(0, 40).x, rows(0, 40).y, np.zeros(40))
    with pytest.raises(UserError, match="in 1 group"):
        divide(one_group, 0.5, CLASSES, "x", seed=0)
    first, second = second_sample(replace(split_of(), test=rows(0, 42)), seed=0)
    assert np.abs(np.bincount(first.y) - np.bincount(second.y)).max() <= 1


def test_components_keep_distances_within_the_rows_and_never_see_test_rows():
    rng = np.random.default_rng(0)
    train = Rows(rng.normal(size=(12, 30)).astype(np.float32), np.arange(12) % 2)
    seen, test_x = reduced(train, rng.normal(size=(5, 30)).astype(np.float32), 40, seed=0)
    # 12 rows span 11 directions, which hold all of their distances.
    assert seen.x.shape == (12, 11) and test_x.shape == (5, 11)
    between = [np.linalg.norm(x[:, None] - x[None], axis=-1) for x in (train.x, seen.x)]
    np.testing.assert_allclose(between[0], between[1], atol=1e-4)
    assert (np.diff(seen.x.var(axis=0)) <= 1e-6).all()
    other, _ = reduced(train, test_x=100 * np.ones((3, 30), np.float32), components=40, seed=0)
    np.testing.assert_array_equal(seen.x, other.x)
    twice = Rows(np.concatenate([train.x, train.x]), np.concatenate([train.y, train.y]))
    assert reduced(twice, train.x, 22, seed=0)[0].x.shape == (24, 11)
    equal = Rows(np.ones((4, 3), np.float32), np.arange(4) % 2)
    assert reduced(equal, equal.x, 2, seed=0)[0].x.shape == (4, 1)


def test_fewer_components_than_asked_for_are_said_once_and_enough_are_not():
    split = split_of()
    options = {"repeats": 2, "trees": 5, "per_class": 5}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = Utility(components=7, **options)(subject(fitted(split), split), seed=0)
    said = [str(warning.message) for warning in caught]
    assert len(said) == 1 and "components is 7" in said[0] and "real 6 of 60 rows" in said[0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        few = Utility(components=6, **options)(subject(fitted(split), split), seed=0)
        one = Utility(components=1, **options)(subject(fitted(split), split), seed=0)
    assert few == table
    # Four classes at the corners of a simplex: one direction cannot tell them apart, six can.
    real = [by_name(found, "same_rows")["real"]["accuracy"].value for found in (few, one)]
    assert real[0] > 0.8 > real[1] + 0.1
    with pytest.raises(UserError, match="components is 0"):
        Utility(components=0)


class Halved(Gaussian):
    """A Gaussian behind an autoencoder that halves every row on its way through."""

    def encode(self, x: np.ndarray) -> np.ndarray:
        return x[:, :3]

    def decode(self, z: np.ndarray) -> np.ndarray:
        return np.concatenate([z, z], axis=1) / 2


def test_reconstructed_rows_take_the_place_of_training_rows_alone():
    split, generator = split_of(), Halved()
    generator.fit(split.train, split.about(), seed=0)
    made = dict(treatments(split.train, subject(generator, split), None, seed=0, reconstructed=True))
    wanted = generator.decode(generator.encode(split.train.x))
    np.testing.assert_array_equal(made["reconstructed"].x, wanted)
    np.testing.assert_array_equal(made["reconstructed"].y, split.train.y)
    np.testing.assert_array_equal(made["reconstructed_synthetic"].x[:80], wanted)
    np.testing.assert_array_equal(made["reconstructed_synthetic"].x[80:], made["synthetic"].x[80:])
    plain = dict(treatments(split.train, subject(generator, split), None, seed=0))
    assert set(made) - set(plain) == {"reconstructed", "reconstructed_synthetic"}
    for name, expected in plain.items():
        np.testing.assert_array_equal(expected.x, made[name].x)
    without = dict(treatments(split.train, subject(fitted(split), split), None, seed=0, reconstructed=True))
    assert set(without) == set(plain)
    generator.decode = lambda z: np.full((len(z), 6), np.nan)
    with pytest.raises(UserError, match="autoencoder of Halved made 80 of 80"):
        dict(treatments(split.train, subject(generator, split), None, seed=0, reconstructed=True))


class Perfect(Halved):
    """A Gaussian behind an autoencoder without loss; counts its fits."""

    fits = 0

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        Perfect.fits += 1
        super().fit(train, about, seed=seed)

    def encode(self, x: np.ndarray) -> np.ndarray:
        return x

    def decode(self, z: np.ndarray) -> np.ndarray:
        return z


@pytest.mark.parametrize("refit", (False, True))
def test_an_autoencoder_without_loss_changes_nothing(refit):
    split, generator = split_of(), Perfect()
    generator.fit(split.train, split.about(), seed=0)
    Perfect.fits = 0
    measure = Utility(
        repeats=2, trees=10, per_class=None, protocols=["same_rows"], refit=refit, components=5, reconstructed=True
    )
    found = by_name(measure(subject(generator, split, Perfect), seed=0), "same_rows")
    assert Perfect.fits == (2 if refit else 0)
    for name, same in (("reconstructed", "real"), ("reconstructed_synthetic", "synthetic")):
        plain, other = (
            {key: (number.value, number.half) for key, number in found[each].items() if "difference" not in key}
            for each in (name, same)
        )
        assert plain == other and found[name]["difference_f1_macro"].value == found[same]["difference_f1_macro"].value


def test_records2d_with_a_lossy_autoencoder_costs_accuracy():
    split, generator = split_of(), Halved()
    generator.fit(split.train, split.about(), seed=0)
    measure = Utility(repeats=2, trees=20, protocols=["same_rows"], components=6, reconstructed=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = by_name(measure(subject(generator, split), seed=0), "same_rows")
    assert found["reconstructed"]["difference_f1_macro"].value < -0.2
