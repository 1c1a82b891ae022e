"""Figure 6: sheets with five real rows and a synthetic one, and their key in a folder of its own."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from inn_experiments.contracts import Report, Rows, Split, child_seed, csv_text, file_name, write_text
from inn_experiments.reports.cell.drawn import set_places, units_of
from inn_experiments.reports.panels import SHOWN_CLASSES, draw_rows, grid, plain, write_figure

PANELS = "ABCDEF"
JUDGE = ("test/geometry/generated/judge", "test/geometry/second/judge")
KEY = ("class", "sheet", "synthetic_panel", "judge_c2st_generated", "judge_c2st_second_real")


def eye_tests(folder: Path, report: Report, split: Split, real: Rows, generated: Rows) -> list[Path]:
    """Write `folder/sheet_CLASS.png` per class (at most 12) and last `folder/key/key.csv`; returns the paths.

    A sheet gives no hint which of its panels A to F is synthetic: one colour, one scale, and the key, with the machine
    judge's verdicts of the class beside it (C2ST, 0.5: cannot be told), lies in another folder. Hand out the sheets
    without that. Classes with fewer than five real rows or no generated one have no sheet, and rows that no machine
    has judged have none at all. `real` and `generated` are rows (n, d), (m, d) as a person should see them. Source:
    Section 10.2.4.
    """
    judged = {(each.key, each.of): each.value for each in report.numbers if each.key in JUDGE and each.of is not None}
    if not judged:
        return []
    paths, lines, used = [], [], set()
    for label in map(int, np.unique(real.y)):
        own, made = real.x[real.y == label], generated.x[generated.y == label]
        if len(own) < len(PANELS) - 1 or not len(made) or len(paths) == SHOWN_CLASSES:
            continue
        name = split.classes[label]
        rng = np.random.default_rng(child_seed(child_seed(report.seed, "eye_test"), f"eye_test/{name}"))
        place = int(rng.integers(len(PANELS)))
        rows = list(own[rng.permutation(len(own))[: len(PANELS) - 1]])
        rows.insert(place, made[rng.integers(len(made))])
        sheet = f"sheet_{file_name(name, used)}.png"
        paths.append(write_figure(folder / sheet, _sheet(rows, split, name)))
        lines.append([name, sheet, PANELS[place], *(judged.get((key, name), "") for key in JUDGE)])
    return [*paths, write_text(folder / "key" / "key.csv", csv_text([KEY, *lines]))]


def _sheet(rows: list[np.ndarray], split: Split, name: str) -> Figure:
    units = units_of(split)
    figure, panels = grid(len(PANELS), 3, 3.5, 2.2, share=True)
    for letter, panel, row in zip(PANELS, panels, rows, strict=True):
        draw_rows(panel, split.axis, units.of(row[None]), color="0.15", linewidth=0.7)
        set_places(panel, split)
        panel.set_title(letter, fontsize=10, loc="left", fontweight="bold")
    figure.supxlabel(plain(split.axis_name), fontsize=9)
    figure.supylabel(units.label, fontsize=9)
    figure.suptitle(f"{plain(name)}: five of these are real, one is synthetic. Which?", fontsize=10)
    return figure
