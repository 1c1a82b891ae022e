"""From the name of a preset and settings, as Python has them, to the parts of a synthesizer."""

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from numbers import Integral, Real

from inn_experiments.configuration.axes import PARTS
from inn_experiments.configuration.building import Nodes, recipe
from inn_experiments.configuration.compose import CONF
from inn_experiments.configuration.mistakes import composed
from inn_experiments.configuration.reads import check_own_numbers
from inn_experiments.contracts import UserError, nearest

KEY = re.compile(r"[a-z_][a-z_0-9]*(\.[A-Za-z_0-9]+)*")
SMILES, RECORDS = "a SMILES for every class", "2-D records"
LACKING = {
    ("autoencoder", "decoupled"): SMILES,
    ("conditioning", "chemnet"): SMILES,
    ("conditioning", "label_chemnet"): SMILES,
    ("autoencoder", "sequential"): RECORDS,
    ("autoencoder", "joint"): RECORDS,
}
"""Options -> what they need that rows of a table do not bring."""


def presets() -> list[str]:
    """The names of all presets."""
    return sorted(path.stem for path in (CONF / "preset").glob("*.yaml"))


def parts(preset: str, settings: Mapping[str, object] | None = None) -> Nodes:
    """The nodes that the synthesizer of a preset is made of; none of its trainings shows a bar, unless asked to.

    Args:
        preset: an option of conf/preset.
        settings: key -> value as in an override, such as {"trainer.epochs": 50}.

    Raises:
        UserError: for an unknown preset, key or value, and for what needs more than the rows of a table.

    Example:
        >>> parts("jitter", {"generator.scale": 0.2})["generator"]["scale"]
        0.2
    """
    if preset not in presets():
        raise UserError(f"preset={preset}: there is no such preset{nearest(preset, presets())}")
    settings = dict(settings or {})
    overrides = tuple(override(key, value) for key, value in settings.items())
    nodes = deepcopy(_nodes(preset, overrides))
    for key in settings:
        if (group := key.split(".")[0]) not in nodes:
            raise UserError(
                f"settings: {key}: preset={preset} does not read {group!r}; leave it out (read here: "
                f"{', '.join(sorted(nodes))})"
            )
    check_own_numbers(nodes, {key: f"settings: {key}" for key in settings}, f"preset={preset}")
    if "trainer" in nodes:
        nodes["trainer"]["progress"] = bool(settings.get("trainer.progress", False))
    return nodes


@lru_cache(maxsize=64)
def _nodes(preset: str, overrides: tuple[str, ...]) -> Nodes:
    # A quarter of a second each, where a cross-validation asks hundreds of times for the same.
    cell = composed(f"preset={preset}", *overrides)
    for (group, option), needed in LACKING.items():
        if group in cell.read and cell.choices.get(group) == option:
            raise UserError(
                f"preset={preset}: {group}={option} needs {needed}, which rows alone do not bring; choose another "
                "preset, or run it from the command line"
            )
    return recipe(cell)


def override(key: str, value: object) -> str:
    r"""A setting as it is written on the command line; raises UserError for what is none of a synthesizer's.

    Example:
        >>> override("network.widths", [8, None]), override("generator.pretrained", 'a "law"')
        ('network.widths=[8,null]', 'generator.pretrained="a \\"law\\""')
    """
    groups = {*PARTS, "generator", "autoencoder"}
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise UserError(f"settings: {key!r} is no key; write it as on the command line, such as 'trainer.epochs'")
    if (group := key.split(".")[0]) not in groups:
        here = (
            "; the rows are those that are given, and scaling=... says how they are scaled" if group == "data" else ""
        )
        raise UserError(f"settings: {key}: {group!r} is no part of a synthesizer{here or nearest(group, groups)}")
    return f"{key}={_text(value, key)}"


def _text(value: object, key: str) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Integral():
            return str(int(value))
        case Real():
            return repr(float(value))
        case str():
            # Backslashes are doubled where a quote follows, and stand for themselves elsewhere.
            return '"' + re.sub(r'(\\*)("|$)', lambda m: m[1] * 2 + ('\\"' if m[2] else ""), value) + '"'
        case list() | tuple():
            return f"[{','.join(_text(each, key) for each in value)}]"
        case Mapping():
            return "{" + ",".join(f"{name}: {_text(each, key)}" for name, each in value.items()) + "}"
    raise UserError(
        f"settings: {key}: {type(value).__name__} will not do; give a number, a text, a list or a mapping of these"
    )
