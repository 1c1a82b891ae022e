"""Odd and damaged tables in their short form: each read right, or refused in one line; `make torture` has thousands."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from inn_experiments.contracts import UserError
from inn_experiments.data.tables.table import Table

sys.path.append(str(Path(__file__).parents[1] / "scripts"))
import torture_tables
from torture import judging


def test_two_hundred_odd_tables_are_read_right_or_refused_in_one_line(tmp_path, capsys) -> None:
    counts = torture_tables.run(200, 0, tmp_path)
    assert not {fault: counts[fault] for fault in judging.FAULTS if counts[fault]}, capsys.readouterr().out
    assert counts["right"] > 50 and counts["refused"] > 50 and counts.total() == 200


def other(change):
    """A reader that does something to what it has read."""
    read = Table.read

    def changed(self, cache):
        return change(read(self, cache))

    return changed


def broken(raw):
    raise RuntimeError("boom")


def unnamed(raw):
    raise UserError("something is wrong\nsomewhere")


def moved(raw):
    raw.x[0, 0] += 1
    return raw


def relabelled(raw):
    raw.y[:] = raw.y[::-1].copy()
    return raw


@pytest.mark.parametrize(
    ("name", "change", "found"),
    [
        ("csv:plain", broken, "crash"),
        ("csv:plain", unnamed, "poor"),
        ("npz:plain", moved, "wrong"),
        ("parquet:plain", relabelled, "wrong"),
        ("csv:garbage", None, "refused"),
        ("csv:plain", None, "right"),
    ],
)
def test_the_judge_sees_each_fault(tmp_path, monkeypatch, name, change, found) -> None:
    if change is not None:
        monkeypatch.setattr(Table, "read", other(change))
    assert judging.outcome(name, random.Random(0), tmp_path / "case")[0] == found


def test_a_refusal_of_a_right_table_and_the_reading_of_a_wrong_one_are_faults(tmp_path, monkeypatch) -> None:
    plain, absent = judging.PECULIAR["csv:plain"], judging.PECULIAR["csv:label_absent"]

    def wanted(make, expected):
        def change(case):
            make(case)
            case.expected = expected

        return ("csv", change)

    monkeypatch.setitem(judging.PECULIAR, "csv:plain", wanted(plain[1], "refuse"))
    monkeypatch.setitem(judging.PECULIAR, "csv:label_absent", wanted(absent[1], "read"))
    found = [judging.outcome(name, random.Random(0), tmp_path / "c")[0] for name in ("csv:plain", "csv:label_absent")]
    assert found == ["lenient", "strict"]
