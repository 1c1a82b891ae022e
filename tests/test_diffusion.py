"""Diffusion end to end on rows whose law is known: moments, conditions, averages, bounds, resuming."""

from __future__ import annotations

from functools import cache, partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from inn_experiments.contracts import About, Rows, UserError
from inn_experiments.maths.dpmpp import DPMpp
from inn_experiments.maths.parameterization import X0, Epsilon, Mu, V
from inn_experiments.maths.samplers import DDIM, DDPM
from inn_experiments.maths.schedules import Cosine, Linear
from inn_experiments.maths.unipc import UniPC
from inn_experiments.nets.mlp import Mlp
from inn_experiments.synthesizers import diffusion as diffusion_module
from inn_experiments.synthesizers.diffusion import Diffusion
from inn_experiments.training.files import load, write
from inn_experiments.training.fitting import Fitting
from inn_experiments.training.objectives import Denoising
from inn_experiments.training.trainer import Trainer

CENTRES = np.array([[4.0, 0.0, 1.0], [-2.0, 3.0, 1.0], [0.0, -3.0, 6.0]])


class Told:
    """A conditioning by a fixed table; `width` 0 tells nothing."""

    def __init__(self, width: int = 3, open: bool = False) -> None:
        self.width, self.open = width, open

    def table(self, classes, smiles, cache):
        self.asked = classes, smiles, cache
        return np.eye(len(classes), self.width, dtype=np.float32)


