"""Which classes an option of a group may name: those that the program's own options name."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from inn_experiments.contracts import UserError

_HERE = Path(__file__).resolve().parents[1]
CONF = _HERE / "conf" if (_HERE / "conf").is_dir() else _HERE.parent / "conf"
"""The folder of the options: beside the code in an installed package, one level up in a checkout."""


@cache
def classes(group: str) -> dict[str, bool]:
    """Dotted class -> whether an option hands over a factory of it, of all that play the part of `group`.

    Example:
        >>> classes("tracking")
        {'inn_experiments.tracking.record.Record': False, 'inn_experiments.tracking.files.Files': False}
    """
    found = {}
    for path in sorted((CONF / group).glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        if target := re.search(r"^_target_: (\S+)", text, re.MULTILINE):
            found[target[1]] = re.search(r"^_partial_: true", text, re.MULTILINE) is not None
    return found


def check_role(node: dict[str, Any], group: str, where: str) -> None:
    """Refuse a class of this program in a group whose part it does not play, and a factory in place of an object.

    Raises:
        UserError: naming the key, which begins with `where`.
    """
    known, target = classes(group), node["_target_"]
    if target not in known:
        raise UserError(f"{where}._target_: {target!r} is no {group}; there are: {', '.join(known)}")
    if bool(node.get("_partial_", False)) != known[target]:
        value, usual = str(node.get("_partial_", False)).lower(), str(known[target]).lower()
        raise UserError(f"{where}._partial_: {value} will not do, it has to be {usual} here")
