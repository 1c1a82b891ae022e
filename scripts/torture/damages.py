"""What can happen to an outputs folder: damage to each kind of file that the program reads back."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

Damage = Callable[[Path, random.Random], None]
"""Changes a file, or a folder, in its place."""


def cut(path: Path, draw: random.Random) -> None:
    """Leave a part of the file."""
    data = path.read_bytes()
    path.write_bytes(data[: draw.randrange(1, len(data) - 1)])


def last_page(path: Path, draw: random.Random) -> None:
    """Leave all of a database but its last page."""
    path.write_bytes(path.read_bytes()[:-4096])


def empty(path: Path, draw: random.Random) -> None:
    """Leave nothing in the file."""
    path.write_bytes(b"")


def missing(path: Path, draw: random.Random) -> None:
    """Remove the file."""
    path.unlink()


def flip(path: Path, draw: random.Random) -> None:
    """Change one bit in the middle half of the file."""
    data = bytearray(path.read_bytes())
    data[draw.randrange(len(data) // 4, 3 * len(data) // 4)] ^= 1 << draw.randrange(8)
    path.write_bytes(bytes(data))


def bytes_300(path: Path, draw: random.Random) -> None:
    """Change 300 bytes anywhere."""
    data = bytearray(path.read_bytes())
    for _ in range(300):
        data[draw.randrange(len(data))] = draw.randrange(256)
    path.write_bytes(bytes(data))


def noise(path: Path, draw: random.Random) -> None:
    """Put random bytes in the place of the file."""
    path.write_bytes(draw.randbytes(5000))


def folder(path: Path, draw: random.Random) -> None:
    """Put a folder in the place of the file."""
    path.unlink()
    path.mkdir()


def text(content: str) -> Damage:
    """Another text in the place of the file."""

    def write(path: Path, draw: random.Random) -> None:
        path.write_text(content, encoding="utf-8")

    return write


def numbers(change: Callable[[float], object]) -> Damage:
    """Other values of the numbers of a report."""

    def write(path: Path, draw: random.Random) -> None:
        report = json.loads(path.read_text(encoding="utf-8"))
        for number in report["numbers"]:
            number["value"] = change(number["value"])
        path.write_text(json.dumps(report), encoding="utf-8")

    return write


def sql(*statements: str) -> Damage:
    """Change the database by SQL."""

    def change(path: Path, draw: random.Random) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    return change


COMMON: dict[str, Damage] = {"cut": cut, "empty": empty, "missing": missing, "one bit": flip, "noise": noise}
DAMAGES: dict[str, dict[str, Damage]] = {
    "fits/*/weights.pt": COMMON,
    "fits/*/trained.json": {**COMMON, "{": text("{"), "[]": text("[]")},
    "fits/*/rows.pt": COMMON,
    "fits/rows/*.pt": COMMON,
    "cache/**/*.np[yz]": {**COMMON, "a folder": folder},
    "runs/*/artifacts/report.json": {
        **{name: COMMON[name] for name in ("cut", "empty", "missing", "noise")},
        "[]": text("[]"),
        "texts for numbers": numbers(str),
        "other numbers": numbers(lambda value: value + 0.125),
        "a folder": folder,
    },
    "runs/*/artifacts/files.json": {
        **COMMON,
        "[]": text("[]"),
        "{}": text("{}"),
        "a number for an entry": text('{"report.json": 3}'),
        "a folder": folder,
    },
    "runs/*/artifacts/config.yaml": COMMON,
    "runs/*/artifacts/samples.parquet": COMMON,
    "runs/*/artifacts/synthesizer/weights.pt": COMMON,
    "runs/*/artifacts/synthesizer/trained.json": COMMON,
    "runs/*/artifacts/synthesizer/rows.pt": COMMON,
    "runs/*/artifacts/figures/*.png": {"missing": missing, "empty": empty},
    "mlflow.db": {
        **{name: COMMON[name] for name in ("cut", "empty", "noise")},
        "last page cut": last_page,
        "300 bytes": bytes_300,
        "300 other bytes": bytes_300,
        "300 more bytes": bytes_300,
        "a folder": folder,
        "table runs dropped": sql("DROP TABLE runs"),
        "table tags dropped": sql("DROP TABLE tags"),
        "table metrics dropped": sql("DROP TABLE metrics"),
        "unknown schema": sql("UPDATE alembic_version SET version_num = 'ffffffffffff'"),
        "older schema": sql("UPDATE alembic_version SET version_num = 'bd07f7e963c5'"),
        "no experiment": sql("DELETE FROM experiments"),
        "experiment deleted": sql("UPDATE experiments SET lifecycle_stage = 'deleted'"),
    },
}
"""Files of an outputs folder, of which one is taken -> what happens to it."""

READ_BY = {
    "fits": ("another judge",),
    "cache": ("another judge",),
    "runs": ("again", "reports", "rows"),
    "mlflow.db": ("again", "another judge", "reports", "rows"),
}
"""How the name of a file begins -> what is asked of its folder: what reads that file."""
