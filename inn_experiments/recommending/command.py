"""The command `recommend`: read the rows, say how long it will take, choose, and end with one sentence."""

import platform
import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version

import numpy as np

from inn_experiments import __version__
from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import UserError, child_seed, file_name
from inn_experiments.contracts.lines import lasting
from inn_experiments.data.reader import Reader
from inn_experiments.data.source import RawRows
from inn_experiments.recommending import presets
from inn_experiments.recommending.asked import Asked, asked
from inn_experiments.recommending.division import bounded, outer, usual_times
from inn_experiments.recommending.gains import Judge
from inn_experiments.recommending.nested import Part, inner_scenes, nested
from inn_experiments.recommending.notes import notes
from inn_experiments.recommending.page import Recommendation, console, keep
from inn_experiments.recommending.plan import Plan, cost, planned, probe, told
from inn_experiments.recommending.scene import Scene
from inn_experiments.recommending.settings import Settings
from inn_experiments.recommending.summary import lines, unseen
from inn_experiments.recommending.verdict import verdict

EXAMPLE = "data=table data.path=my.csv data.label=chemical"
MEASURING = 0.2
"""The share of the minutes that measuring what presets cost may take."""


def recommend(arguments: Sequence[str]) -> None:
    """Carry out `recommend ARGUMENTS`, print what is found and keep it; raises UserError for a mistake of the input."""
    started, given = time.perf_counter(), asked(arguments)
    cell = presets.base(given.overrides)
    raw = rows_of(cell)
    index = bounded(raw.y, given.rows, child_seed(cell.seed, "recommend/rows"))
    times = given.times or usual_times(raw.y[index])
    settings = Settings(seed=child_seed(cell.seed, "recommend"), trees=given.trees, times=times, worth=given.worth)
    scene, read = _first_scene(raw, index, settings)
    print(f"read {read}", flush=True)
    plan = _plan(given, scene, raw, index, settings)
    candidates = [presets.candidate(name, given.overrides) for name in plan.names]
    parts = nested(raw, index, candidates, plan.settings, _Progress())
    judge = Judge(raw.y, raw.group, index, child_seed(settings.seed, "resamples"))
    found = lines(parts, judge, len(index))
    score = unseen(parts, found, judge)
    answer = verdict(found, score, given.worth)
    recommendation = Recommendation(
        read=read,
        settings=plan.settings,
        lines=found,
        unseen=score,
        verdict=answer,
        left_out=plan.left_out,
        notes=notes(found, score, answer, len(index), len(raw.y)),
        command=_next(given, answer.preset),
        seconds=time.perf_counter() - started,
        versions=_versions(),
    )
    folder = cell.outputs / "recommendations" / file_name(raw.name)
    keep(recommendation, folder)
    print(f"kept in {folder}")
    print(console(recommendation), flush=True)


def rows_of(cell: Cell) -> RawRows:
    """All rows of the cell's data; raises UserError for data that are no table of rows of two classes or more."""
    name, source = cell.choices["data"], cell.source()
    if not isinstance(source, Reader):
        raise UserError(
            f"data={name}: these data draw their parts anew, and recommend divides rows of yours: {EXAMPLE}"
        )
    raw = source.read(cell.outputs / "cache")
    if len(raw.classes) < 2:
        raise UserError(f"data={name}: all rows are of the class {raw.classes[0]!r}, so there is nothing to classify")
    return raw


def _first_scene(raw: RawRows, index: np.ndarray, settings: Settings) -> tuple[Callable[[int], Scene], str]:
    """Makes an inner split to measure times on, and what was read, in a line."""
    group = None if raw.group is None else raw.group[index]
    held = outer(raw.y[index], group, raw.classes, settings.folds, seed=child_seed(settings.seed, "probe"))[0]
    left = index[np.delete(np.arange(len(index)), held)]

    def scene(seed: int) -> Scene:
        return inner_scenes(raw, left, settings, 0, seed=seed)[0]

    split = scene(0).split
    if split.shape is not None:
        raise UserError(
            f"data: {raw.name} are 2-D records, and recommend tries presets for rows; experiment=gcims compares "
            "generators of records"
        )
    reading = split.reading
    return scene, f"{raw.name}: {len(raw.y)} rows, {len(raw.classes)} classes" if reading is None else reading.line()


def _plan(given: Asked, scene: Callable[[int], Scene], raw: RawRows, index: np.ndarray, settings: Settings) -> Plan:
    """Measure what presets cost, cheap ones first, as long as measuring is a small part of it; print what is done."""
    names, started = presets.wanted(given.presets, raw.smiles), time.perf_counter()
    measured, real = probe(scene, settings.seed)
    limit = np.inf if given.minutes is None else 60 * given.minutes
    costs, left_out = [], {}
    for name in names:
        if name not in presets.INSTANT and time.perf_counter() - started > MEASURING * limit:
            left_out[name] = "too long to measure in these minutes"
            continue
        costs.append(
            cost(
                name,
                measured,
                lambda extra, name=name: presets.candidate(name, given.overrides, extra),
                lambda name=name: presets.epochs(name, given.overrides),
            )
        )
    plan = planned(costs, presets.CONTROLS, real, settings, given.minutes, given.repeats)
    plan = replace(plan, left_out={**plan.left_out, **left_out})
    used = f"{len(index):,} of {len(raw.y):,} rows" if len(index) < len(raw.y) else f"{len(index):,} rows"
    print(
        f"to try: {', '.join(plan.names)}; {used}, {plan.settings.times} generated for each real one, "
        f"{plan.settings.folds} parts x {plan.settings.repeats}"
    )
    if plan.left_out:
        print(f"left out: {told(plan.left_out)}")
        if given.minutes is not None:
            print(f"more minutes let in those that take long (minutes={given.minutes:g} now)")
    print(f"this will take about {lasting(plan.seconds)}, at most about {lasting(plan.most)}", flush=True)
    return plan


class _Progress:
    """Tells after each part what was chosen without it, and how long the rest will take."""

    def __init__(self) -> None:
        self.started = time.perf_counter()

    def __call__(self, done: int, parts: int, part: Part) -> None:
        left = (time.perf_counter() - self.started) / done * (parts - done)
        best = part.choice.best
        chosen = "nothing" if best is None else f"{best} ({part.choice.trails[best].mean:+.3f} inside)"
        bar = "#" * round(20 * done / parts)
        after = f", {lasting(left)} left" if done < parts else ""
        print(f"[{bar:<20}] part {done} of {parts}: {chosen}, unseen {part.gain:+.3f}{after}", flush=True)


def _next(given: Asked, preset: str | None) -> str:
    kept = [argument for argument in given.overrides if not argument.startswith("trainer.")]
    return "" if preset is None else shlex.join(["python", "-m", "inn_experiments", *kept, f"preset={preset}"])


def _versions() -> dict[str, str]:
    names = ("numpy", "scikit-learn", "torch")
    return {"inn_experiments": __version__, "python": platform.python_version(), **{n: version(n) for n in names}}
