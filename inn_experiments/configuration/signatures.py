"""What an option's class takes, read from its source: a mistake in a setting is named before torch is imported.

Annotations are evaluated with the standard library and `contracts` alone; a name of another origin stands for what only
the program can hand over. A test compares the answers with those of `inspect`, for every option that there is.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import sys
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, get_origin

PACKAGE = Path(__file__).resolve().parents[1]
CONTRACTS = f"{PACKAGE.name}.contracts"

Signature = dict[str, Any]
"""Argument -> its type; Any where the class names none."""


class _Foreign(type):
    """Answers for whatever a library that is not imported holds: `nn.Module`, `Array[int]`."""

    def __getattr__(cls, name: str) -> _Foreign:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls

    def __getitem__(cls, item: object) -> _Foreign:
        return cls


class Handed(metaclass=_Foreign):
    """The type of what a configuration cannot hold: an array, a network, an object of this program."""


def signature(path: str) -> Signature | None:
    """What the class at the dotted `path` of this package takes; None where its file defines no such class."""
    module, _, name = path.rpartition(".")
    source = read(module)
    return None if source is None or name not in source.classes else source.takes(name)


@cache
def read(module: str) -> Source | None:
    """The source of a module of this package; None where there is no such file."""
    file = PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")
    return Source.parse(file.read_text(encoding="utf-8")) if file.is_file() else None


@dataclass(frozen=True)
class Source:
    """The top of a module, of which nothing is run.

    Attributes:
        classes: name -> definition.
        aliases: name -> expression that it is assigned.
        imports: name -> the module that it comes from, and its name there; None for the module itself.
    """

    classes: dict[str, ast.ClassDef]
    aliases: dict[str, ast.expr]
    imports: dict[str, tuple[str, str | None]]

    @classmethod
    def parse(cls, text: str) -> Source:
        """The source with this text."""
        found = cls({}, {}, {})
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef):
                found.classes[node.name] = node
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found.aliases[node.targets[0].id] = node.value
            elif isinstance(node, ast.Import):
                found.imports.update({each.asname or each.name: (each.name, None) for each in node.names})
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.imports.update({each.asname or each.name: (node.module, each.name) for each in node.names})
        return found

    def takes(self, name: str) -> Signature:
        """The arguments of the class `name`: the fields of a dataclass, or of the nearest `__init__` above."""
        node = self.classes[name]
        if not _is_dataclass(node):
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                    arguments = [*item.args.args, *item.args.kwonlyargs][1:]
                    return {each.arg: self.type(each.annotation) for each in arguments}
            return next((takes for source, base in self.bases(node) if (takes := source.takes(base))), {})
        fields: Signature = {}
        for source, base in reversed([*self.bases(node)]):
            # What is no dataclass only describes attributes.
            fields |= source.takes(base) if _is_dataclass(source.classes[base]) else {}
        for item in node.body:
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and not _is_set_later(item.value):
                kind = self.type(item.annotation)
                if not {kind, get_origin(kind)} & {KW_ONLY, ClassVar}:
                    fields[item.target.id] = kind
        return fields

    def type(self, annotation: ast.expr | None) -> Any:
        """What an annotation means."""
        if annotation is None:
            return Any
        return eval(compile(ast.Expression(annotation), "annotation", "eval"), {}, _Names(self))

    def bases(self, node: ast.ClassDef) -> Iterator[tuple[Source, str]]:
        """The classes of this package that a class derives from, each with its source."""
        for base in node.bases:
            name = base.id if isinstance(base, ast.Name) else ""
            module, there = self.imports.get(name, ("", name))
            source = read(module) if module.startswith(f"{PACKAGE.name}.") else None if module else self
            if source and there in source.classes:
                yield source, there


class _Names(dict):
    """The names that an annotation may use, found when they are asked for."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __missing__(self, name: str) -> Any:
        if name in self._source.aliases:
            return self._source.type(self._source.aliases[name])
        if name in self._source.classes:
            return Handed
        if name not in self._source.imports and name not in vars(builtins):
            # It is imported for those who check types alone.
            return Handed
        module, there = self._source.imports[name]
        top = module.split(".")[0]
        if top in sys.stdlib_module_names or top == "annotated_types" or f"{module}.".startswith(f"{CONTRACTS}."):
            found = importlib.import_module(module)
            return vars(found)[there] if there else found
        elsewhere = read(module) if top == PACKAGE.name else None
        return elsewhere.type(elsewhere.aliases[there]) if elsewhere and there in elsewhere.aliases else Handed


def _is_dataclass(node: ast.ClassDef) -> bool:
    made_by = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    return any(isinstance(each, ast.Name) and each.id == "dataclass" for each in made_by)


def _is_set_later(value: ast.expr | None) -> bool:
    """Whether a field is `field(init=False)`."""
    return isinstance(value, ast.Call) and any(
        each.arg == "init" and isinstance(each.value, ast.Constant) and not each.value.value for each in value.keywords
    )
