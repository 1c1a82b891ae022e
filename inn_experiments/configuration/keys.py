"""The keys of an option: default and a line of words each, from its file, or from what its class says of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from omegaconf import OmegaConf

from inn_experiments.configuration.axes import NOTES
from inn_experiments.configuration.signatures import Source, read

SILENT = ("defaults", "_target_", "_partial_", *NOTES)
"""What a file says to the program and not to people."""
WRITTEN = re.compile(r"^(?P<name>\w+):(?P<value>(?:\"[^\"]*\"|[^#\"])*)(?:#(?P<words>.*))?$")
DESCRIBED = re.compile(r"^(?P<names>\w+(?:, \w+)*): (?P<words>.+)$")
SECTIONS = ("Args:", "Attributes:")


class Key(NamedTuple):
    """A setting of an option.

    Attributes:
        name: of the key, within its group.
        default: as it would be given on the command line.
        words: what it means; '' where nobody says so.
    """

    name: str
    default: str
    words: str


def keys(file: Path) -> list[Key]:
    """The keys of the option in this file, and of those that it builds on, in the order of the latter.

    Example:
        >>> from inn_experiments.configuration.roles import CONF
        >>> keys(CONF / "generator" / "smote.yaml")
        [Key(name='neighbours', default='5', words='k; a class with fewer rows uses all of them')]
    """
    found: dict[str, Key] = {}
    target = ""
    for each in _chain(file):
        target = _loaded(each).get("_target_", target)
        for key in _written(each):
            # An option that builds on another one need not say again what a key means.
            words = key.words or (found[key.name].words if key.name in found else "")
            found[key.name] = key._replace(words=words)
    told = described(target)
    return [key._replace(words=key.words or told.get(key.name, "")) for key in found.values()]


def values(file: Path) -> dict[str, Any]:
    """The values of the option in this file, with those that it builds on, as they are written.

    Example:
        >>> from inn_experiments.configuration.roles import CONF
        >>> values(CONF / "generator" / "smote.yaml")
        {'neighbours': 5}
    """
    found = {name: value for each in _chain(file) for name, value in _loaded(each).items()}
    return {name: value for name, value in found.items() if name not in SILENT}


def commented(file: Path) -> list[Key]:
    """The plain keys that a file itself has words for."""
    return [key for key in _written(file) if key.words]


def _chain(file: Path) -> Iterator[Path]:
    """The files that an option builds on, and then its own."""
    for base in _loaded(file).get("defaults", []):
        if isinstance(base, str) and base != "_self_":
            yield from _chain(file.with_name(f"{base}.yaml"))
    yield file


def _loaded(file: Path) -> dict[str, Any]:
    found = OmegaConf.to_container(OmegaConf.load(file), resolve=False)
    return found if isinstance(found, dict) else {}


def _written(file: Path) -> Iterator[Key]:
    """The keys that a file itself has; words stand behind a key, or in lines of their own above it."""
    above: list[str] = []
    head = True
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            above += [] if head else [line.lstrip("# ")]
            continue
        head, given = False, WRITTEN.match(line)
        if given and given["name"] not in SILENT:
            value = given["value"].strip()
            words = " ".join([*above, (given["words"] or "").strip()]).strip()
            yield Key(given["name"], value or "...", words)
        above = []


def described(target: str) -> dict[str, str]:
    """Argument -> what the docstring of a class, or of one that it derives from, says of it."""
    module, _, name = target.rpartition(".")
    source = read(module) if module else None
    return {} if source is None or name not in source.classes else _of_class(source, name)


def _of_class(source: Source, name: str) -> dict[str, str]:
    node = source.classes[name]
    found: dict[str, str] = {}
    for base, there in source.bases(node):
        found = _of_class(base, there) | found
    made = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
    for each in (node, *made):
        found |= dict(_entries(ast.get_docstring(each) or ""))
    return found


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """The arguments that a docstring lists, each with its words in one line."""
    listed, names, words = False, "", ""
    for line in [*text.splitlines(), "end"]:
        indent = len(line) - len(line.lstrip())
        entry = DESCRIBED.match(line.strip()) if listed and indent == 4 else None
        if names and line.strip() and indent > 4:
            words += f" {line.strip()}"
            continue
        if names:
            yield from ((name, words.rstrip(".")) for name in names.split(", "))
            names = ""
        if entry:
            names, words = entry["names"], entry["words"]
        elif line.strip() and not indent:
            listed = line in SECTIONS
