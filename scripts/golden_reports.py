"""Reports of scripts/golden.py: what of them is kept, as one flat dict, and how two of them differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

LEFT_OUT = {"timings", "versions", "fingerprint", "seconds"}
# What names an entry of a list, in this order; `class` is the name in a geometry and a number in a utility.
NAMES = ("protocol", "treatment", "name", "key", "class")
SHOWN = 4
ABSENT = "absent"


def clean(value: Any) -> Any:
    """A report without what differs from run to run."""
    if isinstance(value, dict):
        return {key: clean(part) for key, part in value.items() if key not in LEFT_OUT}
    return [clean(part) for part in value] if isinstance(value, list) else value


def flat(report: dict[str, Any]) -> dict[str, Any]:
    """A report as one flat dict, key/of/parts -> value, whatever its version."""
    return flat_v2(report) if report.get("version", 1) == 2 else dict(_leaves("", report))


def flat_v2(report: dict[str, Any]) -> dict[str, Any]:
    """TO BE FILLED IN when report.json has {"version": 2, "numbers": [...]}: the same keys as of version 1."""
    raise NotImplementedError("flat_v2: say how the numbers of a version 2 report are named in version 1")


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            # Metrics have their whole name already.
            yield from _leaves("" if (name, key) == ("", "metrics") else f"{name}/{key}".lstrip("/"), part)
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for index, part in enumerate(value):
            named = [str(part[key]) for key in NAMES if isinstance(part.get(key), str)]
            rest = {key: leaf for key, leaf in part.items() if str(leaf) not in named or key not in NAMES}
            yield from _leaves(f"{name}/{'/'.join(named) or index}", rest)
    elif value != []:
        yield name, value


def difference(known: dict[str, Any] | None, made: dict[str, Any]) -> str:
    """In a few lines, what of a cell is not as recorded; empty where all is."""
    if known is None or "error" in made:
        return made.get("error", "not in the record")
    told = []
    if len(known["reports"]) != len(made["reports"]):
        told.append(f"{len(made['reports'])} reports, recorded {len(known['reports'])}")
    for old, new in zip(known["reports"], made["reports"], strict=False):
        before, after = flat(old), flat(new)
        told += [
            f"{key}: {after.get(key, ABSENT)}, recorded {before.get(key, ABSENT)}"
            for key in {**before, **after}
            if before.get(key, ABSENT) != after.get(key, ABSENT)
        ]
    for part in ("samples", "skipped"):
        told += [f"{part}: {made[part]}, recorded {known[part]}"] if made[part] != known[part] else []
    lost = [name for mark, name in known["weights"].items() if mark not in made["weights"]]
    told += [f"{len(lost)} of {len(known['weights'])} arrays are gone: {', '.join(lost[:SHOWN])}"] if lost else []
    more = f"\n  and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return f"{len(told)} differences\n  " + "\n  ".join(told[:SHOWN]) + more if told else ""
