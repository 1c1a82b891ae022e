"""Trainings that are kept: shared by all who need the same one, resumed where one was lost, one at a time."""

from __future__ import annotations

import json
import multiprocessing
import time
from dataclasses import replace
from pathlib import Path

import cells
import numpy as np
import pytest
import torch

from inn_experiments.contracts import Samples
from inn_experiments.running import fits
from inn_experiments.running.fits import fit_or_load
from inn_experiments.running.pipeline import build
from inn_experiments.synthesizers.latent import Latent
from inn_experiments.training.fitting import Fitting
from inn_experiments.training.trained import Fitted

LABELS = np.arange(3).repeat(4)
QUICK = ("trainer.progress=false", "trainer.epochs=4", "trainer.batch=16", "trainer.checkpoint_minutes=0")
DIFFUSION = (
    *QUICK,
    "generator=diffusion",
    "network=mlp",
    "network.hidden=16",
    "network.layers=2",
    "schedule.steps=20",
    "sampler.steps=5",
    "generator.ema=0.9",
)
DECOUPLED = (
    "autoencoder=decoupled",
    "autoencoder.layers=2",
    "autoencoder.batch=16",
    "autoencoder.encoder_epochs=4",
    "autoencoder.decoder_epochs=4",
    "autoencoder.encoder_error=0",
)
PLAIN = ("autoencoder=plain", "autoencoder.widths=[12]", "autoencoder.latent=5", "autoencoder.epochs=4")
CELLS = {
    "diffusion with an average": DIFFUSION,
    "inn": (*QUICK, "loss=mse", "method=semi_implicit", "sampling=convex"),
    "implicit": (*QUICK, "loss=mse", "method=implicit"),
    "decoupled": (*DIFFUSION, *DECOUPLED),
    "plain": (*PLAIN, "trainer.progress=false", "trainer.checkpoint_minutes=0", "generator=gaussian"),
}


class Lost(Exception):
    """Stands for a lost machine."""


@pytest.fixture
def epochs(monkeypatch):
    """The objectives that were trained, an entry an epoch; `epochs.lose(n)` loses the n-th from now on."""

    class Epochs(list):
        end: int | None = None

        def lose(self, number: int | None) -> None:
            self.clear()
            self.end = number

    found = Epochs()

    def counted(step):
        def training_step(self, *arguments) -> None:
            found.append(type(self.objective).__name__)
            if len(found) == found.end:
                raise Lost
            step(self, *arguments)

        return training_step

    monkeypatch.setattr(Fitting, "training_step", counted(Fitting.training_step))
    return found


def fit(folder: Path, *overrides: str, seed: int = 0):
    return fit_or_load(cells.composed(*overrides, f"seed={seed}"), cells.chemicals(), build, folder)


def weights(synthesizer) -> dict[str, torch.Tensor]:
    """All numbers of all networks inside."""
    found = {}
    for name, network in synthesizer.networks.items():
        found |= {f"{name}.{key}": value for key, value in network.state_dict().items()}
    if isinstance(synthesizer, Latent):
        for name, part in (("autoencoder", synthesizer.autoencoder), ("generator", synthesizer.generator)):
            found |= {f"{name}.{key}": value for key, value in weights(part).items()}
    return found


