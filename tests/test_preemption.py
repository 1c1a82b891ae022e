"""A machine that is taken back: the state is kept at the next end of an epoch, and a repeat ends with the same bits."""

from __future__ import annotations

import os
import signal

import cells
import pytest

from inn_experiments.contracts import stopping
from inn_experiments.training import callbacks
from inn_experiments.training.callbacks import FILE_NAME
from inn_experiments.training.fitting import Fitting

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
EPOCHS = 5


@pytest.fixture
def signals(monkeypatch):
    before = {number: signal.getsignal(number) for number in NUMBERS}
    monkeypatch.setattr(stopping, "_received", [])
    monkeypatch.setattr(stopping, "_foreign", [])
    for number in NUMBERS:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def trained(folder, monkeypatch, at: int = 0, *numbers: int):
    """A network of five epochs, which hears signals within epoch `at`, and the epochs that it went through."""
    synthesizer = cells.built(*cells.short(EPOCHS), "loss=mse", "method=svd")
    synthesizer.trainer.resume = folder
    step, end, epochs = Fitting.training_step, Fitting.on_train_epoch_end, []

    def hears(module, *given) -> None:
        if at and module.current_epoch + 1 == at:
            for number in numbers:
                os.kill(os.getpid(), number)
        step(module, *given)

    def counts(module) -> None:
        end(module)
        epochs.append(module.current_epoch + 1)

    with monkeypatch.context() as patch:
        patch.setattr(Fitting, "training_step", hears)
        patch.setattr(Fitting, "on_train_epoch_end", counts)
        try:
            synthesizer.fit(cells.split().train, cells.about(cells.split()), seed=4, val=cells.split().test)
        except (KeyboardInterrupt, SystemExit) as stop:
            return stop, epochs
    return synthesizer, epochs


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.name)
@pytest.mark.parametrize("at", [2, EPOCHS], ids=["within", "last"])
def test_a_training_that_is_stopped_goes_on_and_ends_with_the_same_bits(
    signals, tmp_path, monkeypatch, number, at
) -> None:
    whole, _ = trained(tmp_path / "whole", monkeypatch)
    stopping.catch_signals()
    stop, epochs = trained(tmp_path / "parts", monkeypatch, at, number)
    assert isinstance(stop, (KeyboardInterrupt, SystemExit)) and epochs == list(range(1, at + 1))
    assert stopping.signal_status() == 128 + number
    stopping.forget()
    resumed, rest = trained(tmp_path / "parts", monkeypatch)
    assert rest == list(range(at + 1, EPOCHS + 1)), "what is kept is not trained again"
    assert cells.same_weights(whole, resumed) and whole.curves == resumed.curves


def test_the_signal_of_a_launcher_is_answered_when_the_state_is_kept(signals, tmp_path, monkeypatch) -> None:
    """As submitit does: SIGTERM is let pass, SIGUSR2 queues the job again and leaves."""
    heard = []

    def requeued(number, frame) -> None:
        heard.append((number, len(list(tmp_path.rglob(FILE_NAME)))))
        raise SystemExit(-1)

    signal.signal(signal.SIGUSR2, requeued)
    signal.signal(signal.SIGTERM, lambda number, frame: heard.append((number, len(list(tmp_path.rglob(FILE_NAME))))))
    stopping.catch_signals()
    stopping.catch_signals()
    passed, epochs = trained(tmp_path / "parts", monkeypatch, 2, signal.SIGTERM)
    assert epochs == [1, 2, 3, 4, 5] and heard == [(signal.SIGTERM, 1)], "kept, and gone on"
    # An epoch later than the one that is kept.
    stop, epochs = trained(tmp_path / "parts", monkeypatch, 4, signal.SIGUSR2)
    assert epochs == [3, 4] and heard[1:] == [(signal.SIGUSR2, 1)] and stop.code == -1
    assert stopping.signal_status() is None, "it is the launcher's stop"
    resumed, rest = trained(tmp_path / "parts", monkeypatch)
    assert rest == [5] and cells.same_weights(passed, resumed)


def test_who_cannot_wait_for_the_end_of_an_epoch_stops_within_it(signals, tmp_path, monkeypatch) -> None:
    stopping.catch_signals()
    whole, _ = trained(tmp_path / "whole", monkeypatch)
    monkeypatch.setattr(callbacks, "GRACE", -1.0)
    # Every epoch is a long one then, and the state after it is kept.
    begin, started = callbacks.Resumable.on_train_batch_start, []

    def hears(keeper, trainer, *given) -> None:
        if trainer.current_epoch == 3 and not started:
            started.append(1)
            os.kill(os.getpid(), signal.SIGTERM)
        begin(keeper, trainer, *given)

    monkeypatch.setattr(callbacks.Resumable, "on_train_batch_start", hears)
    stop, epochs = trained(tmp_path / "parts", monkeypatch)
    assert epochs == [1, 2, 3] and stop.code == 143
    stopping.forget()
    resumed, rest = trained(tmp_path / "parts", monkeypatch)
    assert rest == [4, 5] and cells.same_weights(whole, resumed)


def test_a_second_signal_does_not_wait_for_the_end_of_the_epoch(signals, tmp_path, monkeypatch) -> None:
    stopping.catch_signals()
    begin, started = callbacks.Resumable.on_train_batch_start, []

    def hears(keeper, trainer, *given) -> None:
        if trainer.current_epoch == 3 and not started:
            started.append(1)
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
        begin(keeper, trainer, *given)

    monkeypatch.setattr(callbacks.Resumable, "on_train_batch_start", hears)
    stop, epochs = trained(tmp_path, monkeypatch)
    assert epochs == [1, 2, 3] and stop.code == 143
