"""The loader of Hydra's that looks at each configuration before Hydra acts on it, in every process."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from typing import Any

from hydra._internal import hydra as inside
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository, IConfigRepository
from hydra._internal.utils import get_args_parser
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.default_element import ResultDefault
from hydra.core.override_parser.types import Override
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict, read_write
from omegaconf.errors import OmegaConfBaseException

from inn_experiments.configuration.hydra_node import check_hydra, check_logging
from inn_experiments.configuration.secrets import check_password, check_secrets
from inn_experiments.configuration.shared import SEARCHPATH, Shared, divided, mark
from inn_experiments.contracts import UserError
from inn_experiments.contracts.secrets import masked

_refused: dict[tuple[str, ...], Exception] = {}
"""Overrides of cells of a sweep that could not be composed, and why, in the process that is to run them."""

_known: dict[str, Shared] = {}
"""Folder of the sweep -> what its cells have in common; of the last one that this process has composed a cell of."""


_places: list[tuple[DictConfig, str]] = []
"""The last sweep's configuration, and its folder."""


def _place(config: DictConfig) -> str:
    """The folder of a sweep."""
    if not _places or _places[0][0] is not config:
        _places[:] = [(config, str(OmegaConf.select(config, "hydra.sweep.dir")))]
    return _places[0][1]


def refusal(overrides: Sequence[str]) -> Exception | None:
    """Why the cell of a sweep with these overrides cannot be composed; None where it can."""
    return _refused.get(tuple(overrides))


class Loader(ConfigLoaderImpl):
    """Hydra's loader, whose configurations are checked: those of a run, of a sweep and of each cell of it.

    Hydra sets up logging and builds callbacks, sweepers and launchers from what it loads; a parallel sweep takes the
    loader to its workers. What the cells of a sweep have in common is composed once a process (`configuration.shared`).
    """

    _shared: Shared | None = None
    """While a cell of a sweep is composed."""

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
        self._check(cfg, named=config_name is not None)
        return cfg

    def _check(self, cfg: DictConfig, named: bool) -> None:
        check_secrets(cfg)
        known = mark(cfg) if self._shared is not None else None
        if self._shared is not None and known in self._shared.checked:
            return
        check_logging(cfg)
        # Without a name it is for Hydra's own help, of which nothing is run.
        if named:
            check_hydra(cfg)
        if self._shared is not None and known is not None:
            self._shared.checked.add(known)

    def load_sweep_config(self, master_config: DictConfig, sweep_overrides: list[str]) -> DictConfig:
        """As Hydra's; a cell that cannot be composed gets the sweep's own configuration, and `refusal` says why.

        An exception would end the sweep before the cells that are in order.
        """
        told = [masked(each) for each in sweep_overrides]
        _refused.pop(tuple(told), None)
        try:
            place = _place(master_config)
            with self._sharing(place):
                cfg = super().load_sweep_config(master_config, sweep_overrides)
            own = str(OmegaConf.select(cfg, "hydra.sweep.dir"))
            if place != own:
                raise UserError(f"hydra.sweep.dir: {own!r} is of this cell alone; all cells of a sweep share {place!r}")
        except Exception as error:  # noqa: BLE001 (the cell ends with it)
            _refused[tuple(told)] = error
            cfg = deepcopy(master_config)
            with read_write(cfg), open_dict(cfg):
                cfg.hydra.overrides.task = told
        return cfg

    def load_settings(self, master_config: DictConfig, sweep_overrides: list[str]) -> tuple[DictConfig, dict[str, str]]:
        """(what `load_sweep_config` gives, without the node `hydra`; group -> option), in less time.

        The first cell of each kind is composed and checked whole. Raises what is the matter with one that cannot be.
        """
        name = master_config.hydra.job.config_name
        with self._sharing(_place(master_config)) as shared:
            told = [*OmegaConf.to_container(master_config.hydra.overrides.hydra), *sweep_overrides]
            parsed, repo = self._parse_overrides_and_create_caching_repo(name, told)
            options, values = divided(repo, parsed)
            kind = tuple(one.input_line for one in (*options, *values) if one in options or one.is_hydra_override())
            found = shared.kinds[kind].cell(values) if self._shared is shared and kind in shared.kinds else None
            if found is not None:
                for each in sweep_overrides:
                    check_password(each.lstrip("+~").partition("=")[0], each)
                OmegaConf.copy_cache(from_config=master_config, to_config=found)
                return found, shared.kinds[kind].choices
        cfg = self.load_sweep_config(master_config, sweep_overrides)
        if (error := refusal(sweep_overrides)) is not None:
            raise error
        with self._sharing(_place(master_config)) as shared:
            self._parse_overrides_and_create_caching_repo(name, told)
            if self._shared is shared:
                shared.learn(kind, cfg, self.compute_defaults_list(name, told, RunMode.RUN))
        choices = dict(cfg.hydra.runtime.choices)
        with open_dict(cfg):
            del cfg["hydra"]
        return cfg, choices

    @contextmanager
    def _sharing(self, place: str) -> Iterator[Shared]:
        """Within it, what cells of the sweep in the folder `place` have in common is taken from those before."""
        if place not in _known:
            # Files of options may have changed since another sweep.
            _known.clear()
        self._shared = _known.setdefault(place, Shared())
        try:
            with self._shared.lists():
                yield self._shared
        finally:
            # A parallel sweep takes this object to its workers.
            self._shared = None

    def _parse_overrides_and_create_caching_repo(
        self, config_name: str | None, overrides: list[str]
    ) -> tuple[list[Override], CachingConfigRepository]:
        if self._shared is not None:
            parsed = self._shared.parsed(overrides)
            repo = self._shared.repository(config_name, self.repository)
            if repo is not None and SEARCHPATH not in {one.key_or_group for one in parsed}:
                return parsed, repo
            # Options of other folders: nothing is taken for known.
            self._shared = None
        return super()._parse_overrides_and_create_caching_repo(config_name, overrides)

    def _compose_config_from_defaults_list(self, defaults: list[ResultDefault], repo: IConfigRepository) -> DictConfig:
        make = partial(super()._compose_config_from_defaults_list, defaults, repo)
        return make() if self._shared is None else self._shared.composed(defaults, make)

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
