"""What a sweep is to search: settings and the values they may have, in Hydra's own words for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, Override, RangeSweep
from omegaconf import DictConfig, OmegaConf

from inn_experiments.contracts import UserError

WORDS = "write choice(a,b), range(1,10), interval(0.1,1.0), int(interval(1,100)), or tag(log, interval(1e-4,1e-2))"


@dataclass(frozen=True)
class Values:
    """The values that one setting may have.

    Attributes:
        choices: as they are written on a command line; empty for numbers.
        low, high: of numbers, both within; whole numbers where both are.
        step: between numbers; None where any between them will do.
        log: whether small numbers are told apart as finely as large ones.
    """

    choices: tuple[str, ...] = ()
    low: float = 0
    high: float = 0
    step: float | None = None
    log: bool = False

    @property
    def first(self) -> str:
        """One of them, as it is written on a command line."""
        return self.choices[0] if self.choices else str(self.low)

    @property
    def whole(self) -> bool:
        """Whether they are whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def kept(self, value: Any) -> Any:
        """A value of a configuration as it is among these."""
        return written(value) if self.choices else value

    def holds(self, value: Any) -> bool:
        """Whether `value`, as a configuration has it, is one of them.

        >>> Values(("4", "8")).holds(8), Values(low=1, high=9).holds(0), Values(low=0.1, high=1.0).holds(None)
        (True, False, False)
        """
        if self.choices:
            return written(value) in self.choices
        number = isinstance(value, int if self.whole else (int, float)) and not isinstance(value, bool)
        between = number and self.low <= value <= self.high
        return between and (not (self.whole and self.step) or (value - self.low) % self.step == 0)


def written(value: Any) -> str:
    """A value as it is written on a command line: true, null, 0.5, [1,2].

    >>> written(True), written(None), written([64, 32]), written("adam")
    ('true', 'null', '[64,32]', 'adam')
    """
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    return {True: "true", False: "false", None: "null"}[value] if isinstance(value, bool | None) else str(value)


def divided(params: dict[str, Any], typed: Sequence[str], loader: ConfigLoader) -> tuple[dict[str, Values], list[str]]:
    """The settings to be searched, key -> values, and the overrides that are the same for all trials.

    Args:
        params: of the sweeper: key -> what it is swept over.
        typed: on the command line, which goes before `params`.
        loader: knows the options of groups, for glob(*).

    Raises:
        UserError: a sweep that cannot be searched, or an override that adds or removes a key.
    """
    parser = OverridesParser.create(loader)
    given = [f"{key}={written(value)}" for key, value in params.items()]
    last = {one.get_key_element(): one for one in parser.parse_overrides([*given, *typed])}
    space = {key: _values(key, one) for key, one in last.items() if one.is_sweep_override()}
    if odd := [key for key in space if key.startswith(("+", "~"))]:
        raise UserError(f"{odd[0]}: a setting that is searched is one that there is; write it without its sign")
    return space, [f"{key}={one.get_value_element_as_str()}" for key, one in last.items() if key not in space]


def usual(cfg: DictConfig, key: str) -> Any:
    """The value of a setting in a composed configuration that nobody searched: of a group its option."""
    choices = cfg.hydra.runtime.choices
    if key in choices:
        return choices[key]
    found = OmegaConf.select(cfg, key)
    return OmegaConf.to_object(found) if OmegaConf.is_config(found) else found


def _values(key: str, one: Override) -> Values:
    sweep = one.value()
    log = "log" in sweep.tags
    if isinstance(sweep, IntervalSweep):
        if not sweep.start < sweep.end or (log and sweep.start <= 0):
            raise UserError(f"{one.input_line} is empty or begins too low; {WORDS}")
        return Values(low=sweep.start, high=sweep.end, log=log)
    if isinstance(sweep, RangeSweep) and not sweep.shuffle:
        numbers = list(sweep.range())
        if not numbers or sweep.step < 0:
            raise UserError(f"{one.input_line} has no values in rising order; {WORDS}")
        return Values(low=numbers[0], high=numbers[-1], step=sweep.step, log=log and sweep.step == 1)
    if not isinstance(sweep, ChoiceSweep | RangeSweep) and not one.is_discrete_sweep():
        raise UserError(f"{one.input_line} cannot be searched; {WORDS}")
    found = tuple(dict.fromkeys(map(str, one.sweep_string_iterator())))
    return Values(choices=found)
