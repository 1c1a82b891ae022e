"""The report on the paper's grid (Tables 6 and 7, which the paper left empty) from finished runs."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from inn_experiments.reports.design import Design
from inn_experiments.reports.runs import Frame
from inn_experiments.reports.studies.grid import tables
from inn_experiments.reports.studies.grid.cells import outside_axes, select_grid
from inn_experiments.reports.studies.grid.figure import grid_figure
from inn_experiments.reports.studies.grid.findings import below_trivial, beside_bar, hypotheses_section, spread_line
from inn_experiments.reports.study import Document, Study, missing_section

UNITS = (
    "All errors are on test rows, in normalised units (training variance 1). An entry is the mean ± half the width of "
    "its 95 % interval over seeds; a seed changes every random draw of a run. An entry that "
    "averages cells does so within each seed."
)
ABOUT_METHODS = (
    "Each method is the mean over its four cells. Test: noisy (all levels) → clean. Forward: prime → clean. Inverse: "
    "clean → prime. Round trips: forward(inverse(x)) against x, inverse(forward(p)) against p. Test FID compares "
    "predictions with their targets, Samples FID generated rows with test rows. class_mean knows the test row's "
    "label, which the networks do not; class_linear guesses it (QDA) and has a linear map for each class, as the "
    "orthogonal prime is one; wiener is the linear denoiser that knows the level. Lower is better. At one seed "
    "implicit, svd and explicit train the very same forward network: their columns but for the inverse and the "
    "round trips are equal by construction."
)
ABOUT_SAMPLINGS = (
    "Test MSE and Test KL Div are errors of two different tasks (Gaussian noise or another row of the class is to be "
    "removed): compare each with its own trivial predictors. The other columns share one task."
)
ABOUT_FIDELITY = (
    "C2ST: 0.5 is indistinguishable. Precision, recall, density, coverage: higher is better. Nearest train ratio: "
    "distance to the closest training row over that of real held-out rows; far below 1 means copies. The first row is "
    "what fresh real rows score."
)
ABOUT_UTILITY = (
    "A random forest is trained on the rows named on the left and scored on real rows it has not seen. `same_rows`: "
    "the generator saw the classifier's training rows. `disjoint` (the paper's): it saw none of the classifier's "
    "rows, so it brings in other real rows that the classifier never had. A gain there is no evidence for synthesis: "
    "plain copies of the generator's rows would help too. Compare it with generator=bootstrap."
)


def options(parser: ArgumentParser) -> None:
    """Which runs make the grid."""
    parser.add_argument("--network", default="point_unet", help="the runs' network")
    parser.add_argument("--data", default="mnist1d*", help="the runs' data")
    parser.add_argument("--epochs", help="the runs' epochs, where runs of several lengths have finished")
    parser.add_argument("--seeds", type=seed_list, help="seeds wanted, e.g. 0,1,2 (default: found)")


def seed_list(text: str) -> tuple[int, ...]:
    """The seeds in `0,1,2`."""
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise ArgumentTypeError(f"write whole numbers, e.g. 0,1,2; found {text!r}") from None


def answer(frame: Frame, options: Namespace) -> Document:
    """The whole report on the grid that the command line asks for."""
    epochs = {} if options.epochs is None else {"epochs": options.epochs}
    only = {"network": options.network, "data": options.data, **options.only, **epochs}
    return grid_document(select_grid(frame, only, options.seeds), options.picture)


def grid_document(grid: Design, picture: str) -> Document:
    """The report on one grid; `picture` is the figure's address as seen from the document."""
    missing = grid.missing()
    sections = [
        UNITS,
        *missing_section(missing),
        *("## Against trivial predictors", below_trivial(grid)),
        *filter(None, [beside_bar(grid)]),
        f"![Every cell with its interval over seeds]({picture})",
        *("## Table 6: inversion methods", ABOUT_METHODS, tables.paper_table_6(grid)),
        *("### Table 6, all cells", tables.cell_table(grid, tables.TABLE_6)),
        *("### The other measures of the same predictions", tables.cell_table(grid, tables.OTHER_MEASURES)),
        *("## Table 7: samplings", ABOUT_SAMPLINGS, tables.paper_table_7(grid)),
        *("## Fidelity of the generated rows", ABOUT_FIDELITY, tables.fidelity_table(grid)),
        *utility_section(grid),
        "## The expected findings (Section 10.1)",
        *hypotheses_section(grid),
        spread_line(grid),
        *("## What a run costs", tables.cost_table(grid)),
    ]
    seeds, wanted = ", ".join(map(str, grid.seeds)), len(grid.places()) * len(grid.seeds)
    design = f"{len(grid.places())} cells x {len(grid.seeds)} seeds: {seeds}"
    axes = ", ".join(f"{axis}={value}" for axis, value in outside_axes(grid).items())
    return Document(
        "The paper's grid: inversion method x loss x sampling",
        grid.frame,
        sections,
        f"{len(grid.frame)} of {wanted} runs finished ({design})",
        facts=[f"common axes: {axes or 'none'}"],
        missing=sum(map(len, missing.values())),
        figure=grid_figure(grid),
    )


def utility_section(grid: Design) -> list[str]:
    """What a random forest gains (the columns of the paper's Tables 1, 2 and 5), per protocol."""
    parts = []
    for protocol in sorted({key.split("/")[1] for key in grid.frame.keys if key.startswith("utility/")}):
        parts += [
            f"### Protocol {protocol}",
            "Mean over all cells (macro averages unless weighted is said):",
            tables.treatment_table(grid, protocol),
            "Macro F1-score per cell, and its difference to real rows alone, paired by seed:",
            tables.utility_table(grid, protocol),
        ]
    return ["## Utility", ABOUT_UTILITY, *parts] if parts else []


STUDY = Study("grid", "Tables 6 and 7 of the paper, as Markdown and as a figure beside it", answer, options)
