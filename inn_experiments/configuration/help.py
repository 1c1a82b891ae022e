"""What `--help` says: every group and its options, a line each, read from the first line of their files."""

from itertools import takewhile
from pathlib import Path

from inn_experiments.configuration.axes import MEASURES
from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.compose import CONF, defaults

HEAD = """\
Iterative neural networks, their inversions and honest baselines on small labelled spectra.

usage: python -m inn_experiments [GROUP=OPTION ...] [KEY=VALUE ...]

  python -m inn_experiments                                  the default experiment
  python -m inn_experiments method=svd sampling=convex       another cell of the paper's grid
  python -m inn_experiments trainer=smoke utility=smoke      the same in seconds
  python -m inn_experiments -m method=svd,explicit seed=0,1  a sweep: all combinations
  python -m inn_experiments experiment=paper_grid            the paper's grid, 16 cells
  python -m inn_experiments data=table data.path=my.csv data.label=chemical
  python -m inn_experiments recommend data=table data.path=my.csv data.label=chemical
                                     which preset to take for your rows, if any (docs/recommend.md)

Groups and their options (* is the default):
"""
TAIL = """\
Single values
  seed=0                       every random draw follows from it
  objective=test/samples/fid   the metric that a run returns to a sweeper
  GROUP.KEY=VALUE              a value of an option: trainer.epochs=50
  paths.outputs=FOLDER         everything that a run writes goes there

  --cfg job                    print the configuration and stop
  -m, --multirun               run all combinations of comma-separated values
  hydra/launcher=joblib        with -m: two cells at a time
  --hydra-help                 what Hydra itself can do; --version prints the version
"""


def options(group: Path) -> list[tuple[str, str]]:
    """The options of a group's folder, each with the comment that its file starts with."""
    found = []
    for path in sorted(group.glob("*.yaml")):
        lines = _lines(path)
        found.append((path.stem, lines[0].lstrip("# ") if lines else ""))
    return found


def meanings(cell: Cell) -> dict[str, tuple[str, str]]:
    """Group -> its option and what choosing that means, of the options that decide what this cell computes.

    Example:
        >>> from inn_experiments.configuration.compose import compose
        >>> meanings(compose("loss=kl"))["loss"]
        ('kl', 'Reconstruction plus KL(real || predicted) between smooth histograms of every feature.')
    """
    read = {*cell.axes, *(group for group in MEASURES if group in cell.plain), *cell.read.intersection({"trainer"})}
    groups = [group for group in cell.choices if group in read]
    paths = {group: CONF / group / f"{cell.choices[group]}.yaml" for group in groups}
    return {group: (path.stem, _comment(path)) for group, path in paths.items() if path.is_file()}


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("# @")]


def _comment(path: Path) -> str:
    """All of the comment that an option's file starts with."""
    return " ".join(line.lstrip("# ") for line in takewhile(lambda line: line.startswith("#"), _lines(path)))


def text() -> str:
    """The whole help text."""
    usual = defaults()
    names = [*usual, *sorted(path.name for path in CONF.iterdir() if path.is_dir() and path.name != "hydra")]
    blocks = []
    for group in dict.fromkeys(names):
        lines = [
            f"  {'*' if option == usual.get(group) else ' '} {group}={option:<{26 - len(group)}} {comment}"
            for option, comment in options(CONF / group)
        ]
        blocks.append("\n".join(lines))
    return HEAD + "\n\n".join(blocks) + "\n\n" + TAIL
