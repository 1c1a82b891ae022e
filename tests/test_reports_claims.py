"""The table of measured statements: means over seeds, chance, and what is refused."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from inn_experiments.contracts import Claim, UserError
from inn_experiments.reports.studies.claims import claims_markdown


def report(seed: int, value: float, cell: str = "cell", **more):
    claims = [asdict(Claim("home", "points that come home", value, value - 0.1, value + 0.1, n=50, **more))]
    return {"cell": cell, "seed": seed, "axes": {"data": "swiss_roll"}, "claims": claims}


def test_values_are_means_over_seeds_beside_chance_and_every_p():
    reports = [report(0, 0.4, chance=0.1, p=0.04), report(1, 0.6, chance=0.3, p=0.5)]
    text, count = claims_markdown([*reports, {"claims": [], "seed": 2, "cell": "cell"}], {}, ["run"], "2026-01-01")
    row = next(line for line in text.splitlines() if "points that come home" in line)
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    assert count == 2 and cells[1].startswith("0.500 ±") and cells[2:] == ["0.200", "0.040, 0.500", "50", "2"]


def test_one_seed_shows_the_interval_of_its_own_run():
    text, _ = claims_markdown([report(0, 0.4)], {}, [], "2026-01-01")
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
        claims_markdown(reports, only, [], "2026-01-01")
