"""A step divided over processes and over passes learns what one process does in one pass, and ends as it does."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import cells
import numpy as np
import pytest
import torch

from inn_experiments.contracts import UserError
from inn_experiments.training import shares
from inn_experiments.training.callbacks import FILE_NAME
from inn_experiments.training.fitting import Fitting
from inn_experiments.training.objectives import Denoising
from inn_experiments.training.shares import Shares
from inn_experiments.training.trainer import Trainer

QUIET = ["trainer.progress=false", "trainer.epochs=3"]
DIFFUSION = [*QUIET, "generator=diffusion", "network=mlp", "network.hidden=16", "generator.ema=0.9", "sampler.steps=5"]
PLAIN = [*QUIET, "generator=gaussian", "autoencoder=plain", "autoencoder.epochs=3", "autoencoder.latent=4"]
WHOLE, DIVIDED = (
    {"batch": 64},
    [{"batch": 32, "devices": 2}, {"batch": 16, "accumulate": 4}, {"batch": 16, "accumulate": 2, "devices": 2}],
)


def trained(overrides: list[str], batch: int, **trainer: int):
    given = [f"trainer.{name}={value}" for name, value in trainer.items()]
    group = "autoencoder" if overrides is PLAIN else "trainer"
    return cells.trained(cells.built(*overrides, *given, f"{group}.batch={batch}"), cells.split())


BEFORE: set[str] = set()


def every_child() -> list[str]:
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()


def children() -> list[str]:
    """Processes of this one that it did not have when the test began."""
    return [each for each in every_child() if each not in BEFORE]


@pytest.fixture(autouse=True)
def _others() -> None:
    BEFORE.clear()
    BEFORE.update(every_child())


@pytest.mark.parametrize("overrides", (DIFFUSION, PLAIN), ids=("diffusion", "autoencoder"))
def test_devices_and_passes_give_the_curve_of_one_process_with_the_larger_batch(overrides):
    alone, smaller = trained(overrides, **WHOLE), trained(overrides, batch=32)
    name = "train/loss" if overrides is DIFFUSION else "autoencoder/joint/train/loss"
    for given in DIVIDED:
        found = trained(overrides, **given)
        assert found.curves.keys() == alone.curves.keys()
        np.testing.assert_allclose(found.curves[name][1], alone.curves[name][1], rtol=1e-5)
        labels = np.arange(10)
        np.testing.assert_allclose(found.sample(labels, seed=0).x, alone.sample(labels, seed=0).x, atol=2e-3)
        # The control: a smaller batch has a curve of its own.
        assert np.abs(np.subtract(found.curves[name][1], smaller.curves[name][1])).max() > 1e-4
    assert not children()


@pytest.mark.parametrize("rows", (1, 2, 7, 12))
@pytest.mark.parametrize(("ranks", "passes"), ((2, 1), (1, 3), (2, 3)))
def test_parts_of_all_processes_are_the_batch_weighed_by_its_rows(rows, ranks, passes):
    batch = torch.arange(1.0, rows + 1), None
    every = [part for rank in range(ranks) for part in Shares(rank, ranks, passes).parts(batch)]
    assert sum(share for share, _ in every) == pytest.approx(1)
    assert sum(share * float(part[0].mean()) for share, part in every) == pytest.approx(float(batch[0].mean()))
    assert all(len(part[0]) and part[1] is None for _, part in every)


def test_what_learns_from_whole_batches_is_told_so():
    for overrides in (["method=implicit"], ["generator=gan"], ["generator=vae"]):
        for setting in ("trainer.devices=2", "trainer.accumulate=2"):
            with pytest.raises(UserError, match=r"trainer.devices=\d and trainer.accumulate=\d: .* use 1 and 1"):
                cells.trained(cells.built(*QUIET, *overrides, setting), cells.spectra())
    with pytest.raises(UserError, match="trainer.devices=2: .* trainer.threads=1 trainer.accelerator=cpu"):
        Trainer(devices=2, threads=2)
    with pytest.raises(UserError, match="trainer.accumulate=0: must be 1 or more"):
        Trainer(accumulate=0)


def test_a_process_that_is_killed_ends_the_training_with_a_word(monkeypatch):
    mine, terms = os.getpid(), Denoising.terms

    def killed(self, batch):
        if os.getpid() != mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return terms(self, batch)

    monkeypatch.setattr(Denoising, "terms", killed)
    with pytest.raises(UserError, match="trainer.devices=2: one of the processes that learn side by side has ended"):
        trained(DIFFUSION, batch=32, devices=2)
    assert not children()


def test_a_training_that_diverges_or_is_stopped_leaves_no_process(monkeypatch):
    with pytest.raises(UserError, match="training diverged in epoch"):
        trained([*DIFFUSION, "trainer.learning_rate=1e30"], batch=32, devices=2)
    monkeypatch.setattr(shares, "PATIENCE", 0.5)
    with pytest.raises(ZeroDivisionError), shares.side_by_side(3, 1) as found:
        if found.rank == 2:
            signal.pause()
        raise ZeroDivisionError
    assert not children()


def test_a_divided_training_goes_on_where_it_was_lost(tmp_path, monkeypatch):
    whole, mine, ended = trained(DIFFUSION, batch=32, devices=2), os.getpid(), Fitting.on_train_epoch_end

    def lost(module: Fitting) -> None:
        ended(module)
        if os.getpid() == mine and module.current_epoch == 2:
            raise ZeroDivisionError

    def kept():
        found = cells.built(*DIFFUSION, "trainer.checkpoint_minutes=0", "trainer.devices=2", "trainer.batch=32")
        found.resume_in(tmp_path)
        return found

    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(Fitting, "on_train_epoch_end", lost)
        cells.trained(kept(), cells.split())
    assert (tmp_path / FILE_NAME).is_file() and not children()
    again = cells.trained(kept(), cells.split())
    assert again.curves == whole.curves
    assert all(torch.equal(*pair) for pair in zip(again.net.parameters(), whole.net.parameters(), strict=True))
