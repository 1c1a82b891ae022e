"""A law of other compounds: the law trained on the first half of a set of mass spectra, for classes of the second.

    python scripts/other_compounds.py massbank_ms2_50.npz FOLDER

The archive has rows X, the names y of their compounds and the axis mz. FOLDER gets first.npz and second.npz, the two
halves of the compounds by name, and the kept law of the first in law/. A second start makes nothing anew.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parents[1]
CELL = "data=table data.label=y data.test_fraction=0.1 data.val_fraction=0 preset=law utility=none final_fit=false"


def halves(file: Path, folder: Path) -> None:
    """Write first.npz and second.npz."""
    with np.load(file, allow_pickle=False) as archive:
        x, y, mz = (archive[name] for name in ("X", "y", "mz"))
    names = np.unique(y)
    for name, some in zip(("first", "second"), np.split(names, [(len(names) + 1) // 2]), strict=True):
        mine = np.isin(y, some)
        np.savez_compressed(folder / f"{name}.npz", X=x[mine], y=y[mine], mz=mz)


def train(folder: Path) -> None:
    """Train the law of the first half, and keep it in law/."""
    outputs = folder / "first"
    typed = [*CELL.split(), f"data.path={folder / 'first.npz'}", f"paths.outputs={outputs}"]
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    subprocess.run([sys.executable, "-m", "inn_experiments", *typed], check=True, env=environment)
    kept = [path.parent for path in (outputs / "fits").glob("*/weights.pt")]
    if len(kept) != 1:
        raise SystemExit(f"error: {outputs / 'fits'}: {len(kept)} trainings are kept there, one was expected")
    shutil.copytree(kept[0], folder / "law.part", dirs_exist_ok=True)
    (folder / "law.part").rename(folder / "law")


def main() -> None:
    """The command line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", type=Path)
    asked.add_argument("folder", type=Path)
    given = asked.parse_args()
    if not (given.folder / "law").is_dir():
        given.folder.mkdir(parents=True, exist_ok=True)
        halves(given.file, given.folder)
        train(given.folder)
    print(f"{given.folder}: second.npz and law/")


if __name__ == "__main__":
    main()
