"""Files of trained synthesizers: what is damaged, of another format or of another kind is named."""

from __future__ import annotations

import json

import cells
import numpy as np
import pytest
import torch

from inn_experiments.configuration.building import recipe
from inn_experiments.contracts import About, UserError
from inn_experiments.running.fits import rebuild
from inn_experiments.training.files import RECORD, ROWS, WEIGHTS, load, read, write

SHORT = (*cells.short(1), "loss=mse")


@pytest.fixture
def kept(tmp_path):
    """The folder of a small inversion generator."""
    cell = cells.composed(*SHORT)
    write(tmp_path, cells.fitted(*SHORT, epochs=1, of=cells.spectra()).state(), {"parts": recipe(cell)})
    return tmp_path


def test_arrays_tensors_and_plain_values_come_back_as_they_were(tmp_path) -> None:
    state = {
        "a": {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "empty": np.zeros((3, 0), np.float32)},
        "t": torch.tensor(3.5),
        "plain": [1, 0.1, None, "text", {"nested": True}],
        "columns/encoder": {"layers.0.weight": torch.ones(2, dtype=torch.int64)},
    }
    write(tmp_path, state)
    found, told = read(tmp_path, "generator", "any")
    assert told is None and found["plain"] == state["plain"] and found["t"] == state["t"]
    assert isinstance(found["a"]["b"], np.ndarray) and found["a"]["b"].dtype == np.float32
    np.testing.assert_array_equal(found["a"]["b"], state["a"]["b"])
    assert found["a"]["empty"].shape == (3, 0)
    assert torch.equal(found["columns/encoder"]["layers.0.weight"], torch.ones(2, dtype=torch.int64))


def test_what_is_known_of_rows_is_kept_without_the_cache(tmp_path) -> None:
    about = About(("a", "b"), True, (("C",), ("CC", "CCC")), (3, 4), tmp_path)
    again = About.of(json.loads(json.dumps(about.as_dict())))
    assert again == About(("a", "b"), True, (("C",), ("CC", "CCC")), (3, 4))


@pytest.mark.parametrize("file", [WEIGHTS, RECORD])
def test_a_missing_and_a_damaged_file_are_named(kept, file) -> None:
    content = (kept / file).read_bytes()
    (kept / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=rf"{file} .*damaged.*delete its folder"):
        rebuild(kept)
    (kept / file).unlink()
    with pytest.raises(UserError, match=rf"{file} is missing; give the folder of a saved generator"):
        rebuild(kept)


@pytest.mark.parametrize("file", [WEIGHTS, ROWS, RECORD])
def test_one_flipped_bit_is_found(kept, file) -> None:
    content = bytearray((kept / file).read_bytes())
    # Within the numbers of a file of tensors, where no reader of its form would see it.
    place = content.index(b'"seconds": ') + 11 if file == RECORD else len(content) // 2
    content[place] ^= 1
    (kept / file).write_bytes(content)
    with pytest.raises(UserError, match=rf"{file} .*damaged.*delete its folder"):
        rebuild(kept)


def test_a_later_format_and_a_lack_of_a_recipe_are_told(kept) -> None:
    cells.resealed(kept, version=99)
    with pytest.raises(UserError, match="format 99, and this program reads 3"):
        rebuild(kept)
    cells.resealed(kept, version=3, recipe=None)
    with pytest.raises(UserError, match="does not say how its synthesizer was made"):
        rebuild(kept)


def test_a_recipe_makes_nothing_but_parts_of_this_program(kept) -> None:
    parts = json.loads((kept / RECORD).read_text(encoding="utf-8"))["recipe"]["parts"]
    cells.resealed(kept, recipe={"parts": parts | {"prime": {"_target_": "os.system", "command": "true"}}})
    with pytest.raises(UserError, match="os.system.*not allowed"):
        rebuild(kept)
    cells.resealed(kept, recipe={"parts": parts | {"loss": {**parts["loss"], "colour": 1}}})
    with pytest.raises(UserError, match="unknown key 'colour'"):
        rebuild(kept)


def test_weights_of_another_network_are_refused(kept) -> None:
    with pytest.raises(UserError, match="does not go with this generator inn"):
        load(cells.built(*SHORT, "network.hidden=8"), kept)
    with pytest.raises(UserError, match="it describes generator=inn, not smote"):
        load(cells.built("generator=smote"), kept)
