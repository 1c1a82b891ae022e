"""The shell around Hydra's main: every cell leaves its outcome, a failing one stops no other, all are named."""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra.core.config_loader import ConfigLoader
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.utils import filter_overrides
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from inn_experiments.configuration.cell import outputs_folder
from inn_experiments.configuration.checks import check_option, check_plain
from inn_experiments.configuration.targets import build
from inn_experiments.contracts import UserError, stopping, write_text
from inn_experiments.contracts.lines import told
from inn_experiments.contracts.secrets import masked
from inn_experiments.running import failures, findings
from inn_experiments.running.outcomes import CELLS, RESULT, expected, outcome_of, skipped
from inn_experiments.running.trials import TRIALS

REQUEUED = "its launcher queued it once more, and it is to go on from what is kept"
NOT_STARTED = "a mistake in one of the cells ended the sweep before"


class State:
    """What this process knows of the job or sweep that it drives."""

    outputs: Path | None = None
    sweep: Path | None = None
    started = 0.0
    tracker: Any = None
    status: int | None = None


class Supervisor(Callback):
    """Prepares the outputs folder before the first job, and notes which cells a sweep is going to run."""

    def on_run_start(self, config: DictConfig, **_: object) -> None:
        """Before a single cell."""
        _or_exit(prepare_outputs, config)

    def on_multirun_start(self, config: DictConfig, **_: object) -> None:
        """Before a sweep."""
        _or_exit(prepare_outputs, config)
        _or_exit(note_cells, config)


def _or_exit(step: Callable[[DictConfig], None], cfg: DictConfig) -> None:
    # Hydra turns exceptions of a callback into warnings; SystemExit it lets through.
    try:
        step(cfg)
    except Exception as error:  # noqa: BLE001 (shown here, recorded below)
        raise SystemExit(failures.show(error, State.outputs)) from None


def prepare_outputs(cfg: DictConfig) -> None:
    """Find out before any work whether the outputs folder can be written, and prepare what runs share."""
    paths = OmegaConf.to_container(cfg.paths, resolve=True)
    check_plain(paths, "paths")
    State.outputs = outputs_folder(paths["outputs"])
    try:
        State.outputs.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=State.outputs) as probe:
            probe.write(b"\0" * 4096)
    except OSError as error:
        if State.outputs.exists() and not State.outputs.is_dir():
            raise UserError(f"paths.outputs={State.outputs}: this is not a folder; name one") from None
        reason = (error.strerror or str(error)).lower()
        raise UserError(
            f"paths.outputs={State.outputs}: it cannot be written: {reason}; name another folder, or make this one "
            "writable"
        ) from None
    for place in State.outputs.iterdir():
        # Outputs may have come from somebody else.
        if place.is_symlink() and not place.resolve().is_relative_to(State.outputs.resolve()):
            raise UserError(
                f"{place}: this link leads out of paths.outputs={State.outputs}; remove it, or link that folder"
            )
    tracking = OmegaConf.to_container(cfg.tracking, resolve=True)
    if "_target_" in tracking:
        check_option(tracking, "tracking", "tracking")
    State.tracker = build(tracking)
    State.tracker.prepare(State.outputs)


def note_cells(cfg: DictConfig) -> None:
    """Write the overrides of every expected cell to `cells.json`, where the sweeper lets us know them."""
    State.sweep, State.started = Path(cfg.hydra.sweep.dir).absolute(), time.time()
    State.sweep.mkdir(parents=True, exist_ok=True)
    sweeper = cfg.hydra.sweeper
    if str(sweeper._target_).endswith((".BasicSweeper", ".LazySweeper")):
        from hydra._internal.core_plugins.basic_sweeper import BasicSweeper

        given = [f"{key}={value}" for key, value in (sweeper.params or {}).items()]
        given += list(cfg.hydra.overrides.task)
        parsed = OverridesParser.create(_loader(cfg)).parse_overrides(given)
        cells = [list(filter_overrides(cell)) for cell in BasicSweeper.split_arguments(parsed, None)[0]]
        _write(State.sweep / CELLS, cells)


def _loader(cfg: DictConfig) -> ConfigLoader:
    """What knows the options of each group, for sweeps over `glob(*)`."""
    places = ConfigSearchPathImpl()
    for source in cfg.hydra.runtime.config_sources:
        if source.schema not in ("", "structured"):
            places.append(source.provider, f"{source.schema}://{source.path}")
    return ConfigLoaderImpl(places)


