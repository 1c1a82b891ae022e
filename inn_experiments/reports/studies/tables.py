"""The paper's Tables 6 and 7 and their companions as Markdown, from the finished runs of one grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inn_experiments.reports.estimate import (
    Getter,
    baseline,
    entries,
    estimate,
    estimate_shared,
    metric,
    predictors,
    utility,
)
from inn_experiments.reports.studies.selection import CELLS, METHODS, SAMPLINGS, Cell, Grid, choose_cells
from inn_experiments.reports.table import markdown

METHOD_NAMES = {
    "implicit": "Implicit",
    "semi_implicit": "Semi-Implicit",
    "svd": "Semi-Explicit (SVD)",
    "explicit": "Explicit",
}
SAMPLING_NAMES = {"gaussian": "Gaussian", "convex": "Same-Class Convex"}
PAPER_COLUMNS = {
    "Test MSE": "denoise/mse",
    "Test FID": "denoise/fid",
    "Samples FID": "samples/fid",
    "Forward MSE": "forward/mse",
    "Inverse MSE": "inverse/mse",
    "Inverse MSE, walk alone": "inverse_walk/mse",
    "Round trip, clean": "round_trip_clean/mse",
    "Round trip, prime": "round_trip_prime/mse",
}
OTHER_COLUMNS = {
    f"{title} {measure.upper()}": f"{direction}/{measure}"
    for measure in ("mae", "kl", "fid")
    for title, direction in (("Test", "denoise"), ("Forward", "forward"), ("Inverse", "inverse"))
    if (direction, measure) != ("denoise", "fid")
}
FIDELITY_COLUMNS = {
    "C2ST": "c2st",
    "Precision": "precision",
    "Recall": "recall",
    "Density": "density",
    "Coverage": "coverage",
    "FID": "fid",
    "KL": "kl",
    "Nearest train ratio": "nearest_train_ratio",
    "Copies": "copies",
}
TREATMENTS = {
    "real": "Real",
    "synthetic": "Diffused then Iterated",
    "convex": "Convex Combs. of Real",
    "both": "Both Treatments",
    "bootstrap": "Copies (reference)",
    "shuffled": "Shuffled labels (reference)",
    "synthetic_only": "Synthetic alone",
}
SCORES = {
    "Precision": "precision_macro",
    "Recall": "recall_macro",
    "F1-Score": "f1_macro",
    "Accuracy": "accuracy",
    "Weighted Precision": "precision_weighted",
    "Weighted Recall": "recall_weighted",
    "Weighted F1": "f1_weighted",
    "F1-Score − Real": "difference_f1_macro",
}


def paper_table_6(grid: Grid) -> str:
    """Table 6: one row per inversion method, each the mean over its four loss and sampling cells."""
    columns = _present(grid, PAPER_COLUMNS)
    rows = _trivial_rows(grid, columns, "both samplings", SAMPLINGS)
    for method in METHODS:
        rows.append(_metrics(f"**{METHOD_NAMES[method]}**", grid, choose_cells(method=method), columns.values()))
    return markdown(["Method", *columns], rows)


def paper_table_7(grid: Grid) -> str:
    """Table 7: one row per sampling, each the mean over its eight method and loss cells."""
    columns = {
        "Test MSE": "denoise/mse",
        "Test KL Div": "denoise/kl",
        "Samples KL": "samples/kl",
        "Forward MSE": "forward/mse",
        "Inverse MSE": "inverse/mse",
    }
    rows = [row for name in SAMPLINGS for row in _trivial_rows(grid, columns, name, [name])]
    for name in SAMPLINGS:
        rows.append(_metrics(f"**{SAMPLING_NAMES[name]}**", grid, choose_cells(sampling=name), columns.values()))
    return markdown(["Sampling", *columns], rows)


def cell_table(grid: Grid, columns: dict[str, str]) -> str:
    """All 16 cells of the grid, with the trivial predictors of each sampling on top."""
    columns = _present(grid, columns)
    rows = [row for name in SAMPLINGS for row in _trivial_rows(grid, columns, name, [name])]
    rows += [_metrics(f"**{cell}**", grid, [cell], columns.values()) for cell in CELLS]
    return markdown(["Method, loss, sampling", *columns], rows)


def fidelity_table(grid: Grid) -> str:
    """Generated rows of each cell against test rows, with fresh real rows scored alike on top."""
    fresh = [metric(f"fresh/samples/{key}") for key in FIDELITY_COLUMNS.values()]
    rows = [_shared("fresh real rows", grid, SAMPLINGS, fresh)]
    keys = [f"samples/{key}" for key in FIDELITY_COLUMNS.values()]
    rows += [_metrics(f"**{cell}**", grid, [cell], keys) for cell in CELLS]
    return markdown(["Method, loss, sampling", *FIDELITY_COLUMNS], rows)


def protocols(grid: Grid) -> list[str]:
    """The utility protocols that the reports hold, sorted."""
    return sorted({row["protocol"] for report in grid.every() for row in report["utility"]})


def treatment_table(grid: Grid, protocol: str) -> str:
    """The columns of the paper's Tables 1, 2 and 5 for one protocol, averaged over the cells."""
    rows = []
    for treatment, title in TREATMENTS.items():
        found = [estimate(grid, CELLS, utility(protocol, treatment, measure)) for measure in SCORES.values()]
        if treatment == "real":
            found[-1] = None
        if any(found):
            rows.append(entries(title, found, grid, len(CELLS), "—"))
    return markdown(["Training rows", *SCORES], rows)


