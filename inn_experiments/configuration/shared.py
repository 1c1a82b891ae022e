"""What the cells of a sweep have in common, composed once: functions of Hydra's own, asked once for each input."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hydra._internal import config_loader_impl as inside
from hydra._internal.config_repository import CachingConfigRepository, ConfigRepository
from hydra._internal.defaults_list import DefaultsList
from hydra.core.default_element import ResultDefault
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.plugins.config_source import ConfigResult
from omegaconf import DictConfig, OmegaConf

SEARCHPATH = "hydra.searchpath"
MOST, KINDS = 5000, 200
"""Overrides that are kept parsed, and configurations that are kept, of about a megabyte each."""
_OUR_OWN = re.compile(r"\$\{(paths\.outputs|hydra\.job\.num|now:[^{}]*)\}")
"""Interpolations of the node `hydra` that mean the same for each cell of a sweep, or its number."""


class Known(CachingConfigRepository):
    """Hydra's repository of options that remembers what it found; whoever asks gets a copy to make changes in."""

    def __init__(self, delegate: ConfigRepository) -> None:
        super().__init__(delegate)
        self._groups: dict[str, bool] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "Known":
        return self

    def load_config(self, config_path: str) -> ConfigResult | None:
        """As Hydra's."""
        return deepcopy(super().load_config(config_path))

    def group_exists(self, config_path: str) -> bool:
        """As Hydra's."""
        if config_path not in self._groups:
            self._groups[config_path] = super().group_exists(config_path)
        return self._groups[config_path]


class Shared:
    """What has been composed for the cells of one sweep.

    Cells that differ in values alone have the same options of groups: Hydra would make the same list of them, read the
    same files and merge them to the same configuration, before it sets the values. The first cell of a kind has that
    done, and the others take a copy.
    """

    def __init__(self) -> None:
        self.checked: set[str] = set()
        self.kinds: dict[tuple[Any, ...], Kind] = {}
        self._known: dict[str | None, Known | None] = {}
        self._parsed: dict[str, Override] = {}
        self._lists: dict[tuple[Any, ...], DefaultsList] = {}
        self._composed: dict[tuple[Any, ...], DictConfig] = {}

    def parsed(self, overrides: Sequence[str]) -> list[Override]:
        """The overrides, parsed; raises what Hydra does."""
        if len(self._parsed) > MOST:
            self._parsed.clear()
        if new := [each for each in overrides if each not in self._parsed]:
            self._parsed |= zip(new, OverridesParser.create().parse_overrides(new), strict=True)
        return [self._parsed[each] for each in overrides]

    def repository(self, config_name: str | None, given: ConfigRepository) -> CachingConfigRepository | None:
        """One for a single composition; None where the configuration itself says where else options are looked for."""
        if config_name not in self._known:
            known = Known(given)
            loaded = known.load_config(config_name) if config_name else None
            odd = loaded is None or OmegaConf.select(loaded.config, SEARCHPATH) is not None
            self._known[config_name] = None if odd else known
        known = self._known[config_name]
        return CachingConfigRepository(known) if known is not None else None

    def composed(self, defaults: Sequence[ResultDefault], make: Callable[[], DictConfig]) -> DictConfig:
        """A copy of the configuration that these options make, before any value is set."""
        key = tuple(map(repr, defaults))
        if key not in self._composed:
            if len(self._composed) == KINDS:
                self._composed.clear()
                self.kinds.clear()
            self._composed[key] = make()
        return deepcopy(self._composed[key])

    @contextmanager
    def lists(self) -> Iterator[None]:
        """Within it, Hydra makes the list of options once for all overrides that choose the same."""
        usual = inside.create_defaults_list

        def create(repo: Any, config_name: str | None, overrides_list: list[Override], **how: bool) -> DefaultsList:
            options, values = divided(repo, overrides_list)
            key = (config_name, *(one.input_line for one in options), *how.items())
            if key not in self._lists:
                self._lists[key] = usual(repo=repo, config_name=config_name, overrides_list=overrides_list, **how)
            found = self._lists[key]
            return DefaultsList(found.defaults, found.defaults_tree, values, found.overrides)

        inside.create_defaults_list = create
        try:
            yield
        finally:
            inside.create_defaults_list = usual

    def learn(self, kind: tuple[Any, ...], cfg: DictConfig, defaults: DefaultsList) -> None:
        """Remember what a cell that was composed and found in order has in common with others of its `kind`."""
        bare = deepcopy(self._composed[tuple(map(repr, defaults.defaults))])
        del bare["hydra"]
        OmegaConf.set_struct(bare, True)
        if mark(cfg) is not None and "hydra" not in repr(OmegaConf.to_container(bare, resolve=False)):
            self.kinds[kind] = Kind(bare, dict(cfg.hydra.runtime.choices), _paths(cfg))


@dataclass(frozen=True)
class Kind:
    """Cells with the same options.

    Attributes:
        bare: their configuration before any value is set, without the node `hydra`, of which nothing in it speaks.
        choices: group -> option.
        paths: what the folder of the sweep is made of.
    """

    bare: DictConfig
    choices: dict[str, str]
    paths: Any

    def cell(self, values: Sequence[Override]) -> DictConfig | None:
        """The cell with these values; None where the node `hydra` would have to be asked about them."""
        own = [one for one in values if not one.is_hydra_override()]
        if any("hydra" in one.input_line for one in own):
            return None
        cfg = deepcopy(self.bare)
        inside.ConfigLoaderImpl._apply_overrides_to_config(own, cfg)
        return cfg if _paths(cfg) == self.paths else None


def divided(repo: Any, overrides: Sequence[Override]) -> tuple[list[Override], list[Override]]:
    """Overrides that choose options of groups, and those that set values, by the rule of Hydra's class Overrides."""
    values = [one for one in overrides if isinstance(one.value(), dict) or not repo.group_exists(one.key_or_group)]
    texts = {one.input_line for one in values}
    return [one for one in overrides if one.input_line not in texts], values


def _paths(cfg: DictConfig) -> Any:
    return OmegaConf.to_container(cfg.paths, resolve=False)


def mark(cfg: DictConfig) -> str | None:
    """What the node `hydra` of a cell is checked by, as a text; None where it depends on other values of the cell."""
    node = OmegaConf.to_container(cfg.hydra, resolve=False)
    node.pop("overrides")
    node["job"].pop("override_dirname")
    node["runtime"].pop("choices")
    acted = {name: node[name] for name in ("launcher", "sweeper", "run", "sweep")}
    text = repr([acted, OmegaConf.to_container(cfg.paths, resolve=False)])
    return None if "${" in _OUR_OWN.sub("", text) else f"{text}{node!r}"
