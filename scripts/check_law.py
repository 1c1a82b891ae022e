"""Whether the learned law helps a classifier: macro F1 of a random forest on real rows with and without generated ones.

    python scripts/check_law.py FILE.npz --classes first --seeds 5 --to first.jsonl

`FILE.npz` has mass spectra `X` and their classes `y`. Of each class k rows train, all others test. Every treatment adds
rows to the same k; each finished one is a line of the file `--to`, and a second start goes on after the last. The table
sets treatments beside each other by pairs of splits, with three half widths: over splits as if they were independent,
corrected for the rows that they share (Nadeau and Bengio 2003), and over classes, each with its mean over splits.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score

from inn_experiments.contracts import About, Rows, Synthesizer, child_seed
from inn_experiments.measures.numbers.intervals import corrected_interval, mean_interval
from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
from inn_experiments.synthesizers.classical.convex import Convex
from inn_experiments.synthesizers.classical.peak_transfer import PeakTransfer
from inn_experiments.synthesizers.law import Law
from inn_experiments.training.files import write
from inn_experiments.training.trainer import Trainer

ABOUT = About(bounded=True)
PAIRS = (("convex", "real"), ("law", "convex"), ("law", "real"), ("law", "bootstrap"), ("peak_transfer", "convex"))
PAIRS += (("pretrained", "convex"), ("pretrained", "bootstrap"), ("pretrained", "law"), ("shuffled", "real"))


# One row a class is few, which the forest remarks of every tree.
warnings.filterwarnings("ignore", message="The number of unique classes")


def law(**settings: object) -> Law:
    """An unfitted law."""
    return Law(Trainer(progress=False), **settings)


def kept(train: Rows, seed: int, folder: Path) -> str:
    """The folder of a law of these rows."""
    made = law()
    made.fit(train, ABOUT, seed=seed)
    write(folder, made.state())
    return str(folder)


def treated(others: Rows, folder: Path) -> dict[str, Callable[[Rows, int], Synthesizer]]:
    """Treatment -> (training rows, seed) -> the unfitted generator; `others` are rows of classes left aside."""

    def shuffled(train: Rows, seed: int) -> Synthesizer:
        y = np.random.default_rng(seed).permutation(train.y)
        return law(pretrained=kept(Rows(train.x, y), seed, folder / f"shuffled{seed}"), steps=0)

    def pretrained(train: Rows, seed: int) -> Synthesizer:
        place = folder / "others"
        return law(pretrained=str(place) if place.exists() else kept(others, 0, place))

    plain = {"bootstrap": Bootstrap, "convex": Convex, "peak_transfer": PeakTransfer, "law": law}
    return {
        **{name: lambda train, seed, made=made: made() for name, made in plain.items()},
        "shuffled": shuffled,
        "pretrained": pretrained,
    }


def divided(rows: Rows, k: int, seed: int) -> tuple[Rows, Rows]:
    """Of each class k training rows, and all others."""
    rng, train = np.random.default_rng(seed), np.zeros(len(rows), bool)
    for label in np.unique(rows.y):
        train[rng.permutation(np.flatnonzero(rows.y == label))[:k]] = True
    return rows.take(train), rows.take(~train)


def scored(train: Rows, made: Rows | None, test: Rows, seed: int, trees: int) -> list[float]:
    """F1 of each class."""
    x, y = (train.x, train.y) if made is None else (np.concatenate([train.x, made.x]), np.append(train.y, made.y))
    forest = RandomForestClassifier(trees, random_state=seed).fit(x, y)
    return f1_score(test.y, forest.predict(test.x), average=None, labels=np.unique(test.y), zero_division=0).tolist()


def finished(file: Path) -> dict[tuple, dict]:
    """The lines of the file, by what they are of; one that a stop cut short is none."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else ():
        if line.endswith("}"):
            record = json.loads(line)
            found[record["k"], record["seed"], record["treatment"], record["amount"]] = record
    return found


