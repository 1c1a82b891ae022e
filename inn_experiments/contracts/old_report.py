"""Reports of finished runs from their files: today's form, and the one of version 0.2.0, whose parts were nested."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from inn_experiments.contracts.errors import UserError
from inn_experiments.contracts.report import VERSION, Number, Report

MOMENTS = ("mean", "std", "spread", "pc1", "pc2")
COUNTS = ("n_train", "n_test", "repeats")
COMMON = ("cell", "seed", "fingerprint", "axes", "parameters", "warnings", "timings", "versions", "split")

KINDS = {"cell": str, "seed": int, "fingerprint": str, "parameters": int}
KINDS |= {"axes": dict, "timings": dict, "versions": dict, "split": dict, "warnings": list}

LATER = ("trained", "asked", "kept")
"""What not all reports of today's form have, either."""


def read_report(path: Path) -> Report:
    """The report in the file `path`; raises UserError for one that cannot be read, or that is of a later version."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return from_dict(plain)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path}: this report cannot be read ({type(error).__name__}: {error}); run its cell again"
        ) from None


def from_dict(plain: Mapping[str, Any]) -> Report:
    """The report of plain values, in whichever form; raises UserError for a later version of the form."""
    version = plain.get("version", 1)
    if version not in (1, VERSION):
        raise UserError(f"a report of form {version}, and this program reads forms up to {VERSION}; use a later one")
    numbers = [Number(**number) for number in plain["numbers"]] if version == VERSION else list(_numbers(plain))
    later = {key: dict(plain.get(key, {})) for key in LATER}
    report = Report(**{key: plain[key] for key in COMMON}, numbers=numbers, **later)
    _check(report)
    return report


def _check(report: Report) -> None:
    """Raise TypeError for what is not of its kind, as in files that were changed by hand."""
    for name, kind in KINDS.items():
        if not isinstance(vars(report)[name], kind):
            raise TypeError(f"{name} is {vars(report)[name]!r:.40}")
    for number in report.numbers:
        for name in ("value", "half", "low", "high", "p", "n"):
            found = vars(number)[name]
            known = isinstance(found, (int, float)) and not isinstance(found, bool) and math.isfinite(found)
            if not known and (found is not None or name == "value"):
                raise TypeError(f"{name} of {number.key!r:.60} is {found!r:.40}, no number")


def _numbers(plain: Mapping[str, Any]) -> Iterator[Number]:
    nested = ("utility/", "claims/")
    yield from (Number(key, value) for key, value in plain["metrics"].items() if not key.startswith(nested))
    for direction, predictors in plain["baselines"].items():
        for predictor, errors in predictors.items():
            yield from (Number(f"test/{direction}/{key}", value, reference=predictor) for key, value in errors.items())
    for layer in plain["conditioning"]:
        yield from _layer(layer)
    for row in plain["geometry"]:
        yield from _shape(row)
    for claim in plain.get("claims", ()):
        yield from _claim(claim)
    for row in plain["utility"]:
        yield from _utility(row)


def _layer(layer: Mapping[str, Any]) -> Iterator[Number]:
    values = dict(zip(("rows", "columns"), layer["shape"], strict=True))
    values |= {key: layer[key] for key in ("condition", "exact", "error")}
    yield from (Number(f"walk/{key}", float(value), of=layer["layer"]) for key, value in values.items())


def _shape(row: Mapping[str, Any]) -> Iterator[Number]:
    name = row["class"]
    yield Number("test/geometry/n", row["n"], of=name)
    for arm in ("real", *row["scores"]):
        found = {key: row[arm][key] for key in MOMENTS} | row["scores"].get(arm, {})
        if arm in row.get("judge", {}):
            found["judge"] = row["judge"][arm]
        yield from (Number(f"test/geometry/{arm}/{key}", value, of=name) for key, value in found.items())


def _claim(claim: Mapping[str, Any]) -> Iterator[Number]:
    key = f"claims/{claim['key']}"
    bounds = {name: claim.get(name) for name in ("low", "high", "p")}
    yield Number(key, claim["value"], **bounds, n=claim["n"], label=claim["text"])
    if claim.get("chance") is not None:
        yield Number(key, claim["chance"], reference="chance")


def _utility(row: Mapping[str, Any]) -> Iterator[Number]:
    prefix = f"utility/{row['protocol']}/{row['treatment']}"
    yield from _measured(row, prefix, None)
    for one in row.get("per_class", ()):
        yield from _measured(one, prefix, one["name"])


def _measured(row: Mapping[str, Any], prefix: str, of: str | None) -> Iterator[Number]:
    """Counts are plain numbers, measures have a mean and a half width."""
    for key, value in row.items():
        if key in COUNTS:
            yield Number(f"{prefix}/{key}", value, of=of)
        elif isinstance(value, dict):
            yield Number(f"{prefix}/{key}", value["mean"], half=value["half_width"], of=of)
