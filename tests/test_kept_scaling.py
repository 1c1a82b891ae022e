"""Every scaling there is comes back from plain values and arrays, without the rows that it was fitted on."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from absorbance_examples import nir, split
from record_examples import LABELS, records

from inn_experiments.contracts import RecordScaling, UserError
from inn_experiments.data.division import Division
from inn_experiments.data.kept_scaling import KNOWN, scaling_of, state_of
from inn_experiments.data.records.preprocessing import Settings
from inn_experiments.data.records.reader import RawRecords
from inn_experiments.training.files import read, write

STEPS = [None, "snv", "msc", "savgol", "baseline", ["baseline", "snv"], [{"savgol": {"window": 15, "derivative": 2}}]]
CASES = [(scaling, steps) for scaling in ("none", "standard", "base_peak") for steps in STEPS]


def there_and_back(tmp_path, scaling):
    write(tmp_path, {"scaling": state_of(scaling)})
    return scaling_of(read(tmp_path, "generator", "any")[0]["scaling"])


@pytest.mark.parametrize(("scaling", "steps"), CASES)
@pytest.mark.parametrize("height", [1.0, 1e120])
def test_spectra_are_scaled_and_come_back_as_by_the_fitted_one(tmp_path, scaling, steps, height) -> None:
    x, y = nir()
    try:
        found = split(height * x, y, scaling, steps)
    except UserError:
        pytest.skip("such rows are refused with this scaling")
    again = there_and_back(tmp_path, found.scaling)
    np.testing.assert_array_equal(again.undo(found.test.x), found.scaling.undo(found.test.x))
    np.testing.assert_array_equal(again.apply(height * x), found.scaling.apply(height * x))
    assert again.describe() == found.scaling.describe()


@pytest.mark.parametrize("options", [{}, {"levels": (2, 1)}, {"drift": (6.0, 20.0), "wavelet": "haar"}])
def test_records_come_back_as_by_the_fitted_one(tmp_path, options) -> None:
    raw = RawRecords(records(), LABELS, None, np.arange(16.0), 5 + np.arange(24.0))
    found = raw.rows("records", Settings(**options)).divided(Division(test_fraction=0.4, val_fraction=0.0), seed=0)
    again = there_and_back(tmp_path, found.scaling)
    assert isinstance(again, RecordScaling) and again.raw_shape == (16, 24) and again.shape == found.scaling.shape
    np.testing.assert_array_equal(again.undo(found.test.x), found.scaling.undo(found.test.x))
    assert again.describe() == found.scaling.describe()
    assert not again.example.any(), "no training record is kept for a figure"


def test_a_state_is_plain_but_for_arrays(tmp_path) -> None:
    x, y = nir()
    state = state_of(split(x, y, "standard", ["baseline", "savgol"]).scaling)

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        assert not isinstance(value, torch.Tensor)
        return value.tolist() if isinstance(value, np.ndarray) else value

    assert json.loads(json.dumps(plain(state))) == plain(state)


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(UserError, match="scaling 'pareto' is not known .known: standard"):
        scaling_of({"kind": "pareto"})
    assert len(KNOWN) == len({kind.__name__ for kind in KNOWN.values()})
