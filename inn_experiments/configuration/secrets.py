"""What a configuration holds is kept with every run: no environment variable and no password may be in it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from inn_experiments.contracts import UserError
from inn_experiments.contracts.secrets import is_secret_name, is_secret_variable, masked, masker

RESOLVED = ("paths.outputs", "data.path")
"""Keys in which environment variables are ordinary."""

_PLAIN = re.compile(r"\$\{(now:[^{}]*|[^${}:]*)\}")
_READ = re.compile(r"\$\{oc\.env:\w+(,[\w./-]*)?\}")
_TRACKING = "tracking.uri"
_VARIABLE = re.compile(r"\$\{oc\.env:(\w+)")
_UNWRITTEN = re.compile(r"hydra\.launcher\.|hydra\.sweeper\.(?!params)")
"""What Hydra reads and writes down unresolved."""

_JOINED = "hydra.job.override_dirname"
"""All overrides as one text, each of which is looked at by itself."""


def check_secrets(cfg: DictConfig) -> None:
    """Refuse what would bring a secret into the records of a run, in an unresolved configuration.

    That are resolvers, such as of environment variables, but for those of times and of other keys; and what looks like
    a secret. The configuration may have the node `hydra`, with the overrides as they were typed.

    Raises:
        UserError: naming the key and never the value.
    """
    mask = masker()
    for place, value in _texts(OmegaConf.to_container(cfg, resolve=False)):
        typed = re.fullmatch(r"hydra\.overrides\.(\w+)\.(\d+)", place)
        # Overrides are kept as they were typed.
        key = value.lstrip("+~").partition("=")[0] if typed else place
        check_password(key, value, mask)
        if key in RESOLVED and "${" in value:
            _check_variables(key, value)
            check_password(key, _resolved(cfg, f"hydra.overrides.{typed[1]}[{typed[2]}]" if typed else place))
        read = _READ.sub("", value) if key in RESOLVED or _UNWRITTEN.match(key) else value
        if key != _JOINED and not _is_plain(read):
            raise UserError(
                f"{key}: only {' and '.join(RESOLVED)} may read environment variables or use other resolvers, for what "
                "is found is kept with every run; write the value out"
            )


def check_password(key: str, value: str, mask: Callable[[str], str] = masked) -> None:
    """Refuse a text that looks like a secret or is called like one, to `mask`; raises UserError naming the key."""
    called = is_secret_name(key.rpartition(".")[2]) and value and not _READ.fullmatch(value)
    if called or mask(value) != value or mask(key) != key:
        raise UserError(
            f"{masked(key)}: its value holds a password or token, and would be kept with every run; {_cure(key)}"
        )


def _cure(key: str) -> str:
    if key == _TRACKING:
        return (
            "an MLflow server's belongs into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, a database's into "
            "PGPASSWORD or the file that PGPASSFILE names"
        )
    return "write ${oc.env:NAME}" if _UNWRITTEN.match(key) else "leave it out"


def _check_variables(key: str, value: str) -> None:
    """Refuse the variables of the environment that are called like a secret."""
    for name in _VARIABLE.findall(value):
        if is_secret_variable(name):
            raise UserError(
                f"{key}: the environment variable {name} is called like a secret, and what it holds would be kept "
                "with every run; write the folder out, or give it in a variable of another name"
            )


def _resolved(cfg: DictConfig, place: str) -> str:
    try:
        return str(OmegaConf.select(cfg, place))
    except OmegaConfBaseException:
        # It is told of where the value is asked for.
        return ""


def _is_plain(value: str) -> bool:
    """Whether a value's interpolations, inner ones first, name other keys or the time."""
    while (simpler := _PLAIN.sub("", value)) != value:
        value = simpler
    return "${" not in value


def _texts(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """(dotted key, text) of all texts that a plain node holds; a key in it is a text as well."""
    if isinstance(node, str):
        yield key, node
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, value in pairs:
        yield from _texts(value, f"{key}.{name}" if key else str(name))
