"""Nothing is unpickled: a checkpoint that is a pickle is refused before anything in it runs."""

from __future__ import annotations

import pickle
from pathlib import Path

import cells
import pytest

from inn_experiments.contracts import UserError
from inn_experiments.training.files import load, write


class Evil:
    """Unpickling this makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_pickle_in_place_of_the_weights_is_refused(tmp_path) -> None:
    fitted = cells.fitted(epochs=1, of=cells.spectra())
    write(tmp_path, fitted.state())
    (tmp_path / "weights.pt").write_bytes(pickle.dumps(Evil(tmp_path / "owned")))
    # Who can write the file can write its checksum.
    cells.resealed(tmp_path)
    with pytest.raises(UserError, match="weights.pt holds more than weights"):
        load(cells.built(), tmp_path)
    assert not (tmp_path / "owned").exists()
