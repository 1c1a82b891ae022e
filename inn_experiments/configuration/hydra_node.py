"""What the node `hydra` of a configuration may say: Hydra acts on it before any check of the program runs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from omegaconf import DictConfig, OmegaConf

from inn_experiments.configuration.cell import outputs_folder
from inn_experiments.configuration.checks import check_plain
from inn_experiments.contracts import UserError

CALLBACKS = {"supervisor": {"_target_": "inn_experiments.running.sweep.Supervisor"}}
"""All callbacks that there are."""

_PLUGINS = re.compile(
    r"hydra\._internal\.core_plugins\.basic_(launcher|sweeper)\.\w+"
    r"|hydra_plugins\.((stacked|ray)_launcher|submitted_launchers|(optuna|lazy)_sweeper)\.\w+"
    r"|hydra_plugins\.hydra_(joblib|ray|submitit)_launcher\.\w+\.\w+|hydra_plugins\.hydra_optuna_sweeper\.\w+\.\w+"
)
_NESTED = re.compile(r"optuna\.samplers\.[A-Z]\w*Sampler")
_HANDLERS = ("logging.StreamHandler", "logging.NullHandler", "logging.FileHandler")
_STREAMS = ("ext://sys.stdout", "ext://sys.stderr")
_LOG = "${hydra.runtime.output_dir}/${hydra.job.name}.log"
"""The one file that logging may write, which is Hydra's own choice."""
_NUMBER = "${hydra.job.num}"


def check_hydra(cfg: DictConfig) -> None:
    """Refuse what the node `hydra` of a composed configuration could run, or write outside of the outputs.

    Names of classes and of files that are logged to have to stand there as they are: what is still to be
    resolved could become anything.

    Raises:
        UserError: naming the key.
    """
    node = OmegaConf.to_container(cfg.hydra, resolve=False)
    _check_callbacks(node.get("callbacks"))
    for name, kind in (("launcher", Launcher), ("sweeper", Sweeper)):
        _check_plugin(f"hydra.{name}", node.get(name), kind)
        # What is looked up becomes a part of it when it is built.
        _check_nested(f"hydra.{name}", OmegaConf.to_container(cfg.hydra[name], resolve=True))
    for name in ("env_copy", "env_set"):
        if node["job"].get(name):
            raise UserError(f"hydra.job.{name}: a configuration sets no environment variables; set them in the shell")
    if node["job"].get("chdir") not in (None, False):
        raise UserError("hydra.job.chdir: paths are relative to where the command is called; leave it at false")
    if not re.fullmatch(r"[\w-][\w.-]*", str(node["job"].get("name"))):
        raise UserError("hydra.job.name: it becomes a file's name, so letters, digits and . _ - will do")
    told = node.get("verbose")
    if not all(isinstance(each, (bool, str)) for each in (told if isinstance(told, list) else [told])):
        raise UserError(f"hydra.verbose: {told!r} will not do, it is true, false, or the names of loggers")
    _check_places(cfg, node)


def _check_callbacks(given: Any) -> None:
    given = given if isinstance(given, dict) else {}
    for name, value in given.items():
        if name not in CALLBACKS or value != CALLBACKS[name]:
            target = value.get("_target_") if isinstance(value, dict) else value
            raise UserError(
                f"hydra.callbacks.{name}: {target!r} is not allowed as it stands; the program brings its callback "
                "and takes no other"
            )
    for name in CALLBACKS:
        if name not in given:
            raise UserError(f"hydra.callbacks.{name}: every run needs it; leave it in")


