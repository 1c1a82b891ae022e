"""Figures of one run, copied beside a page of results.

    python scripts/copy_figures.py OUTPUTS CELL figures/forward.png figures/steps.png --beside docs/results/spirals.md

The run is the newest of this cell and seed. The copies are called after the page: spirals_forward.png; --prefix stands
between: spirals_clusters_forward.png.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from inn_experiments.contracts.files import replacing


def run_of(outputs: Path, cell: str, seed: int) -> Path:
    """The artifacts of the newest run; ends the program where there is none."""
    found = []
    for path in sorted((outputs / "runs").glob(f"*-{cell}-seed{seed}*/artifacts/report.json")):
        report = json.loads(path.read_text(encoding="utf-8"))
        found += [path.parent] if (report["cell"], report["seed"]) == (cell, seed) else []
    if not found:
        raise SystemExit(f"error: {outputs}: no finished run of {cell} with seed {seed}")
    return found[-1]


def main() -> None:
    """The command line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("outputs", type=Path)
    asked.add_argument("cell")
    asked.add_argument("figures", nargs="+", help="below the run's artifacts")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--beside", type=Path, required=True, metavar="PAGE")
    asked.add_argument("--prefix", default="")
    given = asked.parse_args()
    artifacts = run_of(given.outputs, given.cell, given.seed)
    for name in given.figures:
        copy = given.beside.with_name(f"{given.beside.stem}_{given.prefix}{Path(name).name}")
        with replacing(copy) as fresh:
            fresh.write_bytes((artifacts / name).read_bytes())
        print(f"{copy}: {artifacts / name}")


if __name__ == "__main__":
    main()
