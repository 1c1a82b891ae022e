"""The paper's Tables 6 and 7 and their companions as Markdown, from the finished runs of one grid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from inn_experiments.reports.estimate import Estimate, estimate, row_means
from inn_experiments.reports.studies.grid.cells import CELLS, METHODS, SAMPLINGS, Grid, part
from inn_experiments.reports.table import estimate_row, markdown

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
TABLE_7_COLUMNS = {
    "Test MSE": "denoise/mse",
    "Test KL Div": "denoise/kl",
    "Samples KL": "samples/kl",
    "Forward MSE": "forward/mse",
    "Inverse MSE": "inverse/mse",
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
PREDICTORS = ("zeros", "global_mean", "class_mean", "identity", "linear", "wiener")


def paper_table_6(grid: Grid) -> str:
    """Table 6: one row per inversion method, each the mean over its four loss and sampling cells."""
    columns = _present(grid, PAPER_COLUMNS)
    tables = _tables(grid, columns)
    rows = _trivial_rows(grid, columns, "both samplings", SAMPLINGS)
    rows += [_row(grid, METHOD_NAMES[name], [part(table, method=name) for table in tables]) for name in METHODS]
    return markdown(["Method", *columns], rows)


def paper_table_7(grid: Grid) -> str:
    """Table 7: one row per sampling, each the mean over its eight method and loss cells."""
    tables = _tables(grid, TABLE_7_COLUMNS)
    rows = [row for name in SAMPLINGS for row in _trivial_rows(grid, TABLE_7_COLUMNS, name, [name])]
    rows += [_row(grid, SAMPLING_NAMES[name], [part(table, sampling=name) for table in tables]) for name in SAMPLINGS]
    return markdown(["Sampling", *TABLE_7_COLUMNS], rows)


def cell_table(grid: Grid, columns: Mapping[str, str]) -> str:
    """All 16 cells of the grid, with the trivial predictors of each sampling on top."""
    columns = _present(grid, columns)
    rows = [row for name in SAMPLINGS for row in _trivial_rows(grid, columns, name, [name])]
    return _by_cell(grid, columns, rows, _tables(grid, columns))


def fidelity_table(grid: Grid) -> str:
    """Generated rows of each cell against test rows, with fresh real rows scored alike on top."""
    fresh = [shared(grid.number(f"fresh/samples/{key}"), SAMPLINGS) for key in FIDELITY_COLUMNS.values()]
    rows = [estimate_row("fresh real rows", fresh, len(grid.seeds), len(SAMPLINGS), "—")]
    tables = [grid.number(f"test/samples/{key}") for key in FIDELITY_COLUMNS.values()]
    return _by_cell(grid, FIDELITY_COLUMNS, rows, tables)


def protocols(grid: Grid) -> list[str]:
    """The utility protocols that the runs were measured by, sorted."""
    return sorted({key.split("/")[1] for key in grid.frame.keys if key.startswith("utility/")})


def treatment_table(grid: Grid, protocol: str) -> str:
    """The columns of the paper's Tables 1, 2 and 5 for one protocol, averaged over the cells."""
    rows = []
    for treatment, title in TREATMENTS.items():
        found = [estimate(grid.number(f"utility/{protocol}/{treatment}/{measure}")) for measure in SCORES.values()]
        if treatment == "real":
            found[-1] = None
        if any(found):
            rows.append(estimate_row(title, found, len(grid.seeds), len(CELLS), "—"))
    return markdown(["Training rows", *SCORES], rows)


def utility_table(grid: Grid, protocol: str) -> str:
    """Macro F1 of each cell's treatments, and their paired difference to real rows alone."""
    shown = {"Real": "real", "Iterated": "synthetic", "Convex": "convex", "Both": "both"}
    columns = {title: f"{name}/f1_macro" for title, name in shown.items()}
    columns |= {f"{title} − Real": f"{name}/difference_f1_macro" for title, name in [*shown.items()][1:]}
    return _by_cell(grid, columns, [], [grid.number(f"utility/{protocol}/{key}") for key in columns.values()])


def cost_table(grid: Grid) -> str:
    """Parameters and seconds per stage of one run, per method."""
    stages = [key for key in grid.frame.keys if key.startswith("seconds/")]
    tables = [grid.number(key) for key in ("parameters", *stages)]
    rows = []
    for method in METHODS:
        found = [estimate(part(table, method=method)) for table in tables]
        forms = (",.0f", *[".1f"] * len(stages))
        shown = ["—" if one is None else format(one.mean, form) for one, form in zip(found, forms, strict=True)]
        rows.append([METHOD_NAMES[method], *shown])
    return markdown(["Method", "Parameters", *(f"{key.removeprefix('seconds/')} (s)" for key in stages)], rows)


def shared(table: pd.DataFrame, samplings: Sequence[str]) -> Estimate | None:
    """Mean and interval of a number that depends on seed and sampling alone, not on method or loss.

    Any finished run of a seed and sampling can give it, so that missing cells do not cost a seed.
    """
    return estimate(pd.DataFrame({name: row_means(part(table, sampling=name)) for name in samplings}).dropna())


def predictors(grid: Grid) -> list[str]:
    """The trivial predictors that the runs hold: the usual ones first, then any others by name."""
    found = set(grid.frame.numbers["reference"][grid.frame.numbers["key"].str.startswith("test/")]) - {""}
    return [*(name for name in PREDICTORS if name in found), *sorted(found - set(PREDICTORS))]


def _tables(grid: Grid, columns: Mapping[str, str]) -> list[pd.DataFrame]:
    return [grid.number(f"test/{key}") for key in columns.values()]


def _present(grid: Grid, columns: Mapping[str, str]) -> dict[str, str]:
    """Without the column of unrefined walks where no run refined its inverse."""
    refined = "test/inverse_walk/mse" in grid.frame.keys
    return {title: key for title, key in columns.items() if refined or "walk" not in key}


def _trivial_rows(grid: Grid, columns: Mapping[str, str], label: str, samplings: Sequence[str]) -> list[list[str]]:
    """A row for each trivial predictor; `inverse_walk` has those of `inverse`."""
    keys = [f"test/{key.replace('_walk/', '/')}" for key in columns.values()]
    rows = []
    for name in predictors(grid):
        found = [shared(grid.number(key, name), samplings) for key in keys]
        rows.append(estimate_row(f"{name} ({label})", found, len(grid.seeds), len(samplings), "—"))
    return rows


def _row(grid: Grid, label: str, tables: Sequence[pd.DataFrame]) -> list[str]:
    return estimate_row(f"**{label}**", list(map(estimate, tables)), len(grid.seeds), tables[0].shape[1], "missing")


def _by_cell(grid: Grid, titles: Iterable[str], rows: list[list[str]], tables: Sequence[pd.DataFrame]) -> str:
    every = [_row(grid, str(cell), [table[[cell]] for table in tables]) for cell in CELLS]
    return markdown(["Method, loss, sampling", *titles], [*rows, *every])