def names(folder: Path) -> list[str]:
    """What is kept, locks left out."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


@pytest.mark.parametrize("autoencoder", [DECOUPLED, PLAIN], ids=["decoupled", "plain"])
def test_one_autoencoder_serves_every_generator_and_sampler(tmp_path, epochs, autoencoder) -> None:
    first = fit(tmp_path, *DIFFUSION, *autoencoder)
    regressions = epochs.count("Regression")
    assert regressions == (8 if autoencoder is DECOUPLED else 4) and epochs.count("Denoising") == 4
    epochs.clear()
    sampled = [
        fit(tmp_path, *DIFFUSION, *autoencoder, *more)
        for more in (("sampler.steps=3",), ("sampler.eta=0.5",), ("sampler=ddpm",), ("generator.clip=true",))
    ]
    assert epochs == [], "samplers need no training"
    other = fit(tmp_path, *DIFFUSION, *autoencoder, "parameterization=v")
    smote = fit(tmp_path, "trainer.progress=false", *autoencoder, "generator=smote")
    inn = fit(tmp_path, *CELLS["inn"], *autoencoder)
    assert "Regression" not in epochs, "another generator, or another trainer.epochs, needs no new one"
    expected = weights(first.autoencoder)
    for each in (*sampled, other, smote, inn):
        found = weights(each.autoencoder)
        assert all(torch.equal(found[name], expected[name]) for name in expected)
    fit(tmp_path, *DIFFUSION, *autoencoder, "autoencoder.learning_rate=0.001")
    assert "Regression" in epochs
    epochs.clear()
    fit(tmp_path, *DIFFUSION, *autoencoder, seed=1)
    assert "Regression" in epochs


@pytest.mark.parametrize(
    "cell, lost",
    [
        ("diffusion with an average", 3),
        ("inn", 3),
        ("plain", 3),
        *(("implicit", lost) for lost in (3, 5, 7)),
        *(("decoupled", lost) for lost in (1, 3, 5, 7, 9, 11)),
    ],
)
def test_an_interrupted_cell_goes_on_and_ends_with_the_same_weights(tmp_path, epochs, cell, lost) -> None:
    whole = fit(tmp_path / "whole", *CELLS[cell])
    trained = list(epochs)
    epochs.lose(lost)
    with pytest.raises(Lost):
        fit(tmp_path / "parts", *CELLS[cell])
    left = names(tmp_path / "parts")
    assert lost % 4 == 1 or [name for name in left if name.endswith(".unfinished")], left
    assert not [name for name in left if name.startswith(".")], left
    epochs.lose(None)
    resumed = fit(tmp_path / "parts", *CELLS[cell])
    assert epochs == trained[lost - 1 :], "nothing that was kept is trained again"
    expected, found = weights(whole), weights(resumed)
    assert expected and expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert whole.curves == resumed.curves
    np.testing.assert_array_equal(whole.sample(LABELS, seed=1).x, resumed.sample(LABELS, seed=1).x)
    assert names(tmp_path / "parts") == names(tmp_path / "whole")
    assert not [name for name in names(tmp_path / "whole") if "unfinished" in name or name.startswith(".")]


INN = (*QUICK, "trainer.epochs=4")
IMPLICIT = ("method=implicit", "method.row_scale=false")


def alike(first: torch.nn.Module, second: torch.nn.Module) -> bool:
    """Whether two networks have the same weights, bit for bit."""
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_a_forward_and_an_inverse_network_are_trained_once_each(tmp_path, epochs) -> None:
    # These rows are bounded; within a row scale the forward network would be another one.
    implicit = fit(tmp_path, *INN, *IMPLICIT)
    assert epochs == ["Inversion"] * 8, "four epochs of each network"
    epochs.clear()
    svd, explicit = (fit(tmp_path, *INN, f"method={method}") for method in ("svd", "explicit"))
    other = fit(tmp_path, *INN, *IMPLICIT, "generator.level=0.2")
    assert not epochs, "the forward network was there"
    for one in (svd, explicit, other):
        assert alike(one.method.net, implicit.method.net)
    assert svd.curves["train/forward"] == implicit.curves["train/forward"] and "train/inverse" not in svd.curves
    of_kl = fit(tmp_path, *INN, *IMPLICIT, "loss=kl")
    assert epochs == ["Inversion"] * 4, "the inverse network does not know the loss"
    assert alike(of_kl.method.inverse_net, implicit.method.inverse_net)
    epochs.clear()
    for change in (("sampling=convex",), ("prime=catalogue",), ("generator.prime_share=0.3",), ("schedule.steps=50",)):
        fit(tmp_path, *INN, *IMPLICIT, *change)
        assert len(epochs) == 8, f"{change} changes the pairs of both"
        epochs.clear()
    fit(tmp_path, *INN, "method=svd", "method.inverse_weight=0.1", "network=square")
    assert len(epochs) == 4, "the walk's own error makes it another training"


def test_walks_that_are_alike_are_learned_once(tmp_path, epochs) -> None:
    """A coupling is undone by subtraction, whatever the method; a square layer is not."""
    walked = ("method.inverse_weight=1.0", "network=coupling")
    explicit = fit(tmp_path, *INN, "method=explicit", *walked)
    assert len(epochs) == 4
    svd = fit(tmp_path, *INN, "method=svd", "method.floor=0.1", *walked)
    assert len(epochs) == 4 and alike(svd.method.net, explicit.method.net)
    rows = cells.chemicals().test.x
    assert np.array_equal(svd.inverses(rows)["inverse"], explicit.inverses(rows)["inverse"])
    fit(tmp_path, *INN, "method=explicit", "network=coupling", "method.inverse_weight=0.5")
    assert len(epochs) == 8, "the weight counts"


def test_of_training_rows_there_is_one_copy(tmp_path) -> None:
    for method in ("implicit", "semi_implicit"):
        fit(tmp_path, *INN, f"method={method}")
    files = list(tmp_path.glob("*/rows.pt"))
    assert len(files) == 2 and len({file.stat().st_ino for file in (*files, *tmp_path.glob("rows/*.pt"))}) == 1


def test_a_fit_that_cannot_be_kept_leaves_nothing_behind(tmp_path, monkeypatch) -> None:
    def full(folder: Path, *_, **__) -> None:
        folder.mkdir()
        (folder / "weights.pt").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr(fits, "write", full)
        fit(tmp_path, *CELLS["plain"])
    assert [name for name in names(tmp_path) if not name.endswith(".unfinished")] == []
    assert fit(tmp_path, *CELLS["plain"]).sample(LABELS, seed=0).x.shape == (12, 16)


class Slow(Fitted):
    """A generator that takes its time, and notes when."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.log = log

    def fit(self, train, about, *, seed: int, val=None) -> None:
        self.fitted = True
        begun = time.monotonic()
        time.sleep(1)
        (self.log / f"fit-{time.monotonic_ns()}").write_text(json.dumps([begun, time.monotonic()]))

    def sample(self, labels, *, seed: int) -> Samples:
        raise NotImplementedError

    def resume_in(self, folder: Path) -> None:
        """There is no trainer."""

    def _assemble(self) -> None:
        (self.log / f"load-{time.monotonic_ns()}").touch()


