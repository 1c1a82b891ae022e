"""What scaling and preprocessing cost a forest on near-infrared spectra, real rows alone: a table over seeds.

    python scripts/check_scaling.py [SEEDS]     # on a page: make results RESULTS=scaling

Simulated absorbances: broad bands that all rows share, which differ a little from row to row, small bands, and noise.
Four classes differ in the height of all, as concentrations do, or in the small bands alone; on top may lie what an
instrument adds to every row: an offset, a slope along the axis, a factor for the length of the path. Rows are divided
as data=table divides them, and the forest is that of utility=paper. A seed draws rows, division and forest.
"""

from __future__ import annotations

import sys

import numpy as np

from inn_experiments.data.division import Division
from inn_experiments.data.preprocessing.options import wanted
from inn_experiments.data.preprocessing.prepared import plan
from inn_experiments.data.source import ArrayRows
from inn_experiments.measures.numbers.intervals import mean_interval, paired_interval
from inn_experiments.measures.utility.forest import forest_predictions

CLASSES, PER_CLASS, CHANNELS = ("a", "b", "c", "d"), 30, 200
SCENES = {
    "height": (0.08, 0.0, (0.0, 0.0, 0.0, 0.0)),
    "small bands": (0.0, 0.02, (0.0, 0.0, 0.0, 0.0)),
    "small bands under an offset": (0.0, 0.02, (1.5, 0.4, 0.0, 0.0)),
    "small bands under offset, slope, factor": (0.0, 0.02, (1.5, 0.4, 0.2, 0.15)),
}
"""What tells the classes -> by how much in height, in small bands; mean offset, spreads of offset, slope and factor."""

WAYS = {
    "base_peak": ("base_peak", None),
    "standard": ("standard", None),
    "none": ("none", None),
    "snv": ("standard", "snv"),
    "msc": ("standard", "msc"),
    "savgol": ("standard", "savgol"),
    "savgol, snv": ("standard", ["savgol", "snv"]),
    "baseline": ("standard", "baseline"),
}


def simulate(scene: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Absorbances (n, d) and labels (n,)."""
    rng, place = np.random.default_rng(seed), np.linspace(0, 1, CHANNELS)
    height, band, (ground, *spread) = SCENES[scene]
    y = np.repeat(np.arange(len(CLASSES)), PER_CLASS)
    broad = np.exp(-0.5 * ((place - np.array([[0.15], [0.4], [0.75]])) / np.array([[0.1], [0.15], [0.12]])) ** 2)
    small = np.exp(-0.5 * ((place - np.array([[0.25], [0.55], [0.85]])) / 0.02) ** 2)
    heights = band * np.eye(len(CLASSES))[y, 1:] + 0.005 * rng.standard_normal((len(y), 3))
    pure = (1 + 0.05 * rng.standard_normal((len(y), 3))) @ broad * (1 + height * y[:, None]) + heights @ small
    offset, slope, factor = (width * rng.standard_normal((len(y), 1)) for width in spread)
    noise = 0.001 * rng.standard_normal(pure.shape)
    return np.exp(factor) * pure + ground + offset + slope * place + noise, y


def score(x: np.ndarray, y: np.ndarray, scaling: str, steps: object, seed: int) -> float:
    """Macro F1 on test rows of a forest that saw the training rows."""
    from sklearn.metrics import f1_score

    rows = ArrayRows(x=x, y=y, classes=CLASSES, name="nir", fit=plan(x, scaling, wanted(steps), unit="nm").fit)
    split = rows.divided(Division(test_fraction=0.3, val_fraction=0.1), seed=seed)
    predicted = forest_predictions(split.train, split.test.x, trees=100, levels=64, seed=seed)
    return float(f1_score(split.test.y, predicted, average="macro"))


def main() -> None:
    """Print the table: macro F1 ± half a 95 % t interval, and the difference to `standard` within each seed."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"| preprocessing, scaling | {' | '.join(SCENES)} |\n|---|{'---|' * len(SCENES)}")
    found = {
        (way, scene): np.array([score(*simulate(scene, seed), *WAYS[way], seed) for seed in range(seeds)])
        for scene in SCENES
        for way in WAYS
    }
    for way, (scaling, steps) in WAYS.items():
        cells = []
        for scene in SCENES:
            mean, half = mean_interval(found[way, scene])
            apart, wide = paired_interval(found[way, scene], found["standard", scene])
            beside = "" if way == "standard" else f" ({apart:+.3f} ± {wide:.3f})"
            cells.append(f"{mean:.3f} ± {half:.3f}{beside}")
        print(f"| {way + ', ' + scaling if steps else scaling} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
