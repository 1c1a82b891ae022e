"""Any finished runs side by side: one row per combination of axes, one column per metric."""

from argparse import ArgumentParser, Namespace

from inn_experiments.reports.runs import Frame, choose
from inn_experiments.reports.study import Document, Study, names
from inn_experiments.reports.table import comparison_table

ABOUT = "Mean ± half the width of the 95 % interval over seeds; all rows are test rows."


def options(parser: ArgumentParser) -> None:
    """Rows, columns and the title."""
    parser.add_argument("--rows", type=names, required=True, help="axes that name a row, e.g. method,network")
    parser.add_argument(
        "--columns", type=names, required=True, help="metrics, e.g. test/inverse/mse; A-B: a paired difference"
    )
    parser.add_argument("--title", default="Comparison", help="the report's title")


def answer(frame: Frame, options: Namespace) -> Document:
    """The comparison that the command line asks for."""
    chosen = choose(frame, options.only)
    return Document(options.title, chosen, [ABOUT, comparison_table(chosen, options.rows, options.columns)])


STUDY = Study("compare", "one row per combination of axes, one column per metric", answer, options)
