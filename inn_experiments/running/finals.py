"""The end of a study: its best settings run once on all training rows and the test rows, beside the usual ones."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import write_text
from inn_experiments.running.cells import Cells
from inn_experiments.running.study import LUCK, command
from inn_experiments.running.trials import Trial
from inn_experiments.tuning import answer
from inn_experiments.tuning.search import Search, overrides

FILE = "study.json"


def conclude(study: Search, base: Cell, usual: Mapping[str, Any], fixed: Sequence[str], cells: Cells) -> None:
    """Run what is compared on test rows, print the study's answer, and keep it as `study.json` in the sweep's folder.

    Args:
        study: with all its trials.
        base: the cell of the usual settings.
        usual: their values of what was searched.
        fixed: the overrides of all cells.
        cells: run them.
    """
    best = study.best
    kept = {
        "study": study.name,
        "storage": study.plan.storage if "://" not in study.plan.storage else "a database",
        "objective": study.aim.key,
        "direction": study.aim.direction,
        "trials": study.counts(),
    }
    told = ", ".join(f"{count} {word}" for word, count in study.counts().items() if count)
    print(f"\nstudy {study.name}: {told}")
    if best is None:
        print(answer.NO_TRIAL, flush=True)
        write_text(cells.sweep / FILE, json.dumps({**kept, "verdict": answer.NO_TRIAL}, indent=1) + "\n")
        return
    # A seed that was lucky once is no setting.
    settings = {key: value for key, value in best.params.items() if key != LUCK}
    typed, same = overrides(settings), _is_usual(settings, usual)
    ordinary = next((one for one in study.done if _is_usual(one.params, usual) and "value" in one.user_attrs), None)
    inner = {"best": best.user_attrs["value"], "trial": best.number, "of": study.counts()["finished"]}
    inner |= {"usual": None if ordinary is None else ordinary.user_attrs["value"]}
    beside = "not among the trials" if ordinary is None else f"{inner['usual']:.4g}"
    print(f"on inner rows: best {inner['best']:.4g} ({' '.join(overrides(best.params))}), usual settings {beside}")
    print(f"  the best of {inner['of']} trials is partly luck; test rows, which no trial saw, decide", flush=True)
    found = _tested(study, base, [] if same else typed, fixed, cells)
    verdict = answer.verdict(found, same, lucky=LUCK in best.params)
    if found is not None:
        print(f"on test rows: {answer.line(found, same)}")
    run = command(fixed, typed)
    print(f"{verdict}\nthe best settings:  {run}")
    kept |= {"inner": inner, "best": overrides(best.params), "test": None if found is None else vars(found)}
    kept |= {"verdict": verdict, "command": run, "tried": study.told()}
    path = write_text(cells.sweep / FILE, json.dumps(kept, indent=1) + "\n")
    print(f"kept in {path}", flush=True)


def _tested(
    study: Search, base: Cell, typed: Sequence[str], fixed: Sequence[str], cells: Cells
) -> answer.Tested | None:
    """Best and usual settings on the test rows; nobody is asked twice where they are the same."""
    seeds = range(base.seed, base.seed + study.plan.test_seeds)
    arms = {"usual": []} | ({"best": list(typed)} if typed else {})
    batch = [
        (Trial(f"test {place}/{len(seeds)} {name}", study.name, tuple(given)), [*fixed, *given, f"seed={seed}"])
        for name, given in arms.items()
        for place, seed in enumerate(seeds, start=1)
    ]
    outcomes = cells.run(batch) if batch else []
    values = [one.get("value") for one in outcomes]
    ordinary, best = values[: len(seeds)], values[-len(seeds) :] if seeds else []
    return answer.tested(study.aim, list(seeds), best, ordinary)


def _is_usual(params: Mapping[str, Any], usual: Mapping[str, Any]) -> bool:
    return overrides(params) == overrides({key: usual[key] for key in params})
