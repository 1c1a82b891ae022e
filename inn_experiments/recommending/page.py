"""The recommendation as people read it, and as a file that programs read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inn_experiments.contracts import write_text
from inn_experiments.contracts.lines import lasting
from inn_experiments.measures.numbers.intervals import Bounded
from inn_experiments.recommending.plan import told
from inn_experiments.recommending.settings import Settings
from inn_experiments.recommending.summary import Line, Unseen
from inn_experiments.recommending.verdict import Verdict, spoken

VERSION = 1
HEAD = ("preset", "gain inside (95 %)", "chosen", "rungs", "told from real", "seconds", "")


@dataclass(frozen=True)
class Recommendation:
    """All that was found.

    Attributes:
        read: what was read, in a line.
        settings: it was made with.
        lines: a candidate each.
        unseen: the score on rows that the choices never saw.
        verdict: the sentence.
        left_out: preset -> why it was not tried.
        notes: sentences for the reader.
        command: to run next; empty for none.
        seconds: that it took.
        versions: what the numbers may depend on.
    """

    read: str
    settings: Settings
    lines: Sequence[Line]
    unseen: Unseen
    verdict: Verdict
    left_out: Mapping[str, str]
    notes: Sequence[str]
    command: str
    seconds: float
    versions: Mapping[str, str]


def table(found: Recommendation) -> list[tuple[str, ...]]:
    """The head and a row for each candidate."""
    rows = [HEAD]
    for line in found.lines:
        c2st = "" if line.told is None else f"{line.told.value:.2f} ({line.told.low:.2f} to {line.told.high:.2f})"
        gain = "" if line.gain is None else spoken(line.gain)
        chosen = f"{line.chosen} of {found.unseen.parts}"
        rows.append((line.name, gain, chosen, f"{line.rungs:.1f}", c2st, f"{line.seconds:.0f}", _remark(line, found)))
    return rows


def console(found: Recommendation) -> str:
    """What is printed in the end; the last line is the one sentence, and what to do next."""
    rows = table(found)
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD) - 1)]
    aligned = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]
    return "\n".join(["", *aligned, "", *_sentences(found), "", found.verdict.sentence])


def markdown(found: Recommendation) -> str:
    """The page that is kept."""
    head, *rows = table(found)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    sentences = [f"- {sentence}" for sentence in _sentences(found)]
    versions = ", ".join(f"{name} {number}" for name, number in found.versions.items())
    parts = ["# Which preset to take", f"**{_capital(found.verdict.sentence)}.**", found.read, "\n".join(lines)]
    return "\n\n".join([*parts, "\n".join(sentences), f"{lasting(found.seconds)}; {versions}"]) + "\n"


def plain(found: Recommendation) -> dict[str, Any]:
    """All of it as plain values."""
    return {
        "version": VERSION,
        "preset": found.verdict.preset,
        "sentence": found.verdict.sentence,
        "command": found.command,
        "read": found.read,
        "unseen": _bounds(asdict(found.unseen), "gain", found.unseen.gain),
        "presets": [_bounds(_bounds(asdict(line), "gain", line.gain), "told", line.told) for line in found.lines],
        "left_out": dict(found.left_out),
        "notes": list(found.notes),
        "settings": asdict(found.settings),
        "seconds": round(found.seconds, 1),
        "versions": dict(found.versions),
    }


def keep(found: Recommendation, folder: Path) -> None:
    """Write `recommendation.json` and `recommendation.md` to the folder, each whole or not at all."""
    write_text(folder / "recommendation.json", json.dumps(plain(found), indent=1) + "\n")
    write_text(folder / "recommendation.md", markdown(found))


def _sentences(found: Recommendation) -> list[str]:
    unseen = found.unseen
    scored = (
        f"on rows that no choice saw ({unseen.parts} parts): real rows alone {unseen.real:.3f} macro F1, with what was "
        f"chosen {unseen.score:.3f}, gain {spoken(unseen.gain)}"
    )
    left = [f"not tried: {told(found.left_out)}"] if found.left_out else []
    following = [f"next: {found.command}"] if found.command else ["next: nothing to run; train on your real rows alone"]
    return [scored, *found.notes, *left, *following]


def _remark(line: Line, found: Recommendation) -> str:
    if line.failed:
        return f"cannot be fitted: {line.failed}"
    if line.gated:
        return "told from real rows with certainty: never leads"
    return "recommended" if line.name == found.verdict.preset else ""


def _bounds(values: dict[str, Any], key: str, found: Bounded | None) -> dict[str, Any]:
    return {**values, key: None if found is None else found._asdict()}


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
