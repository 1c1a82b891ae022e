"""What `--help` says: every group and its options, and of one group the keys, read from their files."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from omegaconf import OmegaConf

from inn_experiments.configuration.axes import MEASURES
from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.compose import CONF, defaults
from inn_experiments.configuration.keys import commented, keys
from inn_experiments.contracts import UserError, nearest
from inn_experiments.contracts.lines import columns

HEAD = """\
Makes synthetic spectra from a few labelled ones, and measures whether they are faithful and whether they help.

usage: python -m inn_experiments [GROUP=OPTION ...] [KEY=VALUE ...]

  python -m inn_experiments data=table data.path=my.csv data.label=chemical preset=law
                                     your own file: one generator is trained and measured (docs/data.md)
  python -m inn_experiments.sample run=latest n=100 to=more.csv
                                     100 new rows of each class (docs/sample.md)
  python -m inn_experiments recommend data=table data.path=my.csv data.label=chemical
                                     which preset to take for your rows, if any (docs/recommend.md)

  python -m inn_experiments -m data=coffee preset=convex,smote seed=0,1    a sweep: all combinations
  python -m inn_experiments                                  the default experiment, on MNIST1D
  python -m inn_experiments trainer=smoke utility=smoke      the same in seconds
  python -m inn_experiments experiment=paper_grid            the paper's grid, 16 cells

  python -m inn_experiments --help data                      the keys of a group: default and meaning
  python -m inn_experiments --explain                        what each number of a report means

Groups and their options (* is the default):
"""
TAIL = """\
  GROUP.KEY=VALUE              a value of an option: trainer.epochs=50; --help GROUP lists them
  paths.outputs=FOLDER         everything that a run writes goes there

  --cfg job                    print the configuration and stop
  -m, --multirun               run all combinations of comma-separated values
  hydra/launcher=stacked       with -m: networks that are alike side by side, then as many cells as there are cores
  hydra/launcher=joblib        with -m: as many cells at a time as there are cores
  --hydra-help                 what Hydra itself can do; --version prints the version
"""
AGAIN = "(as the one above)"
NAMES, DEFAULTS = 29, 44
"""Columns at which words begin: behind names alone, and behind names and defaults."""


def options(group: Path) -> list[tuple[str, str]]:
    """The options of a group's folder, each with the comment that its file starts with."""
    return [(path.stem, _comment(path)) for path in sorted(group.glob("*.yaml"))]


def meanings(cell: Cell) -> dict[str, tuple[str, str]]:
    """Group -> its option and what choosing that means, of the options that decide what this cell computes.

    Example:
        >>> from inn_experiments.configuration.compose import compose
        >>> meanings(compose("loss=kl"))["loss"]
        ('kl', 'Reconstruction plus KL(real || predicted) between smooth histograms of every feature.')
    """
    read = {*cell.axes, *(group for group in MEASURES if group in cell.plain), *({"trainer"} if cell.by_epochs else ())}
    groups = [group for group in cell.choices if group in read]
    paths = {group: CONF / group / f"{cell.choices[group]}.yaml" for group in groups}
    return {group: (path.stem, _comment(path)) for group, path in paths.items() if path.is_file()}


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("# @")]


def _comment(path: Path) -> str:
    """All of the comment that an option's file starts with."""
    return " ".join(line.lstrip("# ") for line in takewhile(lambda line: line.startswith("#"), _lines(path)))


def text(groups: Sequence[str] = ()) -> str:
    """The help text: of all groups, or the keys of these ones.

    Raises:
        UserError: there is no such group or option.
    """
    if groups:
        return "\n".join(line for group in groups for line in _group(*group.partition("=")[::2]))
    usual = defaults()
    names = [*usual, *sorted(path.name for path in CONF.iterdir() if path.is_dir() and path.name != "hydra")]
    blocks = []
    for group in dict.fromkeys(names):
        lines = [
            entry(f"  {'*' if option == usual.get(group) else ' '} {group}={option}", comment, NAMES)
            for option, comment in options(CONF / group)
        ]
        blocks.append("\n".join(lines))
    single = [entry(f"  {key.name}={key.default}", key.words, NAMES + 1) for key in commented(CONF / "config.yaml")]
    return HEAD + "\n\n".join(blocks) + "\n\nSingle values\n" + "\n".join(single) + f"\n{TAIL}"


def _group(group: str, wanted: str) -> Iterator[str]:
    """Lines for each option of a group, or for the one that is wanted: what it means, and its keys."""
    known = [path.name for path in CONF.iterdir() if path.is_dir() and path.name != "hydra"]
    if group not in known:
        raise UserError(f"--help {group}: there is no such group{nearest(group, known)}")
    usual, files = defaults().get(group), {path.stem: path for path in sorted((CONF / group).glob("*.yaml"))}
    if wanted and wanted not in files:
        raise UserError(f"--help {group}={wanted}: there is no such option{nearest(wanted, files)}")
    for option, file in files.items():
        if wanted in ("", option):
            yield f"{group}={option}{' (the default)' if option == usual else ''}"
            yield entry("  ", _comment(file), 3)
            if file.read_text(encoding="utf-8").startswith("# @package"):
                yield from _settings(file)
            else:
                yield from _keys(file)
            yield ""


def _keys(file: Path) -> Iterator[str]:
    """What can be set of an option: its default and its meaning, and that only once where several keys share it."""
    last = ""
    for key in keys(file):
        yield entry(
            f"      {key.name}={key.default}", AGAIN if key.words and key.words == last else key.words, DEFAULTS
        )
        last = key.words


def _settings(file: Path) -> Iterator[str]:
    """What an option sets in other groups, as it would be typed."""
    plain = OmegaConf.to_container(OmegaConf.load(file), resolve=False)
    chosen = [entry for entry in plain.pop("defaults", []) if isinstance(entry, dict)]
    for each in chosen:
        yield from (f"      {name.removeprefix('override ').strip('/')}={option}" for name, option in each.items())
    for name, value in _flat(plain):
        yield from [] if name == file.parent.name else [f"      {name}={'null' if value is None else value}"]


def _flat(plain: dict, before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in plain.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def entry(name: str, words: str, column: int) -> str:
    """A name, and from the column on its words, in as many lines as the terminal's width asks for."""
    if not words:
        return name
    first, later = f"{name:<{column}} " if len(name) < column else f"{name}  ", " " * (column + 1)
    return textwrap.fill(words, columns(), initial_indent=first, subsequent_indent=later, break_long_words=False)
