"""Several processes that put runs on record at once, without any training: what the record itself costs, and loses.

    python scripts/benchmark_tracking.py [--writers 8] [--runs 3] [URI ...]

A URI is what tracking.uri takes, `local` by default; passwords come from the environment. Each writer makes its runs
one after another: 48 numbers, two curves of 300 points, a data set, and 0.55 MB in nine files. Then one process looks
for a finished run in the outputs folder of the writers, in an empty folder, and reads all reports from an empty folder.
The last column counts runs that are not FINISHED, not whole or not found.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from inn_experiments.contracts import Report, UserError
from inn_experiments.tracking import collect, places, whole
from inn_experiments.tracking.record import Record

NUMBERS, POINTS = 48, 300
HEAD = (
    "| record in | runs | s a run, median | longest | look-up, s | from an empty folder | all reports, from an empty "
    "folder | lost |\n|---|---|---|---|---|---|---|---|"
)


def write(given: tuple[str, str, str, int, int]) -> list[tuple[float, str]]:
    """Put some runs on record; (seconds, what went wrong or '') of each."""
    uri, outputs, mark, writer, runs = given
    tracker, found, folder = Record(uri=uri), [], Path(outputs)
    for number in range(runs):
        name, began, wrong = f"{mark}-{writer}-{number}", time.perf_counter(), ""
        try:
            assert tracker.finished(folder, name) is None
            with tracker.open(folder, name, {"cell": "writer", "fingerprint": name, "sweep": mark}) as run:
                run.params({"writer": writer, "seed": number})
                run.text("config.yaml", "x: 1\n" * 200)
                run.dataset(f"rows{number}", "0-100x2")
                run.metrics({f"test/m{each}": float(each) for each in range(NUMBERS)})
                for curve in ("train/loss", "train/gradient"):
                    run.curve(curve, list(range(POINTS)), [random.random() for _ in range(POINTS)])
                (run.folder / "figures").mkdir()
                for each in range(4):
                    (run.folder / f"figures/{each}.png").write_bytes(os.urandom(60_000))
                (run.folder / "samples.parquet").write_bytes(os.urandom(300_000))
                run.json("report.json", Report(name, number, name, {}).as_dict())
        except Exception as error:  # noqa: BLE001 (counted, and shown below)
            wrong = f"{type(error).__name__}: {error}"
        found.append((time.perf_counter() - began, wrong))
    return found


def measure(uri: str, writers: int, runs: int) -> str:
    """The table's row of one place."""
    mark = f"b{os.getpid()}-{time.time_ns()}"
    with tempfile.TemporaryDirectory() as place:
        outputs, empty, other = (Path(place, name) for name in ("outputs", "empty", "other"))
        tracker = Record(uri=uri)
        outputs.mkdir()
        tracker.prepare(outputs)
        given = [(uri, str(outputs), mark, writer, runs) for writer in range(writers)]
        with multiprocessing.get_context("spawn").Pool(writers) as pool:
            told = [each for found in pool.map(write, given, chunksize=1) for each in found]
        wrong = [word for _, word in told if word]
        print("\n".join(f"{uri}: {word}" for word in wrong), file=sys.stderr)
        names = [f"{mark}-{writer}-{number}" for writer in range(writers) for number in range(runs)]
        here = [tracker.finished(outputs, name) for name in names]
        lost = sum(found is None or bool(whole.damage(found[1])) for found in here)
        looked, there, everything = timed(tracker, outputs, names[0]), "", ""
        if uri != "local":
            there = f"{timed(tracker, empty, names[0]):.2f}"
            other.mkdir()
            places.remember(other, places.chosen(other, uri))
            began = time.perf_counter()
            count = len(collect.finished(other))
            everything = f"{count} in {time.perf_counter() - began:.1f} s"
    kind = places.chosen(outputs, uri) or "local"
    seconds = [second for second, _ in told]
    cost = f"{statistics.median(seconds):.2f} | {max(seconds):.2f}"
    return f"| {kind} | {writers} x {runs} | {cost} | {looked:.3f} | {there} | {everything} | {lost} |"


def timed(tracker: Record, outputs: Path, name: str) -> float:
    """Seconds of a look-up."""
    began = time.perf_counter()
    tracker.finished(outputs, name)
    return time.perf_counter() - began


def main() -> int:
    """Measure each place, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("uri", nargs="*", default=["local"])
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(HEAD, flush=True)
    try:
        for uri in options.uri:
            print(measure(uri, options.writers, options.runs), flush=True)
    except UserError as mistake:
        print(f"error: {mistake}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
