"""claims=spirals: what it says of a perfect diffusion, and of ones that are known to be otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from measured import claims, subject
from spirals_examples import Exact, clusters, exact_clusters, exact_roll, roll, split_of

from inn_experiments.contracts import Findings, Paths, UserError
from inn_experiments.measures.spirals import statements
from inn_experiments.measures.spirals.spirals import Spirals

CLUSTERS = clusters()


def measured(model, split=CLUSTERS, seed=0, **sizes):
    found = Spirals(**{"points": 400, "paths": 800, **sizes})(subject(model, split), seed=seed)
    return claims(found), found.shown


def only(numbers):
    """The one claim among these numbers."""
    (claim,) = claims(Findings(numbers)).values()
    return claim


def test_the_chance_of_one_place_is_the_mean_over_permutations() -> None:
    rng = np.random.default_rng(0)
    first, last = rng.random(60), rng.random(60) ** 2
    by_hand = np.mean(np.abs(first[:, None] - last[None]) < 0.1)
    assert statements.chance_of_same(first, last, 0.1) == pytest.approx(by_hand, abs=1e-12)
    shuffled = [statements.same_place(first, rng.permutation(last), 0.1).mean() for _ in range(3000)]
    assert np.mean(shuffled) == pytest.approx(by_hand, abs=0.003)


def test_agreement_is_found_where_it_is_and_not_where_it_is_not() -> None:
    rng = np.random.default_rng(1)
    first = rng.random(300)
    together = only(statements.agreement("a", "", first, first + 0.02 * rng.normal(size=300), 0.05, seed=0))
    apart = only(statements.agreement("b", "", first, rng.random(300), 0.05, seed=0))
    assert together.low > 0.9 and together.p < 0.01 and together.chance < 0.12
    assert apart.low < apart.chance < apart.high and apart.p > 0.05


def test_a_difference_is_paired() -> None:
    first = np.array([True] * 30 + [False] * 70)
    claim = only(statements.difference("d", "", first, np.roll(first, 2)))
    # Two points each way: nothing, though either share alone is uncertain by a tenth.
    assert claim.value == 0 and claim.p == 1 and claim.high < 0.05
    assert only(statements.difference("d", "", first, np.zeros(100, bool))).p == pytest.approx(2 * 0.5**30)


def test_noise_is_that_of_the_posterior_in_whatever_units_and_share() -> None:
    alpha = np.sqrt(np.cumprod(np.r_[1.0, 1 - np.linspace(0.01, 0.4, 20)]))
    beta = 1 - (alpha[1:] / alpha[:-1]) ** 2
    expected = np.sqrt((1 - alpha[:-1] ** 2) / (1 - alpha[1:] ** 2) * beta)[::-1]  # equation (6)
    for scale in (1.0, 0.3, 7.0):
        first = scale * expected[0] * np.random.default_rng(0).normal(size=(200_000, 2)) + [5, -1]
        assert np.allclose(statements.noise_deviations(alpha[::-1], first, 1.0), scale * expected, rtol=0.01)
    # A sampler that departs from it says by how much: the first step gives the scale of all.
    grown = np.linspace(1, 3, 20)
    noise = statements.noise_deviations(
        alpha[::-1], expected[0] * np.random.default_rng(0).normal(size=(200_000, 2)), grown
    )
    assert np.allclose(noise, expected * grown, rtol=0.01)
    lengths = np.linalg.norm(np.random.default_rng(1).normal(size=(200_000, 2)), axis=1)
    assert statements.mean_noise_lengths(np.ones(1))[0] == pytest.approx(lengths.mean(), rel=0.005)


def test_order_is_spearmans_correlation() -> None:
    from scipy.stats import spearmanr

    lengths = np.random.default_rng(0).random((5, 12)).round(1)
    expected = [spearmanr(row, np.arange(12)).statistic for row in lengths]
    assert np.allclose(statements.order(lengths), expected)


def test_steps_that_are_noise_alone_shrink_as_noise_does() -> None:
    deviations = np.linspace(2, 0.1, 30)
    noise = np.random.default_rng(3).normal(size=(2000, 30, 2)) * deviations[:, None]
    found = claims(Findings(statements.shrinking(np.linalg.norm(noise, axis=2), deviations, seed=0)))
    ratio = found["step_ratio"]
    assert ratio.low < ratio.chance < ratio.high and ratio.high < 0.5 and ratio.p > 0.01
    assert found["noise_share"].low < 1 < found["noise_share"].high
    level = np.random.default_rng(3).rayleigh(size=(2000, 30))
    found = claims(Findings(statements.shrinking(level, deviations, seed=0)))
    assert found["step_ratio"].low < 1 < found["step_ratio"].high and found["step_ratio"].p < 1e-6


def test_a_perfect_diffusion_of_two_clusters() -> None:
    found, shown = measured(exact_clusters(CLUSTERS))
    # Nothing of a row is left at the last level: it ends neither where it was nor near its noise.
    assert found["home"].low < found["home"].chance < found["home"].high
    assert found["nearest_half"].low > 0.55 and found["nearest_quarter"].low > 0.85
    assert found["nearest_first"].value < found["nearest_half"].value < found["nearest_quarter"].value
    assert found["second_place"].p > 0.01 and found["second_place"].high < 0.6
    assert found["off_manifold"].value < 0.02
    assert found["step_ratio"].high < 0.5 and found["steps_shrink"].value > 0.99 and found["step_order"].high < 0
    assert found["noise_share"].value > 0.8
    assert all(np.isfinite([claim.value, claim.low, claim.high]).all() for claim in found.values())
    assert isinstance(shown, Paths) and shown.forward.shape == shown.reverse.shape == (41, 400, 2)
    assert shown.centre.shape == (41, 800, 2) and shown.lengths.shape == shown.noise_lengths.shape == (40,)
    # In the file's units, home again at the start, and on its way back from where it came to.
    assert np.allclose(shown.reverse[0], shown.forward[-1]) and np.ptp(shown.forward[0]) > 5
    assert set(shown.place) == {0.0, 1.0}
    assert np.allclose(shown.centre[0], CLUSTERS.scaling.undo(np.zeros((1, 2))))


def test_where_a_signal_is_left_points_go_home_and_a_moved_start_is_seen() -> None:
    found, _ = measured(exact_clusters(CLUSTERS, last=0.002))
    assert found["home"].low > 0.6 and found["home"].p < 0.01
    assert found["nearest_over_home"].low > 0 and found["nearest_over_home"].p < 0.01
    assert found["second_place_moved"].low > 0.8 and found["second_place_moved"].p < 1e-9
    assert found["second_place"].low < 0.5 < found["second_place"].high


def test_a_diffusion_that_leans_to_one_side_is_caught() -> None:
    leaning = exact_clusters(CLUSTERS)
    leaning = Exact(leaning.means[[0, 1, 1]], leaning.blur, leaning.schedule)
    found, _ = measured(leaning)
    assert found["second_place"].low > 0.58 and found["second_place"].p < 1e-6


def test_a_diffusion_that_learned_nothing_ends_off_the_manifold() -> None:
    found, _ = measured(exact_clusters(CLUSTERS, asked=False))
    assert found["off_manifold"].low > 0.5 and found["off_manifold"].p < 1e-9
    assert found["distance"].low > found["distance"].chance and found["distance"].p < 1e-9
    # Its steps shrink all the same, by the noise alone: they say nothing of what was learned.
    assert found["step_ratio"].high < 0.5 and found["noise_share"].low < 1 < found["noise_share"].high


def test_a_sampler_without_noise_has_one_path() -> None:
    with pytest.warns(UserWarning, match="adds no noise"):
        found, shown = measured(exact_clusters(CLUSTERS, eta=0.0))
    assert "second_place" not in found and "noise_share" not in found
    assert found["step_ratio"].low > 1 and found["step_ratio"].chance is None
    assert found["nearest_first"].value == 1 and found["home"].p > 0.01
    assert not shown.noise_lengths.any()


def test_a_roll_has_no_two_places_and_the_seed_is_all_there_is() -> None:
    split = roll()
    model = exact_roll(split)
    found, shown = measured(model, split, points=200, paths=20)
    assert "second_place" not in found and found["nearest_quarter"].low > found["nearest_quarter"].chance
    again, same = measured(model, split, points=200, paths=20)
    other, _ = measured(model, split, seed=1, points=200, paths=20)
    assert found == again and np.array_equal(shown.reverse, same.reverse) and found != other


def test_few_steps_are_said() -> None:
    with pytest.warns(UserWarning, match="4 steps are too few"):
        found, _ = measured(exact_clusters(CLUSTERS, steps=4), points=50, paths=50)
    assert "home" in found and "step_ratio" not in found


def test_what_cannot_be_measured_is_refused_in_one_line() -> None:
    plain = split_of(
        {part: np.random.default_rng(0).random((20, 2)) for part in ("train", "val", "test", "fresh")}, None, "plain"
    )
    with pytest.raises(UserError, match="rows of plain have 2 values and no known manifold.*swiss_roll"):
        Spirals().check(plain, seed=0)
    with pytest.raises(UserError, match="choose generator=diffusion"):
        Spirals()(subject(object(), CLUSTERS), seed=0)

    class Broken(Exact):
        def reverse(self, start, y, *, seed):
            levels, states = super().reverse(start, y, seed=seed)
            states[-1, 3] = np.nan
            return levels, states

    with pytest.raises(UserError, match="1 of 400 paths.*NaN"):
        broken = exact_clusters(CLUSTERS)
        measured(Broken(broken.means, broken.blur, broken.schedule))
