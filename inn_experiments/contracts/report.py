"""What a cell measured: a flat list of numbers, and the report that holds it."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from inn_experiments.contracts import stages, stopping

VERSION = 2
"""Of the form of `report.json`; older ones are read by `contracts.old_report`."""


@dataclass(frozen=True)
class Number:
    """One measured value, with its 95 % interval where it has one.

    Attributes:
        key: what it is, `test/forward/mse`; what it means, its unit and which way is better say the quantities
            of the measure that makes it.
        value: finite.
        half: half width of a symmetric interval; low, high: the bounds of one that is not.
        p: of a test against chance; n: paths, rows or pairs that were counted.
        of: the class, or the layer, that it is of; None for all of them.
        reference: who gave it in the place of this cell's generator: `linear`, `chance`; None for the cell itself.
        label: the words of a statement, where they depend on the setting.
    """

    key: str
    value: float
    half: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    n: int | None = None
    of: str | None = None
    reference: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class Findings:
    """What one measure adds to a report: its numbers, and what its figures show, or None."""

    numbers: list[Number] = field(default_factory=list)
    shown: object | None = None


@dataclass
class Report:
    """All that one finished cell knows about itself; `report.json` is this, as a plain dict.

    `asked` says what was typed, and of each group its option and what that means: `typed` and `options`.
    `trained` says by which name each part is kept: two cells with one name share that training. `kept` says which
    training is there to sample from: of the `part` `train`, whose numbers these are, or of `all` rows, after them.
    """

    cell: str
    seed: int
    fingerprint: str
    axes: dict[str, Any]
    parameters: int = 0
    numbers: list[Number] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    split: dict[str, Any] = field(default_factory=dict)
    trained: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)

    @property
    def metrics(self) -> dict[str, float]:
        """The numbers of the cell itself over all classes: key -> value; what a sweep compares and minimises."""
        return {number.key: number.value for number in self.numbers if number.of is None and number.reference is None}

    def find(self, key: str, of: str | None = None, reference: str | None = None) -> Number | None:
        """The number with this key, class and reference; None where there is none."""
        return next((n for n in self.numbers if (n.key, n.of, n.reference) == (key, of, reference)), None)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the block as `name`, and take the UserWarnings in it into the report, each once."""
        stopping.check()
        started = time.perf_counter()
        with stages.stage(name), warnings.catch_warnings(record=True) as caught:
            # A collapse, for example, belongs into the report and not between the lines of the progress.
            warnings.simplefilter("always", UserWarning)
            yield
        self.timings[name] = time.perf_counter() - started
        said = [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]
        self.warnings = list(dict.fromkeys([*self.warnings, *said]))

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, without what numbers do not have."""
        plain = {key: value for key, value in vars(self).items() if key != "numbers"}
        told = [{key: value for key, value in asdict(number).items() if value is not None} for number in self.numbers]
        return {"version": VERSION, **plain, "numbers": told}
