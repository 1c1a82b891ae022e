"""docs/results: one list has every page and what makes it, what people wrote stands on the pages, and runs resume."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from reports_examples import CELLS, found_by, make_report

from inn_experiments.reports import __main__ as reports

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "scripts"))
results_pages = importlib.import_module("results_pages")
results_fill = importlib.import_module("results_fill")
EVERY = results_pages.pages()
FOLDER = ROOT / "docs/results"


def named(page) -> list[str]:
    return page.name


def typed(page) -> list[str]:
    return page.typed(Path("work"), Path("docs/results"))


def test_every_page_is_listed_once() -> None:
    assert sorted(page.name for page in EVERY) == sorted(path.stem for path in FOLDER.glob("*.md"))


def test_every_page_has_a_command() -> None:
    assert not [page.name for page in EVERY if not typed(page)]


def test_what_makes_the_files_of_the_runs_comes_before_them() -> None:
    page = results_pages.Page("page", before=("make.py {work}/a",), runs=("data.path={work}/a",), scripts=("look.py",))
    assert typed(page) == [
        "python scripts/make.py work/page/a",
        "python -m inn_experiments data.path=work/page/a paths.outputs=work/page",
        "python scripts/look.py",
    ]


def test_figures_of_one_run_are_copied_beside_a_page(tmp_path: Path, monkeypatch, capsys) -> None:
    copy_figures = importlib.import_module("copy_figures")
    for number, (cell, seed) in enumerate([("a-b", 0), ("a-b-T50", 0), ("a-b", 1), ("a-b", 0)]):
        artifacts = tmp_path / f"runs/2026-01-0{number + 1}-{cell}-seed{seed}-abcd/artifacts"
        (artifacts / "figures").mkdir(parents=True)
        (artifacts / "report.json").write_text(json.dumps({"cell": cell, "seed": seed}))
        (artifacts / "figures/x.png").write_text(f"{number}")
    line = ["copy_figures.py", str(tmp_path), "a-b", "figures/x.png", "--beside", str(tmp_path / "page.md")]
    monkeypatch.setattr(sys, "argv", line)
    copy_figures.main()
    assert (tmp_path / "page_x.png").read_text() == "3", "the newest run of this very cell and seed"
    monkeypatch.setattr(sys, "argv", [*line[:2], "a-c", *line[3:]])
    with pytest.raises(SystemExit, match="no finished run of a-c with seed 0"):
        copy_figures.main()


def test_pages_stand_in_the_order_of_what_they_take() -> None:
    known = [page.minutes for page in EVERY if page.minutes is not None]
    assert known == sorted(known)


def test_every_reading_is_used() -> None:
    used = {path for page in EVERY for command in typed(page) for path in re.findall(r"--reading (\S+)", command)}
    whole = {f"docs/results/readings/{page.name}.md" for page in EVERY if results_fill.has_places(page.reading)}
    assert used | whole == {str(path.relative_to(ROOT)) for path in (FOLDER / "readings").glob("*.md")}


@pytest.mark.parametrize("reading", sorted((FOLDER / "readings").glob("*.md")), ids=lambda path: path.stem)
def test_a_page_has_what_people_wrote_word_for_word(reading: Path) -> None:
    page = next(
        page for page in sorted(EVERY, key=lambda page: len(page.name), reverse=True) if _belongs(reading, page)
    )
    text, place = (FOLDER / f"{page.name}.md").read_text(encoding="utf-8"), 0
    for piece in results_fill.written(reading.read_text(encoding="utf-8")):
        place = text.find(piece, place)
        assert place >= 0, piece[:200]


def _belongs(reading: Path, page) -> bool:
    return reading.stem == page.name or any(f"readings/{reading.name}" in command for command in typed(page))


@pytest.mark.parametrize("page", EVERY, ids=named)
def test_every_command_is_one_that_the_program_knows(page) -> None:
    for command in typed(page):
        words = shlex.split(command)
        if words[:3] == ["python", "-m", "inn_experiments"]:
            _known_options(words[3:])
            assert any(word == "-m" or _sweeps(word) for word in words[3:]) or not any(map(_several, words[3:])), (
                command
            )
        elif words[:3] == ["python", "-m", "inn_experiments.reports"]:
            reports.parser().parse_args(words[3:])
        else:
            assert words[0] == "python" and (ROOT / words[1]).is_file(), command


def _several(word: str) -> bool:
    """Whether commas stand between values, and not within a list or a pattern."""
    return "," in re.sub(r"\[.*?\]|\(.*?\)|'.*?'", "", word.partition("=")[2])


def _sweeps(word: str) -> bool:
    """Whether this chooses an experiment that is a sweep without -m, as the one that it builds on may say."""
    group, _, name = word.partition("=")
    if group != "experiment":
        return False
    plain = yaml.safe_load((ROOT / f"conf/experiment/{name}.yaml").read_text(encoding="utf-8"))
    told = plain.get("hydra", {}).get("mode")
    return told == "MULTIRUN" or any(_sweeps(f"experiment={on}") for on in plain["defaults"] if isinstance(on, str))


def _known_options(words: list[str]) -> None:
    groups = {path.name for path in (ROOT / "conf").iterdir() if path.is_dir()}
    for word in words:
        key, sign, values = word.lstrip("+").partition("=")
        assert sign or word == "-m", word
        for value in values.split(",") if key in groups else []:
            assert (ROOT / "conf" / key / f"{value}.yaml").is_file(), word


def test_all_but_the_first_report_go_below_a_heading() -> None:
    for page in EVERY:
        later = [report for report in page.reports[1:] if not page.hand]
        assert all("--below" in report for report in later), page.name
        assert "--below" not in "".join(page.reports[:1]), page.name


@pytest.fixture
def results(monkeypatch) -> ModuleType:
    """The program with three pages, whose commands succeed, fail, and need a folder that is not there."""
    module = importlib.import_module("results")
    some = [
        results_pages.Page("bad", scripts=("fails.py",)),
        results_pages.Page("good", scripts=("works.py",)),
        results_pages.Page("poor", scripts=("works.py",), needs=("NOWHERE_TO_BE_FOUND",)),
    ]
    monkeypatch.setattr(module, "pages", lambda: some)
    return module


def doing(module: ModuleType, monkeypatch, statuses: dict[str, int]) -> list[str]:
    """Let commands end as told, and list those that ran."""
    ran: list[str] = []

    def run(command: str, kept: bool) -> tuple[int, str]:
        ran.append(command)
        return next(status for name, status in statuses.items() if name in command), "a table"

    monkeypatch.setattr(module, "run", run)
    return ran


def test_a_page_that_fails_is_named_and_stops_no_other(results, monkeypatch, tmp_path: Path, capsys) -> None:
    ran = doing(results, monkeypatch, {"fails": 3, "works": 0})
    assert results.main(["--work", str(tmp_path)]) == 1
    assert len(ran) == 2
    assert "bad: exit status 3" in capsys.readouterr().out.partition("failed:")[2]


def test_what_is_made_is_not_made_again_and_what_failed_is(results, monkeypatch, tmp_path: Path) -> None:
    doing(results, monkeypatch, {"fails": 3, "works": 0})
    results.main(["--work", str(tmp_path)])
    ran = doing(results, monkeypatch, {"fails": 0, "works": 0})
    assert results.main(["--work", str(tmp_path)]) == 0
    assert ["fails" in command for command in ran] == [True]
    ran = doing(results, monkeypatch, {"fails": 0, "works": 0})
    assert results.main(["--work", str(tmp_path), "--again", "good"]) == 0
    assert len(ran) == 1


def test_what_is_typed_otherwise_is_made_anew(results, monkeypatch, tmp_path: Path) -> None:
    doing(results, monkeypatch, {"works": 0})
    results.main(["--work", str(tmp_path), "good"])
    monkeypatch.setattr(results, "pages", lambda: [results_pages.Page("good", scripts=("works.py 2",))])
    ran = doing(results, monkeypatch, {"works": 0})
    results.main(["--work", str(tmp_path), "good"])
    assert len(ran) == 1


def test_a_page_that_lacks_what_it_needs_is_skipped_with_a_word(results, monkeypatch, tmp_path: Path, capsys) -> None:
    ran = doing(results, monkeypatch, {"works": 0})
    assert results.main(["--work", str(tmp_path), "poor"]) == 0
    assert not ran and "NOWHERE_TO_BE_FOUND" in capsys.readouterr().out


def test_a_stop_ends_it_cleanly_and_leaves_no_note(results, monkeypatch, tmp_path: Path, capsys) -> None:
    def stopped(command: str, kept: bool) -> tuple[int, str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(results, "run", stopped)
    assert results.main(["--work", str(tmp_path), "good"]) == 130
    assert "stopped in good" in capsys.readouterr().err and not list(tmp_path.rglob("*.json"))


def test_a_command_that_is_stopped_has_the_time_to_end(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    child = f"""
import pathlib, signal, time
try:
    print("begun", flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    time.sleep(1)
    pathlib.Path({str(ended)!r}).touch()
"""
    (tmp_path / "child.py").write_text(child, encoding="utf-8")
    code = f"import results; results.run('python {tmp_path / 'child.py'}', True)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "scripts"), str(ROOT)])}
    # In the background of a script it is ignored, and stays so in whatever is started there.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    command, how = [sys.executable, "-c", code], {"stdout": subprocess.PIPE, "text": True, "preexec_fn": heard}
    with subprocess.Popen(command, env=environment, **how) as process:
        assert process.stdout is not None and process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        assert process.wait() != 0
    assert ended.is_file()


def test_an_unknown_page_is_told_in_a_line(results, capsys) -> None:
    with pytest.raises(SystemExit) as end:
        results.main(["gold"])
    assert end.value.code == 2 and "good" in capsys.readouterr().err


def test_variables_of_the_environment_are_read_when_run_and_stay_as_typed_on_the_page(monkeypatch) -> None:
    monkeypatch.setenv("PLACE", "/there")
    assert results_pages.words("python a.py data.path=$PLACE --command 'b $PLACE'")[1:] == [
        "a.py",
        "data.path=/there",
        "--command",
        "b $PLACE",
    ]


def test_a_report_takes_words_and_stands_below_a_heading_of_a_page(monkeypatch, tmp_path: Path) -> None:
    found_by(monkeypatch, [make_report(CELLS[0], seed) for seed in (0, 1)])
    words, page = tmp_path / "words.md", tmp_path / "page.md"
    words.write_text("## Reading\n\nSo it is.\n", encoding="utf-8")
    asked = [
        "effects",
        "--outputs",
        str(tmp_path),
        "--to",
        str(page),
        "--factors",
        "method",
        "--columns",
        "test/forward/mse",
    ]
    assert reports.main([*asked, "--title", "One", "--reading", str(words)]) == 0
    first = page.read_text(encoding="utf-8")
    assert re.search(r"^- inn-experiments \S+, commit \S+$", first, flags=re.MULTILINE)
    assert first.index("```\n\n## Reading") < first.index("So it is.") < first.index("## Cells")
    assert reports.main([*asked, "--below", "Another"]) == 0
    both = page.read_text(encoding="utf-8")
    assert both.startswith(first.rstrip()) and "\n### Cells" in both.partition("## Another")[2]


@pytest.mark.parametrize("option", [["--below", "A"], ["--reading", "nowhere.md"]])
def test_a_page_or_words_that_are_not_there_are_a_line(monkeypatch, tmp_path: Path, capsys, option: list[str]) -> None:
    found_by(monkeypatch, [make_report(CELLS[0], 0)])
    asked = ["compare", "--outputs", str(tmp_path), "--to", str(tmp_path / "p.md"), "--rows", "method"]
    assert reports.main([*asked, "--columns", "test/forward/mse", *option]) == 2
    assert option[0] in capsys.readouterr().err and not (tmp_path / "p.md").exists()
