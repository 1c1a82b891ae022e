"""Every axis of the diffusion model is alive; what only samples does so without a new training."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations

import cells
import numpy as np
import pytest
import torch

from inn_experiments.contracts import Split
from inn_experiments.running.fits import fit_or_load
from inn_experiments.running.pipeline import build
from inn_experiments.synthesizers.diffusion import Diffusion

LABELS = np.arange(3).repeat(4)
BASE = (
    "generator=diffusion",
    "network=mlp",
    "network.hidden=16",
    "network.layers=2",
    "schedule.steps=20",
    "sampler.steps=5",
)
UNET = ("generator=diffusion", "network=point_unet", "network.hidden=16", *BASE[4:])

# Pairs of overrides on top of BASE that must differ in training and in what is generated.
TRAINING = [
    *combinations(["parameterization=x0", "parameterization=epsilon", "parameterization=v", "parameterization=mu"], 2),
    ("schedule=cosine", "schedule=linear"),
    ("schedule.steps=20", "schedule.steps=40"),
    *combinations(["conditioning=none", "conditioning=label", "conditioning=chemnet", "conditioning=label_chemnet"], 2),
    ("conditioning=label", "conditioning=context"),
    ("generator.ema=0.0", "generator.ema=0.9"),
    ("generator.ema=0.1", "generator.ema=0.9"),
    ("network.residual=false", "network.residual=true"),
    ("network.activation=silu", "network.activation=tanh"),
    ("trainer.learning_rate=0.001", "trainer.learning_rate=0.01"),
]
# For x0 the row's own error is the plain one.
WEIGHTED = (*BASE, "parameterization=v")
WEIGHTINGS = [f"generator.weighting={kind}" for kind in ("plain", "row", "min_snr")]
# A denoiser that predicts noise leaves the training rows' range at first, so that clipping shows.
NOISY = (*BASE, "parameterization=epsilon")
# Overrides that change what comes out of one and the same training.
SAMPLING = [
    "sampler=ddpm sampler.steps=5",
    "sampler=ddpm sampler.steps=5 sampler.variance=forward",
    "sampler.steps=10",
    "sampler.eta=0.7",
    "generator.clip=true",
]
SAMPLING += ["sampler=dpmpp", "sampler=unipc", "sampler.spacing=logsnr", "sampler.spacing=quadratic"]
SAMPLING += ["sampler=unipc sampler.spacing=logsnr", "sampler=dpmpp sampler.spacing=quadratic"]


def configured(*overrides: str):
    return cells.composed(*cells.short(2), *overrides)


@cache
def trained(*overrides: str) -> Diffusion:
    """A model of rows without bounds, where clipping is a choice, after two epochs."""
    return cells.fitted(*overrides, epochs=2, of=cells.unbounded())


def outcome(*overrides: str) -> np.ndarray:
    return trained(*overrides).sample(LABELS, seed=4).x


def fingerprint(*overrides: str, of: Split | None = None) -> str:
    rows = of or cells.unbounded()
    return cells.training(*cells.short(2), *overrides, of=rows)


def same_weights(first: Diffusion, second: Diffusion) -> bool:
    a, b = first.net.state_dict(), second.net.state_dict()
    return a.keys() == b.keys() and all(a[name].shape == b[name].shape and torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(((*BASE, a), (*BASE, b)) for a, b in TRAINING),
        *(((*WEIGHTED, a), (*WEIGHTED, b)) for a, b in combinations(WEIGHTINGS, 2)),
        (BASE, UNET),
    ],
    ids=[*("-".join(pair) for pair in (*TRAINING, *combinations(WEIGHTINGS, 2))), "mlp-point_unet"],
)
def test_flipping_an_axis_changes_the_training_and_the_samples(first, second) -> None:
    assert not same_weights(trained(*first), trained(*second))
    assert not np.array_equal(outcome(*first), outcome(*second))
    assert fingerprint(*first) != fingerprint(*second), "a kept training would be taken for the other's"


def test_what_only_samples_changes_the_rows_with_one_training_for_all(tmp_path, monkeypatch) -> None:
    fits, fit = [], Diffusion.fit

    def counted(self, *arguments, **more) -> None:
        fits.append(1)
        fit(self, *arguments, **more)

    monkeypatch.setattr(Diffusion, "fit", counted)
    rows = {}
    for change in ("", *SAMPLING):
        found = fit_or_load(configured(*NOISY, *change.split()), cells.unbounded(), build, tmp_path)
        assert fingerprint(*NOISY, *change.split()) == fingerprint(*NOISY)
        rows[change] = found.sample(LABELS, seed=4).x
    assert len(fits) == 1
    for (one, a), (other, b) in combinations(rows.items(), 2):
        assert not np.array_equal(a, b), f"{one!r} and {other!r}"


def test_chemistry_and_seed_are_part_of_the_training() -> None:
    told = (*BASE, "conditioning=chemnet")
    other = replace(cells.unbounded(), smiles=(("CCO",), ("CCN",), ("c1ccccc1", "CCCCCC")))
    names = {fingerprint(*told), fingerprint(*told, "seed=1"), fingerprint(*told, of=other)}
    assert len(names) == 3
