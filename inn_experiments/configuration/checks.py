"""Keys, types and ranges of a configuration are checked before anything is computed."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import ConfigDict, Field, PydanticSchemaGenerationError, TypeAdapter, ValidationError

from inn_experiments.configuration.axes import GROUPS, MEASURES, NOTES, named
from inn_experiments.configuration.reads import ignored
from inn_experiments.configuration.roles import check_role
from inn_experiments.configuration.targets import takes
from inn_experiments.contracts import UserError, nearest

SCALARS: dict[str, Any] = {
    "seed": Annotated[int, Field(ge=0)],
    "objective": Annotated[str, Field(min_length=1)],
    "final_fit": bool | None,
    "inner": Annotated[int, Field(ge=0)] | None,
    "register": Annotated[str, Field(min_length=1, max_length=256)] | None,
}
PLAIN: dict[str, dict[str, Any]] = {"paths": {"outputs": Annotated[str, Field(min_length=1)]}}
"""Groups without a class: key -> type."""


def unknown_key(key: str, known: Iterable[str], where: str) -> str:
    """The message about a key that nobody knows, with the nearest one that is known."""
    return f"unknown key {key!r} in {where}{nearest(key, known)}"


def check_known(keys: Iterable[str], known: Iterable[str], where: str) -> None:
    """Raise UserError for the first of `keys` that is not `known`."""
    known = set(known)
    for key in keys:
        if key not in known:
            raise UserError(unknown_key(key, known, where))


def check_type(name: str, value: Any, hint: Any) -> None:
    """Raise UserError, naming the key and its value, where `value` does not have the type `hint`."""
    try:
        adapter = _adapter(hint)
    except PydanticSchemaGenerationError:
        # An argument that only the program can hand over: a YAML file cannot hold such a value.
        raise UserError(f"{name}: it cannot be set in the configuration") from None
    try:
        adapter.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        # Of a large mapping the one entry; other steps of the place are pydantic's own, or a list's index.
        for key in first["loc"]:
            if not (isinstance(value, dict) and key in value):
                break
            name, value = f"{name}.{key}", value[key]
        reason = re.sub(r"^(Input|String|List|Value) should", "it should", first["msg"])
        if first["type"] in ("list_type", "tuple_type") and isinstance(value, str | int | float):
            reason = f"it should be a list: {name}=[{value}]"
        raise UserError(f"{name}: {value!r} will not do, {reason}") from None


@lru_cache(maxsize=1000)
def _adapter(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(hint, config=ConfigDict(allow_inf_nan=False))


def check_option(node: dict[str, Any], group: str, where: str) -> None:
    """Check a plain node with `_target_`, nested ones too, against the signature of its class.

    Raises:
        UserError: for a class outside the allow-list or of another role, an unknown key, or a value of another type.
    """
    hints = takes(node["_target_"], group)
    arguments = {key: value for key, value in node.items() if key not in (*NOTES, "_target_")}
    check_type(f"{where}._partial_", arguments.pop("_partial_", False), bool)
    check_role(node, group, where)
    check_known(arguments, hints, where)
    for key, value in arguments.items():
        if isinstance(value, dict) and "_target_" in value:
            check_option(value, group, f"{where}.{key}")
        else:
            check_type(f"{where}.{key}", value, hints[key])


def check_plain(node: dict[str, Any], group: str) -> None:
    """Check the keys and types of a group without a class; raises UserError."""
    check_known(node, PLAIN[group], group)
    for key, hint in PLAIN[group].items():
        check_type(f"{group}.{key}", node.get(key), hint)


def _check_scalars(plain: dict[str, Any]) -> None:
    if isinstance(plain.get("objective"), list):
        raise UserError(
            f"objective: {plain['objective']!r} will not do, it is one metric: a search has one direction; "
            "search by each of them in a study of its own"
        )
    for key, hint in SCALARS.items():
        check_type(key, plain.get(key), hint)


def check_values(plain: dict[str, Any], choices: Mapping[str, str]) -> None:
    """Check every key and value of a resolved configuration, in which absent groups are left out; raises UserError."""
    check_known(plain, {*SCALARS, *PLAIN, *GROUPS}, "the configuration")
    _check_scalars(plain)
    for group in (*PLAIN, *named("needed"), *MEASURES, *named("training"), *named("control")):
        if group not in plain and not (group in MEASURES and choices.get(group) == "none"):
            raise UserError(f"{group}: every run needs it; give {group}=OPTION, or leave its default alone")
    for group in GROUPS:
        if group in plain and not isinstance(plain[group], dict):
            raise UserError(f"{group}: {plain[group]!r} is not one of the group's options")
    for group, node in plain.items():
        if group in PLAIN:
            check_plain(node, group)
        elif group in SCALARS or group in ignored(plain):
            continue
        elif "_target_" in node:
            check_option(node, group, group)
        else:
            raise UserError(f"{group}: _target_ is missing; choose one of the group's options")
