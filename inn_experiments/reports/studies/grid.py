"""The report on the paper's grid (Tables 6 and 7, which the paper left empty) from finished runs."""

from __future__ import annotations

from collections.abc import Sequence

from inn_experiments.reports.studies import tables
from inn_experiments.reports.studies.findings import below_trivial, hypotheses_section, spread_line
from inn_experiments.reports.studies.selection import CELLS, Grid, missing_runs

UNITS = (
    "All errors are on test rows, in normalised units (training variance 1). An entry is the mean ± half the "
    "width of its 95 % Student t interval over seeds; a seed changes every random draw of a run, so the "
    "interval covers these and no other data set. An entry that averages cells does so within each seed.\n"
)
ABOUT_METHODS = (
    "Each method is the mean over its four cells. Test: noisy (all levels) → clean. Forward: prime → clean. "
    "Inverse: clean → prime. Round trips: forward(inverse(x)) against x, inverse(forward(p)) against p. "
    "Test FID compares predictions with their targets, Samples FID generated rows with test rows. class_mean "
    "knows the test row's label, which the networks do not; wiener is the linear denoiser that knows the "
    "level. Lower is better. At one seed implicit, svd and explicit train the very same forward network: their "
    "columns but for the inverse and the round trips are equal by construction.\n"
)
ABOUT_SAMPLINGS = (
    "Test MSE and Test KL Div are errors of two different tasks (Gaussian noise or another row of the class "
    "is to be removed): compare each with its own trivial predictors. The other columns share one task.\n"
)
ABOUT_FIDELITY = (
    "C2ST: 0.5 is indistinguishable. Precision, recall, density, coverage: higher is better. Nearest train "
    "ratio: distance to the closest training row over that of real held-out rows; far below 1 means copies. "
    "The first row is what fresh real rows score.\n"
)
ABOUT_UTILITY = (
    "A random forest is trained on the rows named on the left and scored on real rows it has not seen. "
    "`same_rows`: the generator saw the classifier's training rows. `disjoint` (the paper's): it saw none of "
    "the classifier's rows, so it brings in other real rows that the classifier never had. A gain there is no "
    "evidence for synthesis: plain copies of the generator's rows would help too. Compare it with "
    "generator=bootstrap.\n"
)


def grid_markdown(grid: Grid, commands: Sequence[str], report_command: str, date: str, figure: str) -> str:
    """The whole report as Markdown.

    Args:
        grid: the finished runs.
        commands: the command lines that made the runs, as they were typed.
        report_command: the command line that makes this report.
        date: the day, as it should stand in the report.
        figure: the figure's address as seen from the Markdown file.
    """
    parts = [
        "# The paper's grid: inversion method x loss x sampling\n",
        header(grid, commands, report_command, date),
        UNITS,
        missing_section(grid),
        "## Against trivial predictors\n",
        below_trivial(grid) + "\n",
        f"![Every cell with its interval over seeds]({figure})\n",
        "## Table 6: inversion methods\n",
        ABOUT_METHODS,
        tables.paper_table_6(grid) + "\n",
        "### Table 6, all cells\n",
        tables.cell_table(grid, tables.PAPER_COLUMNS) + "\n",
        "### The other measures of the same predictions\n",
        tables.cell_table(grid, tables.OTHER_COLUMNS) + "\n",
        "## Table 7: samplings\n",
        ABOUT_SAMPLINGS,
        tables.paper_table_7(grid) + "\n",
        "## Fidelity of the generated rows\n",
        ABOUT_FIDELITY,
        tables.fidelity_table(grid) + "\n",
        utility_section(grid),
        "## The expected findings (Section 10.1)\n",
        hypotheses_section(grid),
        spread_line(grid) + "\n",
        "## What a run costs\n",
        tables.cost_table(grid) + "\n",
    ]
    return "\n".join(part for part in parts if part.strip()).rstrip() + "\n"


def header(grid: Grid, commands: Sequence[str], report_command: str, date: str) -> str:
    """Where the numbers come from: command lines, date, counts, seeds, common axes and versions."""
    runs = len(grid.every())
    wanted = len(CELLS) * len(grid.seeds)
    versions: dict[str, set[str]] = {}
    for report in grid.every():
        for package, version in report["versions"].items():
            versions.setdefault(package, set()).add(str(version))
    version_text = ", ".join(f"{name} {' / '.join(sorted(found))}" for name, found in sorted(versions.items()))
    seeds = ", ".join(map(str, grid.seeds))
    axes = ", ".join(f"{axis}={value}" for axis, value in grid.common.items())
    lines = [
        f"- {date}: {runs} of {wanted} runs finished ({len(CELLS)} cells x {len(grid.seeds)} seeds: {seeds})",
        f"- common axes: {axes or 'none'}",
        f"- versions: {version_text or 'not recorded'}",
    ]
    typed = "\n".join(commands) if commands else "# the command line of the runs was not given (--command)"
    return "\n".join([*lines, "", "```", typed, report_command, "```", ""])


def missing_section(grid: Grid) -> str:
    """The cells that lack runs, by name and seed; empty where all have finished."""
    missing = missing_runs(grid)
    if not missing:
        return ""
    lines = [f"- {cell}: seed {', '.join(map(str, seeds))}" for cell, seeds in missing.items()]
    return "\n".join(["## Missing runs\n", *lines, ""])


def utility_section(grid: Grid) -> str:
    """What a random forest gains (the columns of the paper's Tables 1, 2 and 5), per protocol."""
    parts = []
    for protocol in tables.protocols(grid):
        parts += [
            f"### Protocol {protocol}\n",
            "Mean over all cells (macro averages unless weighted is said):\n",
            tables.treatment_table(grid, protocol) + "\n",
            "Macro F1-score per cell, and its difference to real rows alone, paired by seed:\n",
            tables.utility_table(grid, protocol) + "\n",
        ]
    if not parts:
        return ""
    return "\n".join(["## Utility\n", ABOUT_UTILITY, *parts])
