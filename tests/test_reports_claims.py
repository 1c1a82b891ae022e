"""The table of measured statements: means over seeds, chance, and what is refused."""

from __future__ import annotations

from argparse import Namespace

import pytest

from inn_experiments.contracts import UserError
from inn_experiments.contracts.report import Number, Report
from inn_experiments.reports.runs import frame_of
from inn_experiments.reports.studies.claims import answer
from inn_experiments.reports.study import Document


def report(seed: int, value: float, chance: float | None = None, p: float | None = None) -> Report:
    bounds = {"low": value - 0.1, "high": value + 0.1, "p": p}
    numbers = [Number("claims/home", value, **bounds, n=50, label="points that come home")]
    if chance is not None:
        numbers.append(Number("claims/home", chance, reference="chance"))
    return Report("cell", seed, f"{seed}{value}", {"data": "swiss_roll"}, numbers=numbers)


def document(reports: list[Report], **only: str) -> Document:
    return answer(frame_of(reports), Namespace(only=only, title="Measured statements"))


def test_values_are_means_over_seeds_beside_chance_and_every_p():
    reports = [report(0, 0.4, chance=0.1, p=0.04), report(1, 0.6, chance=0.3, p=0.5)]
    found = document([*reports, Report("cell", 2, "without", {})])
    text = found.markdown("2026-01-01", ["run"])
    row = next(line for line in text.splitlines() if "points that come home" in line)
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    assert len(found.runs) == 2 and cells[1].startswith("0.500 ±") and cells[2:] == ["0.200", "0.040, 0.500", "50", "2"]


def test_one_seed_shows_the_interval_of_its_own_run():
    text = document([report(0, 0.4)]).markdown("2026-01-01", [])
    assert "0.400 [0.300, 0.500]" in text and "| - | - |" in text


@pytest.mark.parametrize(
    ("reports", "only", "words"),
    [
        ([], {}, "claims=spirals"),
        ([report(0, 0.4)], {"data": "two_clusters"}, "two_clusters"),
        ([report(0, 0.4), report(0, 0.5)], {}, "two runs of cell have seed 0"),
    ],
)
def test_what_cannot_be_told_is_refused(reports, only, words):
    with pytest.raises(UserError, match=words):
        document(reports, **only)
