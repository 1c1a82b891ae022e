"""Reports of scripts/golden.py: what of them is kept, as one flat dict, and how two of them differ."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from inn_experiments.contracts.old_report import from_dict

LEFT_OUT = {"timings", "versions", "fingerprint", "seconds"}
MISSING: dict[str, Any] = {"fingerprint": "", "timings": {}, "versions": {}}
SHOWN = 4
ABSENT = "absent"


def clean(value: Any) -> Any:
    """A report without what differs from run to run."""
    if isinstance(value, dict):
        return {key: clean(part) for key, part in value.items() if key not in LEFT_OUT}
    return [clean(part) for part in value] if isinstance(value, list) else value


def flat(report: dict[str, Any]) -> dict[str, Any]:
    """A report, of whichever form, as one flat dict."""
    read = from_dict({**MISSING, **report})
    told: dict[str, Any] = {"cell": read.cell, "seed": read.seed, "parameters": read.parameters}
    told |= {f"axes/{axis}": value for axis, value in read.axes.items()}
    told |= {f"split/{key}": str(value) for key, value in read.split.items()}
    told |= {f"warnings/{text}": True for text in read.warnings}
    for number in read.numbers:
        name = "/".join(part for part in (number.key, number.of, number.reference) if part)
        plain = {key: value for key, value in asdict(number).items() if key not in ("key", "of", "reference")}
        told |= {f"{name}.{key}": value for key, value in plain.items() if value is not None}
    return told


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