@contextmanager
def supervised() -> Iterator[dict[str, Any]]:
    """Run one cell's body; its outcome goes to `result.json` and no exception reaches Hydra.

    The dict it yields is the outcome; the body adds to it. Interrupts go on their way after being noted.
    """
    hydra = HydraConfig.get()
    outcome: dict[str, Any] = {"status": "killed", "exit": 1, "overrides": list(hydra.overrides.task)}
    many = hydra.mode == RunMode.MULTIRUN
    try:
        yield outcome
        outcome["exit"] = 0
    except Exception as error:  # noqa: BLE001 (shown here, recorded below)
        if many:
            print(f"failed: {told(' '.join(outcome['overrides']))}", file=sys.stderr)
        outcome["exit"] = failures.show(error, State.outputs)
        outcome["status"], outcome["error"] = "failed", masked(failures.one_line(error) or repr(error))
    except BaseException as end:
        # In a worker of a parallel sweep, a signal ends its cell and not the sweep. An exit that no such signal
        # asked for is the launcher's own: submitit leaves a job so that is to begin once more.
        if not many or State.sweep is not None or stopping.signal_status() is None:
            if many and State.sweep is None and isinstance(end, SystemExit):
                outcome["status"], outcome["error"] = "requeued", REQUEUED
            raise
        stopping.forget()
    finally:
        if many:
            _note(Path(hydra.runtime.output_dir) / RESULT, outcome)
        else:
            State.status = outcome["exit"]


def summary(refused: int = 0) -> int:
    """Name every cell of this process' sweep that failed or is missing; returns the exit status.

    Args:
        refused: the status of the mistake that ended the sweep, which has been told; 0 where it came to its end.
    """
    assert State.sweep is not None and State.outputs is not None
    # Runs of workers that are gone would stay RUNNING until the next start.
    away = _tidied()
    cells, study = expected(State.sweep), (State.sweep / TRIALS).is_file()
    if study and not cells:
        return 0
    if cells is None:
        folders = sorted((path for path in State.sweep.iterdir() if path.name.isdigit()), key=lambda p: int(p.name))
        cells = [[f"#{folder.name}"] for folder in folders]
    common = set.intersection(*map(set, cells)) if len(cells) > 1 else set()
    counts: dict[str, int] = {}
    exits, lines, outcomes = away | ({refused} - {0}), [], []
    before = skipped(State.sweep, cells)
    for number, cell in enumerate(cells):
        outcome = before.get(number) or _outcome(State.sweep / str(number), refused)
        outcomes.append({"overrides": cell, **outcome})
        counts[outcome["status"]] = counts.get(outcome["status"], 0) + 1
        if outcome["exit"]:
            exits.add(outcome["exit"])
        if outcome["exit"] and outcome.get("error") != NOT_STARTED:
            reason = str(outcome.get("error") or "it left no result: killed, or never started").splitlines()[0]
            name = " ".join(override for override in cell if override not in common)
            # A mistake in what a cell differs in begins with that.
            lines.append(told(f"{outcome['status']}: {reason if reason.startswith(name) else f'{name}: {reason}'}"))
    ended = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    runs = [outcome["run"] for outcome in outcomes if "run" in outcome]
    if not study:
        findings.show(State.tracker, State.outputs, outcomes)
    print(f"of {len(cells)} cells: {ended}\n{State.tracker.hint(State.outputs, runs)}")
    if lines:
        print("\n".join(lines), file=sys.stderr)
    if lines or refused:
        cure = "mend it and repeat" if refused or exits == {failures.BAD_INPUT} else "repeat"
        again = f"{cure} the command to run these again; finished cells are skipped"
        if study:
            again = "these count as trials; the same command with a larger hydra.sweeper.n_trials tries others"
            again = "repeat the command to go on with the study" if stopping.signal_status() else again
        print(again, file=sys.stderr)
    _record(outcomes, exits)
    return exits.pop() if len(exits) == 1 else int(bool(exits))


def _outcome(folder: Path, refused: int) -> dict[str, Any]:
    """What the cell of this folder left, or did not leave."""
    if refused and not folder.exists():
        return {"status": "not started", "exit": refused, "error": NOT_STARTED}
    return outcome_of(folder)


def _tidied() -> set[int]:
    """Put right what workers left behind; what hinders that is shown, and no reason to say nothing of the cells."""
    try:
        State.tracker.prepare(State.outputs)
    except UserError as error:
        return {failures.show(error, State.outputs)}
    return set()


def _record(outcomes: list[dict[str, Any]], exits: set[int]) -> None:
    """Put the sweep itself on record and say where; what hinders that is shown, and one of its exit statuses."""
    if exits == {failures.BAD_INPUT} and not any("run" in each for each in outcomes):
        # Bad input leaves nothing behind.
        return
    end = "KILLED" if stopping.signal_status() else "FAILED" if exits else "FINISHED"
    try:
        line = State.tracker.sweep(State.outputs, State.sweep.name, outcomes, end, State.started)
    except Exception as error:  # noqa: BLE001 (shown here, told by the exit status)
        exits.add(failures.show(error, State.outputs))
    else:
        print(line, end="\n" if line else "")


def _write(path: Path, content: object) -> None:
    write_text(path, json.dumps(content, indent=1) + "\n")


def _note(path: Path, outcome: dict[str, Any]) -> None:
    try:
        _write(path, outcome)
    except OSError as error:
        # The other cells go on; without a result, this one will be named as missing.
        failures.show(error, State.outputs)
