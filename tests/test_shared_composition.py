"""Cells of a sweep take what they have in common from those before, and are what Hydra makes of each alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from hydra import initialize_config_dir
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from inn_experiments.configuration.compose import CONF
from inn_experiments.configuration.doors import Loader, loading, refusal
from inn_experiments.contracts import UserError

GROUPS = {
    "data": ["coffee", "two_clusters", "mnist1d", "swiss_roll", "nonsense"],
    "generator": ["inn", "smote", "convex", "diffusion"],
    "experiment": ["smoke", "null"],
    "utility": ["none", "smoke", "paper"],
    "~utility": ["", "paper"],
    "~geometry": [""],
    "trainer": ["smoke", "default"],
    "schedule": ["cosine", "linear"],
}
VALUES = {
    "seed": ["0", "1", "2", "${trainer.epochs}", "abc"],
    "trainer.epochs": ["1", "7"],
    "+trainer.new": ["{a: 1, b: [1, 2]}", "3"],
    "++schedule.steps": ["5", "${seed}"],
    "~trainer.epochs": [""],
    "trainer.epochz": ["1"],
    "network.hidden": ["8", "16"],
    "objective": ["test/samples/fid", "${data._target_}"],
    "paths.outputs": ["out", "out/${seed}"],
    "data": ["{rows: 3}"],
    "hydra.job.name": ["cell"],
    "hydra/launcher": ["basic", "joblib"],
}


def drawn(rng: random.Random) -> list[str]:
    """Overrides of a cell, some of which cannot be composed."""
    found = []
    for table, most in ((GROUPS, 3), (VALUES, 4)):
        for key in rng.sample(sorted(table), rng.randint(0, most)):
            value = rng.choice(table[key])
            found.append(f"{key}={value}" if value else key)
    rng.shuffle(found)
    return found


@pytest.fixture
def loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loader]:
    monkeypatch.chdir(tmp_path)
    with loading(), initialize_config_dir(str(CONF), version_base="1.3"):
        yield GlobalHydra.instance().hydra.config_loader


def master(loader: Loader) -> DictConfig:
    return loader.load_configuration("config", ["seed=0,1", "hydra.mode=MULTIRUN"], run_mode=RunMode.MULTIRUN)


def told(make, overrides: list[str]) -> str:
    """All that a composed configuration says, in its order and with its flags; or what there is against it."""
    try:
        cfg = make(overrides)
    except Exception as error:  # noqa: BLE001 (compared)
        return f"{type(error).__name__}: {error}"
    flags = [(node._metadata.flags, node._metadata.ref_type) for node in (cfg, cfg.hydra, cfg.trainer, cfg.hydra.job)]
    return f"{OmegaConf.to_yaml(cfg)}{flags}"


def test_a_cell_is_what_hydra_makes_of_it_alone(loader: Loader) -> None:
    rng, sweep = random.Random(18), master(loader)
    plain = ConfigLoaderImpl(loader.config_search_path)
    lists = [drawn(rng) for _ in range(18)]
    # Once more, with the same options and other values, and the first of all at the end.
    lists += [[*each, f"++seed={number}"] for number, each in enumerate(lists[:14])] + lists[:1]
    composed = 0

    def ours(overrides: list[str]) -> DictConfig:
        for _ in range(2):
            cfg = loader.load_sweep_config(sweep, overrides)
            if (error := refusal(overrides)) is not None:
                raise error
            before = deepcopy(cfg)
            # What becomes of one is nothing to the next.
            cfg.generator, cfg.hydra.job.id = None, "other"
        return before

    for overrides in lists:
        found, wanted = told(ours, overrides), told(lambda each: plain.load_sweep_config(sweep, each), overrides)
        # The program's own checks are none of Hydra's.
        if not found.startswith("UserError: "):
            assert found == wanted, overrides
            composed += "\n" in found and "_target_" in found
    assert composed > 12


def test_the_settings_alone_are_those_of_the_whole(loader: Loader) -> None:
    rng, sweep = random.Random(5), master(loader)
    lists = [drawn(rng) for _ in range(18)]
    lists += [[*each, f"++seed={number}"] for number, each in enumerate(lists)]
    light, usual = 0, loader.load_sweep_config

    def counted(*given: object) -> DictConfig:
        nonlocal light
        light -= 1
        return usual(*given)

    for overrides in lists:
        cfg = usual(sweep, overrides)
        if refusal(overrides) is not None:
            with pytest.raises(type(refusal(overrides))):
                loader.load_settings(sweep, overrides)
            continue
        choices = dict(cfg.hydra.runtime.choices)
        with open_dict(cfg):
            del cfg["hydra"]
        loader.load_sweep_config = counted
        for _ in range(2):
            light += 1
            alone, chosen = loader.load_settings(sweep, overrides)
            assert OmegaConf.to_yaml(alone) == OmegaConf.to_yaml(cfg) and chosen == choices, overrides
            assert alone._metadata.flags == cfg._metadata.flags
            alone.seed = 99
        del loader.load_sweep_config
    assert light > 10


@pytest.mark.parametrize(
    "overrides",
    [["paths.outputs=elsewhere"], ["+secret.password=hunter2hunter2"], ["seed=${hydra.job.num}"], ["trainer.epochz=1"]],
)
def test_a_cell_that_is_not_as_the_others_is_composed_whole(loader: Loader, overrides: list[str]) -> None:
    sweep = master(loader)
    for seed in ("seed=1", "seed=2"):
        loader.load_settings(sweep, [seed])
    if overrides == ["seed=${hydra.job.num}"]:
        assert "${hydra" in OmegaConf.to_yaml(loader.load_settings(sweep, overrides)[0])
    else:
        with pytest.raises((UserError, HydraException)):
            loader.load_settings(sweep, overrides)
