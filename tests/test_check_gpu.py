"""scripts/check_gpu.py in its short form: it runs on any machine, and says where two trainings differ."""

from __future__ import annotations

import importlib
import math
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("check_gpu")


def run(script, monkeypatch, capsys, *names: str) -> tuple[object, str]:
    given = [*names, "--rows", "40", "--channels", "32", "--epochs", "1"]
    monkeypatch.setattr(sys, "argv", ["check_gpu.py", *given])
    with pytest.raises(SystemExit) as end:
        script.main()
    return end.value.code, capsys.readouterr().out


def test_generators_learn_the_same_here_and_on_the_cpu(script, monkeypatch, capsys):
    status, told = run(script, monkeypatch, capsys, "diffusion, mlp", "autoencoder=joint")
    assert status == 0, told
    assert "DIFFERS" not in told and len(told.splitlines()) == 4


def test_what_differs_or_does_not_run_is_told(script, monkeypatch, capsys):
    monkeypatch.setitem(script.CASES, "diffusion, mlp", ["method=svd", "parameterization=v"])
    monkeypatch.setattr(script, "TOLERANCE", -1.0)
    status, told = run(script, monkeypatch, capsys, "diffusion, mlp", "vae")
    assert status == "2 of 2 generators differ or do not run"
    assert "UserError: " in told and "DIFFERS" in told


def test_curves_are_compared_value_by_value(script):
    curve = {"train/loss": ([1, 2], [2.0, 1.0])}
    assert script.curves_apart(curve, curve) == 0
    assert script.curves_apart(curve, {"train/loss": ([1, 2], [2.0, 1.1])}) == pytest.approx(0.05)
    for other in ({}, {"train/loss": ([1], [2.0])}, {"train/loss": ([1, 2], [2.0, math.nan])}):
        assert script.curves_apart(curve, other) == math.inf