@cache
def rows(count: int = 900, seed: int = 0, deviation: float = 0.5) -> Rows:
    """Three classes around CENTRES, in units far from standard."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 3
    return Rows((10 + CENTRES[y] + deviation * rng.standard_normal((count, 3))).astype(np.float32), y)


def built(way=None, schedule=None, sampler=None, conditioning=None, epochs=2, **options) -> Diffusion:
    trainer = Trainer(epochs=epochs, batch=64, learning_rate=3e-3, progress=False, checkpoint_minutes=0)
    network = partial(Mlp, hidden=48, layers=2, embedding=16)
    return Diffusion(
        conditioning or Told(), trainer, network, way or X0(), schedule or Cosine(50), sampler or DDIM(20), **options
    )


def fit(made: Diffusion, train: Rows | None = None, seed: int = 0, **about) -> Diffusion:
    made.fit(train or rows(), About(**about), seed=seed, val=rows(60, 1))
    return made


def fitted(*arguments, train: Rows | None = None, about: dict | None = None, **options) -> Diffusion:
    return fit(built(*arguments, **options), train, **(about or {}))


def weights(made: Diffusion) -> torch.Tensor:
    return torch.cat([p.flatten() for p in made.net.parameters()])


@pytest.mark.parametrize(
    ("way", "sampler"),
    [
        *[(X0(), DDIM(20)), (X0(), DDPM()), (V(), DDIM(20)), (Epsilon(), DDIM(20)), (Mu(), DDPM())],
        *[(X0(), UniPC(8)), (V(), DPMpp(8, "quadratic")), (Epsilon(), UniPC(10, "logsnr")), (Mu(), UniPC(10))],
    ],
    ids=["x0", "x0 ddpm", "v", "epsilon", "mu", "x0 unipc", "v dpmpp", "epsilon unipc", "mu unipc"],
)
def test_classes_are_learned_where_they_are(way, sampler):
    # A network that predicts rows learns the identity at low noise last, and until then the spread is too
    # small.
    epochs = 200 if way.direct else 60
    made = fitted(way, Linear(50), sampler, epochs=epochs, ema=0.99, train=rows(deviation=2.0))
    x = made.sample(np.repeat([0, 1, 2], 300), seed=1).x.reshape(3, 300, 3)
    # Of 300 rows each, with deviation 2: four standard errors, and what a short training leaves.
    assert np.abs(x.mean(1) - 10 - CENTRES).max() < 0.8
    assert 1.2 < x.std(1).mean() < 2.4
    loss = made.curves["train/loss"][1]
    assert loss[-1] < 0.8 * loss[0] and made.curves["val/loss"][0] == list(range(20, epochs + 1, 20))


def test_without_conditions_rows_do_not_follow_their_labels():
    made = fitted(conditioning=Told(0), epochs=20)
    assert made.net.context.conditions == 0
    first, second = (made.sample(np.full(50, label), seed=1).x for label in (0, 2))
    np.testing.assert_array_equal(first, second)


def test_the_conditioning_is_asked_once_with_what_the_program_knows(tmp_path):
    smiles = (("C",), ("CC", "CCC"), ("O",))
    made = fitted(about={"classes": ("a", "b", "c"), "smiles": smiles, "cache": tmp_path})
    assert made.conditioning.asked == (("a", "b", "c"), smiles, tmp_path)


def test_a_class_without_rows_needs_an_open_conditioning():
    about = {"classes": ("a", "b", "c", "unseen")}
    closed, opened = (fitted(conditioning=Told(4, open=which), about=about) for which in (False, True))
    with pytest.raises(UserError, match="no training row has label 3"):
        closed.sample(np.array([0, 3]), seed=0)
    assert opened.sample(np.array([0, 3]), seed=0).x.shape == (2, 3)
    with pytest.raises(UserError, match="label 4"):
        opened.sample(np.array([4]), seed=0)
    assert closed.conditions() is None
    np.testing.assert_array_equal(opened.conditions(), np.eye(4))


def test_the_sampler_can_change_after_training(tmp_path):
    made = fitted(sampler=DDIM(20))
    write(tmp_path, made.state())
    other = built(sampler=DDIM(5, eta=0.7))
    load(other, tmp_path)
    assert torch.equal(weights(made), weights(other))
    labels = np.arange(30) % 3
    before, after = made.sample(labels, seed=0), other.sample(labels, seed=0)
    assert not np.array_equal(before.x, after.x)
    assert len(before.states) == 9 and len(after.states) == 6
    np.testing.assert_array_equal(after.states[-1], after.x)
    # The noise that both start from is the same.
    np.testing.assert_array_equal(before.states[0], after.states[0])


def test_more_steps_than_levels_fail_before_training():
    with pytest.raises(UserError, match=r"sampler\.steps"):
        built(schedule=Cosine(10), sampler=DDIM(11))


@pytest.mark.parametrize("ema", [1.0, -0.1])
def test_an_average_that_never_moves_is_an_error(ema):
    with pytest.raises(UserError, match=r"generator\.ema"):
        built(ema=ema)


def test_bounded_rows_and_clipped_rows_keep_their_range():
    unit = Rows(rows().x / 20, rows().y)
    x = fitted(train=unit, about={"bounded": True}, epochs=1).sample(np.arange(400) % 3, seed=0).x
    assert x.min() >= 0 and x.max() <= 1
    free, clipped = (fitted(clip=clip, epochs=1) for clip in (False, True))
    inside = clipped.sample(np.arange(400) % 3, seed=0).x
    assert inside.min() >= rows().x.min() - 1e-4 and inside.max() <= rows().x.max() + 1e-4
    assert torch.equal(weights(free), weights(clipped))


def test_the_average_of_the_weights_follows_them_smoothly_and_is_what_is_saved(tmp_path):
    plain, averaged = fitted(epochs=5), fitted(epochs=5, ema=0.9)
    # Averaging does not change the training itself, only what is kept of it.
    assert plain.curves["train/loss"] == averaged.curves["train/loss"]
    assert not torch.equal(weights(plain), weights(averaged))
    write(tmp_path, averaged.state())
    loaded = built(ema=0.9)
    load(loaded, tmp_path)
    assert torch.equal(weights(loaded), weights(averaged)) and loaded.parameters == plain.parameters


def test_the_average_is_the_documented_recursion():
    net = torch.nn.Linear(1, 1, bias=False)
    module = Denoising(net, 0.5)
    expected = None
    for number, value in enumerate([3.0, 5.0, -1.0, 4.0, 4.0]):
        torch.nn.init.constant_(net.weight, value)
        module.average.update_parameters(net)
        decay = min(0.5, (1 + number) / (10 + number))
        expected = value if expected is None else decay * expected + (1 - decay) * value
    assert float(module.sampled.weight) == pytest.approx(expected)
    assert any(name.startswith("average.") for name in module.state_dict())
    assert "average.n_averaged" in module.state_dict()


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_an_interrupted_training_ends_with_the_same_weights(tmp_path, ema, monkeypatch):
    whole = fitted(epochs=6, ema=ema)
    step, calls = Fitting.on_train_epoch_end, []

    def stop_in_the_fourth(self):
        calls.append(1)
        if len(calls) == 4:
            raise KeyError("power cut")
        step(self)

    monkeypatch.setattr(Fitting, "on_train_epoch_end", stop_in_the_fourth)
    broken = built(epochs=6, ema=ema)
    broken.resume_in(tmp_path)
    with pytest.raises(KeyError):
        fit(broken)
    monkeypatch.undo()
    resumed = built(epochs=6, ema=ema)
    resumed.resume_in(tmp_path)
    fit(resumed)
    assert torch.equal(weights(resumed), weights(whole))
    assert resumed.curves == whole.curves


def test_many_rows_go_through_in_blocks_and_show_no_states(monkeypatch):
    made = fitted(sampler=DDPM())
    labels = np.arange(50) % 3
    once = made.sample(labels, seed=0)
    monkeypatch.setattr(diffusion_module, "BLOCK", 16)
    monkeypatch.setattr(diffusion_module, "STATE_VALUES", 100)
    blocks, again = made.sample(labels, seed=0), made.sample(labels, seed=0)
    assert once.states is not None and blocks.states is None and blocks.x.shape == (50, 3)
    np.testing.assert_array_equal(blocks.x, again.x)
    assert np.unique(blocks.x, axis=0).shape == (50, 3)


def test_training_does_not_touch_the_rows(tmp_path):
    mapped = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float32, (900, 3))
    mapped[:] = rows().x
    mapped.flush()
    read_only = np.load(tmp_path / "x.npy", mmap_mode="r")
    made = fitted(train=Rows(read_only, rows().y))
    np.testing.assert_array_equal(read_only, rows().x)
    assert torch.equal(weights(made), weights(fitted()))


def test_divergence_is_named():
    made = built(epochs=3)
    made.trainer.learning_rate = 1e30
    with pytest.raises(UserError, match=r"training diverged.*trainer\.learning_rate"):
        fit(made)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_loss_is_computed_in_float32(precision):
    made = built()
    made.trainer.precision = precision
    fit(made)
    assert np.isfinite(made.sample(np.array([0, 1]), seed=0).x).all()
    assert all(p.dtype == torch.float32 for p in made.net.parameters())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_sampling_has_the_precision_of_the_trainer_in_the_network_alone(precision):
    made, labels = fitted(sampler=UniPC(10)), np.arange(60) % 3
    usual, start = made.sample(labels, seed=0).x, rows(60, 3).x
    way_back = made.reverse(start, labels, seed=0)[1]
    asked, given = set(), set()
    made.net.register_forward_hook(lambda *_: asked.add(torch.is_autocast_enabled("cpu")))
    made.net.register_forward_pre_hook(lambda _, inputs: given.add(inputs[0].dtype))
    made.trainer.precision = precision
    low, watched = made.sample(labels, seed=0).x, made.reverse(start, labels, seed=0)[1]
    assert asked == {precision == "bfloat16"} and given == {torch.float32}
    for found, expected in ((low, usual), (watched, way_back)):
        assert found.dtype == np.float32 and np.array_equal(found, expected) == (precision == "float32")
        # Rows differ by some of bfloat16's 3 digits; the walk's own arithmetic would not survive with so few.
        assert np.abs(found - expected).max() < 0.05 * expected.std()


def test_a_pickle_in_place_of_the_weights_is_refused(tmp_path):
    write(tmp_path, fitted().state())
    torch.save({"what": SimpleNamespace()}, tmp_path / "weights.pt")
    with pytest.raises(UserError, match=r"weights\.pt holds more than weights"):
        load(built(), tmp_path)
