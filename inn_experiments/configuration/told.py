"""What a tracker shows as the parameters of a run: what was asked for and what differs from the default."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from inn_experiments.configuration.axes import AXES, CONTROL, MEASURES, SHOWING, VARIANTS
from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.keys import values
from inn_experiments.configuration.roles import CONF

MOST = 15
"""Parameters of a run: more are no help to whoever compares runs side by side."""
LONGEST = 500
"""Characters of a parameter's value, which every version of MLflow takes."""
MOST_NAMED, LONGEST_NAMED = 3, 30
"""Settings in a run's name, and characters of the value of one."""
UNNAMED = ("data.path", "data.label")
"""What is the same in all runs of a file."""
FIRST = ("seed", "data", "generator", "preset", "experiment")
"""What names a run, before axes that are what they always are."""
SMOKE = "smoke"
"""The options for a quick look."""
_AXIS_OF = {variant.key: variant.axis for variant in VARIANTS} | {"trainer.epochs": "epochs"}


def parameters(
    cell: Cell, overrides: Sequence[str], searched: Mapping[str, Any], most: int = MOST
) -> tuple[dict[str, str], dict[str, str]]:
    """The parameters of a cell's run, name -> value, and those for which there is no room.

    What a search drew comes first, then what was typed, the axes that name the run, those that are not at their
    default, what an experiment's file gives another value than its option, and all other axes. Where and how a run is
    recorded is no parameter.

    Args:
        cell: the cell.
        overrides: as they were typed, or as a sweep made them.
        searched: what a search drew for this trial.
        most: how many there are room for.

    Example:
        >>> from inn_experiments.configuration.compose import compose
        >>> told = ["data=coffee", "generator=convex", "data.test_fraction=0.4"]
        >>> parameters(compose(*told), told, {})[0]
        {'data': 'coffee', 'generator': 'convex', 'data.test_fraction': '0.4', 'seed': '0'}
    """
    axes, usual = cell.axes, {variant.axis: variant.usual for variant in VARIANTS}
    named = {**axes, **({"experiment": cell.choices["experiment"]} if "experiment" in cell.choices else {})}
    typed = _typed(cell, overrides)
    other = {name for name, value in axes.items() if value != (cell.usual if name in AXES else usual).get(name)}
    found = {**searched, **{name: value for name, value in typed.items() if name not in searched}}
    for names in (FIRST, [name for name in axes if name in other]):
        found |= {name: named[name] for name in names if name in named and name not in found}
    for more in (_changed(cell), axes):
        found |= {name: value for name, value in more.items() if name not in found}
    lines = {name: _line(value) for name, value in found.items()}
    order = list(lines)
    return {name: lines[name] for name in order[:most]}, {name: lines[name] for name in order[most:]}


def settings(cell: Cell, overrides: Sequence[str]) -> list[str]:
    """The typed values that the cell's name does not speak of, as `key=value`: by them runs of one name are told apart.

    Example:
        >>> from inn_experiments.configuration.compose import compose
        >>> told = ["data=coffee", "generator=convex", "data.test_fraction=0.4", "seed=1"]
        >>> settings(compose(*told), told)
        ['data.test_fraction=0.4']
    """
    typed = {key: value for key, value in _typed(cell, overrides).items() if "." in key and key not in UNNAMED}
    return [f"{key}={_line(value)[:LONGEST_NAMED]}" for key, value in typed.items()][:MOST_NAMED]


def is_smoke(cell: Cell) -> bool:
    """Whether the cell is trained or measured by an option for a quick look, so that its numbers are none."""
    groups = ["utility", "claims", *(["trainer"] if cell.by_epochs else [])]
    return any(group in cell.plain and cell.choices.get(group) == SMOKE for group in groups)


def _changed(cell: Cell) -> dict[str, Any]:
    """What another value was given than its option has, by whomever, by the names of axes where it has one."""
    found: dict[str, Any] = {}
    for group in ("data", "generator", *sorted(cell.read - {"trainer"}), *MEASURES, "trainer"):
        file = CONF / group / f"{cell.choices.get(group)}.yaml"
        if group not in cell.plain or not file.is_file() or (group == "trainer" and not cell.by_epochs):
            continue
        told = cell.plain[group]
        for name, usual in values(file).items():
            key, taken_over = f"{group}.{name}", isinstance(usual, str) and "${" in usual
            if key not in UNNAMED and not taken_over and not (group == "trainer" and name in SHOWING):
                found |= {_AXIS_OF.get(key, key): told[name]} if name in told and told[name] != usual else {}
    return found


def _typed(cell: Cell, overrides: Sequence[str]) -> dict[str, Any]:
    """What was typed of that which decides the result, by the names of axes where it has one, as it was understood."""
    found: dict[str, Any] = {}
    for override in overrides:
        key = override.partition("=")[0].lstrip("+~")
        head, _, rest = key.partition(".")
        if head in CONTROL or "@" in key or "/" in key or (head == "trainer" and rest in SHOWING):
            continue
        if rest or head not in cell.choices:
            found[_AXIS_OF.get(key, key)] = cell.value(key)
        else:
            found[key] = cell.choices[key]
    return found


def _line(value: Any) -> str:
    text = value if isinstance(value, str) else str(value) if not isinstance(value, dict | list) else json.dumps(value)
    text = "null" if value is None else text
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
