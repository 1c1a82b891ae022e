"""Uplift against class size: whether small classes gain more from added rows than large ones, beside copies."""

from argparse import Namespace

import numpy as np
import pandas as pd

from inn_experiments.reports.estimate import by_row, over_seeds
from inn_experiments.reports.runs import Frame, choose
from inn_experiments.reports.study import Document, Study
from inn_experiments.reports.table import markdown
from inn_experiments.reports.words import emphasised, interval

TWINS = "two runs of {place} have seed {seed}; choose with --only AXIS=VALUE"
TREATMENTS = {"synthetic": "real + synthetic", "convex": "real + convex", "reconstructed": "reconstructed"}
PREFIX = "utility/same_rows"
CONTROL = "bootstrap"
ABOUT = (
    "A gain is the F1 of a class on real test rows, with rows added, less that with real rows alone. The slope is by "
    "how much the gain changes with every doubling of a class' real training rows, by least squares over the classes "
    "of a seed; negative: small classes gain more. `bootstrap` draws training rows again with replacement (through the "
    "same autoencoder, where there is one): what it gains is gained by weighing rows anew, without any new row. An "
    "entry is the mean over seeds ± half the width of its 95 % interval. Bold: it leaves 0 out; not corrected for "
    "there being many."
)


def answer(frame: Frame, options: Namespace) -> Document:
    """Gains class by class and their slopes, for each cell, and the differences to copies."""
    holds = frame.holds(f"{PREFIX}/synthetic/difference_f1")
    chosen = choose(frame, options.only, holds, "uplift per class", "choose utility=records2d")
    cells = chosen.apart(chosen.runs["cell"], TWINS)
    parts = [ABOUT, "## Slopes", slopes_table(cells), "## Beyond rows added in other ways", beyond_table(cells)]
    if differences := control_table(chosen):
        parts += [f"## Beyond copies (generator={CONTROL})", differences]
    for cell, runs in cells.items():
        parts += [f"## {cell} ({len(runs)} seeds)", class_table(runs)]
    return Document("Uplift against class size", chosen, parts)


def slope(sizes: np.ndarray, gains: np.ndarray) -> float:
    """The least-squares slope of `gains` (c,) on log2 of `sizes` (c,); NaN where all sizes are alike.

    >>> round(slope(np.array([2, 4, 8]), np.array([0.3, 0.2, 0.1])), 3)
    -0.1
    """
    x = np.log2(sizes) - np.log2(sizes).mean()
    return float(x @ gains / (x @ x)) if x.any() else np.nan


def slopes(runs: Frame, treatment: str) -> pd.Series:
    """The slope of every run."""
    return by_row(slope, *(runs.classes(f"{PREFIX}/{treatment}/{key}") for key in ("n_train", "difference_f1")))


def mean_gain(runs: Frame, treatment: str) -> pd.Series:
    """The gain in macro F1 of every run."""
    return runs.value(f"{PREFIX}/{treatment}/difference_f1_macro")


def slopes_table(cells: dict[str, Frame]) -> str:
    """A row for each cell and treatment: the gain over all classes and its slope."""
    rows = []
    for cell, runs in cells.items():
        for treatment, words in TREATMENTS.items():
            found = [over_seeds(read(runs, treatment), runs) for read in (mean_gain, slopes)]
            if all(found):
                rows.append([cell, words, *map(emphasised, found), str(len(runs))])
    return markdown(["Cell", "Trained on", "gain in macro F1", "slope a doubling", "seeds"], rows)


def beyond_table(cells: dict[str, Frame]) -> str:
    """Real + synthetic less real + convex combinations, and less real + copies, of the same run."""
    rows = []
    for cell, runs in cells.items():
        gain, copies = mean_gain(runs, "synthetic"), runs.value(f"{PREFIX}/{CONTROL}/difference_f1_macro")
        gaps = (gain - copies, gain - mean_gain(runs, "convex"), slopes(runs, "synthetic") - slopes(runs, "convex"))
        rows.append([cell, *(emphasised(over_seeds(gap, runs)) for gap in gaps)])
    return markdown(["Cell", "gain − that of copies", "gain − that of convex", "slope − that of convex"], rows)


def control_table(frame: Frame) -> str:
    """Real + synthetic of each generator less the same of copies, paired by seed; '' without any pair."""
    known = {str(name): runs for name, runs in frame.apart(frame.axes["generator"], TWINS).items()}
    control, rows = known.pop(CONTROL, None), []
    for name, runs in known.items() if control is not None else ():
        own, other = runs.runs["seed"], control.runs["seed"]
        gaps = []
        for read in (mean_gain, slopes):
            known_values = dict(zip(other, read(control, "synthetic"), strict=True))
            gaps.append(over_seeds(read(runs, "synthetic") - own.map(known_values), runs))
        rows.append([name, *map(emphasised, gaps)])
    heads = ["Generator", "gain − that of copies", "slope − that of copies"]
    return markdown(heads, rows) if rows else ""


def class_table(runs: Frame) -> str:
    """A row a class, the smallest first: its sizes, F1 of real rows alone, and the gains."""
    sizes, tests = (runs.classes(f"{PREFIX}/real/{key}").mean() for key in ("n_train", "n_test"))
    f1, rows = runs.classes(f"{PREFIX}/real/f1"), []
    gains = {name: runs.classes(f"{PREFIX}/{name}/difference_f1") for name in TREATMENTS}
    gains = {name: table for name, table in gains.items() if len(table.columns)}
    for name, size in sizes.sort_values().items():
        uplifts = [emphasised(over_seeds(table[name], runs)) for table in gains.values()]
        rows.append([str(name), f"{size:.3g}", f"{tests[name]:.3g}", interval(*over_seeds(f1[name], runs)), *uplifts])
    return markdown(["Class", "training rows", "test rows", "F1, real", *(TREATMENTS[name] for name in gains)], rows)


STUDY = Study("class_size", "uplift against class size, beside copies", answer)
