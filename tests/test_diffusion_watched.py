"""A diffusion that is watched: rows on their way into the noise, and every state on the way back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ks_2samp
from test_diffusion import fitted, rows

from inn_experiments.contracts import Diffusing, Rows, UserError
from inn_experiments.maths.samplers import DDIM, DDPM
from inn_experiments.synthesizers import diffusion as diffusion_module


def test_the_way_into_the_noise_starts_at_the_rows_and_has_the_marginals_of_the_schedule():
    """Equation (4) in the rows' own units, which are far from standard here, to be seen."""
    made = fitted(epochs=1)
    assert isinstance(made, Diffusing)
    x = np.repeat(rows().x[:2], 3000, axis=0)
    levels, states = made.diffuse(x, seed=0)
    assert levels.tolist() == list(range(51)) and states.shape == (51, 6000, 3) and states.dtype == np.float32
    np.testing.assert_allclose(states[0], x, atol=1e-5)
    alpha = made.signal()[:, None]
    assert alpha[0] == 1 and np.all(np.diff(alpha[:, 0]) < 0)
    states = states.astype(np.float64)
    for part in (slice(0, 3000), slice(3000, 6000)):
        deviation = made.std * np.sqrt(1 - alpha**2)
        expected = made.mean + alpha * (x[part][0] - made.mean)
        assert (np.abs(states[:, part].mean(1) - expected) < 5 * deviation / 3000**0.5 + 1e-4).all()
        assert (np.abs(states[:, part].std(1) - deviation) < 5 * deviation / 6000**0.5 + 1e-4).all()
    again, other = made.diffuse(x, seed=0)[1], made.diffuse(x, seed=1)[1]
    np.testing.assert_array_equal(states, again)
    assert not np.array_equal(states, other)


def test_restoring_the_noise_of_a_sample_is_that_sample():
    """A deterministic sampler has no other noise; every state is there, and the labels decide."""
    made = fitted(sampler=DDIM(20))
    labels = np.arange(30) % 3
    sample = made.sample(labels, seed=0)
    levels, states = made.reverse(sample.states[0], labels, seed=5)
    assert levels[0] == 50 and levels[-1] == 0 and len(levels) == len(states) == 21
    np.testing.assert_allclose(states[0], sample.states[0], atol=1e-5)
    np.testing.assert_allclose(states[-1], sample.x, atol=1e-3)
    _, others = made.reverse(sample.states[0], (labels + 1) % 3, seed=5)
    assert np.abs(others[-1] - sample.x).min(1).max() > 0.1


@pytest.mark.parametrize("sampler", [DDIM(25), DDPM()], ids=["ddim", "ddpm"])
def test_restoring_from_fresh_noise_has_the_law_of_samples(sampler, monkeypatch):
    made = fitted(sampler=sampler, epochs=20)
    labels = np.zeros(2000, dtype=np.int64)
    start = made.mean + made.std * np.random.default_rng(0).standard_normal((2000, 3))
    monkeypatch.setattr(diffusion_module, "BLOCK", 512)
    levels, states = made.reverse(start, labels, seed=1)
    assert levels.tolist() == sampler.times(made.schedule) and states.shape == (len(levels), 2000, 3)
    np.testing.assert_allclose(states[0], start, rtol=0, atol=1e-4)
    sample = made.sample(labels, seed=2).x
    # Three features: a chance of about one in 3,000 to fail where the laws are the same.
    assert min(ks_2samp(states[-1][:, i], sample[:, i]).pvalue for i in range(3)) > 1e-4
    # The control: the same noise, restored to another class.
    _, others = made.reverse(start, labels + 1, seed=1)
    assert min(ks_2samp(others[-1][:, i], sample[:, i]).pvalue for i in range(3)) < 1e-4


def test_restored_rows_keep_their_range_and_unknown_classes_are_refused():
    unit = Rows(rows().x / 20, rows().y)
    made = fitted(train=unit, about={"bounded": True}, epochs=1)
    start = made.mean + 3 * made.std * np.random.default_rng(0).standard_normal((300, 3))
    x = made.reverse(start, np.arange(300) % 3, seed=0)[1][-1]
    assert x.min() >= 0 and x.max() <= 1
    with pytest.raises(UserError, match="no training row has label 7"):
        made.reverse(start[:1], np.array([7]), seed=0)
