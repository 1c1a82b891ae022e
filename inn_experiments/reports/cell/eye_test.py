"""Figure 6: sheets with five real rows and a synthetic one, and their key in a folder of its own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from inn_experiments.contracts import Rows
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.reports.cell.figures import SHOWN_CLASSES
from inn_experiments.reports.files import write_figure, write_text

PANELS = "ABCDEF"
KEY = ("class", "sheet", "synthetic_panel", "judge_c2st_generated", "judge_c2st_second_real")


def eye_tests(
    folder: Path,
    real: Rows,
    generated: Rows,
    axis: np.ndarray,
    axis_name: str,
    classes: tuple[str, ...],
    judge: Mapping[str, Mapping[str, float]],
    seed: int,
) -> list[Path]:
    """Write `folder/sheet_CLASS.png` per class (at most 12) and `folder/key/key.csv`; returns the paths.

    The key is the last path. A sheet gives no hint which of its panels A to F is synthetic: one colour, one
    scale, and the key, with the machine judge's verdicts of the class beside it, lies in another folder. Hand
    out the sheets without that.

    Arguments: `real` and `generated`, rows (n, d) as a person should see them; `axis` (d,) and its name;
    `judge`, class -> C2ST of `generated` and of `second` real rows (0.5: cannot be told), empty entries where
    it lacks one. Classes with fewer than five real rows or no generated one have no sheet. Source: Section
    10.2.4.
    """
    paths, lines, used = [], [], set()
    for label in map(int, np.unique(real.y)):
        own, made = real.x[real.y == label], generated.x[generated.y == label]
        if len(own) < len(PANELS) - 1 or not len(made) or len(paths) == SHOWN_CLASSES:
            continue
        name = classes[label]
        rng = np.random.default_rng(child_seed(seed, f"eye_test/{name}"))
        place = int(rng.integers(len(PANELS)))
        rows = list(own[rng.permutation(len(own))[: len(PANELS) - 1]])
        rows.insert(place, made[rng.integers(len(made))])
        sheet = f"sheet_{file_name(name, used)}.png"
        paths.append(write_figure(Path(folder) / sheet, _sheet(rows, axis, axis_name, name)))
        verdict = judge.get(name, {})
        lines.append([name, sheet, PANELS[place], verdict.get("generated", ""), verdict.get("second", "")])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([KEY, *lines])
    return [*paths, write_text(Path(folder) / "key" / "key.csv", text.getvalue())]


def file_name(name: str, used: set[str]) -> str:
    """A part of a file name from a class' name, safe on every system and not among `used`, to which it is
    added.

    >>> used = set(); file_name("1,2-DCE / water", used), file_name("1,2-DCE: water", used)
    ('1_2-DCE_water', '1_2-DCE_water_2')
    """
    safe = re.sub(r"[^A-Za-z0-9-]+", "_", name).strip("_")[:60] or "class"
    found, number = safe, 1
    # Some file systems do not tell capitals from small letters.
    while found.lower() in used:
        number += 1
        found = f"{safe}_{number}"
    used.add(found.lower())
    return found


def _sheet(rows: list[np.ndarray], axis: np.ndarray, axis_name: str, name: str) -> Figure:
    figure = Figure(figsize=(11, 5.2), layout="constrained")
    panels = figure.subplots(2, 3, sharex=True, sharey=True).ravel()
    for letter, panel, row in zip(PANELS, panels, rows, strict=True):
        panel.plot(axis, row, color="0.15", linewidth=0.7)
        panel.set_title(letter, fontsize=10, loc="left", fontweight="bold")
        panel.tick_params(labelsize=7)
    figure.supxlabel(axis_name, fontsize=9)
    figure.suptitle(f"{name}: five of these are real, one is synthetic. Which?", fontsize=10)
    return figure
