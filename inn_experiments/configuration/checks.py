"""What the configuration says is checked before anything is computed: keys, types, axes that nobody reads."""

from __future__ import annotations

import difflib
import inspect
import json
import re
from collections.abc import Iterable
from dataclasses import is_dataclass
from typing import Annotated, Any, get_type_hints

from pydantic import ConfigDict, Field, PydanticSchemaGenerationError, TypeAdapter, ValidationError

from inn_experiments.configuration.targets import NOTES, ROOMS, find_class
from inn_experiments.contracts import UserError

AXES = (
    "method",
    "network",
    "prime",
    "sampling",
    "loss",
    "parameterization",
    "schedule",
    "sampler",
    "conditioning",
    "autoencoder",
)
"""Groups that only some generators read; data, utility, geometry, trainer and tracking serve every one."""

SERVING = ("data", "generator", "utility", "geometry", "claims", "trainer", "tracking")
"""Groups that every run needs."""

SCALARS: dict[str, Any] = {"seed": Annotated[int, Field(ge=0)], "objective": Annotated[str, Field(min_length=1)]}
PLAIN: dict[str, dict[str, Any]] = {"paths": {"outputs": Annotated[str, Field(min_length=1)]}}
"""Groups without a class: key -> type."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest known one, where one is near, and all of them."""
    known = sorted(known)
    if not known:
        return "; there are none here"
    near = difflib.get_close_matches(str(name), known, n=1)
    guess = f"; did you mean {near[0]!r}?" if near else ""
    return f"{guess} (known: {', '.join(known)})"


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
        adapter = TypeAdapter(hint, config=ConfigDict(allow_inf_nan=False))
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
        raise UserError(f"{name}: {value!r} will not do, {reason}") from None


def check_option(node: dict[str, Any], group: str, where: str) -> None:
    """Check a plain node with `_target_`, nested ones too, against the signature of its class.

    Raises UserError for a class outside the allow-list, an unknown key, or a value of another type.
    """
    target = find_class(node["_target_"], group)
    parameters = [
        name
        for name, parameter in inspect.signature(target).parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]
    # Of a dataclass, fields may be those of a base class in another file, which knows their types.
    hints = get_type_hints(target if is_dataclass(target) else target.__init__, include_extras=True)
    arguments = {key: value for key, value in node.items() if key not in (*NOTES, "_target_")}
    check_type(f"{where}._partial_", arguments.pop("_partial_", False), bool)
    check_known(arguments, parameters, where)
    for key, value in arguments.items():
        if isinstance(value, dict) and "_target_" in value:
            check_option(value, group, f"{where}.{key}")
        elif key in hints:
            check_type(f"{where}.{key}", value, hints[key])


def check_plain(node: dict[str, Any], group: str) -> None:
    """Check the keys and types of a group without a class; raises UserError."""
    check_known(node, PLAIN[group], group)
    for key, hint in PLAIN[group].items():
        check_type(f"{group}.{key}", node.get(key), hint)


def check_values(plain: dict[str, Any]) -> None:
    """Check every key and value of a resolved configuration; raises UserError."""
    check_known(plain, {*SCALARS, *PLAIN, *ROOMS}, "the configuration")
    for key, hint in SCALARS.items():
        check_type(key, plain.get(key), hint)
    for group in (*PLAIN, *SERVING):
        if group not in plain:
            raise UserError(f"{group}: every run needs it; give {group}=OPTION, or leave its default alone")
    for group in ROOMS:
        if group in plain and not isinstance(plain[group], dict):
            raise UserError(f"{group}: {plain[group]!r} is not one of the group's options")
    for group, node in plain.items():
        if group in PLAIN:
            check_plain(node, group)
        elif group in SCALARS or group in ignored(plain):
            # What nobody reads need not be imported either: a classical generator starts without torch.
            continue
        elif "_target_" in node:
            check_option(node, group, group)
        else:
            raise UserError(f"{group}: _target_ is missing; choose one of the group's options")


