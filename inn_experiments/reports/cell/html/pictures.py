"""The figures of a finished cell as data within the page, each with words to it."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

MOST_BYTES = 2_100_000
"""Of all figures together; a page of three megabytes can still be sent by post."""
CAPTIONS = {
    "real_and_generated": "Real rows beside generated rows, class by class; the legend says which real ones. "
    "Look for what generated rows lack: small peaks, noise, shoulders, the variety between rows.",
    "difference": "Mean of generated rows less mean of real rows, class by class. A flat line at 0 is best; a peak "
    "says where generated rows have too much or too little.",
    "rows": "Single rows, real and generated.",
    "pca": "Real and generated rows of each class on principal components. Generated points should fill the cloud of "
    "real points, neither less of it nor more.",
    "geometry": "What was compared class by class, real and generated, on the first two principal components of both.",
    "states": "How generated rows come about, step by step, from the start on the left to the row on the right.",
    "curves": "Training curves. The loss should have settled at the end; a validation curve that rises again says that "
    "rows were learned by heart.",
    "preprocessing": "One training record after each step of the preprocessing, and what of it cannot be undone.",
    "forward": "Points on their way into the noise.",
    "reverse": "The same points on their way back out of the noise.",
    "path": "The path of one point from the middle of the noise to the data.",
    "steps": "How long the steps of that path are.",
}
"""Name of the file -> its caption, in the order of the page; others follow by name."""


class Picture(NamedTuple):
    """A figure within the page: its title, what to look for, and its bytes as an address."""

    title: str
    caption: str
    address: str


def pictures(folder: Path) -> tuple[list[Picture], list[str]]:
    """(the PNG figures of a folder in their order, the names of those for which the page has no room)."""
    order = [*CAPTIONS]
    files = sorted(folder.glob("*.png"), key=lambda path: (place(path.stem, order), path.stem))
    shown, left, used = [], [], 0
    for path in files:
        size = path.stat().st_size
        if used + size > MOST_BYTES:
            left.append(path.name)
            continue
        used += size
        title = path.stem.replace("_", " ")
        title = "PCA" if title == "pca" else title[:1].upper() + title[1:]
        data = b64encode(path.read_bytes()).decode("ascii")
        shown.append(Picture(title, CAPTIONS.get(path.stem, ""), f"data:image/png;base64,{data}"))
    return shown, left


def place(name: str, order: list[str]) -> int:
    """Where a figure stands on the page."""
    return order.index(name) if name in order else len(order)
