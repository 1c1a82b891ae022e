"""`make docs` builds without a warning, and no page asks another machine for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The pages as a site, built as `make docs` does."""
    pytest.importorskip("sphinx", reason="the site needs sphinx: pip install -e '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    recipe = re.search(
        r"^docs: setup\n\t\$\(VENV\)/bin/python (.*) site$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    command = [sys.executable, *recipe[1].split(), "-d", str(folder / "doctrees"), str(folder / "html")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "--fail-on-warning" in command and (done.returncode, done.stderr) == (0, ""), done.stderr
    return folder / "html"


def test_every_page_and_the_public_names_are_there(site: Path) -> None:
    # Readings are parts of the pages of results.
    docs = [page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "readings"]
    for page in [*ROOT.glob("*.md"), *docs, ROOT / "docs/api.rst"]:
        assert (site / page.relative_to(ROOT).with_suffix(".html")).is_file(), page
    api = (site / "docs/api.html").read_text(encoding="utf-8")
    names = ("augmenter.Augmenter", "loading.load", "listing.runs", "parts.Synthesizer", "fidelity.Fidelity")
    assert all(f'id="inn_experiments.{place}.{name}"' in api for place, name in [("library", n) for n in names[:3]])
    assert 'id="inn_experiments.contracts.parts.Synthesizer"' in api and "measures.fidelity.Fidelity" in api
    assert "docs/index.html" in (site / "index.html").read_text(encoding="utf-8")


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r"<(?:script|link|img|iframe)[^>]*\b(?:src|href)=\"(?:https?:)?//[^\"]*\"", text)
        assert not fetched, f"{page}: {fetched}"
    for style in site.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", style.read_text(encoding="utf-8")), style
