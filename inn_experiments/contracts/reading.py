"""What was read of a source: the line that a person checks before believing any number made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

SHOWN_CLASSES = 6
SHOWN_CHARACTERS = 40


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The rows of a source, in words and numbers; it stands on the console, in report.json and on the MLflow run.

    Attributes:
        name: of the data.
        rows: that were read and are used.
        classes: name -> number of rows.
        channels: values of a row, before any preprocessing.
        axis: first and last value of their axis, None where they are only counted; unit: of it, "" where unknown.
        groups: number of them, None where rows have none.
        scaling: what is done to rows, and why where the program chose it.
        left_out: columns, rows or records that are not used, each with the reason.
        notes: whatever else should be known of the rows.
    """

    name: str
    rows: int
    classes: Mapping[str, int]
    channels: int
    axis: tuple[float, float] | None = None
    unit: str = ""
    groups: int | None = None
    scaling: str = ""
    left_out: Sequence[str] = ()
    notes: Sequence[str] = field(default=())

    def line(self) -> str:
        """All of it in one line, long lists of classes shortened."""
        counts = [f"{printable(name)} {count}" for name, count in self.classes.items()]
        more = f", ... ({len(counts) - SHOWN_CLASSES} more)" if len(counts) > SHOWN_CLASSES else ""
        parts = [
            f"{self.name}: {self.rows:,} rows",
            f"{len(counts)} classes ({', '.join(counts[:SHOWN_CLASSES])}{more})",
            f"{self.channels:,} channels{self._axis()}",
        ]
        parts += [] if self.groups is None else [f"{self.groups} groups"]
        parts += [f"scaling {self.scaling}"] if self.scaling else []
        parts += [f"left out: {'; '.join(self.left_out)}"] if self.left_out else []
        return "; ".join([*parts, *self.notes])

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values, no class left out."""
        plain = asdict(self) | {"classes": dict(self.classes), "left_out": [*self.left_out], "notes": [*self.notes]}
        return plain | {"axis": None if self.axis is None else [*self.axis]}

    def _axis(self) -> str:
        if self.axis is None:
            return ""
        return f" from {self.axis[0]:.10g} to {self.axis[1]:.10g}{self.unit and f' {self.unit}'}"


def plain(text: str) -> str:
    """The text with escapes in the place of line breaks, control characters, direction marks and the like."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def printable(name: str) -> str:
    """A name as it can stand in a line: no line breaks or other control characters, and not longer than a line."""
    text = plain(name)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 3]}..."