def axes_read(plain: dict[str, Any]) -> set[str]:
    """The axis groups whose choice can change the result of the chosen generator.

    A corruption says itself whether it takes alpha and sigma from the schedule: with one that does not, the
    schedule's choice changes nothing, even where the generator is given it for its number of levels.
    """
    read = set(plain["generator"].get("reads") or [])
    # Any generator can work inside an autoencoder.
    read |= {"autoencoder", *((plain.get("autoencoder") or {}).get("reads") or [])}
    if "sampling" in read:
        read -= {"schedule"}
        read |= set((plain.get("sampling") or {}).get("reads") or [])
    return read


def ignored(plain: dict[str, Any]) -> set[str]:
    """The groups of a configuration that cannot change its result, because nothing reads them.

    `schedule.steps` is the number of levels T, which every corruption has: where there is a corruption, the
    schedule stays in.
    """
    read = axes_read(plain)
    return {*AXES, "trainer"} - read - ({"schedule"} if "sampling" in read else set())


def check_notes(overrides: Iterable[str]) -> None:
    """Refuse overrides of what an option says about itself; raises UserError naming the key."""
    for override in overrides:
        key = override.lstrip("+~").split("=")[0]
        if key.rpartition(".")[2].partition("[")[0] in NOTES and "." in key:
            raise UserError(f"{key}: a note of the option about itself, which cannot be set")


def check_axes(plain: dict[str, Any], choices: dict[str, str], defaults: dict[str, str], overrides: list[str]) -> None:
    """Refuse an axis that was chosen though nothing reads it, and options that exclude each other.

    Arguments: `choices` and `defaults`, group -> option; `overrides`, as given on the command line.
    Raises UserError naming the axis and who ignores it.
    """
    read = axes_read(plain)
    for group in sorted(read - set(plain)):
        raise UserError(f"{group}: generator={choices['generator']} reads it; give {group}=OPTION")
    touched = {override.lstrip("+~").split("=")[0].split("@")[0] for override in overrides}
    for group in AXES:
        if group in read or group not in plain:
            continue
        levels = {"schedule.steps"} if "sampling" in read else set()
        given = any(key == group or key.startswith(f"{group}.") for key in touched - levels)
        if given or choices.get(group) != defaults.get(group):
            others = ["sampling"] if group == "schedule" and "sampling" in read else []
            who = ", ".join(f"{axis}={choices[axis]}" for axis in ("generator", *others))
            raise UserError(
                f"{group}={choices.get(group)}: with {who} nothing reads {group!r}; leave it out "
                f"(read here: {', '.join(sorted(read)) or 'no axis'})"
            )
    for group in ("generator", "data", "claims", *sorted(read)):
        for axis, allowed in ((plain.get(group) or {}).get("needs") or {}).items():
            if choices.get(axis) not in allowed:
                raise UserError(
                    f"{axis}={choices.get(axis)} does not go with {group}={choices[group]}, "
                    f"which needs {axis}={'|'.join(allowed)}"
                )


def check_objective(plain: dict[str, Any], choices: dict[str, str]) -> None:
    """Refuse an objective that nothing of this configuration measures; raises UserError naming what would.

    What else a cell measures shows only when it has run.
    """
    objective, geometry = plain["objective"], plain["geometry"]
    undecoded = choices.get("autoencoder") != "none" and geometry.get("decoded") is False
    for prefix, lacking, group in (
        ("test/geometry/", geometry.get("rows") == 0, "geometry"),
        ("test/samples/", undecoded, "geometry"),
        ("utility/", plain["utility"].get("repeats") == 0, "utility"),
    ):
        if objective.startswith(prefix) and lacking:
            raise UserError(
                f"objective={objective}: {group}={choices[group]} does not measure it; choose another "
                f"{group}, or another objective"
            )
