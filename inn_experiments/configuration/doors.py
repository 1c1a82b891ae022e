"""The loader of Hydra's that looks at each configuration before Hydra acts on it, in every process."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from hydra._internal import hydra as inside
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository
from hydra._internal.utils import get_args_parser
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf, open_dict, read_write
from omegaconf.errors import OmegaConfBaseException

from inn_experiments.configuration.hydra_node import check_hydra, check_logging
from inn_experiments.configuration.secrets import check_password, check_secrets
from inn_experiments.contracts import UserError
from inn_experiments.contracts.secrets import masked

_refused: dict[tuple[str, ...], Exception] = {}
"""Overrides of cells of a sweep that could not be composed, and why, in the process that is to run them."""


def refusal(overrides: Sequence[str]) -> Exception | None:
    """Why the cell of a sweep with these overrides cannot be composed; None where it can."""
    return _refused.get(tuple(overrides))


class Loader(ConfigLoaderImpl):
    """Hydra's loader, whose configurations are checked: those of a run, of a sweep and of each cell of it.

    Hydra sets up logging and builds callbacks, sweepers and launchers from what it loads; a parallel sweep takes the
    loader to its workers.
    """

    def __init__(self, config_search_path: ConfigSearchPath) -> None:
        given = [each.path for each in config_search_path.get_path() if each.provider in ("main", "command-line")]
        _check_folders("--config-path", given)
        super().__init__(config_search_path)

    def load_configuration(self, config_name: str | None, overrides: list[str], *how: Any, **more: Any) -> DictConfig:
        """As Hydra's; raises UserError for what `check_secrets`, `check_logging` and `check_hydra` refuse."""
        try:
            cfg = super().load_configuration(config_name, overrides, *how, **more)
        except AttributeError as error:
            # So ends a mapping that is to become a value that is null until then.
            raise UserError(f"{' '.join(str(error).split())}; give a mapping's keys one by one, or in a file") from None
        except KeyError as error:
            if type(error) is not KeyError:
                raise
            # Hydra copies variables of the environment here, and asks for nothing else so.
            raise UserError(f"hydra.job.env_copy: the environment has no {error}; leave it out") from None
        except OmegaConfBaseException:
            raise
        except UnicodeDecodeError as error:
            chosen = " ".join(each for each in overrides if "." not in each.partition("=")[0])
            raise UserError(f"{chosen or 'the options'}: a file of these is no text in UTF-8 ({error})") from None
        except (TypeError, ValueError, IndexError, AssertionError, RecursionError) as error:
            if str(error).startswith("Config group override"):
                raise
            # Nothing but what is typed and the options' files has come into it so far.
            raise UserError(f"{_odd(overrides)} cannot be composed ({' '.join(str(error).split())})") from None
        check_secrets(cfg)
        check_logging(cfg)
        # Without a name it is for Hydra's own help, of which nothing is run.
        if config_name is not None:
            check_hydra(cfg)
        return cfg

    def load_sweep_config(self, master_config: DictConfig, sweep_overrides: list[str]) -> DictConfig:
        """As Hydra's; a cell that cannot be composed gets the sweep's own configuration, and `refusal` says why.

        An exception would end the sweep before the cells that are in order.
        """
        told = [masked(each) for each in sweep_overrides]
        _refused.pop(tuple(told), None)
        try:
            cfg = super().load_sweep_config(master_config, sweep_overrides)
            place, own = (str(OmegaConf.select(each, "hydra.sweep.dir")) for each in (master_config, cfg))
            if place != own:
                raise UserError(f"hydra.sweep.dir: {own!r} is of this cell alone; all cells of a sweep share {place!r}")
        except Exception as error:  # noqa: BLE001 (the cell ends with it)
            _refused[tuple(told)] = error
            cfg = deepcopy(master_config)
            with read_write(cfg), open_dict(cfg):
                cfg.hydra.overrides.task = told
        return cfg

    def _process_config_searchpath(
        self, config_name: str | None, parsed_overrides: list[Override], repo: CachingConfigRepository
    ) -> None:
        # A package is imported as soon as Hydra asks whether it is there.
        given = [each.value() for each in parsed_overrides if each.get_key_element() == "hydra.searchpath"]
        loaded = repo.load_config(config_path=config_name) if config_name else None
        if loaded is not None:
            given.append(OmegaConf.select(loaded.config, "hydra.searchpath"))
        for each in given:
            _check_folders("hydra.searchpath", OmegaConf.to_object(each) if OmegaConf.is_config(each) else each)
        super()._process_config_searchpath(config_name, parsed_overrides, repo)


@contextmanager
def guarded() -> Iterator[None]:
    """As `loading`, for a command line; raises UserError where Hydra is to unpickle a configuration instead."""
    if get_args_parser().parse_known_args()[0].experimental_rerun is not None:
        raise UserError("--experimental-rerun: a pickle may hold any program; repeat the command that was typed")
    with loading():
        yield


@contextmanager
def loading() -> Iterator[None]:
    """Within it, Hydra loads configurations by `Loader`."""
    usual, inside.ConfigLoaderImpl = inside.ConfigLoaderImpl, Loader
    try:
        yield
    finally:
        inside.ConfigLoaderImpl = usual


def _odd(overrides: Sequence[str]) -> str:
    """The overrides that can be at fault: a group is given what is no name of an option, or any where none does."""
    groups = [each for each in overrides if "=" in each and "." not in each.partition("=")[0]]
    odd = [each for each in groups if not re.fullmatch(r"[\w./-]+", each.partition("=")[2])]
    return " ".join(odd or overrides) or "the configuration"


def _check_folders(key: str, given: Sequence[object] | None) -> None:
    for each in given if isinstance(given, (list, tuple)) else ():
        check_password(key, str(each))
        scheme, sign, _ = str(each).partition("://")
        if sign and scheme != "file":
            raise UserError(f"{key}: {each!r} is not allowed, options are read from folders: file://FOLDER")
