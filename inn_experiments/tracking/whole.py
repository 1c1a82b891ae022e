"""Whether a finished run is whole: the sizes and checksums of its files, written when it ended, and asked for later."""

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

from inn_experiments.contracts.errors import UserError
from inn_experiments.contracts.files import sha256, write_text
from inn_experiments.contracts.old_report import read_report
from inn_experiments.tracking.places import tell

LIST = "files.json"
REPORT = "report.json"
SYNTHESIZER = "synthesizer"
PATTERNS = (REPORT, "config.yaml", "samples.*", f"{SYNTHESIZER}/*", "figures/*", "report.html")
"""What a run is asked for later."""
MADE_AGAIN = ("report.html",)
"""What a command of its own makes from the rest: without it a run is whole."""
ALWAYS = (REPORT, "config.yaml", "trained.json")
"""Whose content is always looked at; of the others it is where they are small."""
SMALL = 4_000_000
"""Bytes that are read in some milliseconds; larger weights have checksums that are asked when they are used."""


def write_list(folder: Path) -> None:
    """Write down what the run in `folder` consists of; the last thing that its owner writes."""
    found = {file.relative_to(folder).as_posix(): _entry(file) for file in _files(folder)}
    write_text(folder / LIST, json.dumps(found, indent=1) + "\n")


def rewrite(folder: Path, name: str, text: str) -> Path:
    """Write the file `name` of a finished run once more, and its entry in the list where there is one."""
    path, known = write_text(folder / name, text), None
    # A list that cannot be read stays what it is: the next who asks is told so.
    with suppress(ValueError, AttributeError):
        known = _known(folder)
    if known is not None:
        write_text(folder / LIST, json.dumps({**known, name: _entry(path)}, indent=1) + "\n")
    return path


def settled(folder: Path, lock: AbstractContextManager) -> str:
    """As `damage`, once nobody writes there: who rewrites a file holds the lock until the list goes with it."""
    word = damage(folder)
    if word:
        with lock:
            word = damage(folder)
    return word


def damage(folder: Path, only: str = "") -> str:
    """What the finished run in `folder` lacks, in words that name the file; '' where it is whole.

    Of a run of version 0.8.0 or older, which kept neither a list nor its synthesizer, nothing is known but whether its
    report is there.

    Args:
        folder: of the run's files.
        only: the one file to look at; all of them where it is ''.
    """
    if not (folder / REPORT).is_file():
        return f"{folder / REPORT} is missing"
    try:
        known = _known(folder)
    except (ValueError, AttributeError) as error:
        return f"{folder / LIST} cannot be read ({type(error).__name__})"
    if known is None:
        return f"{folder / LIST} is missing" if (folder / SYNTHESIZER).is_dir() else ""
    if REPORT not in known:
        return f"{folder / LIST} does not know {REPORT}"
    for name, entry in known.items():
        if name not in MADE_AGAIN and (not only or name == only) and (word := _differs(folder / name, entry)):
            return f"{folder / name} {word}"
    return ""


def report(folder: Path) -> dict[str, Any]:
    """The plain values of the report of the run in `folder`; raises UserError for one that cannot be read."""
    path = folder / REPORT
    if not (folder / LIST).is_file():
        read_report(path)
    return json.loads(path.read_text(encoding="utf-8"))


def first(runs: Iterable[tuple[Path, str]]) -> tuple[dict[str, Any], Path] | None:
    """The report and folder of the first run that is whole; where there are others alone, a line on stderr says so.

    Args:
        runs: of each its folder, and what it lacks; '' for nothing.
    """
    words = []
    for folder, word in runs:
        try:
            if not word:
                return report(folder), folder
        except UserError as error:
            word = str(error)
        words.append(word)
    if words:
        tell(f"this cell was finished, and is run again: {words[0]}")
    return None


def _files(folder: Path) -> Iterator[Path]:
    for pattern in PATTERNS:
        yield from (path for path in sorted(folder.glob(pattern)) if path.is_file())


def _entry(path: Path) -> dict[str, int | str]:
    return {"size": path.stat().st_size, "sha256": sha256(path)}


def _known(folder: Path) -> dict[str, dict[str, int | str]] | None:
    path = folder / LIST
    if not path.is_file():
        return None
    known = json.loads(path.read_text(encoding="utf-8"))
    return {str(name): {"size": entry.get("size", -1), "sha256": entry.get("sha256")} for name, entry in known.items()}


def _differs(path: Path, entry: dict[str, int | str]) -> str:
    if not path.is_file():
        return "is missing"
    size = path.stat().st_size
    if size != entry["size"]:
        return f"has {size:,} bytes and had {entry['size']:,} when its run ended"
    if (path.name in ALWAYS or size <= SMALL) and sha256(path) != entry["sha256"]:
        return "was changed after its run ended"
    return ""
