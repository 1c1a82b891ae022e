"""A training that was interrupted ends where an uninterrupted one ends, bit for bit."""

from __future__ import annotations

import cells
import pytest

from inn_experiments.training import fitting
from inn_experiments.training.callbacks import FILE_NAME, Resumable
from inn_experiments.training.fitting import Fitting
from inn_experiments.training.objectives import Inversion


class Interrupted(Exception):
    """Stands for a lost machine."""


def training(tmp_path, monkeypatch, stop_after: int | None, *overrides: str):
    """An Inn of six epochs that keeps its state every epoch and is lost after `stop_after` of them."""
    synthesizer = cells.built(*cells.short(6), "trainer.checkpoint_minutes=0", "loss=mse", *overrides)
    synthesizer.trainer.resume = tmp_path / "kept"
    ended, epochs = Fitting.on_train_epoch_end, []

    def count(module: Fitting) -> None:
        ended(module)
        epochs.append(module.current_epoch)
        if stop_after is not None and len(epochs) > stop_after:
            raise Interrupted

    monkeypatch.setattr(Fitting, "on_train_epoch_end", count)
    try:
        synthesizer.fit(cells.split().train, cells.about(cells.split()), seed=4, val=cells.split().test)
    except Interrupted:
        pass
    finally:
        monkeypatch.setattr(Fitting, "on_train_epoch_end", ended)
    return synthesizer, epochs


TWO, ONE = (), ("sampling=convex", "method=semi_implicit")
"""Methods that train two networks, one after the other, and one."""


@pytest.mark.parametrize(
    "overrides, trained, lost", [(TWO, 12, 4), (TWO, 12, 10), (ONE, 6, 4)], ids=["first", "second", "only"]
)
def test_a_resumed_training_ends_with_the_same_weights(tmp_path, monkeypatch, overrides, trained, lost) -> None:
    whole, epochs = training(tmp_path / "whole", monkeypatch, None, *overrides)
    assert epochs == [number % 6 for number in range(trained)]
    _, first = training(tmp_path / "parts", monkeypatch, lost - 1, *overrides)
    resumed, rest = training(tmp_path / "parts", monkeypatch, None, *overrides)
    assert first == epochs[:lost] and rest == epochs[lost - 1 :], "the kept epochs are not trained again"
    assert cells.same_weights(whole, resumed)
    assert whole.curves == resumed.curves


@pytest.mark.parametrize("overrides, lost", [(TWO, 4), (TWO, 10), (ONE, 4)], ids=["first", "second", "only"])
def test_a_resumed_training_keeps_the_same_best_weights(tmp_path, monkeypatch, overrides, lost) -> None:
    """Terms change their sign, so that the best epoch is the first, long before the loss of the machine."""
    monkeypatch.setattr(fitting, "VALIDATE_EVERY", 1)
    found = Inversion.validated
    monkeypatch.setattr(Inversion, "validated", lambda *of: {name: -value for name, value in found(*of).items()})
    whole, _ = training(tmp_path / "whole", monkeypatch, None, *overrides)
    last, _ = training(tmp_path / "last", monkeypatch, None, "trainer.keep=last", *overrides)
    assert not cells.same_weights(whole, last)
    training(tmp_path / "parts", monkeypatch, lost - 1, *overrides)
    resumed, _ = training(tmp_path / "parts", monkeypatch, None, *overrides)
    assert cells.same_weights(whole, resumed)
    assert whole.curves == resumed.curves and "val/kept" in whole.curves


def test_a_damaged_checkpoint_is_named_and_left_out(tmp_path, monkeypatch) -> None:
    whole, epochs = training(tmp_path / "whole", monkeypatch, None)
    (tmp_path / "kept" / "forward").mkdir(parents=True)
    (tmp_path / "kept" / "forward" / FILE_NAME).write_bytes(b"half a file")
    with pytest.warns(UserWarning, match=f"trained from the start.*{FILE_NAME}"):
        again, all_of_them = training(tmp_path, monkeypatch, None)
    assert all_of_them == epochs and cells.same_weights(whole, again)


def test_the_state_is_kept_no_more_often_than_asked(tmp_path, monkeypatch) -> None:
    kept = []
    monkeypatch.setattr(Resumable, "on_save_checkpoint", lambda *_: kept.append(1))
    synthesizer = cells.built(*cells.short(4), "loss=mse", "method=svd", "trainer.checkpoint_minutes=60")
    synthesizer.trainer.resume = tmp_path
    synthesizer.fit(cells.split().train, cells.about(cells.split()), seed=4, val=cells.split().test)
    assert not kept and not list(tmp_path.iterdir())
