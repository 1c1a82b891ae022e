"""SQLite's databases lie on local file systems: over a network its locks and its write-ahead log do not hold."""

from pathlib import Path

from inn_experiments.contracts import UserError, mounts


def check(name: str, file: Path) -> None:
    """Raise UserError where the database `file`, which the setting `name` asks for, would lie on a network file system.

    Two machines that write to it at once, or one whose connection breaks, would leave it damaged.
    """
    if (found := mounts.shared(file.absolute())) is not None:
        place, kind = found
        raise UserError(
            f"{name}: {place} is a network file system ({kind}), on which an SQLite file ({file.name}) comes to harm; "
            "let a server keep the record, with tracking.uri=http://HOST:5000, or name a folder on a local disk"
        )