def work(rows: Rows, others: Rows, given: argparse.Namespace) -> None:
    """Do what is not finished."""
    with tempfile.TemporaryDirectory() as folder, given.to.open("a", encoding="utf-8") as lines:
        makers = treated(others, Path(folder))
        for seed in range(given.seeds):
            for k in given.k:
                train, test = divided(rows, k, seed)
                for name in given.treatments:
                    if k == 1 and name in ("convex", "law", "peak_transfer", "shuffled"):
                        continue
                    made = None
                    for amount in [0] if name == "real" else given.amounts:
                        if (k, seed, name, amount) in finished(given.to):
                            continue
                        seconds = 0.0
                        if name != "real":
                            if made is None:
                                made, started = makers[name](train, seed), time.perf_counter()
                                made.fit(train, ABOUT, seed=child_seed(seed, "fit"))
                                seconds = time.perf_counter() - started
                            drawn = made.sample(np.repeat(np.unique(train.y), amount), seed=child_seed(seed, "draw"))
                        added = None if name == "real" else Rows(drawn.x, drawn.y)
                        f1 = scored(train, added, test, seed, given.trees)
                        record = {"k": k, "seed": seed, "treatment": name, "amount": amount, "seconds": seconds}
                        record |= {"train": len(train), "test": len(test), "f1": f1}
                        print(json.dumps(record), file=lines, flush=True)


def told(file: Path) -> str:
    """The tables of what is finished."""
    records, out = list(finished(file).values()), []
    by = {(r["k"], r["amount"], r["treatment"], r["seed"]): r for r in records}
    ks, amounts = sorted({r["k"] for r in records}), sorted({r["amount"] for r in records} - {0})
    out += ["| k | rows added | treatment | macro F1 | splits | seconds to fit |", "|---|---|---|---|---|---|"]
    for k, amount, name in sorted({(r["k"], r["amount"], r["treatment"]) for r in records}):
        found = [r for key, r in by.items() if key[:3] == (k, amount, name)]
        mean, width = mean_interval([np.mean(r["f1"]) for r in found])
        spent = max(r["seconds"] for r in found)
        out.append(f"| {k} | {amount} | {name} | {mean:.3f} ± {width or 0:.3f} | {len(found)} | {spent:.1f} |")
    out += ["", "| k | rows added | difference | mean | ± splits | ± corrected | ± classes | splits |"]
    out.append("|---|---|---|---|---|---|---|---|")
    for k in ks:
        for amount in amounts:
            for one, other in PAIRS:
                pairs = [
                    (by[k, amount, one, seed], by[k, 0 if other == "real" else amount, other, seed])
                    for seed in range(1000)
                    if {(k, amount, one, seed), (k, 0 if other == "real" else amount, other, seed)} <= by.keys()
                ]
                if not pairs:
                    continue
                each = np.array([np.subtract(a["f1"], b["f1"]) for a, b in pairs])
                mean, plain = mean_interval(each.mean(axis=1))
                _, corrected = corrected_interval(each.mean(axis=1), pairs[0][0]["train"], pairs[0][0]["test"])
                _, over = mean_interval(each.mean(axis=0))
                cells = " | ".join("-" if width is None else f"{width:.3f}" for width in (plain, corrected, over))
                out.append(f"| {k} | {amount} | {one} - {other} | {mean:+.3f} | {cells} | {len(pairs)} |")
    return "\n".join(out)


def main() -> None:
    """The command line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", type=Path)
    asked.add_argument("--to", type=Path, required=True, help="the file of finished lines")
    asked.add_argument("--classes", choices=("first", "second", "all"), default="all", help="which half, by name")
    asked.add_argument("--seeds", type=int, default=5)
    asked.add_argument("--k", type=int, nargs="+", default=[1, 2, 3, 5])
    asked.add_argument("--amounts", type=int, nargs="+", default=[20, 60])
    asked.add_argument("--trees", type=int, default=300)
    names = ["real", "bootstrap", "convex", "peak_transfer", "law", "pretrained", "shuffled"]
    asked.add_argument("--treatments", nargs="+", choices=names, default=names)
    given = asked.parse_args()
    with np.load(given.file, allow_pickle=False) as archive:
        x, names = archive["X"].astype(np.float32), archive["y"]
    classes, y = np.unique(names, return_inverse=True)
    rows = Rows(x / x.max(axis=1, keepdims=True), y.astype(np.int64))
    first, half = rows.y < (len(classes) + 1) // 2, given.classes
    mine = np.ones(len(rows), bool) if half == "all" else first if half == "first" else ~first
    if half == "all" and "pretrained" in given.treatments:
        # With all classes in the test there are none to learn from beforehand.
        given.treatments.remove("pretrained")
    taken = rows.take(mine)
    work(Rows(taken.x, np.unique(taken.y, return_inverse=True)[1]), rows.take(~mine), given)
    print(told(given.to))


if __name__ == "__main__":
    main()
