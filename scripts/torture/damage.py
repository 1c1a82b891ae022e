"""Files that were cut, changed or never what they are called."""

from torture.cases import DAMAGED, FORMS, REFUSE, Case, peculiar


@peculiar("parquet", "npz")
def _other_form(c: Case) -> None:
    c.name, c.expected = c.draw.choice([f"t.{form}" for form in FORMS if form != c.form]), REFUSE


@peculiar("csv")
def _cut(c: Case) -> None:
    data = c.written()
    c.raw, c.expected = data[: c.draw.randrange(1, len(data))], DAMAGED


@peculiar("parquet", "npz")
def _truncated(c: Case) -> None:
    data = c.written()
    c.raw, c.expected = data[: c.draw.randrange(len(data))], REFUSE


@peculiar("csv", "parquet", "npz")
def _flipped(c: Case) -> None:
    data = c.written()
    c.flip(data, 0, len(data), [1, 1, 2, 8, 64])


@peculiar("parquet", "npz")
def _flipped_tail(c: Case) -> None:
    data = c.written()
    c.flip(data, max(0, len(data) - 400), len(data), [1, 2, 4])


@peculiar("npz")
def _flipped_head(c: Case) -> None:
    data = c.written()
    c.flip(data, 0, min(300, len(data)), [1, 2, 4])


@peculiar("csv", "parquet", "npz")
def _garbage(c: Case) -> None:
    c.raw, c.expected = c.draw.randbytes(c.draw.choice([1, 10, 1000, 100_000])), REFUSE


@peculiar("parquet")
def _garbage_between(c: Case) -> None:
    c.raw, c.expected = b"PAR1" + c.draw.randbytes(c.draw.choice([8, 200])) + b"PAR1", REFUSE
