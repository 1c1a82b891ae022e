"""The report on 2-D records: the second source's results (arXiv 2502.13183) from finished runs."""

from __future__ import annotations

from collections.abc import Sequence

from inn_experiments.reports.studies.records2d_runs import Kind, Run, Runs, by_kind, by_width, choose
from inn_experiments.reports.studies.records2d_tables import (
    class_table,
    control_table,
    reconstruction_table,
    separability_table,
    utility_table,
)

ABOUT = (
    "An entry is the mean over seeds ± half the width of its 95 % corrected resampled t interval (Nadeau and "
    "Bengio 2003): a seed divides the records anew and trains everything again, but it divides the same "
    "records. Differences are paired by seed; **bold** ones have intervals that leave 0 out. Intervals are "
    "not corrected for there being many.\n"
)
ABOUT_RECONSTRUCTION = (
    "Mean squared error of all values of test records, in normalised units. PCA: the training records' first "
    "principal components, as many as the latent has numbers or as the records allow (in brackets). Mean "
    "record: of the training records. `joint` is the control for the assumption that the two axes can be coded "
    "one after the other: one autoencoder on whole records with a latent of the same size.\n"
)
ABOUT_UTILITY = (
    "Principal components of the training records, then a random forest, scored on real test records that "
    "nothing was fitted to and that never went through the autoencoder. The paper's figures are of its own "
    "measured records, and what its ± means is not said. Copies are drawn with replacement, which weights the "
    "records unevenly: to be above them alone is no evidence for a generator.\n"
)
ABOUT_CLASSES = (
    "F1 of each class on real test records, the smallest class first, and the difference to original records "
    "alone. Rank correlation: Spearman's, of training records and uplift over the classes of a seed; negative "
    "where small classes gain more. Convex combinations are the control: smaller classes may gain from any "
    "added records.\n"
)


def records2d_markdown(
    reports: Sequence[Run], only: dict[str, str], commands: Sequence[str], date: str, figure: str
) -> tuple[str, list[Run]]:
    """(the report as Markdown, the runs in it).

    Args:
        reports: `report.json` dicts of finished runs.
        only: axis -> the value a run must have.
        commands: the command lines of the runs and of this report.
        date: as it should stand in the report.
        figure: the figure's address as seen from the Markdown file.

    Raises:
        UserError: no run fits, the runs are of several data sets, or cannot be told apart.
    """
    chosen = choose(reports, only)
    widths, kinds = by_width(chosen), by_kind(chosen)
    parts = [
        f"# 2-D records: {chosen[0]['axes']['data']}\n",
        header(chosen, commands, date),
        ABOUT,
        f"![]({figure})\n",
        "## Errors of reconstruction against d\n",
        ABOUT_RECONSTRUCTION,
        reconstruction_table(widths) + "\n",
    ]
    if separability := separability_table(widths):
        parts += ["### One autoencoder on whole records\n", separability + "\n"]
    for protocol in protocols(kinds):
        parts += utility_section(kinds, protocol)
    return "\n".join(parts).rstrip() + "\n", chosen


def utility_section(kinds: dict[Kind, Runs], protocol: str) -> list[str]:
    """What a classifier gains from each generator, the controls, and each class' share in it."""
    parts = [f"## Utility, protocol {protocol}\n", ABOUT_UTILITY]
    for kind, runs in kinds.items():
        parts += [
            f"### {kind} ({len(runs)} {'seed' if len(runs) == 1 else 'seeds'})\n",
            utility_table(runs, protocol) + "\n",
        ]
    parts += ["### Beyond the controls\n", control_table(kinds, protocol) + "\n"]
    tables = {kind: class_table(runs, protocol) for kind, runs in kinds.items()}
    if any(tables.values()):
        parts += [f"## Uplift per class, protocol {protocol}\n", ABOUT_CLASSES]
        parts += [f"### {kind}\n\n{table}\n" for kind, table in tables.items() if table]
    return parts


def protocols(kinds: dict[Kind, Runs]) -> list[str]:
    """The protocols that all runs were measured by, or some."""
    rows = [row["protocol"] for runs in kinds.values() for run in runs.values() for row in run["utility"]]
    return list(dict.fromkeys(rows))


def header(runs: Sequence[Run], commands: Sequence[str], date: str) -> str:
    """Where the numbers come from: date, runs, seeds, records, versions, warnings and command lines."""
    versions = {name: set() for run in runs for name in run["versions"]}
    for run in runs:
        for name, version in run["versions"].items():
            versions[name].add(str(version))
    listed = ", ".join(f"{name} {' / '.join(sorted(found))}" for name, found in sorted(versions.items()))
    sizes = sorted({(run["split"]["train"], run["split"]["test"], run["split"]["features"]) for run in runs})
    warnings = dict.fromkeys(warning for run in runs for warning in run["warnings"])
    lines = [
        f"- {date}: {len(runs)} runs, seeds {', '.join(map(str, sorted({run['seed'] for run in runs})))}",
        *(f"- {train} training and {test} test records of {features} values" for train, test, features in sizes),
        f"- versions: {listed or 'not recorded'}",
        *(f"- warning of the runs: {warning}" for warning in warnings),
    ]
    return "\n".join([*lines, "", "```", *commands, "```", ""])