def work(cfg, folder: Path, log: Path) -> None:
    fit_or_load(cfg, cells.chemicals(), lambda _: Slow(log), folder)


def test_of_two_processes_the_second_waits_and_loads(tmp_path) -> None:
    log, folder = tmp_path / "log", tmp_path / "fits"
    log.mkdir()
    context, cfg = multiprocessing.get_context("fork"), cells.composed()

    def both() -> list[str]:
        workers = [context.Process(target=work, args=(cfg, folder, log)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=30)
        assert [worker.exitcode for worker in workers] == [0, 0]
        return sorted(path.name.partition("-")[0] for path in log.iterdir())

    assert both() == ["fit", "load"]
    assert len(names(folder)) == 1
    (weights,) = folder.glob("*/weights.pt")
    weights.write_bytes(b"half")
    assert both() == ["fit", "fit", "load", "load"], "of two that find it damaged one trains, too"
    assert len(names(folder)) == 1


FREE = (*DIFFUSION[len(QUICK) :], "conditioning=label")
SAME = [
    (("method=svd",), ("method=explicit",)),
    (("method=svd",), ("method=svd", "method.floor=0.1", "method.refine_steps=2")),
    (("method=implicit",), ("method=implicit", "generator.start=prime", "generator.level=0.2")),
    (FREE, (*FREE, "generator.clip=true", "sampler=ddpm", "trainer.progress=false", "trainer.checkpoint_minutes=1")),
    (("generator=vae",), ("generator=vae", "generator.noise=true")),
]
OTHER = [
    (("method=svd", "method.inverse_weight=1"), ("method=explicit", "method.inverse_weight=1")),
    (("method=svd", "method.inverse_weight=1"), ("method=svd", "method.inverse_weight=1", "method.floor=0.1")),
    (("method=svd",), ("method=implicit",)),
    (("method=semi_implicit",), ("method=semi_implicit", "method.round_trip_fi=0.5")),
    (("sampling=convex",), ("sampling=convex", "schedule.steps=50")),
    (("generator=gan",), ("generator=vae",)),
    ((*PLAIN, "generator=smote"), (*PLAIN, "generator=gaussian")),
    ((*PLAIN, *FREE), (*PLAIN, *FREE, "autoencoder.normalise=class")),
    (("method=svd",), ("method=svd", "seed=1")),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_what_is_only_used_afterwards_shares_a_training(first, second) -> None:
    assert cells.training(*first, of=cells.chemicals()) == cells.training(*second, of=cells.chemicals())


@pytest.mark.parametrize(("first", "second"), OTHER)
def test_what_decides_the_weights_has_a_training_of_its_own(first, second) -> None:
    assert cells.training(*first, of=cells.chemicals()) != cells.training(*second, of=cells.chemicals())


@pytest.mark.parametrize("change", [{"bounded": False}, {"smiles": None}, {"shape": (4, 4)}])
def test_what_is_known_of_the_rows_decides_too(change) -> None:
    other = replace(cells.chemicals(), **change)
    assert cells.training("generator=gan", of=cells.chemicals()) != cells.training("generator=gan", of=other)


def test_a_run_tells_the_names_of_its_trainings_and_shared_ones_by_one_name(tmp_path):
    told = {}
    for name in ("implicit", "explicit", "semi_implicit"):
        cell = cells.composed(*cells.short(1), f"method={name}")
        for _ in range(2):
            # The second time all of it is there already.
            told[name] = {}
            fit_or_load(cell, cells.unbounded(), build, tmp_path, told[name])
    assert set(told["implicit"]) == {"generator", "forward", "inverse"} and set(told["semi_implicit"]) == {
        "generator",
        "both",
    }
    assert told["implicit"]["forward"] == told["explicit"]["forward"]
    assert len({one["generator"] for one in told.values()}) == 3
    names = {path.name for path in tmp_path.iterdir()}
    assert {name for one in told.values() for name in one.values()} <= names
