"""The one sentence, on every branch, and the page around it."""

from __future__ import annotations

import json

import pytest

from inn_experiments.measures.numbers.intervals import Bounded
from inn_experiments.recommending.gate import certain, pooled
from inn_experiments.recommending.notes import notes
from inn_experiments.recommending.page import Recommendation, console, keep, table
from inn_experiments.recommending.plan import Cost, expected, planned
from inn_experiments.recommending.settings import Settings
from inn_experiments.recommending.summary import Line, Unseen
from inn_experiments.recommending.verdict import verdict

SOME, NOTHING = Bounded(0.04, 0.02, 0.06), Bounded(0.01, -0.03, 0.05)


def line(name="convex", gain=SOME, gated=False, failed="", chosen=8):
    return Line(name, gain, 30, 2.0, Bounded(0.6, 0.5, 0.7), gated, failed, chosen, 1.0)


def score(gain=SOME, real=0.8, none=0, nearest=0.5):
    return Unseen(gain, real, real + gain.value, nearest, 10, none)


def test_a_preset_that_helps_inside_and_unseen_is_taken():
    found = verdict([line(), line("jitter", chosen=2)], score(), 0.01)
    assert found.preset == "convex"
    assert found.sentence == "take convex: it adds +0.04 (0.02 to 0.06) to macro F1 over real rows alone"


@pytest.mark.parametrize(
    ("lines", "unseen", "words"),
    [
        ([line(gated=True)], score(), "no preset makes rows that are not told from real ones"),
        ([line(failed="too few", gain=None)], score(), "no preset makes rows"),
        ([line()], score(real=0.999), "real rows alone score 0.999"),
        ([line(chosen=0, gain=NOTHING)], score(NOTHING), "no preset gained on inner splits"),
        ([line()], score(none=5), "in 5 of 10 choices no preset gained"),
        ([line()], score(NOTHING), "adds +0.01 (-0.03 to 0.05) to macro F1 on rows that no choice saw"),
        ([line(gain=NOTHING)], score(), "on inner splits, which may be nothing"),
        ([line()], score(Bounded(0.005, 0.001, 0.009)), "less than is worth it (0.01)"),
    ],
)
def test_otherwise_the_sentence_says_none_and_why(lines, unseen, words):
    found = verdict(lines, unseen, 0.01)
    assert found.preset is None and found.sentence.startswith("nothing helps on these data, use none: ")
    assert words in found.sentence and "\n" not in found.sentence


def test_a_gated_preset_is_not_taken_though_it_was_chosen_most():
    assert verdict([line(chosen=1), line("gan", gated=True, chosen=9)], score(), 0.01).preset == "convex"


def test_certainty_takes_rows_enough():
    assert certain(pooled([(1.0, 16)], 16)) and certain(pooled([(1.0, 8), (0.95, 40)], 48))
    assert not certain(pooled([(1.0, 8)], 8)) and not certain(pooled([(0.8, 500)], 500)) and not certain(None)
    # The same rows held out again and again are no more rows.
    assert not certain(pooled([(1.0, 8)] * 10, 8))


def test_notes_compare_with_copies_and_with_the_nearest_neighbour():
    lines = [line(), line("bootstrap", Bounded(0.03, 0.01, 0.05), chosen=1)]
    found = notes(lines, score(nearest=0.9), verdict(lines, score(), 0.01), 100, 500)
    assert any("copies of real rows alone add +0.03" in each for each in found)
    assert any("nearest neighbour by cosine" in each for each in found)
    assert any("100 of 500 rows" in each for each in found)
    nothing = verdict(lines, score(NOTHING), 0.01)
    assert any("below about 0.04 cannot be told" in each for each in notes(lines, score(NOTHING), nothing, 9, 9))


def recommendation(lines, unseen):
    answer = verdict(lines, unseen, 0.01)
    return Recommendation("my: 60 rows", Settings(), lines, unseen, answer, {"gan": "long"}, [], "run", 3.0, {"a": "1"})


def test_the_table_keeps_the_order_and_says_who_is_gated(tmp_path):
    found = recommendation([line(), line("gan", gated=True)], score())
    rows = table(found)
    assert [row[0] for row in rows] == ["preset", "convex", "gan"]
    assert rows[1][-1] == "recommended" and "never leads" in rows[2][-1]
    assert console(found).splitlines()[-1] == found.verdict.sentence
    keep(found, tmp_path)
    plain = json.loads((tmp_path / "recommendation.json").read_text())
    assert plain["preset"] == "convex" and plain["unseen"]["gain"] == {"value": 0.04, "low": 0.02, "high": 0.06}
    assert "**Take convex" in (tmp_path / "recommendation.md").read_text()


def test_what_does_not_fit_is_left_out_and_said():
    costs = [Cost("bootstrap", 0.1), Cost("convex", 0.1), Cost("gan", 100.0), Cost("broken", 0.0, "no pairs")]
    plan = planned(costs, ("bootstrap", "convex"), 0.1, Settings(), 10.0, None)
    assert plan.names == ("bootstrap", "convex") and plan.settings.repeats == 3
    assert plan.left_out["gan"].endswith("more") and plan.left_out["broken"] == "cannot be fitted: no pairs"
    assert plan.seconds <= 600 and plan.seconds <= plan.most
    assert planned(costs, ("bootstrap",), 0.1, Settings(), None, 1).names[-1] == "gan"


def test_more_candidates_and_more_repeats_take_longer():
    few, more = expected([1.0, 1.0], 0.1, Settings(), 5), expected([1.0, 1.0, 3.0], 0.1, Settings(), 5)
    assert few[0] < more[0] and more[0] < more[1]
    assert expected([1.0], 0.1, Settings(repeats=1), 5)[0] < expected([1.0], 0.1, Settings(repeats=3), 5)[0]
