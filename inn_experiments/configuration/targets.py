"""From a `_target_` in the configuration to an object of ours, and never to anything else."""

import importlib
import re
from functools import partial
from typing import Any

from inn_experiments.configuration.axes import GROUPS, NOTES
from inn_experiments.configuration.signatures import Signature, signature
from inn_experiments.contracts import UserError

_PATH = re.compile(r"inn_experiments\.([a-z_0-9]+)(\.[a-z_][a-z_0-9]*)+\.[A-Z]\w*")


def takes(path: str, group: str | None = None) -> Signature:
    """The arguments of the class that `_target_: path` names, read from its source.

    Args:
        path: dotted.
        group: the config group it stands in; None: any group's packages will do.

    Raises:
        UserError: for everything but a class defined in an allowed package of this program.
    """
    rooms = {one.room for one in GROUPS.values() if group in (None, one.name)}
    match = _PATH.fullmatch(path) if isinstance(path, str) else None
    where = f" in the group `{group}`" if group else ""
    if match is None or match[1] not in rooms:
        allowed = ", ".join(f"inn_experiments.{room}.*" for room in sorted(rooms)) or "none"
        raise UserError(f"_target_ {path!r}{where} is not allowed; allowed are classes in: {allowed}")
    found = signature(path)
    if found is None:
        raise UserError(f"_target_ {path!r}{where}: there is no such class")
    return found


def find_class(path: str, group: str | None = None) -> type:
    """The class that `_target_: path` names, imported; raises UserError as `takes` does."""
    takes(path, group)
    module, _, name = path.rpartition(".")
    return vars(importlib.import_module(module))[name]


def check_targets(node: Any, group: str | None = None) -> None:
    """Refuse, at any depth of a plain `node`, a `_target_` that `takes` would refuse."""
    if isinstance(node, dict):
        if "_target_" in node:
            takes(node["_target_"], group)
        for value in node.values():
            check_targets(value, group)
    elif isinstance(node, list):
        for value in node:
            check_targets(value, group)


def build(node: dict[str, Any], /, **extra: Any) -> Any:
    """The object that an option describes, with `extra` arguments that only the program knows.

    With `_partial_: true` in the option it is a factory of such objects instead.

    Args:
        node: plain values with `_target_`.
        extra: handed over as they are (arrays, modules).

    Raises:
        UserError: for a `_target_` outside the allow-list or an option that sets an `extra` argument.
    """
    plain = {key: value for key, value in node.items() if key not in NOTES}
    if "_target_" not in plain:
        raise UserError(f"an option without _target_ cannot be built; its keys are: {', '.join(plain)}")
    check_targets(plain)
    clash = sorted(set(plain) & set(extra))
    if clash:
        raise UserError(f"{plain['_target_']}: the program itself sets {', '.join(clash)}; leave it out")
    factory = _factory(plain)
    return partial(factory, **extra) if plain.get("_partial_") else factory(**extra)


def _factory(node: dict[str, Any]) -> partial[Any]:
    """The class of a node with its arguments; texts stay texts, whatever they look like.

    Hydra's own way would look up interpolations in them, of which one can be a node with another target.
    """
    given = {key: value for key, value in node.items() if key not in ("_target_", "_partial_")}
    return partial(find_class(node["_target_"]), **{key: _argument(value) for key, value in given.items()})


def _argument(value: Any) -> Any:
    if isinstance(value, list):
        return [_argument(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "_target_" not in value:
        return {key: _argument(each) for key, each in value.items()}
    factory = _factory(value)
    return factory if value.get("_partial_") else factory()
