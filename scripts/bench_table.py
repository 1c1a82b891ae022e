"""The figures in what the benchmarks print, as one table: each over its floor, beside a peer, against its aim."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

STEPS = 16_000
"""Of a cell: 1,000 epochs of MNIST1D's 2,000 rows."""

AIMS = {"loss=fid": 2.6, "loss=mse": 2.0}
"""The most that a PointUNet's step may cost over its floor."""

AUTHORS_RATE = 78
AUTHORS = {
    "gaussian": {"implicit": 116, "semi_implicit": 204, "svd, explicit": 116},
    "convex": {"implicit": 156, "semi_implicit": 211, "svd, explicit": 156},
}
"""Processor seconds of a cell of the paper's published scripts, by sampling and method, at AUTHORS_RATE GFLOP/s."""

NETWORKS = {"implicit": ("forward", "inverse"), "semi_implicit": ("both",), "svd, explicit": ("forward",)}
"""Our networks that a method trains."""

MEASURED = ("lean", "together", "fit", "fits")
"""Columns of benchmark_step.py."""


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        work: what is done.
        ours, floor, peer: in `unit`; None where there is none.
        most, limit, least: aims: ours / floor and ours at most, peer / ours at least.
        equal: peer / ours if both machines were equally fast.
    """

    work: str
    ours: float
    floor: float | None = None
    peer: float | None = None
    unit: str = "ms"
    most: float | None = None
    limit: float | None = None
    least: float | None = None
    equal: float | None = None

    @property
    def aim(self) -> str:
        """The aim in words, and whether it is missed."""
        if self.most is not None and self.floor is not None:
            said, met = f"≤ {self.most} x floor", self.ours <= self.most * self.floor
        elif self.limit is not None:
            said, met = f"≤ {self.limit:g} {self.unit}", self.ours <= self.limit
        elif self.least is not None and self.peer is not None:
            said, met = f"peer ≥ {self.least:g} x ours", self.peer >= self.least * self.ours
        else:
            return ""
        return said if met else f"{said}: **missed**"

    def __str__(self) -> str:
        given = [_figure(value, self.unit) for value in (self.floor, self.ours)]
        ratios = [_ratio(self.ours, self.floor), _ratio(self.peer, self.ours)]
        cells = (self.work, *given, ratios[0], _figure(self.peer, self.unit), ratios[1], self.aim)
        return f"| {' | '.join(cells)} |"


def table(outputs: Sequence[tuple[Sequence[str], str]]) -> list[Line]:
    """The lines in what was printed by (script, arguments...)."""
    return [line for (script, *given), text in outputs if script in READ for line in READ[script](text, given)]


def written(lines: Sequence[Line]) -> str:
    """The table in Markdown, with what falls short below it."""
    head = "| work | floor | ours | ours / floor | peer or authors | peer / ours | aim |\n|---|---|---|---|---|---|---|"
    missed = [line.work for line in lines if "missed" in line.aim]
    count = sum(bool(line.aim) for line in lines)
    said = f"{len(missed)} of {count} aims are missed" + (f": {'; '.join(missed)}." if missed else ".")
    equal = [f"{line.work} {line.equal:.1f}" for line in lines if line.equal is not None]
    if equal:
        said += (
            f"\n\nThe authors' scripts were measured at {AUTHORS_RATE} GFLOP/s. At equal GFLOP/s they take so many "
            f"times ours: {'; '.join(equal)}."
        )
    return "\n".join([head, *map(str, lines)]) + f"\n\n{said}\n"


def _figure(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:.3g} {unit}" if value < 1000 else f"{value:,.0f} {unit}"


def _ratio(value: float | None, other: float | None) -> str:
    return "" if value is None or other is None else f"{value / other:.2f}"


def _steps(text: str, given: Sequence[str]) -> list[Line]:
    """Of benchmark_step.py: a step of each network, alone and side by side, then whole cells beside the authors'."""
    options = dict(each.split("=") for each in given if "=" in each)
    loss, sampling = options.get("loss", "fid"), options.get("sampling", "gaussian")
    square = "network" in options
    label = ", ".join(f"{key}={value}" for key, value in options.items())
    most = None if square else AIMS.get(f"loss={loss}")
    together = re.search(r"(\d+) together", text)
    found: dict[str, dict[str, float | None]] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 15 and words[0] in ("implicit", "semi_implicit", "svd"):
            rate, _, *figures = (None if word == "-" else float(word) for word in words[2:])
            floor, _, _, *ours = figures
            found[words[1]] = {"rate": rate, "floor": floor} | dict(zip(MEASURED, ours[::2], strict=True))
    count = together and together.group(1)
    lines = []
    for name, one in found.items():
        lines.append(Line(f"step of {name}, {label}", one["lean"], one["floor"], most=most))
        if one["together"] is not None:
            lines.append(
                Line(f"step of {name}, {label}, {count} side by side", one["together"], one["floor"], most=most)
            )
    if loss == "fid" and not square:
        lines += _cells(found, sampling, count)
    return lines


