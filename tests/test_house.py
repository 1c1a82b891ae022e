"""The sizes and habits that keep the house readable, measured."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

import pytest

PACKAGE = Path(__file__).parents[1] / "inn_experiments"
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "conf" not in path.relative_to(PACKAGE).parts)
LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FILE, MOST_SNIFFING = 250, 55, 100, 9


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_are_short(path: Path) -> None:
    assert lines(path) <= LONGEST_FILE
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < LONGEST_FUNCTION, f"{path}: {node.name} is too long"


def test_the_usual_file_has_about_a_hundred_lines() -> None:
    assert median(lines(path) for path in FILES if path.name != "__init__.py") <= MEDIAN_FILE


def test_protocols_say_what_there_is_and_nobody_asks_for_attributes() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr")
    ]
    assert len(found) <= MOST_SNIFFING, found
