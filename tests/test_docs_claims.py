"""docs/claims.md names what there is: every file, test, option and page on it exists, and no number is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/claims.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
ROWS = [
    line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| no.", "| where", "| item"))
]


def numbers(section: str) -> set[int]:
    """The numbers in the first cell of a section's rows: `(14), (15)`, `3, 4`."""
    firsts = [line.split("|")[1] for line in SECTIONS[section].splitlines() if line.startswith("| (")]
    return {int(number) for first in firsts for number in re.findall(r"\((\d+)\)", first)}


@pytest.mark.parametrize(("section", "last"), [("The paper", 20), ("Kulkarni et al.", 10)])
def test_every_equation_has_a_line(section: str, last: int) -> None:
    assert numbers(section) == set(range(1, last + 1))


@pytest.mark.parametrize(("heading", "last"), [("### Tables", 8), ("### Figures", 6)])
def test_every_table_and_figure_of_the_paper_has_a_line(heading: str, last: int) -> None:
    part = SECTIONS["The paper"].split(heading)[1].split("###")[0]
    firsts = [line.split("|")[1] for line in part.splitlines() if re.match(r"\| \d", line)]
    assert {int(number) for first in firsts for number in re.findall(r"\d+", first)} == set(range(1, last + 1))


def test_every_test_on_it_exists() -> None:
    named = set(re.findall(r"\btest_\w+\.py", PAGE))
    assert len(named) > 30
    assert not {name for name in named if not (ROOT / "tests" / name).is_file()}


def test_every_file_of_code_on_it_exists() -> None:
    named = {name for name in re.findall(r"\b[a-z_]+/[\w/.]*\w\.(?:py|yaml)", PAGE) if not name.startswith("results/")}
    places = (ROOT, ROOT / "inn_experiments")
    assert len(named) > 20
    assert not {name for name in named if not any((place / name).is_file() for place in places)}


def test_every_option_on_it_exists() -> None:
    named = set(re.findall(r"\b(experiment|claims|preset|data|autoencoder|utility|sampler)=(\w+)", PAGE))
    options = {(group, name) for group, name in named if name not in ("NAME", "none", "auto")}
    assert not {each for each in options if not (ROOT / "conf" / each[0] / f"{each[1]}.yaml").is_file()}


def test_every_page_it_links_exists() -> None:
    links = {link.split("#")[0] for link in re.findall(r"\]\(([^)#][^)]*)\)", PAGE)}
    assert len(links) > 15
    assert not {link for link in links if not (ROOT / "docs" / link).exists()}


def test_no_line_is_without_an_answer_or_a_reason() -> None:
    assert len(ROWS) > 120
    for row in ROWS:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        assert len(cells) in (4, 5), row
        # An equation that is built has its test; everything else its result or the reason for none.
        assert cells[-1] or cells[-2], row
        assert not re.search(r"\{[a-z_0-9]+\}", row), row
