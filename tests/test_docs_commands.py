"""The commands of README and docs: all are found, compose, and run in their order in a fresh copy of the project.

In the usual suite run the README and the pages that show what the program can do, in their short form; with `-m slow`,
or `make commands`, which prints what ran and how long it took, all pages.
"""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from inn_experiments.configuration.compose import compose

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import docs_commands  # noqa: E402
from docs_commands import FEWER, LEFT_OUT, PAGES, SHORTER, commands, found, left_out, short, shortened  # noqa: E402
from docs_shell import SERVERS, Copy, Shell  # noqa: E402
from run_docs import Outcome, main, run_page, table  # noqa: E402

ALL = [command for page in PAGES for command in commands(page)]
SHOWING = ("diffusion", "few_rows", "gan_vae", "plane", "presets", "records2d", "report", "sweeps")
HERE = ["README.md", *(f"docs/{name}.md" for name in SHOWING)]
"""Pages that the usual suite runs; of docs/data.md it runs those with a generator of their own here."""

TITLES = {
    "grid": "Table 6",
    "table8": "Table 8",
    "effects": "Main effects",
    "few_steps": "# Samplers",
    "records2d": "# 2-D records: gcims_simulated",
    "claims": "# Measured statements",
    "compare": "# Noise range",
    "synthesizers": "# Every synthesizer",
}
"""A subcommand of the reports -> what is in its file."""

WRITTEN = {
    "experiment=table8": ["figures/geometry.png", "eye_test/sheet_DEB.png", "eye_test/key/key.csv", "report.json"],
    "experiment=spirals": [f"figures/{name}" for name in ("forward.png", "reverse.png", "path.png", "steps.png")],
    "data=records2d": ["samples.npz", "figures/preprocessing.png"],
    "preset=law": ["report.html", "samples.parquet", "synthesizer/trained.json"],
}
"""A word of a command -> files that a run then has."""


def check(outcome: Outcome, folder: Path) -> None:
    """The command ended well, warned of nothing, and wrote what the page says."""
    assert outcome.good, f"{outcome.command}\n{outcome.run}\n{outcome.done.printed[-3000:]}"
    if outcome.done is None:
        return
    assert "Warning" not in outcome.done.printed or re.search(SERVERS, outcome.run), outcome.done.printed[-3000:]
    words = shlex.split(outcome.run.partition("<<")[0], comments=True)
    if "inn_experiments.reports" in words:
        made = (folder / words[words.index("--to") + 1]).read_text(encoding="utf-8")
        assert TITLES[words[words.index("inn_experiments.reports") + 1]] in made
    for name in (name for word, names in WRITTEN.items() if word in words for name in names):
        assert [*folder.glob(f"outputs/runs/*/artifacts/{name}")], name
    if "to=more.csv" in words:
        assert len((folder / "more.csv").read_text(encoding="utf-8").splitlines()) > 10


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    """A fresh copy of the project, whose .venv has the packages of this Python."""
    return Copy(tmp_path_factory.mktemp("newcomer") / "inn_experiments")


@pytest.mark.parametrize("page", HERE)
def test_a_page_runs_from_its_first_command_to_its_last(page: str, copy: Copy) -> None:
    outcomes = run_page(page, copy, after=check)
    assert outcomes and not any(outcome.reason for outcome in outcomes), table(outcomes)


def test_the_data_page_with_generators_runs(copy: Copy) -> None:
    outcomes = run_page("docs/data.md", copy, only=lambda text: "generator=" in text, after=check)
    assert len(outcomes) == 2


def test_without_the_activation_the_next_command_would_fail(copy: Copy) -> None:
    with Shell(copy.folder, active=False) as shell:
        assert shell.run("python -c 'import inn_experiments.sample, torch'").status != 0
        assert shell.run("source .venv/bin/activate").status == 0
        assert shell.run("python -c 'import inn_experiments.sample, torch'").status == 0
        place = shell.run("python -c 'import inn_experiments; print(inn_experiments.__file__)'").printed
    assert place.startswith(str(copy.folder))


def test_a_shell_keeps_variables_and_folder_and_tells_failures(copy: Copy) -> None:
    with Shell(copy.folder, active=False) as shell:
        assert shell.run("export A='b c'").status == 0 and shell.run("cd docs").status == 0
        assert shell.run('echo "$A" "$(basename "$PWD")"').printed == "b c docs\n"
        assert shell.run("false").status == 1


