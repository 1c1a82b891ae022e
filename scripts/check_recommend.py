"""How often `recommend` finds help where there is none, and where there is some.

    nice python scripts/check_recommend.py --to draws.jsonl --draws 100
    python scripts/check_recommend.py --to draws.jsonl --table

Each draw is a new table of rows, on which the whole choice runs: the program's own code with few trees and the cheap
presets. What is in the file already is not computed again, so that it can be stopped and started.

shuffled: the 60 coffee spectra, every 46th channel, labels permuted. unbalanced: 63 rows of noise in classes of 40, 15
and 8. separated: 3 classes of 100 rows that hardly overlap. overlapping: 2 classes of 300 rows, Bayes' rule right in
about five of six. few: 20 classes of 6 rows and 50 channels, where rows do help.
"""

import argparse
import json
import sys
import time
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from inn_experiments.data.source import ArrayRows
from inn_experiments.data.tables.coffee import Coffee
from inn_experiments.measures.numbers.intervals import bounded_share
from inn_experiments.recommending import scene
from inn_experiments.recommending.division import usual_times
from inn_experiments.recommending.gains import Judge
from inn_experiments.recommending.nested import nested
from inn_experiments.recommending.settings import Candidate, Settings
from inn_experiments.recommending.summary import lines, unseen
from inn_experiments.recommending.verdict import verdict
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.convex import Convex
from inn_experiments.synthesizers.classical.gaussian import Gaussian
from inn_experiments.synthesizers.classical.jitter import Jitter

CANDIDATES = [
    Candidate("bootstrap", Bootstrap),
    Candidate("convex", Convex),
    Candidate("jitter", Jitter),
    Candidate("gaussian", Gaussian),
]
KINDS = {"shuffled": 0.0, "unbalanced": 0.0, "separated": 0.0, "overlapping": 0.0, "few": 1.0}
"""Name -> whether rows can help."""
STEP = 46
C2ST_TREES = 5


def clusters(rng: np.random.Generator, rows: int, features: int, classes: int, apart: float) -> tuple:
    """Spherical Gaussian classes, whose centres are `apart` deviations from the middle, more or less."""
    y = np.repeat(np.arange(classes), rows)
    centres = apart * rng.normal(size=(classes, features)) / np.sqrt(features)
    return centres[y] + rng.normal(size=(len(y), features)), y


def drawn(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, d) and labels (n,) of one draw."""
    rng = np.random.default_rng(seed)
    if kind == "shuffled":
        raw = Coffee().read(Path())
        return raw.x[:, ::STEP], rng.permutation(raw.y)
    if kind == "unbalanced":
        return rng.normal(size=(63, 10)), rng.permutation(np.repeat([0, 1, 2], [40, 15, 8]))
    if kind == "separated":
        return clusters(rng, 100, 5, 3, 6.0)
    if kind == "overlapping":
        y = np.repeat([0, 1], 300)
        # Two deviations between the centres, in a direction of its own each time.
        way = rng.normal(size=4)
        return 2 * y[:, None] * way / np.linalg.norm(way) + rng.normal(size=(len(y), 4)), y
    return clusters(rng, 6, 50, 20, 5.5)


def draw(task: tuple[str, int, int, int]) -> dict:
    """The verdict on one draw."""
    kind, seed, trees, repeats = task
    scene.TREES, started = C2ST_TREES, time.process_time()
    x, y = drawn(kind, seed)
    raw = ArrayRows(x=x, y=y.astype(np.int64), classes=tuple(map(str, range(y.max() + 1))), name=kind)
    settings = Settings(seed=seed, trees=trees, repeats=repeats, times=usual_times(y), draws=2)
    index = np.arange(len(y))
    parts = nested(raw, index, CANDIDATES, settings, lambda done, parts, part: None)
    judge = Judge(raw.y, None, index, seed)
    found = lines(parts, judge, len(index))
    score = unseen(parts, found, judge)
    answer = verdict(found, score, settings.worth)
    best = max(found, key=lambda line: line.chosen)
    return {
        "kind": kind,
        "seed": seed,
        "trees": trees,
        "repeats": repeats,
        "preset": answer.preset,
        "sentence": answer.sentence,
        "unseen": list(score.gain),
        "real": score.real,
        "inside": None if best.gain is None else [best.name, *best.gain],
        "seconds": time.process_time() - started,
    }


def table(found: list[dict]) -> str:
    """A row for each kind, with Wilson's interval of the share of draws."""
    head = ["draws of", "can rows help", "draws", "a preset taken", "share (95 %)", "unseen above 0", "real alone"]
    head += ["gain, mean", "its deviation", "half width, mean", "CPU s a draw"]
    rows = [f"| {' | '.join(head)} |", f"|---|---|{'---:|' * (len(head) - 2)}"]
    for kind, helps in KINDS.items():
        own = [each for each in found if each["kind"] == kind]
        if not own:
            continue
        taken = sum(each["preset"] is not None for each in own)
        share = bounded_share(taken / len(own), len(own))
        value, low, high = np.array([each["unseen"] for each in own]).T
        cells = [kind, "yes" if helps else "no", str(len(own)), str(taken)]
        cells += [f"{share.value:.2f} ({share.low:.2f} to {share.high:.2f})", str(int(np.sum(low > 0)))]
        cells += [f"{np.mean([each['real'] for each in own]):.3f}", f"{value.mean():+.3f}", f"{value.std():.3f}"]
        cells += [f"{np.mean(high - value):.3f}", f"{np.mean([each['seconds'] for each in own]):.1f}"]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    """Compute the draws that the file lacks, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, required=True, help="a line of JSON for each draw")
    parser.add_argument("--draws", type=int, default=100, help="of each kind, seeds from 0")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--trees", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--table", action="store_true", help="compute nothing")
    chosen = parser.parse_args()
    found = [json.loads(line) for line in chosen.to.read_text().splitlines()] if chosen.to.is_file() else []
    done = {(each["kind"], each["seed"], each["trees"], each["repeats"]) for each in found}
    tasks = [(kind, seed, chosen.trees, chosen.repeats) for kind in chosen.kinds for seed in range(chosen.draws)]
    tasks = [] if chosen.table else [task for task in tasks if task not in done]
    with get_context("fork").Pool(chosen.workers) as pool, chosen.to.open("a", encoding="utf-8") as file:
        for number, each in enumerate(pool.imap_unordered(draw, tasks), start=1):
            file.write(json.dumps(each) + "\n")
            file.flush()
            found.append(each)
            print(f"{number} of {len(tasks)}: {each['kind']} {each['seed']}: {each['sentence']}", file=sys.stderr)
    print(table(found))
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn"))
    print(f"\n{sum(each['seconds'] for each in found):.0f} s of processor time; {versions}")


if __name__ == "__main__":
    main()