def _cells(found: dict[str, dict[str, float | None]], sampling: str, count: str) -> list[Line]:
    lines = []
    for method, names in NETWORKS.items():
        if any(name not in found for name in names):
            continue
        floor, peer = (sum(found[name]["floor"] for name in names) * STEPS / 1e3), AUTHORS[sampling][method]
        for column, beside in (("fit", ""), ("fits", f", one of {count} side by side")):
            if all(found[name][column] is not None for name in names):
                ours = sum(found[name][column] for name in names) * STEPS / 1e3
                equal = peer / ours * AUTHORS_RATE / found[names[0]]["rate"]
                work = f"cell of {method}, {sampling}{beside}"
                lines.append(Line(work, ours, floor, peer, unit="s", least=4, equal=equal))
    return lines


def _generators(text: str, given: Sequence[str]) -> list[Line]:
    rows = re.findall(r"^(\S.{22,23}?)\s+([\d.]+)\s+([\d.]+)\s+[\d.]+$", text, re.MULTILINE)
    return [Line(f"epoch of {name.strip()}", float(ours), float(floor)) for name, floor, ours in rows]


def _diffusion(text: str, given: Sequence[str]) -> list[Line]:
    rows = re.findall(r"^(\w+) +floor +([\d.]+) ms +step +([\d.]+) ms", text, re.MULTILINE)
    lines = [Line(f"step of 6 x 512 diffusion, {name}", float(ours), float(floor)) for name, floor, ours in rows]
    epochs = re.findall(r"^(\w+) +([\d,]+) rows +([\d.]+) s an epoch", text, re.MULTILINE)
    lines += [Line(f"epoch of {count} rows, {name}", float(spent), unit="s") for name, count, spent in epochs]
    rates = re.findall(r"^(\w+) +(DDIM-\d+) +([\d.]+) rows/s", text, re.MULTILINE)
    return lines + [Line(f"a row by {name}, {kind}", 1000 / float(rate)) for kind, name, rate in rates]


def _start(text: str, given: Sequence[str]) -> list[Line]:
    rows = re.findall(r"^(\S.{27}) *([\d.]*) +([\d.]+)$", text, re.MULTILINE)
    return [
        Line(f"start: {name.strip()}", float(ours), unit="s", limit=float(wanted) if wanted else None)
        for name, wanted, ours in rows
    ]


def _peers(text: str, given: Sequence[str]) -> list[Line]:
    lines, what = [], ""
    for line in text.splitlines():
        if head := re.match(r"(step|call) of ", line):
            what = "step of denoising-diffusion-pytorch" if head[1] == "step" else "call of diffusers"
        elif row := re.match(r"(\S.{27}) *([\d.]+) +([\d.]+) +[\d.]+ +([\d.]+) +[\d.]+$", line):
            floor, ours, peer = map(float, row.groups()[1:])
            lines.append(Line(f"{what}: {row[1].strip()}", ours, floor, peer))
    return lines


READ: dict[str, Callable[[str, Sequence[str]], list[Line]]] = {
    "benchmark_step.py": _steps,
    "benchmark_generators.py": _generators,
    "benchmark_diffusion.py": _diffusion,
    "benchmark_start.py": _start,
    "benchmark_peers.py": _peers,
}
"""Script -> what reads its output and its arguments."""
