"""The stages of a cell: told in their order by those who work, shown as a bar, or as lines of those that take long."""

import io
import re
import time

import numpy as np
import pytest

from inn_experiments.contracts import Report, Rows, stages
from inn_experiments.measures.numbers.beside_real import class_by_class
from inn_experiments.running import stages as shown

QUICK = (
    "tracking=none",
    "data=two_clusters",
    "data.rows=200",
    "data.test_rows=60",
    "data.fresh_rows=60",
    "utility=none",
)


class Heard:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple] = []

    def begin(self, stage: str) -> None:
        self.told.append(("begin", stage))

    def move(self, done: float, total: float, note: str) -> None:
        self.told.append(("move", done, total))

    def end(self, stage: str, seconds: float) -> None:
        self.told.append(("end", stage))


def names(heard: Heard) -> list[str]:
    return [what[1] for what in heard.told if what[0] == "begin"]


def test_a_stage_within_another_is_not_told_and_moves_only_its_own() -> None:
    heard = Heard()
    with stages.watched(heard), stages.stage("utility"):
        stages.move(1, 4, of=("utility",))
        with stages.stage("fit"):
            stages.move(1, 2, of=("fit",))
    stages.move(2, 4, of=("utility",))
    assert heard.told == [("begin", "utility"), ("move", 1, 4), ("end", "utility")]


def test_a_stage_that_fails_ends_too() -> None:
    heard = Heard()
    with pytest.raises(ValueError), stages.watched(heard), stages.stage("fit"):
        raise ValueError
    assert heard.told == [("begin", "fit"), ("end", "fit")]
    with stages.watched(heard), Report("c", 0, "", {}).step("sample"):
        pass
    assert names(heard) == ["fit", "sample"]


def test_every_stage_of_a_cell_has_a_name_and_long_loops_say_how_far_they_are(run, monkeypatch) -> None:
    heard = Heard()
    monkeypatch.setattr("inn_experiments.running.job.watcher", lambda wanted: heard if wanted else None)
    settings = ("generator=diffusion", "network.hidden=8", "network=mlp", "trainer.epochs=3", "utility=none")
    assert run(*QUICK, *settings)[0] == 0
    assert {*names(heard)} <= {*shown.LABELS} and {"split", "start", "fit", "sample", "fidelity", "record"} <= {
        *names(heard)
    }
    places = {name: heard.told.index(("begin", name)) for name in ("fit", "sample", "fidelity")}
    between = heard.told[places["fit"] : places["sample"]]
    assert [what for what in between if what[0] == "move"] == [("move", each, 3) for each in (1, 2, 3)]
    assert ("move", 100, 100) in heard.told[places["sample"] : places["fidelity"]]


def test_fidelity_says_which_class_it_is_at() -> None:
    rng = np.random.default_rng(0)
    made, second, real = (Rows(rng.random((60, 2), np.float32), np.arange(60) % 3) for _ in range(3))
    with stages.watched(heard := Heard()), stages.stage("fidelity"):
        class_by_class(made, second, real, ("a", "b", "c"), seed=0)
    assert heard.told[1:-1] == [("move", each, 3) for each in range(3)]


def test_a_log_has_a_line_for_a_stage_that_takes_its_time_and_none_for_others(capsys, monkeypatch) -> None:
    monkeypatch.setattr(shown, "LONG", 0.05)
    lines = shown.Lines()
    with stages.watched(lines):
        with stages.stage("directions"):
            pass
        with stages.stage("fit"):
            time.sleep(0.3)
    assert capsys.readouterr().out.splitlines() == ["training ...", "training: 0 s"]


def test_a_terminal_has_one_line_that_is_taken_away(monkeypatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setenv("TERM", "xterm")
    bar = shown.watcher(True)
    assert isinstance(bar, shown.Bar) and shown.watcher(False) is None
    with stages.watched(bar), stages.stage("fit"):
        stages.move(1, 2, "1/2 epochs", of=("fit",))
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out.getvalue())
    assert "training" in plain and "1/2 epochs" in plain


def test_progress_false_says_nothing_of_stages(run) -> None:
    status, out, _ = run(*QUICK, "generator=bootstrap", "trainer.progress=false")
    assert status == 0 and not [line for line in out.splitlines() if line.endswith("...")]


def test_a_cell_of_a_sweep_that_takes_its_time_is_named_before_it_ends(run, monkeypatch, capsys) -> None:
    with shown.at_work("[1/2] quick", 5.0):
        pass
    assert not capsys.readouterr().out
    monkeypatch.setattr("inn_experiments.running.job.FIRST_MOMENTS", 0.0)
    status, out, _ = run(*QUICK, "generator=bootstrap", "seed=0,1", "-m")
    lines = [line for line in out.splitlines() if "/2] two_clusters-bootstrap seed" in line]
    assert status == 0 and [line.split(":")[0] for line in lines][::2] == ["at work", "at work"], out
