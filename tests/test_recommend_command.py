"""The command `recommend`: what it prints and keeps, what it refuses in one line, and how it is stopped."""

from __future__ import annotations

import json
import os
import re
import signal

import numpy as np
import pandas as pd
import pytest
from refusals import archive, check_refused, frame, given

from inn_experiments import __main__
from inn_experiments.contracts import stopping
from inn_experiments.recommending import asked, command

QUICK = ("trees=3", "repeats=1", "presets=[jitter]")


def rows(tmp_path, seed=0) -> list[str]:
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(3), 8)
    table = pd.DataFrame((rng.normal(size=(24, 4)) + 2 * y[:, None]).round(3), columns=["40", "41", "42", "43"])
    return given(tmp_path, table.assign(kind=[f"kind{label}" for label in y]))


def test_it_ends_with_one_sentence_and_keeps_what_it_found(run, tmp_path):
    status, out, err = run("recommend", *rows(tmp_path), *QUICK)
    assert status == 0, err
    last = out.strip().splitlines()[-1]
    assert last.startswith(("take ", "nothing helps on these data, use none: "))
    assert out.index("this will take about") < out.index("part 1 of") < out.index("preset ")
    folder = tmp_path / "out/recommendations/rows"
    plain = json.loads((folder / "recommendation.json").read_text())
    assert plain["sentence"] == last and {line["name"] for line in plain["presets"]} == {
        "bootstrap",
        "convex",
        "jitter",
    }
    assert sorted(path.name for path in folder.iterdir()) == ["recommendation.json", "recommendation.md"]
    again = run("recommend", *rows(tmp_path), *QUICK)
    assert again[1].strip().splitlines()[-1] == last
    same = json.loads((folder / "recommendation.json").read_text())
    assert [line["gain"] for line in same["presets"]] == [line["gain"] for line in plain["presets"]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["data=mnist1d", "data=table data.path=my.csv"]),
        (["data=table", "data.path=nowhere.csv", "data.label=kind"], ["nowhere.csv"]),
        (["data=coffee", "preset=convex"], ["'preset=convex'", "presets"]),
        (["data=coffee", "presets=[convx]"], ["'convx'", "'convex'"]),
        (["data=coffee", "presets=[latent_diffusion_decoupled]"], ["SMILES"]),
        (["data=coffee", "minutes=soon"], ["minutes=soon", "number"]),
        (["data=coffee", "trees=0"], ["trees=0", "1 or more"]),
        (["data=coffee", "data.test_fraction=0.2"], ["data.test_fraction", "leave it out"]),
        (["data=coffee", "seed=-1"], ["seed"]),
        (["data=coffee", "-m"], ["'-m'"]),
    ],
)
def test_a_mistake_is_named_in_one_line(run, tmp_path, arguments, words):
    check_refused(run("recommend", *arguments), words, tmp_path)


def test_data_that_it_cannot_judge_are_refused_in_one_line(run, tmp_path):
    table = frame()
    table.loc[3:, "kind"] = "other"
    check_refused(run("recommend", *given(tmp_path, table)), ["recommend", "it takes 4"], tmp_path)
    check_refused(run("recommend", *archive(tmp_path)), ["2-D records"], tmp_path)


def test_an_interrupt_ends_it_with_the_signals_status(run, tmp_path, monkeypatch):
    monkeypatch.setattr(stopping, "_received", [])
    monkeypatch.setattr(command, "nested", lambda *given: os.kill(os.getpid(), signal.SIGINT))
    status, _, err = run("recommend", *rows(tmp_path), *QUICK)
    assert status == 130 and err == "stopped by a signal\n"
    assert not (tmp_path / "out/recommendations").exists()


def test_help_tells_of_it(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["inn_experiments", "--help"])
    __main__.main()
    assert "inn_experiments recommend data=" in capsys.readouterr().out


def test_its_own_help_has_every_setting_with_its_default(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["inn_experiments", "recommend", "--help"])
    __main__.main()
    said = capsys.readouterr().out
    assert all(re.search(rf"^  {name}=\S+ +\w", said, re.MULTILINE) for name in asked.READ), said
    assert "  minutes=10.0 " in said and "  presets=[] " in said and "overrides" not in said
