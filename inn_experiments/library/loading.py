"""A finished run's synthesizer in Python: what its rows are, and more of them as a DataFrame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inn_experiments.artifact.compounds import asked
from inn_experiments.artifact.finding import find
from inn_experiments.artifact.kept import Kept
from inn_experiments.artifact.rows import pieces, table
from inn_experiments.artifact.writers import Decimal, write
from inn_experiments.library.errors import value_errors

if TYPE_CHECKING:
    import pandas as pd


class Loaded:
    """A synthesizer that was kept with its run.

    Attributes:
        facts: classes, columns, unit, the rows that it was trained on, versions and configuration.
    """

    def __init__(self, kept: Kept) -> None:
        self._kept, self.facts = kept, kept.facts

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.facts.classes

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the values of a row in the file; none of 2-D records."""
        return self.facts.columns

    @property
    def config(self) -> dict[str, Any]:
        """The configuration of the run."""
        return self.facts.config

    def sample(
        self,
        n: int | Mapping[str, int] | None = None,
        *,
        classes: Sequence[str] | None = None,
        smiles: Mapping[str, str | Sequence[str]] | None = None,
        seed: int = 0,
    ) -> pd.DataFrame:
        """New rows in the columns and units of the file, with a column that says that they are synthetic.

        Args:
            n: rows of each class, or class -> rows.
            classes: those that `n` is of; all where none are given.
            smiles: compound -> its SMILES, or several of a mixture: `n` rows of each, where conditioning=chemnet.
            seed: the same one gives the same rows, those that the command makes.

        Raises:
            UserError: for an unknown class or a number that is none; for 2-D records, see `save`.
        """
        kept, request = self._asked(n, classes, smiles)
        return table(kept, request, seed)

    def save(
        self,
        path: str | Path,
        n: int | Mapping[str, int] | None = None,
        *,
        classes: Sequence[str] | None = None,
        smiles: Mapping[str, str | Sequence[str]] | None = None,
        seed: int = 0,
        piece: int | None = None,
        decimal: Decimal = "point",
    ) -> Path:
        """Write new rows to a .csv, .parquet, .npz or .msp file, of which `piece` rows are held at once.

        `decimal="comma"` is for a CSV with decimal commas between semicolons.
        """
        kept, request = self._asked(n, classes, smiles)
        for _ in write(Path(path), kept, pieces(kept, request, seed, piece), seed, decimal):
            pass
        return Path(path)

    def __repr__(self) -> str:
        facts = self.facts
        count = sum(facts.counts.values())
        return f"<{facts.cell}-seed{facts.seed}: {len(facts.classes)} classes, trained on {count} rows ({facts.part})>"

    def _asked(
        self,
        n: int | Mapping[str, int] | None,
        classes: Sequence[str] | None,
        smiles: Mapping[str, str | Sequence[str]] | None,
    ) -> tuple[Kept, Any]:
        with value_errors():
            if isinstance(n, Mapping):
                return asked(self._kept, None, n, smiles)
            return asked(self._kept, n, classes, smiles)


def load(run: str | Path = "latest", outputs: str | Path = "outputs") -> Loaded:
    """The synthesizer of a finished run: its folder, id or name, or `latest` of the folder `outputs`.

    Raises UserError, a ValueError, where there is none, and for one that is damaged or of a version that this one does
    not know.
    """
    with value_errors():
        return Loaded(find(str(run), Path(outputs)))
