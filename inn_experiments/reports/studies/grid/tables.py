"""The paper's Tables 6 and 7 and their companions as Markdown, from the finished runs of one grid."""

from collections.abc import Mapping, Sequence

import pandas as pd

from inn_experiments.measures.quantities import FIDELITY
from inn_experiments.reports.design import Design
from inn_experiments.reports.estimate import row_means
from inn_experiments.reports.studies.grid.cells import METHODS, SAMPLINGS
from inn_experiments.reports.table import estimate_row, markdown
from inn_experiments.reports.words import ABSENT

METHOD_NAMES = dict(zip(METHODS, ("Implicit", "Semi-Implicit", "Semi-Explicit (SVD)", "Explicit"), strict=True))
SAMPLING_NAMES = {"gaussian": "Gaussian", "convex": "Same-Class Convex"}
TABLE_6 = {
    "Test MSE": "test/denoise/mse",
    "Test FID": "test/denoise/fid",
    "Samples FID": "test/samples/fid",
    "Forward MSE": "test/forward/mse",
    "Inverse MSE": "test/inverse/mse",
    "Inverse MSE, walk alone": "test/inverse_walk/mse",
    "Round trip, clean": "test/round_trip_clean/mse",
    "Round trip, prime": "test/round_trip_prime/mse",
}
TABLE_7 = {
    "Test MSE": "test/denoise/mse",
    "Test KL Div": "test/denoise/kl",
    "Samples KL": "test/samples/kl",
    "Forward MSE": "test/forward/mse",
    "Inverse MSE": "test/inverse/mse",
}
OTHER_MEASURES = {
    f"{title} {measure.upper()}": f"test/{direction}/{measure}"
    for measure in ("mae", "kl", "fid")
    for title, direction in (("Test", "denoise"), ("Forward", "forward"), ("Inverse", "inverse"))
}
del OTHER_MEASURES["Test FID"]
FIDELITY_NAMES = {"samples/nearest_train_ratio": "Nearest train ratio"}
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
Rows = Mapping[str, Sequence[str]]
"""Name of a row -> its cells, or its samplings."""
BY_SAMPLING = {name: [name] for name in SAMPLINGS}
PREDICTORS = ("zeros", "global_mean", "class_mean", "identity", "linear", "class_linear", "wiener")


def paper_table_6(grid: Design) -> str:
    """Table 6: one row per inversion method, each the mean over its four loss and sampling cells."""
    rows = {title: grid.places(method=name) for name, title in METHOD_NAMES.items()}
    return _table(grid, TABLE_6, "Method", rows, {"both samplings": SAMPLINGS})


def paper_table_7(grid: Design) -> str:
    """Table 7: one row per sampling, each the mean over its eight method and loss cells."""
    rows = {title: grid.places(sampling=name) for name, title in SAMPLING_NAMES.items()}
    return _table(grid, TABLE_7, "Sampling", rows, BY_SAMPLING)


def cell_table(grid: Design, columns: Mapping[str, str]) -> str:
    """All 16 cells of the grid, with the trivial predictors of each sampling on top."""
    return _table(grid, columns, sides=BY_SAMPLING)


def fidelity_table(grid: Design) -> str:
    """Generated rows of each cell against test rows, with fresh real rows scored alike on top."""
    columns = {FIDELITY_NAMES.get(one.key, one.label[0].upper() + one.label[1:]): one.key for one in FIDELITY}
    fresh = _shared_row(grid, "fresh real rows", [f"fresh/{key}" for key in columns.values()], SAMPLINGS)
    return _table(grid, {title: f"test/{key}" for title, key in columns.items()}, above=[fresh])


def treatment_table(grid: Design, protocol: str) -> str:
    """The columns of the paper's Tables 1, 2 and 5 for one protocol, averaged over the cells."""
    rows = []
    for treatment, title in TREATMENTS.items():
        found = [grid.estimate(grid.number(f"utility/{protocol}/{treatment}/{measure}")) for measure in SCORES.values()]
        if treatment == "real":
            found[-1] = None
        if any(found):
            rows.append(estimate_row(title, found, len(grid.seeds), len(grid.places()), ABSENT))
    return markdown(["Training rows", *SCORES], rows)


def utility_table(grid: Design, protocol: str) -> str:
    """Macro F1 of each cell's treatments, and their paired difference to real rows alone."""
    shown = {"Real": "real", "Iterated": "synthetic", "Convex": "convex", "Both": "both"}
    columns = {title: f"utility/{protocol}/{name}/f1_macro" for title, name in shown.items()}
    del shown["Real"]
    columns |= {f"{title} − Real": f"utility/{protocol}/{name}/difference_f1_macro" for title, name in shown.items()}
    return _table(grid, columns)


def cost_table(grid: Design) -> str:
    """Parameters and seconds per stage of one run, per method."""
    stages = [key for key in grid.frame.keys if key.startswith("seconds/")]
    forms = {"parameters": ",.0f", **dict.fromkeys(stages, ".1f")}
    rows = []
    for method, name in METHOD_NAMES.items():
        found = {key: grid.estimate(grid.number(key)[grid.places(method=method)]) for key in forms}
        rows.append([name, *(ABSENT if one is None else format(one.mean, forms[key]) for key, one in found.items())])
    return markdown(["Method", "Parameters", *(f"{key.removeprefix('seconds/')} (s)" for key in stages)], rows)


def _table(
    grid: Design,
    columns: Mapping[str, str],
    heading: str = "Method, loss, sampling",
    rows: Rows | None = None,
    sides: Rows | None = None,
    above: Sequence[list[str]] = (),
) -> str:
    """The numbers whose keys are the columns' values, each the mean over the cells of a row; all cells by default.

    On top stands a row for each of `sides` (name -> samplings) and trivial predictor, the usual ones first, then others
    by name. The column of unrefined walks is left out where no run refined its inverse.
    """
    refined = "test/inverse_walk/mse" in grid.frame.keys
    columns = {title: key for title, key in columns.items() if refined or "walk" not in key}
    found = set(grid.frame.numbers["reference"][grid.frame.numbers["key"].str.startswith("test/")]) - {""}
    predictors = [*(name for name in PREDICTORS if name in found), *sorted(found - set(PREDICTORS))]
    # A walk backwards has the trivial predictors of the inverse.
    keys = [key.replace("_walk/", "/") for key in columns.values()]
    lines = [*above]
    lines += [
        _shared_row(grid, f"{name} ({side})", keys, samplings, name)
        for side, samplings in (sides or {}).items()
        for name in predictors
    ]
    tables = [grid.number(key) for key in columns.values()]
    for label, cells in (rows or {cell: [cell] for cell in grid.places()}).items():
        found = [grid.estimate(table[cells]) for table in tables]
        lines.append(estimate_row(f"**{label}**", found, len(grid.seeds), len(cells), "missing"))
    return markdown([heading, *columns], lines)


def _shared_row(grid: Design, label: str, keys: list[str], samplings: Sequence[str], reference: str = "") -> list[str]:
    """A row of numbers that depend on seed and sampling alone, not on method or loss.

    Any finished run of a seed and sampling can give them, so that missing cells do not cost a seed.
    """
    tables = [grid.number(key, reference) for key in keys]
    sides = [{name: row_means(table[grid.places(sampling=name)]) for name in samplings} for table in tables]
    found = [grid.estimate(pd.DataFrame(side).dropna()) for side in sides]
    return estimate_row(label, found, len(grid.seeds), len(samplings), ABSENT)
