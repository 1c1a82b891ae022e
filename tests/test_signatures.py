"""What an option takes is read from source: the same as Python says of the imported class, for every option."""

from __future__ import annotations

import inspect
from dataclasses import is_dataclass
from typing import Any, get_type_hints

import pytest
import yaml

from inn_experiments.configuration.checks import check_type
from inn_experiments.configuration.compose import CONF
from inn_experiments.configuration.signatures import Handed, Source, signature
from inn_experiments.configuration.targets import find_class
from inn_experiments.contracts import UserError

NODES = [yaml.safe_load(path.read_text(encoding="utf-8")) or {} for path in sorted(CONF.glob("*/*.yaml"))]
TARGETS = sorted({node["_target_"] for node in NODES if "_target_" in node})


def inspected(target: type) -> dict[str, Any]:
    hints = get_type_hints(target if is_dataclass(target) else target.__init__, include_extras=True)
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(target).parameters.values()
    return {each.name: hints.get(each.name, Any) for each in parameters if each.kind in named}


@pytest.mark.parametrize("path", TARGETS)
def test_the_source_says_what_the_class_says(path: str) -> None:
    read, told = signature(path), inspected(find_class(path))
    assert read.keys() == told.keys()
    for name, kind in told.items():
        # Of a class of this program the source need only say that a configuration cannot hold one.
        ours = inspect.isclass(kind) and kind.__module__.startswith("inn_experiments.") and read[name] is Handed
        assert read[name] == kind or ours, name


def test_there_are_options_of_every_kind() -> None:
    kinds = [kind for path in TARGETS for kind in signature(path).values()]
    assert len(TARGETS) > 50 and len(kinds) > 200 and Handed in kinds
    assert sum(1 for path in TARGETS if not signature(path)) > 5


def test_what_a_module_merely_imports_is_no_class_of_its() -> None:
    assert signature("inn_experiments.methods.svd.SVD")
    assert signature("inn_experiments.methods.svd.Walked") is None
    assert signature("inn_experiments.methods.svd.Nothing") is None
    assert signature("inn_experiments.methods.nowhere.SVD") is None


SOURCE = """
from dataclasses import KW_ONLY, dataclass, field
from typing import ClassVar, Literal
import torch
from torch import nn
from inn_experiments.contracts import Positive

Side = Literal["left", "right"]

class Described:
    depth: int

@dataclass
class First(Described):
    a: int
    b: "Side | None" = None

@dataclass
class Second(First):
    _: KW_ONLY
    b: Positive = 1.0
    c: ClassVar[int] = 3
    d: list[nn.Module] | None = None
    later: dict = field(init=False)

class Third(Second, nn.Module):
    def run(self, other): ...

class Fourth:
    def __init__(self, a, *more, side: Side, net: torch.nn.Module, **rest) -> None: ...
"""


def test_fields_and_arguments_are_those_of_python() -> None:
    from inn_experiments.contracts import Positive

    source = Source.parse(SOURCE)
    assert source.takes("Described") == {}
    assert list(source.takes("First")) == ["a", "b"]
    assert source.takes("Second") == {"a": int, "b": Positive, "d": list[Handed] | None}
    assert source.takes("Third") == source.takes("Second")
    assert list(source.takes("Fourth")) == ["a", "side", "net"]
    assert source.takes("Fourth")["a"] is Any and source.takes("Fourth")["net"] is Handed


def test_what_only_the_program_can_hand_over_is_refused() -> None:
    with pytest.raises(UserError, match=r"generator.trainer: it cannot be set"):
        check_type("generator.trainer", {"epochs": 3}, signature("inn_experiments.synthesizers.inn.Inn")["trainer"])
