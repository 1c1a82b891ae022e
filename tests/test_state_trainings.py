"""A kept training or checkpoint that is damaged is trained again with a word, and ends with the same numbers."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import cells
import pytest
import torch

from inn_experiments.running.fits import fit_or_load
from inn_experiments.running.pipeline import build
from inn_experiments.training.files import RECORD, ROWS, WEIGHTS
from inn_experiments.training.trainer import Trainer

QUICK = ("trainer.progress=false", "trainer.epochs=2", "trainer.batch=16", "trainer.checkpoint_minutes=0")
EXPLICIT = (*QUICK, "method=explicit", "network.hidden=8")


def fit(folder: Path, *overrides: str):
    """The fitted synthesizer, and what was warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        made = fit_or_load(cells.composed(*overrides, "seed=0"), cells.chemicals(), build, folder)
    return made, [str(warning.message) for warning in caught if "train" in str(warning.message)]


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A folder with the kept training of one generator."""
    folder = tmp_path_factory.mktemp("fits")
    assert fit(folder, *EXPLICIT)[1] == []
    return folder


@pytest.mark.parametrize("file", [WEIGHTS, RECORD, ROWS])
@pytest.mark.parametrize("how", ["flipped", "cut", "empty", "missing"])
def test_a_damaged_kept_training_is_trained_again_with_a_word(trained, tmp_path, file, how) -> None:
    folder = tmp_path / "fits"
    shutil.copytree(trained, folder)
    whole, said = fit(trained, *EXPLICIT)
    assert said == []
    for path in folder.glob(f"*/{file}"):
        if how == "flipped":
            flipped(path)
        elif how == "missing":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[: 0 if how == "empty" else path.stat().st_size // 2])
    again, said = fit(folder, *EXPLICIT)
    assert said and all("trained again" in line and file in line for line in said), said
    assert cells.same_weights(whole, again)
    assert fit(folder, *EXPLICIT)[1] == [], "and is kept whole"


def test_damaged_rows_that_trainings_share_are_not_shared_again(tmp_path) -> None:
    whole, _ = fit(tmp_path, *EXPLICIT)
    (shared,) = (tmp_path / "rows").glob("*.pt")
    flipped(shared)
    again, said = fit(tmp_path, *EXPLICIT)
    assert said and cells.same_weights(whole, again)
    again, said = fit(tmp_path, *EXPLICIT)
    assert not said and cells.same_weights(whole, again)


@pytest.mark.parametrize("how", ["text", "flipped", "cut", "another"])
def test_a_damaged_checkpoint_is_left_out_with_a_word(trained, tmp_path, monkeypatch, how) -> None:
    class Lost(Exception):
        pass

    whole, _ = fit(trained, *EXPLICIT)
    started = Trainer.fit

    def lost(self, objective, blocks):
        started(self, objective, blocks)
        raise Lost

    # The machine is lost after the last epoch, and before the training is kept.
    monkeypatch.setattr(Trainer, "fit", lost)
    with pytest.raises(Lost):
        fit(tmp_path, *EXPLICIT)
    monkeypatch.setattr(Trainer, "fit", started)
    (path,) = tmp_path.rglob("*.ckpt")
    if how == "flipped":
        flipped(path)
    elif how == "another":
        torch.save({"a": 1}, path)
    else:
        path.write_bytes(b"half a file" if how == "text" else path.read_bytes()[: path.stat().st_size // 2])
    again, said = fit(tmp_path, *EXPLICIT)
    assert len(said) == 1 and "from the start" in said[0] and str(path) in said[0], said
    assert cells.same_weights(whole, again)
