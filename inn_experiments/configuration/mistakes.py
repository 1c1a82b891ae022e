"""What Hydra has against an override, in the words of this program."""

import re
import shlex
import sys
from difflib import get_close_matches
from pathlib import Path

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from inn_experiments.configuration.axes import NOTES
from inn_experiments.configuration.cell import LIBRARIES, Cell
from inn_experiments.configuration.checks import unknown_key
from inn_experiments.configuration.compose import CONF, compose, defaults
from inn_experiments.configuration.keys import commented
from inn_experiments.configuration.launchers import EXTRAS
from inn_experiments.contracts import UserError, nearest

COMMANDS = ("recommend",)
"""Words that stand alone on the command line."""


def composed(*overrides: str) -> Cell:
    """As `compose`; what Hydra has against an override is a UserError, too.

    Example:
        >>> composed("method=svt")
        Traceback (most recent call last):
        ...
        inn_experiments.contracts.errors.UserError: method=svt: there is no option method/svt; did you mean 'svd'? ...
    """
    try:
        return compose(*overrides)
    except (HydraException, OmegaConfBaseException) as error:
        raise UserError(of_hydra(error)) from None


def own_file(path: str) -> str:
    """How rows in a file are read."""
    if Path(path).suffix.lower() in LIBRARIES:
        return f"to read it, give data=massbank data.path={shlex.quote(path)}"
    return f"to read it, give data=table data.path={shlex.quote(path)} data.label=COLUMN"


def of_hydra(error: Exception) -> str:
    """The message that explains an error of Hydra or OmegaConf in one line."""
    message = str(error).partition("\nConfig search path")[0].strip()
    ambiguous = re.match(r"Ambiguous value for argument '([^=']+)=(.*)'\n", message)
    if ambiguous:
        key, values = ambiguous.groups()
        return f"{key}={values}: several values are a sweep, which needs -m; one list is written {key}=[{values}]"
    if isinstance(error, OverrideParseException):
        return _unread(str(error.override))
    if isinstance(error, MissingConfigException) and error.options:
        group, _, option = str(error.missing_cfg_file).rpartition("/")
        if extra := EXTRAS.get(str(error.missing_cfg_file)):
            return f"{group}={option}: it is not installed; pip install 'inn-experiments[{extra}]'"
        return f"{group}={option}: there is no option {group}/{option}{nearest(option, error.options)}"
    typo = re.match(r"Could not override '([^']+)'", message)
    if typo and "." in typo[1]:
        # omegaconf's own error knows the node in which the key was looked for.
        node = getattr(error.__cause__, "parent_node", None)
        known = [key for key in node if key not in (*NOTES, "_target_")] if isinstance(node, DictConfig) else []
        group, _, name = typo[1].rpartition(".")
        if _swept(group):
            return (
                f"{typo[1]}: a sweep over {group!r} is looked at without it first, where there is no such key; "
                f"write ++{typo[1]}=..."
            )
        none = f"; the chosen option of {group!r} has no settings" if group in defaults() else ""
        return f"unknown key {typo[1]!r}{nearest(name, known) if known else none}"
    if typo:
        single = [key.name for key in commented(CONF / "config.yaml")]
        return unknown_key(typo[1], [*defaults(), *single], "the configuration")
    missing = re.match(r"(Key '|Missing key )(\w+)", message)
    if missing:
        return f"{missing[2]}: the configuration does not have it; leave its default alone, or give {missing[2]}=..."
    cause = f"\n{error.__cause__}" if isinstance(error.__cause__, OmegaConfBaseException) else ""
    return " ".join(line.strip() for line in f"{message}{cause}".splitlines() if line.strip())


def _unread(override: str) -> str:
    """What is said of an argument that is no KEY=VALUE as Hydra reads them."""
    key, given, value = override.partition("=")
    if not given and get_close_matches(key, COMMANDS):
        return f"{key!r} is neither KEY=VALUE nor a command{nearest(key, COMMANDS)}"
    if not given and Path(key).exists():
        return f"{key!r} is a file; {own_file(key)}"
    quoted = shlex.quote(f'{key}="{value}"') if given and '"' not in value else "'KEY=\"VALUE\"'"
    return (
        f"{override!r} cannot be read as KEY=VALUE; a value with blanks, brackets, ~ or the like is "
        f"quoted twice: {quoted}"
    )


def _swept(group: str) -> bool:
    """Whether the command line gives several options of `group`."""
    return any(re.match(rf"{re.escape(group)}=[^\[{{(]*,", argument) for argument in sys.argv[1:])
