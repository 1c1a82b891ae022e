"""Which data a search of settings can be made on: those whose training rows can be divided once more."""

from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import InnerSource, Source, UserError


def check_inner(cell: Cell, source: Source) -> InnerSource:
    """The `source` of `cell`, whose training rows can be divided; raises UserError for one that draws its rows."""
    if not isinstance(source, InnerSource):
        raise UserError(
            f"inner: data={cell.choices['data']} draws its rows, so there are no training rows to divide once more, "
            "which a search of settings needs; take other data"
        )
    return source
