"""A study from its command to its answer: trials are ordinary cells that are scored inside the training rows."""

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from hydra.core.config_loader import ConfigLoader
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig, OmegaConf, open_dict

from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.compose import prepare
from inn_experiments.configuration.doors import refusal
from inn_experiments.configuration.space import Values, divided, usual
from inn_experiments.contracts import UserError, file_name
from inn_experiments.running.cells import Cells
from inn_experiments.running.inner import check_inner
from inn_experiments.running.trials import Trial
from inn_experiments.tuning import pruning
from inn_experiments.tuning.aim import Aim, aim
from inn_experiments.tuning.plan import Plan, plan_of
from inn_experiments.tuning.search import Search, overrides

OWN = ("inner", "register")
"""Settings that a study decides."""
LUCK = "seed"
"""Searched, it finds a lucky draw, and no setting."""


def search(
    given: Mapping[str, Any], config: DictConfig, typed: Sequence[str], loader: ConfigLoader, launcher: Launcher
) -> None:
    """Search the settings that hydra.sweeper.params and the command line give, and print and keep what is found.

    Raises:
        UserError: a mistake in any of it, before the first trial.
    """
    from inn_experiments.running.finals import conclude

    cells = Cells(config, launcher)
    plan = plan_of(OmegaConf.to_container(OmegaConf.create(dict(given)), resolve=True))
    space, fixed = divided(plan.params, typed, loader)
    _check(space, fixed)
    base, values, fixed = _base(config, loader, space, fixed)
    check_inner(base, base.source())
    goal = aim(base.value("objective"))
    inside = bool(base.value("autoencoder"))
    _check_storage(plan.storage, base.outputs)
    pruning.check(plan, base.choices["generator"], inside, space)
    mark = _mark(base, space, plan)
    name = plan.study_name or f"{base.choices.get('experiment', 'study')}-{base.name}-{mark[:8]}"
    lock = FileLock(base.outputs / "cache" / f"{file_name(name, longest=100)}.study.lock")
    Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
    try:
        with lock.acquire(timeout=0):
            study = Search(plan, name, mark, space, goal, base.seed)
            if study.fresh and all(one.holds(values[key]) for key, one in space.items()):
                study.begin_with({key: one.kept(values[key]) for key, one in space.items()})
            _tell_beginning(study, plan, goal)
            _trials(study, plan, fixed, cells)
            conclude(study, base, values, fixed, cells)
    except Timeout:
        raise UserError(f"hydra.sweeper: another command is at the study {name}; wait for it, or end it") from None


def _check(space: Mapping[str, Values], fixed: Sequence[str]) -> None:
    if not space:
        raise UserError(
            "hydra.sweeper.params: there is nothing to search; give a setting several values, such as "
            "'generator.neighbours=range(1,10)', or experiment=tune_..."
        )
    for key in (*space, *(one.partition("=")[0] for one in fixed)):
        if key in OWN:
            raise UserError(
                f"{key}: a study decides it itself; leave it out, and give it to the best settings' command"
            )


def _check_storage(place: str, outputs: Path) -> None:
    file = "://" not in place
    if place.startswith("sqlite:") or (file and not Path(place).resolve().is_relative_to(outputs.resolve())):
        raise UserError(
            f"hydra.sweeper.storage={place}: a study's file lies below paths.outputs={outputs}, as all files do; "
            "give a path in it, or the address of a database that is no file"
        )


def _composed(loader: ConfigLoader, config: DictConfig, overrides: list[str]) -> DictConfig:
    """The configuration of a cell; raises what is the matter with one that cannot be composed."""
    cfg = loader.load_sweep_config(config, overrides)
    if (error := refusal(overrides)) is not None:
        raise error
    return cfg


def _base(
    config: DictConfig, loader: ConfigLoader, space: Mapping[str, Values], fixed: list[str]
) -> tuple[Cell, dict[str, Any], list[str]]:
    """The cell of the usual settings, their values, and the overrides of all cells.

    Test rows of one seed would be training rows of another, and trials would have seen them: one seed draws them.
    """
    cfg = _composed(loader, config, fixed)
    if "pool_seed" in cfg.data and cfg.data.pool_seed is None:
        fixed = [*fixed, f"data.pool_seed={cfg.seed}"]
        cfg = _composed(loader, config, fixed)
    # A setting that there is not is told before the first trial.
    _composed(loader, config, [*fixed, *(f"{key}={one.first}" for key, one in space.items())])
    values = {key: usual(cfg, key) for key in space}
    choices, typed = dict(cfg.hydra.runtime.choices), list(cfg.hydra.overrides.task)
    with open_dict(cfg):
        del cfg["hydra"]
    return prepare(cfg, choices, typed), values, fixed


def _mark(base: Cell, space: Mapping[str, Values], plan: Plan) -> str:
    """What all trials of a study have in common, as a checksum."""
    told = [base.fingerprint, {key: repr(values) for key, values in space.items()}, base.value("objective")]
    return hashlib.sha256(json.dumps([*told, plan.divisions], sort_keys=True).encode()).hexdigest()


def _tell_beginning(study: Search, plan: Plan, goal: Aim) -> None:
    done, way = len(study.done), "lower" if goal.direction == "minimize" else "higher"
    way = f"{goal.best:g} is best" if goal.best is not None else f"{way} is better"
    known = f", {done} of them done" if done else ""
    print(f"study {study.name}: {plan.n_trials} trials{known}; {goal.key} on inner rows, {way}", flush=True)


def _trials(study: Search, plan: Plan, fixed: Sequence[str], cells: Cells) -> None:
    while (left := plan.n_trials - (done := len(study.done))) > 0:
        asked = study.ask(min(left, cells.at_once))
        told: dict[int, list[dict[str, Any]]] = {trial.number: [] for trial in asked}
        for division in range(plan.divisions):
            going = [trial for trial in asked if all("value" in one for one in told[trial.number])]
            part = f" part {division + 1}/{plan.divisions}" if plan.divisions > 1 else ""
            batch = []
            for trial in going:
                settings = tuple(overrides(trial.params))
                count = f"{done + 1 + asked.index(trial)}/{plan.n_trials}{part}"
                asks = plan.pruner != "none" and division == 0
                one = Trial(count, study.name, settings, trial.number, asks)
                batch.append((one, [*fixed, *settings, f"inner={division}"]))
            for trial, outcome in zip(going, cells.run(batch), strict=True):
                told[trial.number].append(outcome)
        for trial in asked:
            study.settle(trial, told[trial.number])


def command(fixed: Sequence[str], settings: Sequence[str]) -> str:
    """The command that runs these settings as one ordinary cell."""
    return shlex.join(["python", "-m", "inn_experiments", *fixed, *settings, "hydra.mode=RUN"])
