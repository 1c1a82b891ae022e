"""Links between the pages lead to files and headings that are there, and every page is reached from the first one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Readings are parts of pages, on which their links are followed.
DOCS = [page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "readings"]
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS]


def without_code(text: str) -> str:
    """The text of a page without its blocks and pieces of code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as repositories show them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    """The addresses of a page's links and pictures, without those of other places."""
    found = re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8")))
    return [link for link in found if not link.startswith(("http://", "https://", "mailto:"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link}: there is no such file"
        assert not anchor or anchor in anchors(target), f"{link}: there is no such heading"


def test_the_links_were_found() -> None:
    assert len(PAGES) > 75 and sum(len(links(page)) for page in PAGES) > 350


def test_every_page_is_reached_from_the_page_of_all_pages() -> None:
    reached, waiting = set(), [ROOT / "docs/index.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            linked = [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]
            waiting += [target for target in linked if target.suffix == ".md" and target.is_file()]
    assert not {str(page.relative_to(ROOT)) for page in PAGES if page.resolve() not in reached}
    # Whoever looks for measurements or a way to use the program needs two steps at most.
    listed = {(ROOT / "docs" / link.partition("#")[0]).resolve() for link in links(ROOT / "docs/index.md")}
    listed |= {(ROOT / "docs" / link.partition("#")[0]).resolve() for link in links(ROOT / "docs/results.md")}
    assert not {path.name for path in DOCS if path.resolve() not in listed and path.stem != "index"}
