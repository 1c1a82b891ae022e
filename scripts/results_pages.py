"""The pages below docs/results, as scripts/results.toml lists them, and what is typed for each."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = ROOT / "scripts" / "results.toml"
HEAD = 1200
"""Characters of a page in which its head ends."""
SAID = (
    r"\b(20\d\d-\d\d-\d\d)",
    r"(?:inn[-_]experiments|version) (\d+\.\d+\.\d+)",
    r"(?:experiments|version) [\d.]+, commit ([0-9a-f]{7,40}(?:-dirty)?)",
    r"runs made at commit (.+)",
)
"""Day, version and commit of a page, and the commits of its runs."""
PAGES, READINGS = Path("docs/results"), Path("docs/results/readings")


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        name: of its file, without .md.
        before: what makes the files of the runs, as typed after `python scripts/`.
        runs: sweeps, as typed after `python -m inn_experiments`.
        reports: as typed after `python -m inn_experiments.reports`; all but the first have --below.
        scripts: as typed after `python scripts/`.
        needs: environment variables that name a folder, and Python modules in small letters.
        minutes: of one processor, roughly; None where nobody has measured it.
        folder: of its runs in the work folder; pages that share it share runs.
        hand: what of it is written by hand, '' where one command makes all of it but its reading. What the
            commands of such a page answer goes to the work folder, into `parts`, and the page stays as it is.
    """

    name: str
    before: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    minutes: float | None = None
    folder: str = ""
    hand: str = ""

    def typed(self, work: Path, pages: Path) -> list[str]:
        """What is typed for it, in order, below the repository's root; `$NAME` stands for an environment variable."""
        outputs, page = work / (self.folder or self.name), pages / f"{self.name}.md"
        parts = outputs / "parts"
        places = {"{page}": page, "{work}": outputs, "{reading}": READINGS / f"{self.name}.md"}
        runs = [
            _placed(f"python -m inn_experiments {run} {shlex.quote(f'paths.outputs={outputs}')}", places)
            for run in self.runs
        ]
        told = "".join(f" --command {shlex.quote(run)}" for run in runs)
        reports = []
        for number, report in enumerate(self.reports):
            words = shlex.split(report)
            to = parts / f"{number + 1}.md" if self.hand else page
            read = self._reading(words[words.index("--below") + 1] if "--below" in words else "")
            rest = "" if "--below" in words else told
            asked = f"{report} --outputs {shlex.quote(str(outputs))} --to {shlex.quote(str(to))}{read}{rest}"
            reports.append(f"python -m inn_experiments.reports {asked}")
        before, scripts = (
            [_placed(f"python scripts/{script}", places) for script in each] for each in (self.before, self.scripts)
        )
        return [*before, *runs, *reports, *scripts]

    @property
    def reading(self) -> Path:
        """What people wrote of it, a file that may not be there."""
        return ROOT / READINGS / f"{self.name}.md"

    def _reading(self, heading: str) -> str:
        name = "_".join([self.name, *re.findall(r"\w+", heading.lower())])
        path = READINGS / f"{name}.md"
        return f" --reading {path}" if (ROOT / path).is_file() and not self.hand else ""

    def lacking(self) -> list[str]:
        """What it needs and is not there, in words."""
        found = []
        for need in self.needs:
            if need.islower():
                found += [] if importlib.util.find_spec(need) else [f"the Python module {need}"]
            elif not Path(os.environ.get(need, "")).is_dir() or not os.environ.get(need):
                found.append(f"{need}, an environment variable that names a folder (see scripts/results.toml)")
        return found

    def head(self, pages: Path = ROOT / PAGES) -> list[str]:
        """Day, version and commit that the page was made at, and commits of its runs; '' for what it does not say."""
        path = pages / f"{self.name}.md"
        text = path.read_text(encoding="utf-8")[:HEAD] if path.is_file() else ""
        return [" ".join(each[1].split()) if (each := re.search(one, text)) else "" for one in SAID]


def _placed(typed: str, places: Mapping[str, Path]) -> str:
    for mark, path in places.items():
        typed = typed.replace(mark, str(path))
    return typed


def pages(manifest: Path = MANIFEST) -> list[Page]:
    """The pages of the manifest, in its order."""
    listed = tomllib.loads(manifest.read_text(encoding="utf-8"))["page"]
    return [
        Page(**{key: tuple(value) if isinstance(value, list) else value for key, value in one.items()})
        for one in listed
    ]


def words(typed: str) -> list[str]:
    """What is run for a typed command: this Python, and environment variables as they are."""
    every = shlex.split(typed)
    # What a report tells of the runs is text.
    known = [
        word if before == "--command" else os.path.expandvars(word)
        for before, word in zip(["", *every], every, strict=False)
    ]
    return [sys.executable if known[0] == "python" else known[0], *known[1:]]
