"""What the command says of itself: every key with its default and a line, every number with its meaning."""

import pytest
from refusals import check_refused

from inn_experiments.__main__ import main
from inn_experiments.configuration.help import text
from inn_experiments.configuration.keys import keys
from inn_experiments.configuration.roles import CONF
from inn_experiments.measures.quantities import QUANTITIES
from inn_experiments.reports.cell.explain import explain
from inn_experiments.reports.cell.glossary import term

GROUPS = [path.name for path in CONF.iterdir() if path.is_dir()]
PLAIN = [
    file
    for file in sorted(CONF.glob("*/*.yaml"))
    if file.parent.name not in ("experiment", "preset", "hydra") and not file.read_text().startswith("# @package")
]


@pytest.mark.parametrize("file", PLAIN, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_key_of_an_option_has_words(file) -> None:
    assert [key.name for key in keys(file) if not key.words] == []


def test_an_option_that_builds_on_another_one_has_its_keys_with_its_own_defaults() -> None:
    found = {key.name: key for key in keys(CONF / "trainer" / "smoke.yaml")}
    usual = {key.name: key for key in keys(CONF / "trainer" / "default.yaml")}
    assert [*found] == [*usual]
    assert found["epochs"].default == "2" and found["epochs"].words == usual["epochs"].words
    assert {name for name in found if found[name] != usual[name]} == {"epochs"}


@pytest.mark.parametrize("columns", ["60", "100", "300"])
def test_no_line_is_cut_and_none_is_wider_than_the_terminal_allows(monkeypatch, columns) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    said = text([group for group in GROUPS if group != "hydra"])
    long = [line for line in said.splitlines() if len(line) > max(80, min(int(columns), 120))]
    # A default may be longer than a line of words.
    assert all("=" in line.split("  ")[3] for line in long), long
    assert "…" not in said and "hard to tell apart" in " ".join(text().split())


def test_help_of_a_group_has_its_keys(monkeypatch, capsys) -> None:
    # Somebody may put it behind a whole command.
    monkeypatch.setattr("sys.argv", ["inn_experiments", "data=table", "trainer=smoke", "data.path=x.csv", "--help"])
    main()
    out = capsys.readouterr().out
    assert "data=table" in out and "preprocessing=null" in out and "epochs=2" in out and "epochs=300" not in out


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--help", "dat"], ["--help dat", "did you mean 'data'"]),
        (["--help", "data=tabel"], ["--help data=tabel", "did you mean 'table'"]),
        (["--explain", "c3st"], ["--explain c3st", "C2ST"]),
    ],
)
def test_what_is_not_there_is_told(run, tmp_path, asked, words) -> None:
    check_refused(run(*asked), words, tmp_path / "out")


def test_every_number_is_explained() -> None:
    every = explain()
    for key in QUANTITIES:
        found = term(key)
        assert found is None or f"{found.name}\n" in every, key
    assert "this is the share it gets right" in " ".join(explain(["c2st"]).split())


def test_a_part_of_a_name_explains_all_that_have_it() -> None:
    assert {line for line in explain(["coverage"]).splitlines() if not line.startswith(" ")} >= {
        "coverage within a class",
        term("test/samples/coverage").name,
    }
