"""The score of a known mixture: what is said of perfect, of trivial and of remembering networks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from measured import claims, subject

from inn_experiments.contracts import Scoring, UserError
from inn_experiments.data.toys.swiss_roll import SwissRoll
from inn_experiments.data.toys.two_clusters import TwoClusters
from inn_experiments.maths.schedules import Linear
from inn_experiments.measures.score import Score, exact_mixture, gaussian_score, mixture_score

SPLIT = TwoClusters(rows=400, val_rows=0, test_rows=50, fresh_rows=0, noise=1.5).load(seed=0, cache=None)
SCHEDULE = Linear(steps=20)


class Told:
    """A diffusion as far as this claim looks at one: its units are those of its rows, its score is a function."""

    def __init__(self, say) -> None:
        self.say = say

    def signal(self):
        return SCHEDULE.levels()[0].numpy()

    def standardised(self, x):
        return np.asarray(x, np.float64)

    def score(self, states, t, y):
        alpha = float(self.signal()[t])
        return self.say(np.asarray(states, np.float64), alpha, float(np.sqrt(1 - alpha**2)))

    def diffuse(self, x, *, seed):
        raise AssertionError("not watched")

    reverse = freshness = diffuse


def measured(say, rows: int = 2000) -> dict:
    return {
        key.removeprefix("score/"): found
        for key, found in claims(Score(rows)(subject(Told(say), SPLIT), seed=0)).items()
    }


def exact(x, alpha, sigma):
    points, noise = exact_mixture(Told(None), SPLIT)
    return mixture_score(x, alpha * points, alpha**2 * noise**2 + sigma**2)


def test_the_exact_score_is_the_gradient_of_the_log_density():
    """By automatic differentiation of torch's own mixture."""
    points, noise = exact_mixture(Told(None), SPLIT)
    alpha, sigma = 0.8, 0.6
    x = torch.randn(40, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64).requires_grad_()
    parts = torch.distributions.MultivariateNormal(
        torch.tensor(alpha * points), (alpha**2 * noise**2 + sigma**2) * torch.eye(2, dtype=torch.float64)
    )
    mixed = torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.ones(2).double()), parts)
    (expected,) = torch.autograd.grad(mixed.log_prob(x).sum(), x)
    np.testing.assert_allclose(exact(x.detach().numpy(), alpha, sigma), expected.numpy(), atol=1e-12)
    one = np.zeros((1, 2))
    np.testing.assert_allclose(
        gaussian_score(x.detach().numpy(), one, noise, alpha, sigma),
        mixture_score(x.detach().numpy(), one, alpha**2 * noise**2 + sigma**2),
    )


def test_a_perfect_network_has_no_error_and_the_trivial_ones_have_what_their_names_say():
    assert isinstance(Told(exact), Scoring)
    perfect = measured(exact)
    assert all(found.value < 1e-10 for key, found in perfect.items() if key.startswith("error"))
    assert all(found.value == pytest.approx(1) for key, found in perfect.items() if key.startswith("cosine"))
    nothing = measured(lambda x, alpha, sigma: 0 * x)
    assert nothing["error"].value == nothing["error_010"].value == 1
    points, noise = exact_mixture(Told(None), SPLIT)
    plain = measured(lambda x, alpha, sigma: gaussian_score(x, points, noise, alpha, sigma))
    for key, found in plain.items():
        if key.startswith(("error", "cosine")):
            assert found.value == pytest.approx(found.chance, rel=1e-3), key
    # At the last level the mixture is one Gaussian, near the rows it is not.
    assert plain["error_020"].value < 1e-3 and plain["error_001"].value > 0.1
    # The clusters are symmetric about the middle: a sign wrong everywhere is a score turned round.
    assert measured(lambda x, alpha, sigma: -exact(x, alpha, sigma))["cosine_005"].value == pytest.approx(-1)


def test_rows_known_by_heart_are_seen_near_the_rows_and_not_in_the_noise():
    x = SPLIT.train.x
    heart = measured(lambda states, alpha, sigma: mixture_score(states, alpha * x, sigma**2), rows=300)
    for level in ("001", "010", "020"):
        assert heart[f"error_{level}"].value == pytest.approx(heart[f"remembered_{level}"].value, rel=1e-3)
    assert heart["remembered_001"].value > 0.3 and heart["remembered_020"].value < 0.01


def test_what_cannot_be_compared_is_refused():
    roll = SwissRoll(rows=40, val_rows=0, test_rows=20, fresh_rows=0).load(seed=0, cache=None)
    for split in (
        roll,
        TwoClusters(rows=40, val_rows=0, test_rows=20, fresh_rows=0, noise=0.0).load(seed=0, cache=None),
    ):
        with pytest.raises(UserError, match="data=two_clusters"):
            Score().check(split, seed=0)
    Score().check(SPLIT, seed=0)
    with pytest.raises(UserError, match="generator=diffusion"):
        Score()(subject(object(), SPLIT), seed=0)
