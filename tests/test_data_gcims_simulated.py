"""Simulated GC-IMS: what the physics promises, records that depend on options alone, and a hard task."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from inn_experiments.contracts import Split, UserError
from inn_experiments.data.simulated import gcims_physics
from inn_experiments.data.simulated.gcims_physics import COMPOUNDS, DRIFT, NAMES, REACTANT, RETENTION, Conditions
from inn_experiments.data.simulated.gcims_simulated import BLENDS, GcimsSimulated, usual
from inn_experiments.data.simulated.mobility import add_noise

NONE = np.zeros(len(NAMES))


def conditions(concentration: np.ndarray = NONE, **others: float) -> Conditions:
    """A record at these concentrations, everything else as usual unless given."""
    values = {"humidity": 1.0, "temperature": 318.15, "pressure": 760.0, "gain": 1.0, "shift": 0.0, "stretch": 0.0}
    return Conditions(concentration, baseline=np.zeros(3), **(values | others))


def only(name: str, concentration: float = 1.0) -> np.ndarray:
    return np.where(np.array(NAMES) == name, concentration, 0.0)


def peaks(given: Conditions) -> np.ndarray:
    """The record of 1000 ions a retention time without the baseline."""
    return gcims_physics.record(given, 1000.0) - gcims_physics.record(given, 0.0)


def test_compounds_share_the_charge_by_mass_action():
    concentration = np.random.default_rng(0).gamma(0.5, 2.0, (7, len(NAMES)))
    reactant, monomer, dimer = gcims_physics.charge(concentration, 1.0)
    np.testing.assert_allclose(reactant + monomer.sum(axis=1) + dimer.sum(axis=1), 1.0)
    k1, k2 = (np.array([getattr(COMPOUNDS[name], what) for name in NAMES]) for what in ("k1", "k2"))
    np.testing.assert_allclose(monomer / reactant[:, None], k1 * concentration)
    np.testing.assert_allclose(dimer / monomer, k2 * concentration)
    wet = gcims_physics.charge(concentration, 2.0)
    np.testing.assert_allclose(wet[1] / wet[0][:, None], k1 * concentration / 2)


def test_no_ion_is_made_or_lost_and_the_ridge_feeds_the_peaks():
    empty, full = peaks(conditions()), peaks(conditions(only("hexanal", 3.0)))
    for record in (empty, full):
        np.testing.assert_allclose(record.sum(axis=1), 1000.0, rtol=1e-6)
    ridge = int(np.argmin(np.abs(DRIFT - REACTANT)))
    np.testing.assert_allclose(empty[:, ridge], empty[0, ridge])
    lost = empty[:, ridge] - full[:, ridge]
    assert abs(RETENTION[np.argmax(lost)] - COMPOUNDS["hexanal"].retention) < 15
    assert lost.max() > 0.5 * empty[0, ridge] and abs(lost[0]) < 1e-3
    reactant = gcims_physics.charge(gcims_physics.elution(conditions(only("hexanal", 3.0))), 1.0)[0]
    np.testing.assert_allclose(full[:, ridge] / empty[:, ridge], reactant, rtol=1e-3)


def test_compounds_that_elute_together_compete_so_records_are_no_sum_of_products():
    one, other = (only(name, 2.0) for name in ("ethyl acetate", "2-butanone"))
    apart = peaks(conditions(one)) + peaks(conditions(other)) - peaks(conditions())
    together = peaks(conditions(one + other))
    assert np.abs(together - apart).max() > 0.1 * together.max()
    far, late = only("ethanol", 2.0), only("2-nonanone", 2.0)
    apart = peaks(conditions(far)) + peaks(conditions(late)) - peaks(conditions())
    np.testing.assert_allclose(peaks(conditions(far + late)), apart, atol=1e-3 * apart.max())


def test_elution_is_an_exponentially_modified_gaussian():
    profiles = gcims_physics.elution(conditions(np.ones(len(NAMES))))
    step = RETENTION[1] - RETENTION[0]
    for name, profile in zip(NAMES, profiles.T, strict=True):
        compound = COMPOUNDS[name]
        if name == NAMES[-1]:
            continue  # its tail goes on beyond the last retention time
        width = gcims_physics.WIDTH + gcims_physics.WIDENING * compound.retention
        mean = (profile * RETENTION).sum() / profile.sum()
        third = (profile * (RETENTION - mean) ** 3).sum() / profile.sum()
        np.testing.assert_allclose(profile.sum() * step, width * np.sqrt(2 * np.pi), rtol=0.01)
        np.testing.assert_allclose(mean, compound.retention + compound.tail, atol=1.0)
        np.testing.assert_allclose(third, 2 * compound.tail**3, rtol=0.05, atol=20)


def test_retention_drifts_grow_along_retention():
    def centres(**others: float) -> np.ndarray:
        profiles = gcims_physics.elution(conditions(np.ones(len(NAMES)), **others))
        return (profiles * RETENTION[:, None]).sum(axis=0) / profiles.sum(axis=0)

    late = [COMPOUNDS[name].retention < 500 for name in NAMES]
    times = np.array([COMPOUNDS[name].retention for name in NAMES])
    np.testing.assert_allclose((centres(shift=5.0) - centres())[late], 5.0, atol=0.2)
    np.testing.assert_allclose((centres(stretch=0.02) - centres())[late], 0.02 * times[late], atol=0.3)


def test_drift_times_follow_pressure_over_temperature():
    def centre(**others: float) -> float:
        row = gcims_physics.mobility_peaks(np.array([1.0, 1.5]), conditions(**others))
        return (row * DRIFT).sum(axis=1) / row.sum(axis=1)

    np.testing.assert_allclose(centre(), [REACTANT, 1.5 * REACTANT], rtol=1e-6)
    np.testing.assert_allclose(centre(pressure=760 * 1.02), 1.02 * centre(), rtol=1e-6)
    np.testing.assert_allclose(centre(temperature=318.15 * 1.02), centre() / 1.02, rtol=1e-6)


def test_noise_varies_with_the_signal():
    clean = np.repeat(np.array([[0.0, 100.0, 10000.0]]), 20000, axis=0)
    noise = add_noise(clean, 3.0, np.random.default_rng(0)) - clean
    np.testing.assert_allclose(noise.var(axis=0), [9.0, 109.0, 10009.0], rtol=0.05)


def test_every_blend_names_compounds_and_differs_from_the_others():
    assert all(set(parts) <= set(NAMES) for parts in BLENDS.values())
    table = np.stack([usual(blend) for blend in BLENDS])
    assert len(np.unique(table, axis=0)) == len(BLENDS)
    overlap = [np.mean((one > 0) & (other > 0)) for one in table for other in table]
    assert min(overlap) > 0.7, "the blends share most of their compounds"
    assert all(ion * REACTANT < DRIFT[-1] for c in COMPOUNDS.values() for ion in (c.monomer, c.dimer))


def test_counts_are_a_ladder_and_more_records_change_none():
    counts = list(GcimsSimulated().counts().values())
    assert sum(counts) == 260 and counts == sorted(counts, reverse=True) and counts[0] == 90 and counts[-1] == 14
    few, more = (GcimsSimulated(records=number).simulate() for number in (12, 40))
    assert few.x.shape == (12, 128, 192) and few.x.dtype == np.float32
    for blend in BLENDS:
        shorter, longer = (raw.x[raw.labels == blend] for raw in (few, more))
        np.testing.assert_array_equal(shorter, longer[: len(shorter)])
    assert len(np.unique(more.x.reshape(40, -1), axis=0)) == 40
    assert not np.array_equal(GcimsSimulated(records=12, generation_seed=1).simulate().x, few.x)


@pytest.fixture(scope="module")
def splits() -> list[Split]:
    return [GcimsSimulated().load(seed=seed, cache=Path()) for seed in range(3)]


def test_the_split_has_its_parts_shape_and_imbalance(splits):
    split = splits[0]
    assert split.name == "gcims_simulated" and split.classes == tuple(sorted(BLENDS)) and not split.bounded
    assert split.shape == (64, 96) and split.features == 64 * 96 and split.train.x.dtype == np.float32
    assert [len(part) for part in (split.train, split.val, split.test, split.fresh)] == [119, 25, 78, 38]
    assert np.bincount(split.train.y).tolist() == [40, 29, 20, 13, 10, 7]
    assert not np.array_equal(split.test.x, splits[1].test.x)
    again = GcimsSimulated().load(seed=0, cache=Path())
    np.testing.assert_array_equal(again.train.x, split.train.x)


def test_half_sizes_keep_what_a_record_is_made_of(splits):
    raw = GcimsSimulated().simulate().x[:20].astype(np.float64)
    step = splits[0].scaling.steps[0]
    lost = np.square(step.undo(step.apply(raw)) - raw).mean() / raw.var()
    assert lost < 0.02


def test_the_task_is_hard_but_not_hopeless(splits):
    from sklearn.decomposition import PCA
    from sklearn.ensemble import RandomForestClassifier

    def accuracy(split: Split, y: np.ndarray) -> float:
        components = PCA(22, random_state=0).fit(split.train.x)
        forest = RandomForestClassifier(100, random_state=0).fit(components.transform(split.train.x), y)
        return float(np.mean(forest.predict(components.transform(split.test.x)) == split.test.y))

    scores = [accuracy(split, split.train.y) for split in splits]
    assert 0.68 < np.mean(scores) < 0.86, scores
    rng = np.random.default_rng(0)
    chance = [accuracy(split, rng.permutation(split.train.y)) for split in splits]
    largest = np.mean([np.bincount(split.test.y).max() / len(split.test) for split in splits])
    assert np.mean(chance) < largest + 0.05, chance


def test_spread_makes_the_records_of_a_blend_differ():
    still = {"shift": 0.0, "stretch": 0.0, "temperature": 0.0, "pressure": 0.0, "electronic_noise": 0.0}
    narrow, wide = (GcimsSimulated(records=30, spread=spread, **still).simulate().x for spread in (0.0, 1.0))
    assert wide[:8].var(axis=0).sum() > 1.5 * narrow[:8].var(axis=0).sum()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"records": 12}, "'blend_f' has 1.*too few rows"),
        ({"levels": (6, 1)}, "level 6 is too deep for 128 values along retention"),
        ({"drift": (5.0, 9.0)}, "data.drift=.5.0, 9.0.*from 5.5 to 13"),
        ({"wavelet": "wave"}, "data.wavelet=wave"),
        ({"val_fraction": 2.0}, "data.val_fraction"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(UserError, match=message):
        GcimsSimulated(**options).load(seed=0, cache=Path())


def test_conditions_are_drawn_around_the_usual_ones():
    rng = np.random.default_rng(0)
    source = GcimsSimulated(spread=0.5, shift=2.0, stretch=0.01, temperature=0.8, pressure=4.0)
    drawn = [source.draw(np.ones(len(NAMES)), rng) for _ in range(2000)]
    for name, mean, deviation in (
        ("shift", 0, 2),
        ("stretch", 0, 0.01),
        ("temperature", 318.15, 0.8),
        ("pressure", 760, 4),
    ):
        values = np.array([getattr(each, name) for each in drawn])
        np.testing.assert_allclose(values.mean(), mean, atol=0.15 * deviation)
        np.testing.assert_allclose(values.std(), deviation, rtol=0.1)
    logs = np.log([each.concentration for each in drawn])
    np.testing.assert_allclose(logs.var(axis=0).mean(), 0.5**2 + gcims_physics.AMOUNT_DEVIATION**2, rtol=0.1)
    assert {field.name for field in dataclasses.fields(Conditions)} >= {"gain", "humidity", "baseline"}