def utility_table(grid: Grid, protocol: str) -> str:
    """Macro F1 of each cell's treatments, and their paired difference to real rows alone."""
    shown = {"real": "Real", "synthetic": "Iterated", "convex": "Convex", "both": "Both"}
    columns = {title: utility(protocol, name, "f1_macro") for name, title in shown.items()}
    for name, title in list(shown.items())[1:]:
        columns[f"{title} − Real"] = utility(protocol, name, "difference_f1_macro")
    rows = [
        entries(f"**{cell}**", [estimate(grid, [cell], read) for read in columns.values()], grid, 1, "missing")
        for cell in CELLS
    ]
    return markdown(["Method, loss, sampling", *columns], rows)


def cost_table(grid: Grid) -> str:
    """Parameters and seconds per stage of one run, per method."""
    stages = sorted({stage for report in grid.every() for stage in report["timings"]})
    getters: list[Getter] = [lambda report: report["parameters"]]
    getters += [lambda report, stage=stage: report["timings"].get(stage) for stage in stages]
    rows = []
    for method in METHODS:
        found = [estimate(grid, choose_cells(method=method), getter) for getter in getters]
        first, *others = [None if value is None else value.mean for value in found]
        seconds = ["—" if value is None else f"{value:.1f}" for value in others]
        rows.append([METHOD_NAMES[method], "—" if first is None else f"{first:,.0f}", *seconds])
    return markdown(["Method", "Parameters", *(f"{stage} (s)" for stage in stages)], rows)


def _present(grid: Grid, columns: dict[str, str]) -> dict[str, str]:
    """Without the column of unrefined walks where no run refined its inverse."""
    refined = any("test/inverse_walk/mse" in report["metrics"] for report in grid.every())
    return {title: key for title, key in columns.items() if refined or "walk" not in key}


def _trivial_rows(grid: Grid, columns: dict[str, str], label: str, samplings: Sequence[str]) -> list[list[str]]:
    rows = []
    for predictor in predictors(grid):
        getters = [baseline(*_direction(key, predictor)) for key in columns.values()]
        rows.append(_shared(f"{predictor} ({label})", grid, samplings, getters))
    return rows


def _direction(key: str, predictor: str) -> tuple[str, str, str]:
    """`inverse_walk` has the trivial predictors of `inverse`."""
    direction, measure = key.split("/")
    return direction.removesuffix("_walk"), predictor, measure


def _metrics(label: str, grid: Grid, cells: Sequence[Cell], keys: Iterable[str]) -> list[str]:
    found = [estimate(grid, cells, metric(f"test/{key}")) for key in keys]
    return entries(label, found, grid, len(cells), "missing")


def _shared(label: str, grid: Grid, samplings: Sequence[str], getters: Sequence[Getter]) -> list[str]:
    """A row of numbers that every method and loss of a seed has in common."""
    found = [estimate_shared(grid, samplings, getter) for getter in getters]
    return entries(label, found, grid, len(samplings), "—")
