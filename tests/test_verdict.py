"""The verdict goes by intervals: what its two sentences say in every case, and that a value alone decides nothing."""

from __future__ import annotations

import pytest

from inn_experiments.contracts.report import Number, Report
from inn_experiments.reports.cell.verdict import verdict

SAMPLES = "test/samples"
SPLIT = {"test": 200, "fresh": 200}


def report(*numbers: Number, split: dict | None = None, **axes: object) -> Report:
    return Report("cell", 0, "", axes, numbers=[*numbers], split=SPLIT if split is None else split)


def excess(low: float, high: float, key: str = "test/samples/c2st_excess") -> Number:
    return Number(key, (low + high) / 2, low=low, high=high)


def copies(made: float, fresh: float | None = 0.01) -> list[Number]:
    found = [Number(f"{SAMPLES}/copies", made), Number(f"{SAMPLES}/nearest_train_ratio", 0.75)]
    return found if fresh is None else [*found, Number("fresh/samples/copies", fresh)]


def gain(value: float, half: float | None, treatment: str = "synthetic", place: str = "same_rows") -> Number:
    return Number(f"utility/{place}/{treatment}/difference_f1_macro", value, half=half)


def faithful(*numbers: Number, split: dict | None = None) -> tuple[str, str]:
    """What is said of being told from real rows, and of copies."""
    sentence = verdict(report(*numbers, split=split))[0]
    told, _, copied = sentence.partition("); " if numbers and "excess" in numbers[0].key else "; ")
    return told, copied


def helps(*numbers: Number, **axes: object) -> str:
    return verdict(report(*numbers, **axes))[1]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.1, 0.3, "told from real ones more often than other real rows are"),
        (-0.3, -0.1, "told from real ones less often than other real rows are"),
        (-0.1, 0.3, "No difference can be told"),
        (0.0, 0.3, "No difference can be told"),
    ],
)
def test_rows_are_told_by_where_the_interval_of_the_excess_lies(low, high, words) -> None:
    told = faithful(excess(low, high))[0]
    assert words in told and f"{low:.3f} to {high:.3f}" in told
    # The first measure that there is decides, and one class by class stands in for it.
    assert faithful(excess(low, high), excess(0.4, 0.5, "test/geometry/generated/c2st_excess"))[0] == told
    within = faithful(excess(low, high, "test/geometry/generated/c2st_excess"), Number(f"{SAMPLES}/c2st", 0.9))[0]
    assert words in within and "C2ST within a class" in within


def test_what_would_go_unseen_is_said_where_no_difference_is_told() -> None:
    assert "up to +0.400 would go unseen" in verdict(report(excess(-0.2, 0.4)))[0]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.6, 0.9, "more often than by chance"), (0.1, 0.4, "less often than by chance"), (0.4, 0.9, "No difference")],
)
def test_without_other_real_rows_chance_stands_beside(low, high, words) -> None:
    told = verdict(report(excess(low, high, f"{SAMPLES}/c2st")))[0]
    assert words in told and "chance is 0.5" in told and "no other real rows" in told


def test_a_value_without_an_interval_is_shown_and_concludes_nothing() -> None:
    told = verdict(report(Number(f"{SAMPLES}/c2st", 0.99), Number(f"{SAMPLES}/coverage", 0.5)))[0]
    assert told.startswith("Whether generated rows can be told from real ones is not known by any interval")
    assert "C2ST 0.990; coverage 0.500" in told
    both = [Number(f"{part}/samples/coverage", 0.5) for part in ("test", "fresh")]
    assert "coverage 0.500, of real 0.500" in verdict(report(*both))[0]


def test_nothing_measured_is_said_to_be_missing() -> None:
    first, second = verdict(report())
    assert "not known by any interval" in first and "whether they copy training rows was not measured" in first
    assert second == "Whether generated rows help a classifier was not measured."
    ratio = Number(f"{SAMPLES}/nearest_train_ratio", 0.5)
    assert "not measured (distance to training rows 0.500 times" in faithful(ratio)[1]


@pytest.mark.parametrize(
    ("made", "fresh", "split", "words"),
    [
        (0.5, 0.01, SPLIT, "more of them than of real rows are near copies"),
        (0.0, 0.2, SPLIT, "fewer of them than of real rows are near copies"),
        (0.02, 0.01, SPLIT, "no more near copies of training rows than among real rows can be told"),
        # The same shares of a handful of rows say nothing.
        (0.5, 0.25, {"test": 8}, "no more near copies"),
        (0.5, 0.01, {}, "50 % of them are near copies of training rows (50 % against 1.0 %, without an interval"),
        (1.0, None, {"test": 200}, "more of them than of real rows"),
        (1.0, None, {"test": 200}, "(100 % against 1.0 %, which are so by definition;"),
        (0.25, None, {"test": 4}, "no more near copies"),
    ],
)
def test_copies_are_judged_by_how_many_rows_there_are(made, fresh, split, words) -> None:
    copied = faithful(*copies(made, fresh), split=split)[1]
    assert words in copied and "distance to training rows 0.750 times that of real rows" in copied


