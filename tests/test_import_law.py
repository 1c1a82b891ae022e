"""Who may know whom: read from the source with `ast`, so that no import has to run."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "inn_experiments"
NAME = PACKAGE.name

MAY_KNOW: dict[str, set[str]] = {
    "contracts": set(),
    "maths": set(),
    "conditioning": {"maths"},
    "nets": {"maths"},
    "methods": {"maths", "nets"},
    "training": {"maths", "nets", "methods"},
    "autoencoders": {"maths", "nets", "training", "conditioning"},
    "synthesizers": {"maths", "nets", "methods", "training", "conditioning", "autoencoders"},
    "data": {"maths"},
    "measures": {"maths"},
    "tracking": set(),
    "reports": {"measures.numbers.intervals", "measures.quantities", "tracking"},
    "configuration": {"synthesizers.latent"},
    "artifact": {"configuration", "synthesizers", "training", "data", "tracking"},
    "sample": {"artifact", "configuration"},
    "library": {"artifact", "configuration", "data", "reports", "synthesizers", "tracking"},
    "serving": {"artifact"},
    "running": {
        "artifact",
        "configuration",
        "synthesizers",
        "training",
        "data",
        "measures",
        "reports",
        "serving",
        "tracking",
        "tuning",
    },
    "tuning": {"configuration", "measures.numbers.intervals", "measures.quantities"},
    "recommending": {"configuration", "data", "maths", "measures"},
    "__main__": {"configuration", "recommending", "reports", "running"},
    "": {"library"},
}
"""Room -> the rooms it may know beside `contracts`, which everybody knows."""

OWNERS = {
    "hydra": {"configuration", "running", "__main__"},
    "omegaconf": {"configuration", "running", "__main__"},
    "mlflow": {"tracking", "serving"},
    "lightning": {"training"},
    "sklearn": {"data", "measures", "synthesizers", "library"},
    "imblearn": {"synthesizers", "library"},
    "matplotlib": {"reports"},
    "jinja2": {"reports"},
    "fcd": {"conditioning"},
    "rdkit": {"conditioning", "data"},
    "matchms": {"data"},
    "pywt": {"data"},
    "chemotools": {"data"},
    "openpyxl": {"data"},
    "jcamp": {"data"},
    "optuna": {"tuning"},
    "ray": {"running"},
    "submitit": {"running"},
    "sqlalchemy": {"tracking", "tuning"},
}
"""Library -> the only rooms that may import it."""

FILES = sorted(path for path in PACKAGE.rglob("*.py") if "conf" not in path.relative_to(PACKAGE).parts)


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at the top or inside a function, as absolute dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide who is known"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(path: Path) -> str:
    """The room a file belongs to: its folder below the package, or its own name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_knows_only_the_rooms_below_it(path: Path) -> None:
    here = room(path)
    assert here in {"", *MAY_KNOW}, f"{here}: a room that the law does not know; add it to MAY_KNOW"
    allowed = {"", "contracts", here} | MAY_KNOW.get(here, set())
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == NAME:
            other = rest.split(".")[0]
            known = other in allowed or any(rest.startswith(f"{entry}.") for entry in allowed if "." in entry)
            assert known or rest in ("__version__",), f"{here} must not know {name}"
        elif top in OWNERS:
            assert here in OWNERS[top], f"{here} must not import {name}: it belongs to {sorted(OWNERS[top])}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_unpickled(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not {"pickle", "cPickle", "dill", "shelve"} & {name.split(".")[0] for name in imports(path)}
    assert "allow_pickle=True" not in text and "weights_only=False" not in text


def test_the_start_is_light() -> None:
    heavy = ("torch", "lightning", "mlflow", "sklearn", "pandas", "matplotlib", "scipy.stats")
    modules = "contracts, configuration.cell, configuration.help, __main__, running.job, running.sweep"
    modules += ", running.beginning, tracking.mlflow, tracking.collect, reports.cell.console, recommending.command"
    names = "".join(f"import inn_experiments.{name}; " for name in modules.split(", "))
    code = f"import sys; {names}print([m for m in {heavy} if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