def _check_plugin(key: str, given: Any, kind: type) -> None:
    registered = {f"{one.__module__}.{one.__name__}" for one in Plugins.instance().discover(kind)}
    target = given.get("_target_") if isinstance(given, dict) else given
    if not isinstance(target, str) or not _PLUGINS.fullmatch(target) or target not in registered:
        short = key.rpartition(".")[2]
        raise UserError(
            f"{key}: _target_ {target!r} is not allowed; choose one of Hydra's own, or those of this program, joblib, "
            f"ray, submitit or optuna that are installed: hydra/{short}=OPTION"
        )
    if given.get("custom_search_space"):
        raise UserError(f"{key}.custom_search_space: a function of another program is not allowed")
    if given.get("temp_folder"):
        raise UserError(f"{key}.temp_folder: a run writes below paths.outputs alone; leave it out")
    _check_nested(key, given)


def _check_nested(key: str, given: dict[str, Any]) -> None:
    """Refuse classes below the one that a launcher or sweeper is of."""
    for where, name, value in _walk(key, {name: value for name, value in given.items() if name != "_target_"}):
        nested = name == "_target_" and key == "hydra.sweeper" and _NESTED.fullmatch(str(value))
        if name in ("_target_", "_partial_", "_args_", "_recursive_", "_convert_") and not nested:
            raise UserError(f"{where}: {value!r} is not allowed there")


def check_logging(cfg: DictConfig) -> None:
    """Loggers, levels, formats, handlers of the console, and a file only where Hydra itself puts it.

    Raises:
        UserError: naming the key of anything else.
    """
    for name in ("hydra_logging", "job_logging"):
        _check_log(f"hydra.{name}", OmegaConf.to_container(cfg.hydra, resolve=False).get(name))


def _check_log(key: str, given: Any) -> None:
    if not isinstance(given, dict):
        if given is not None:
            raise UserError(f"{key}: {given!r} is not allowed; choose {key.replace('.', '/')}=none, default or stdout")
        return
    for where, name, value in _walk(key, given):
        # A class of a formatter, and a property that is set later, would name a file as well.
        handler = re.fullmatch(rf"{re.escape(key)}\.handlers\.[^.]+\.class", where) and value in _HANDLERS
        if name in ("()", ".") or (name == "class" and not handler):
            raise UserError(f"{where}: {value!r} is not allowed; there are handlers, of {', '.join(_HANDLERS)}")
        if name == "filename" and value != _LOG:
            raise UserError(
                f"{where}: {value!r} is not allowed, a log is written to {_LOG} alone (logging.FileHandler)"
            )
        if isinstance(value, str) and value not in (*_STREAMS, _LOG) and re.search(r"\$\{|^\w+://", value):
            raise UserError(f"{where}: {value!r} is not allowed; a stream is {' or '.join(_STREAMS)}")


def _walk(key: str, node: Any) -> Iterator[tuple[str, str, Any]]:
    """(dotted key, last name, value) of all that a plain node holds, at any depth."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, value in pairs:
        yield f"{key}.{name}", str(name), value
        yield from _walk(f"{key}.{name}", value)


def _check_places(cfg: DictConfig, node: dict[str, Any]) -> None:
    """What Hydra writes stays below the outputs, symbolic links followed."""
    sub = node.get("output_subdir")
    if sub is not None and ("$" in sub or not sub.strip() or Path(sub).is_absolute() or ".." in Path(sub).parts):
        raise UserError(f"hydra.output_subdir: {sub!r} will not do; it is a folder's name, or null")
    if node["sweep"].get("subdir") != _NUMBER:
        raise UserError(f"hydra.sweep.subdir: the cells of a sweep are found by their number; leave it at {_NUMBER}")
    paths = OmegaConf.to_container(cfg.paths, resolve=True)
    check_plain(paths, "paths")
    outputs = outputs_folder(paths["outputs"]).resolve()
    for name in ("run", "sweep"):
        place = str(OmegaConf.select(cfg, f"hydra.{name}.dir"))
        if not Path(place).resolve().is_relative_to(outputs):
            raise UserError(
                f"hydra.{name}.dir: {place!r} is outside of paths.outputs={paths['outputs']}; everything that a run "
                "writes goes there"
            )