@pytest.mark.parametrize(
    ("half", "words"),
    [
        (0.02, "raises macro F1 on real test rows (macro F1 +0.050, 95 % 0.030 to 0.070"),
        (0.05, "makes no difference that can be told"),
        (
            0.5,
            "makes no difference that can be told on real test rows (macro F1 +0.050, 95 % -0.450 to 0.550, 1.00 wide",
        ),
        (None, "cannot be told: too few rows or repeats"),
    ],
)
def test_a_gain_is_told_only_where_its_interval_leaves_out_zero(half, words) -> None:
    said = helps(gain(0.05, half), Number("utility/same_rows/real/f1_macro", 0.5))
    assert words in said and "real rows alone 0.500" in said and "random forest, same_rows" in said
    assert ("raises" in said, "lowers" in said) == (half == 0.02, False)


def test_a_loss_is_a_loss_and_bounds_count_as_half_widths_do() -> None:
    assert "lowers macro F1" in helps(gain(-0.05, 0.02))
    bounded = Number("utility/same_rows/synthetic/difference_f1_macro", -0.05, low=-0.5, high=-0.01)
    assert "lowers macro F1" in helps(bounded) and "-0.500 to -0.010" in helps(bounded)


def test_the_same_rows_come_first_and_disjoint_ones_stand_in() -> None:
    both = (gain(0.2, 0.1, place="disjoint"), gain(-0.2, 0.1))
    assert "lowers" in helps(*both) and "same_rows" in helps(*both)
    assert "raises" in helps(both[0]) and "disjoint" in helps(both[0])


@pytest.mark.parametrize(
    ("simple", "words"),
    [
        ((0.5, 0.1), "convex combinations of real rows give +0.500 (0.400 to 0.600), more than generated rows"),
        ((-0.5, 0.1), "less than generated rows"),
        ((0.2, 0.1), "the two cannot be told apart"),
        ((0.2, None), "without intervals the two cannot be compared"),
    ],
)
def test_the_simplest_rows_stand_beside(simple, words) -> None:
    assert words in helps(gain(0.1, 0.05), gain(*simple, treatment="convex"))


def test_copies_stand_in_for_convex_rows_and_a_simple_generator_is_not_set_beside_itself() -> None:
    beside = gain(0.1, 0.05), gain(0.0, 0.1, treatment="bootstrap")
    assert "copies of real rows give 0.000" in helps(*beside)
    assert "no simpler rows stand beside" in helps(gain(0.1, 0.05))
    for name in ("convex", "bootstrap"):
        assert "simpl" not in helps(gain(0.1, 0.05), generator=name) and "give" not in helps(*beside, generator=name)


def test_other_classifiers_are_heard_and_a_weak_judge_is_called_that() -> None:
    weak = gain(0.1, 0.05), Number("utility/same_rows/synthetic/f1_macro", 0.6, half=0.1)
    other = gain(0.0, 0.05, place="same_rows/cosine")
    assert "by other classifiers: nearest neighbour by cosine 0.000 (-0.050 to 0.050)" in helps(*weak, other)
    strong = Number("utility/same_rows/cosine/real/f1_macro", 0.9, half=0.1)
    assert "on real rows alone does better than that (0.900)" in helps(*weak, other, strong)
    unsure = Number("utility/same_rows/cosine/real/f1_macro", 0.9, half=0.3)
    assert "does better" not in helps(*weak, other, unsure)
    elsewhere = gain(0.3, 0.05, place="disjoint/cosine")
    assert "by other classifiers" not in helps(*weak, elsewhere)


def test_nothing_added_is_said_whatever_the_gain() -> None:
    said = helps(gain(0.1, 0.05), Number("amount/chosen", 0.0))
    assert said.startswith("No generated rows were added") and "raises" not in said
    assert "raises" in helps(gain(0.1, 0.05), Number("amount/chosen", 5.0))


def test_each_part_is_one_sentence() -> None:
    numbers = [excess(0.1, 0.2), *copies(0.5), gain(0.1, 0.05), gain(0.1, 0.05, treatment="convex")]
    for sentence in (*verdict(report(*numbers)), *verdict(report())):
        assert sentence.endswith(".") and ". " not in sentence and "\n" not in sentence
