"""Simulated ion mobility: what the physics promises, and rows that depend on their options alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from inn_experiments.contracts import UserError
from inn_experiments.data.ims import stored
from inn_experiments.data.simulated import ims_physics, ims_simulated
from inn_experiments.data.simulated.ims_physics import BINS, CHEMICALS, TIMES, Chemistry, Conditions
from inn_experiments.data.simulated.ims_simulated import ImsSimulated
from inn_experiments.data.simulated.mobility import add_noise

OPTION = Path(__file__).parents[1] / "conf/data/ims_simulated.yaml"
SMILES = yaml.safe_load(OPTION.read_text(encoding="utf-8"))["smiles"]


def conditions(concentration: np.ndarray, **others: float) -> Conditions:
    """Rows at these concentrations, everything else as usual unless given."""
    rows = len(concentration)
    usual = {"humidity": 1.0, "temperature": 298.15, "pressure": 760.0, "gain": 1.0, "gate": 0.0, "tilt": 0.0}
    values = {name: np.full(rows, value) for name, value in (usual | others).items()}
    return Conditions(concentration, baseline=np.zeros((rows, 2, ims_physics.BASELINE_TERMS)), **values)


def test_charge_is_shared_by_mass_action_and_conserved():
    c = np.logspace(-3, 3, 50)
    reactant, monomer, dimer = ims_physics.charge(Chemistry(2.0, 0.5, (1.9,), (1.4,)), c).T
    np.testing.assert_allclose(reactant + monomer + dimer, 1.0)
    np.testing.assert_allclose(monomer / reactant, 2.0 * c)
    np.testing.assert_allclose(dimer * reactant / monomer**2, 0.25)
    assert np.all(np.diff(reactant) < 0) and np.all(np.diff(dimer) > 0)
    top = np.argmax(monomer)
    # k1 c : the monomer is largest where 1 = k1 k2 c^2.
    assert 0 < top < 49 and np.isclose(c[top], 1.0, rtol=0.2)


def test_drift_times_follow_temperature_and_pressure():
    usual = ims_physics.drift_time(2.0, conditions(np.ones(1)))
    np.testing.assert_allclose(usual, 1000 * 16.0 / (1200 * 2.0 * 298.15 / 273.15))
    warm = ims_physics.drift_time(2.0, conditions(np.ones(1), temperature=298.15 * 1.01))
    dense = ims_physics.drift_time(2.0, conditions(np.ones(1), pressure=760 * 1.01))
    np.testing.assert_allclose([usual / warm, dense / usual], 1.01)
    np.testing.assert_allclose(ims_physics.drift_time(2.0, conditions(np.ones(1), gate=0.1)), usual + 0.1)


@pytest.mark.parametrize("chemical", CHEMICALS)
def test_every_polarity_holds_all_its_ions_at_any_concentration(chemical):
    clean = ims_physics.spectra(chemical, conditions(np.logspace(-1, 1.5, 9)), 1000.0)
    assert clean.shape == (9, 2 * BINS) and clean.dtype == np.float32 and clean.min() >= 0
    baseline = 1000.0 * BINS * ims_physics.BASELINE
    for half in (clean[:, :BINS], clean[:, BINS:]):
        np.testing.assert_allclose(half.sum(axis=1) - baseline, 1000.0, rtol=5e-3)


def test_peaks_stand_at_their_drift_times_with_their_width():
    at = conditions(np.full(1, 1e-9))
    half = ims_physics.spectra("DMMP", at, 1.0)[0, :BINS] - ims_physics.BASELINE
    centre = ims_physics.drift_time(ims_physics.REACTANT[0], at)[0]
    assert abs(TIMES[np.argmax(half)] - centre) < TIMES[1] - TIMES[0]
    wide = np.flatnonzero(half > half.max() / 2)
    width = (wide[-1] - wide[0]) * (TIMES[1] - TIMES[0])
    np.testing.assert_allclose(centre / width, ims_physics.RESOLVING_POWER, rtol=0.15)


def test_shot_noise_varies_with_the_signal():
    clean = np.repeat(np.array([[0.0, 100.0, 10000.0]], dtype=np.float32), 20000, axis=0)
    noise = add_noise(clean, 5.0, np.random.default_rng(0)) - clean
    np.testing.assert_allclose(noise.var(axis=0), [25.0, 125.0, 10025.0], rtol=0.05)


def test_each_chemical_is_a_curved_tendril():
    draw = ims_physics.draw(200, (0.1, 30.0), 0.5, 1.0, np.random.default_rng(0))
    for chemical in CHEMICALS:
        clean = ims_physics.spectra(chemical, draw, 20000.0).astype(np.float64)
        centred = clean - clean.mean(axis=0)
        shares = np.linalg.eigvalsh(centred @ centred.T)[::-1]
        shares /= shares.sum()
        assert shares[0] > 0.5 and shares[:6].sum() > 0.95, f"{chemical}: {shares[:6]}"
        assert shares[1] > 0.02, f"{chemical} is a straight line"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def test_the_split_has_its_parts_names_and_imbalance(cache):
    split = ImsSimulated(SMILES, rows=3000).load(seed=0, cache=cache)
    assert split.classes == tuple(sorted(CHEMICALS)) and split.name == "ims_simulated"
    assert split.features == 1676 and "drift bin" in split.axis_name and not split.bounded
    assert split.smiles[5] == tuple(SMILES["JP8"]) and len(split.smiles[0]) == 1
    parts = [split.train, split.val, split.test, split.fresh]
    assert sum(len(part) for part in parts) == 3000
    counts = sum(np.bincount(part.y) for part in parts)
    np.testing.assert_allclose(counts[:-1] / counts[1:], 13 ** (1 / 7), rtol=0.03)
    np.testing.assert_allclose([split.train.x.mean(), split.train.x.std()], [0, 1], atol=1e-5)


def test_rows_come_from_their_options_and_not_from_how_they_are_read(cache, tmp_path, monkeypatch):
    data = ImsSimulated(SMILES, rows=1500)
    one = data.load(seed=0, cache=cache)
    monkeypatch.setattr(stored, "BLOCK", 97)
    same = data.load(seed=0, cache=tmp_path)
    np.testing.assert_allclose(one.train.x, same.train.x, atol=1e-6)
    np.testing.assert_array_equal(np.load(data.stored(cache)), np.load(data.stored(tmp_path)))
    assert not np.array_equal(one.train.y, data.load(seed=1, cache=cache).train.y)
    others = [{"rows": 1501}, {"generation_seed": 1}, {"ions": 1e4}, {"temperature": 1.0}, {"imbalance": 2.0}]
    paths = {ImsSimulated(SMILES, **({"rows": 1500} | other)).stored(cache) for other in others}
    assert len(paths | {data.stored(cache)}) == 6
    assert not list(cache.glob(".*"))


def test_the_conditions_beside_the_rows_are_those_of_the_rows(cache):
    data = ImsSimulated(SMILES, rows=1500)
    path = data.stored(cache)
    with np.load(path.with_suffix(".npz"), allow_pickle=False) as archive:
        y = archive["y"]
        drawn = Conditions(**{name: archive[name] for name in Conditions.__dataclass_fields__})
    np.testing.assert_array_equal(y, data.labels())
    assert drawn.concentration.min() >= 0.1 and drawn.concentration.max() <= 30.0
    clean = data.clean(y, drawn)
    residual = (np.load(path) - clean) / np.sqrt(clean + 25.0)
    np.testing.assert_allclose([residual.mean(), residual.std()], [0, 1], atol=5e-3)


def test_an_interrupted_simulation_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ims_simulated, "add_noise", fail)
    with pytest.raises(OSError, match="No space"):
        ImsSimulated(SMILES, rows=1500).load(seed=0, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["half", "one bit", "no facts", "other facts"])
def test_a_damaged_cache_is_made_again_with_a_word(tmp_path, damage):
    data = ImsSimulated(SMILES, rows=1500)
    path = data.stored(tmp_path)
    whole, facts = path.read_bytes(), path.with_suffix(".npz")
    if damage == "half":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "one bit":
        path.write_bytes(whole[:-1000] + bytes([whole[-1000] ^ 1]) + whole[-999:])
    elif damage == "no facts":
        facts.unlink()
    else:
        np.savez(facts, rows=np.zeros(3))
    with pytest.warns(UserWarning, match=f"a file of the cache could not be used, and was made again: .*{path.stem}"):
        found = data.load(seed=0, cache=tmp_path)
    assert path.read_bytes() == whole
    np.testing.assert_array_equal(found.train.x, data.load(seed=0, cache=tmp_path).train.x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"smiles": {"TNT": ["C"]}}, "TNT.*DEB"),
        ({"smiles": {}}, "no chemical"),
        ({"concentration": (3.0, 1.0)}, r"data.concentration=\(3.0, 1.0\)"),
        ({"test_fraction": 0.0}, "data.test_fraction=0.0"),
    ],
)
def test_impossible_options_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        ImsSimulated(**({"smiles": SMILES} | arguments))


def test_too_few_rows_for_a_class_are_named(tmp_path):
    with pytest.raises(UserError, match="TEPO"):
        ImsSimulated(SMILES, rows=60).load(seed=0, cache=tmp_path)


def test_one_chemical_is_enough(tmp_path):
    split = ImsSimulated({"MES": SMILES["MES"]}, rows=40).load(seed=0, cache=tmp_path)
    assert split.classes == ("MES",) and len(split.train) == 22