@pytest.mark.slow
def test_every_page_runs(tmp_path: Path) -> None:
    assert main(["--to", str(tmp_path / "table.md")]) == 0, (tmp_path / "table.md").read_text(encoding="utf-8")


def test_commands_were_found() -> None:
    assert len(ALL) >= 120
    assert sum(not left_out(command.text) for command in ALL) >= 100
    # No block of a page was passed by: each line of a bash block is a command, a part of one, or a comment.
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        lines = [
            line
            for block in re.findall(r"^```bash\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
            for line in block.splitlines()
        ]
        begun = [line for before, line in zip(["", *lines], lines, strict=False) if not before.endswith("\\")]
        wanted = [line for line in begun if line.strip() and not line.lstrip().startswith("#")]
        assert len([command for command in commands(page) if "<<" not in command.text]) >= len(wanted), page


def test_the_examples_of_finding_and_shortening_hold() -> None:
    failed, tried = doctest.testmod(docs_commands)
    assert tried == 3 and not failed


def test_indented_commands_and_joined_lines_are_found() -> None:
    text = "Do:\n\n    make test      # all\n    other thing\n\n"
    text += "```bash\ncurl x \\\n  -d '{\"a\": 1}'\n```\n```text\nmake b\n```\n"
    assert [command.text for command in found(text)] == ["make test      # all", "curl x -d '{\"a\": 1}'"]


def test_what_is_left_out_says_why_and_nothing_else_is() -> None:
    assert {left_out(command.text) for command in ALL} <= {"", *(reason for _, reason in LEFT_OUT)} | {
        "asks the package index: --install runs it",
        "needs the extra docs",
    }
    assert not [command for command in ALL if command.page == "README.md" and left_out(command.text)]
    assert left_out("python -m inn_experiments data=coffee") == "" and left_out("sbatch job.sh") != ""


def test_shortening_keeps_what_a_command_says() -> None:
    command = ["python", "-m", "inn_experiments", "-m", "data=table", "trainer=default"]
    assert short(command) == [*command[:-1], "trainer=smoke", "utility=smoke"]
    assert short([*command[:3], "-m", "data=coffee", "generator=smote", "seed=range(0,1000)"])[-2] == "seed=range(0,2)"
    for word in (*FEWER, *SHORTER):
        assert any(word in command.text.split() for command in ALL), f"no command has {word}"


def composed(text: str) -> list[str]:
    """The overrides of one cell that a command of the program asks for; of a sweep those of the first."""
    words = shlex.split(text, comments=True)
    words = words[1:] if words[0] == "inn-experiments" else words[3:]
    overrides = [word for word in words if "=" in word and not word.startswith("hydra.")]
    overrides = [re.sub(r"=range\((\d+),.*", r"=\1", word) for word in overrides]
    return [re.sub(r"=(?![\[{(]|\w+\()([^,]*),.*", r"=\1", word) for word in overrides]


RUNS = [
    command
    for command in ALL
    if re.match(r"(python -m inn_experiments|inn-experiments)( |$)", command.text)
    and not left_out(command.text)
    and "recommend" not in command.text
    and "experiment=tune" not in command.text
    # Those without a generator are run by test_docs_data.
    and (command.page != "docs/data.md" or "generator=" in command.text)
]


@pytest.mark.parametrize("form", ["as it is", "short"])
def test_every_run_composes(form: str) -> None:
    assert len(RUNS) >= 40
    for command in RUNS:
        text = command.text if form == "as it is" else shortened(command.text)
        assert compose(*composed(text)).name, command


def test_the_script_ends_with_status_1_where_a_command_fails(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, 'scripts')\n"
        "import run_docs, docs_commands\n"
        "run_docs.commands = lambda page: [docs_commands.Command(page, 1, text) for text in ('true', 'false')]\n"
        f"sys.exit(run_docs.main(['--to', {str(tmp_path / 'table.md')!r}, 'README.md']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "2 commands, 2 run, 1 failed" in done.stdout, done.stderr
    assert "| README.md | 1 | `false` | 1 |" in (tmp_path / "table.md").read_text(encoding="utf-8")
