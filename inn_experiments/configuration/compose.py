"""From option files and overrides to a checked `Cell`: the only place that resolves a configuration."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.checks import check_values
from inn_experiments.configuration.keys import keys
from inn_experiments.configuration.reads import check_axes, check_notes, check_objective, check_register
from inn_experiments.configuration.roles import CONF
from inn_experiments.configuration.secrets import check_secrets
from inn_experiments.contracts import UserError


def defaults() -> dict[str, str]:
    """The default option of each group, from the defaults list of conf/config.yaml."""
    return dict(_defaults())


@cache
def _defaults() -> dict[str, str]:
    entries = OmegaConf.to_container(OmegaConf.load(CONF / "config.yaml").defaults)
    pairs = [item for entry in entries if isinstance(entry, dict) for item in entry.items()]
    return {group: option for group, option in pairs if not group.startswith("override ")}


def prepare(cfg: DictConfig, choices: dict[str, str], overrides: Sequence[str] = (), alone: bool = False) -> Cell:
    """The cell of a composed configuration, checked and resolved.

    Args:
        cfg: without the hydra node.
        choices: group -> option.
        overrides: the command line's.
        alone: they are for this cell and for no others, of which some may read what this one does not.

    Raises:
        UserError: for a missing or unknown key, a wrong type, a foreign class, an axis that nobody reads, a secret.
    """
    check_secrets(cfg)
    try:
        plain = OmegaConf.to_container(cfg, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        key = getattr(error, "full_key", None) or "the configuration"
        why = _words(key, choices) if isinstance(error, MissingMandatoryValue) else first_line(error)
        raise UserError(f"{key}: a value is required, give {key}=...{why and f' ({why})'}") from None
    # An experiment may have settings for a group that is then switched off by its option `none`.
    off = {group for group, option in choices.items() if option == "none"}
    off -= {group for group, node in plain.items() if isinstance(node, dict) and "_target_" in node}
    plain = {key: value for key, value in plain.items() if value is not None and key not in off}
    named = {group: str(option) for group, option in choices.items() if "/" not in group and option}
    check_notes(overrides)
    check_values(plain, named)
    check_axes(plain, named, defaults(), list(overrides), alone)
    check_objective(plain, named)
    check_register(plain, named)
    _check_preset(named)
    return Cell(plain, named, defaults())


def compose(*overrides: str) -> Cell:
    """A checked cell outside of the command line, also within another program of Hydra, which does not notice.

    Example:
        >>> compose("method=svd", "sampling=convex").name
        'svd-convex-fid'
    """
    from hydra import compose as hydra_compose

    with _hydra():
        cfg = hydra_compose("config", list(overrides), return_hydra_config=True)
    choices = dict(cfg.hydra.runtime.choices)
    with open_dict(cfg):
        del cfg["hydra"]
    return prepare(cfg, choices, overrides)


@contextmanager
def _hydra() -> Iterator[None]:
    """Hydra with the folder of the options; what was set up in this process before is so again afterwards."""
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.version import VersionBase

    from inn_experiments.configuration.doors import loading

    outer, base = GlobalHydra.instance().hydra, VersionBase.instance().version_base
    # Hydra refuses to begin twice.
    GlobalHydra.instance().clear()
    try:
        with loading(), initialize_config_dir(str(CONF), version_base="1.3"):
            yield
    finally:
        GlobalHydra.instance().hydra = outer
        VersionBase.instance().version_base = base


def first_line(error: BaseException) -> str:
    """The first line of an exception's message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _words(key: str, choices: dict[str, str]) -> str:
    """What the key of an option means, '' where nobody says so."""
    group, _, name = key.partition(".")
    file = CONF / group / f"{choices.get(group)}.yaml"
    return next((each.words for each in keys(file) if each.name == name), "") if file.is_file() else ""


def _check_preset(choices: dict[str, str]) -> None:
    """Refuse another option in place of one that the preset stands for: its cells go by the preset's name."""
    if "preset" not in choices:
        return
    path = CONF / "preset" / f"{choices['preset']}.yaml"
    # A preset of somebody's own stands for what it says.
    entries = OmegaConf.to_container(OmegaConf.load(path)).get("defaults", []) if path.is_file() else []
    for entry in entries:
        for key, option in entry.items():
            group = key.removeprefix("override /")
            if choices.get(group) != option:
                raise UserError(
                    f"{group}={choices.get(group)}: preset={choices['preset']} stands for {group}={option}; leave "
                    "one of the two out"
                )
