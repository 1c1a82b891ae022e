"""Arguments of a command that composes no configuration: KEY=VALUE, written as the settings of a run are."""

from collections.abc import Mapping, Sequence
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from inn_experiments.configuration.checks import check_known, check_type
from inn_experiments.contracts import UserError


def arguments(given: Sequence[str], known: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `given`, such as `classes={caffeine: 50}`, of which `known` has the types.

    Example:
        >>> arguments(["n=5", "to=rows.csv"], {"n": int, "to": str})
        {'n': 5, 'to': 'rows.csv'}

    Raises:
        UserError: for what is not KEY=VALUE, an unknown key, one that is given twice, and a value of another type.
    """
    found: dict[str, Any] = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign:
            raise UserError(f"{text!r}: write KEY=VALUE, such as {next(iter(known))}=...")
        check_known([key], known, "the arguments")
        if key in found:
            raise UserError(f"{key}: it is given twice")
        if known[key] is str or known[key] == str | None:
            # A path may hold anything.
            found[key] = value
            continue
        found[key] = _read(text, key, value)
        check_type(key, found[key], known[key])
    return found


def _read(text: str, key: str, value: str) -> Any:
    """A value as YAML; keys of mappings as text, for that is what names of classes are."""
    try:
        # Nothing is resolved: an interpolation stays the text that it is.
        read = OmegaConf.to_container(OmegaConf.create(f"value: {value}"), resolve=False)["value"]
    except (OmegaConfBaseException, YAMLError, ValueError, KeyError, TypeError):
        raise UserError(
            f"{text!r} cannot be read; a list is written {key}=[A, B], numbers by name {key}={{A: 5}}, and names with "
            f"commas, colons or brackets in quotes: '{key}={{\"1,2-DCE\": 5}}'"
        ) from None
    if isinstance(read, dict):
        unread = [name for name, each in read.items() if each is None and ":" in str(name)]
        if unread:
            name, _, number = str(unread[0]).rpartition(":")
            raise UserError(f"{text!r} cannot be read; a blank belongs behind the colon: {key}={{{name}: {number}}}")
        return {str(name): each for name, each in read.items()}
    # People write a million as 1e6.
    return int(read) if isinstance(read, float) and read.is_integer() else read
