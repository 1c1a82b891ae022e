"""Utility: what a random forest scores on real, held-out rows when synthetic rows join its training."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from inn_experiments.contracts import Rows, Split, Synthesizer, UserError
from inn_experiments.evaluation.division import LEAST_TRAIN, divide, join, require
from inn_experiments.evaluation.forest import forest_predictions
from inn_experiments.evaluation.intervals import corrected_interval, shared_test_interval
from inn_experiments.evaluation.scores import MEASURES, confusion, measures, resampling_weights
from inn_experiments.evaluation.treatments import TREATMENTS, treatments
from inn_experiments.seeding import child_seed

RESAMPLES = 200
PAIRED = "f1_macro"
References = dict[str, Callable[[], Synthesizer]]


@dataclass
class _Outcome:
    """All repeats of one protocol and treatment: what was predicted for which test rows."""

    sizes: list[int] = field(default_factory=list)
    tests: list[Rows] = field(default_factory=list)
    predicted: list[np.ndarray] = field(default_factory=list)


class Utility:
    """The paper's Tables 1, 2 and 5 (Section 5.1): four treatments, three reference rows, two protocols.

    Treatments: `real` rows alone; `synthetic`: real and generated rows; `convex`: real rows and same-class
    combinations of them; `both`; references: `bootstrap` (real and copies of real rows), `shuffled` (the
    synthetic treatment with all labels permuted: must score at chance), `synthetic_only`.

    Protocols and what their 95 % intervals cover:

    - `same_rows`: the classifier trains on the rows that the generator saw, and is scored on all test rows.
      The interval covers the forest's and the generator's random draws and the choice of test rows
      (bootstrap, by whole groups where there are any), for these training rows and this fitted generator.
    - `disjoint` (the paper's): both the classifier's training and test rows are ones that the generator never
      saw: repeated halves of test and fresh. Corrected resampled interval: it covers the choice of those
      halves, for this fitted generator.
    - with `refit`, train and test are pooled and divided anew in every repeat and the generator is built and
      fitted again; the corrected resampled interval then covers the choice of all rows. (The scaling stays
      that of the first training rows; to a forest an increasing transform of a feature makes no difference.)

    Arguments: `repeats`, 0 for no utility at all, and 1 for no intervals; `trees` of a forest; `per_class`,
    rows added per class, None for as many as the class has; `protocols`; `refit`; `levels`, see
    evaluation.forest. Raises UserError for values out of range.
    """

    def __init__(
        self,
        repeats: int = 3,
        trees: int = 100,
        per_class: int | None = 100,
        protocols: list[Literal["same_rows", "disjoint"]] | None = None,
        refit: bool = False,
        levels: int | None = 64,
    ) -> None:
        limits = (
            ("repeats", repeats, 0),
            ("trees", trees, 1),
            ("per_class", per_class, 1),
            ("levels", levels, 2),
        )
        for name, value, least in limits:
            if value is not None and value < least:
                raise UserError(f"utility.{name} is {value}; it must be {least} or more")
        protocols = ["same_rows", "disjoint"] if protocols is None else list(protocols)
        if not protocols or len(set(protocols)) < len(protocols):
            raise UserError(
                f"utility.protocols is {protocols}; it must be [same_rows], [disjoint] or both, each once "
                "(utility=none measures no utility)"
            )
        self.repeats = repeats
        self.trees = trees
        self.per_class = per_class
        self.protocols = protocols
        self.refit = refit
        self.levels = levels

    def check(self, split: Split, *, seed: int) -> None:
        """Raise the UserError that `score` would end with for lack of rows, before any training.

        Nor is there anything to classify where there is one class.
        """
        if self.repeats and len(split.classes) < 2:
            raise UserError(
                f"utility: all rows of these data are of the class {split.classes[0]!r}, so there is "
                "nothing to classify; use utility=none"
            )
        for repeat in range(self.repeats):
            child = child_seed(seed, f"repeat/{repeat}")
            train, test = self._parts(split, child)
            if "same_rows" in self.protocols:
                require(train, LEAST_TRAIN, split.classes, "utility.protocols same_rows (training rows)")
            if "disjoint" in self.protocols:
                self._halves(split, test, child)

    def score(
        self,
        synthesizer: Synthesizer,
        split: Split,
        references: References,
        *,
        seed: int,
        rebuild: Callable[[], Synthesizer] | None = None,
    ) -> list[dict[str, Any]]:
        """One dict per protocol and treatment: each measure's mean and half width, and the gain over `real`.

        `references` are factories named `convex` and `bootstrap`; `rebuild` gives an unfitted generator like
        `synthesizer` and is needed for `refit` alone. Two calls with the same `seed` and rows share their
        real, convex and bootstrap forests, so give all cells of a sweep the same seed. Raises UserError for a
        class with too few rows, ValueError for refit without `rebuild`.
        """
        outcomes: dict[tuple[str, str], _Outcome] = defaultdict(_Outcome)
        for repeat in range(self.repeats):
            child = child_seed(seed, f"repeat/{repeat}")
            for protocol, generator, train, test in self._scenes(synthesizer, split, rebuild, child):
                for name, rows in treatments(
                    train, generator, references, self.per_class, seed=child_seed(child, protocol)
                ):
                    state = child_seed(child, f"{protocol}/forest")
                    outcome = outcomes[protocol, name]
                    outcome.sizes.append(len(rows))
                    outcome.tests.append(test)
                    outcome.predicted.append(
                        forest_predictions(rows, test.x, trees=self.trees, levels=self.levels, seed=state)
                    )
        if not outcomes:
            return []
        return [
            row
            for protocol in self.protocols
            for row in self._table(protocol, outcomes, len(split.classes), child_seed(seed, "resamples"))
        ]

    def _parts(self, split: Split, seed: int) -> tuple[Rows, Rows]:
        """The generator's training rows and the rows it does not see, of this repeat."""
        if not self.refit:
            return split.train, split.test
        pool = join(split.train, split.test)
        share = len(split.test) / len(pool)
        child = child_seed(seed, "refit")
        return divide(pool, share, split.classes, "utility.refit", seed=child, otherwise="utility.refit=false")

    def _halves(self, split: Split, test: Rows, seed: int) -> tuple[Rows, Rows]:
        """Two halves of all rows that the generator did not see."""
        unseen = test if split.fresh is None else join(test, split.fresh)
        purpose = "utility.protocols disjoint (halves of the rows that the generator never saw)"
        same_rows, child = "utility.protocols=[same_rows]", child_seed(seed, "disjoint")
        return divide(unseen, 0.5, split.classes, purpose, seed=child, otherwise=same_rows)

    def _scenes(
        self, synthesizer: Synthesizer, split: Split, rebuild: Callable[[], Synthesizer] | None, seed: int
    ) -> Iterator[tuple[str, Synthesizer, Rows, Rows]]:
        """For one repeat: protocol, generator, the classifier's real training rows and its test rows."""
        train, test = self._parts(split, seed)
        if self.refit:
            if rebuild is None:
                raise ValueError("utility.refit needs `rebuild`, a function that gives an unfitted generator")
            synthesizer = rebuild()
            synthesizer.fit(train, split.val, seed=child_seed(seed, "generator"))
        if "same_rows" in self.protocols:
            yield "same_rows", synthesizer, train, test
        if "disjoint" in self.protocols:
            yield "disjoint", synthesizer, *self._halves(split, test, seed)

    def _table(
        self, protocol: str, outcomes: dict[tuple[str, str], _Outcome], classes: int, seed: int
    ) -> list[dict[str, Any]]:
        """The result rows of one protocol."""
        tests = outcomes[protocol, "real"].tests
        n_test = round(np.mean([len(test) for test in tests]))
        n_real = round(np.mean(outcomes[protocol, "real"].sizes))
        shared = protocol == "same_rows" and not self.refit
        drawn, units = resampling_weights(tests[0], RESAMPLES, seed) if shared else (None, 0)

        def interval(values: np.ndarray, resampled: np.ndarray | None) -> dict[str, float | None]:
            if resampled is None:
                mean, half_width = corrected_interval(values, n_real, n_test)
            else:
                mean, half_width = shared_test_interval(values, resampled, units)
            return {"mean": mean, "half_width": half_width}

        scored = {name: _scored(outcomes[protocol, name], tests, classes, drawn) for name in TREATMENTS}
        real, real_resampled = scored["real"][PAIRED]
        rows = []
        for name in TREATMENTS:
            values, resampled = scored[name][PAIRED]
            gain = None if resampled is None else resampled - real_resampled
            rows.append(
                {
                    "protocol": protocol,
                    "treatment": name,
                    "n_train": round(np.mean(outcomes[protocol, name].sizes)),
                    "n_test": n_test,
                    "repeats": self.repeats,
                    **{measure: interval(*scored[name][measure]) for measure in MEASURES},
                    f"difference_{PAIRED}": interval(values - real, gain),
                }
            )
        return rows


def _scored(
    outcome: _Outcome, tests: list[Rows], classes: int, drawn: np.ndarray | None
) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """Each measure's value per repeat (r,), and its mean over repeats on each resample (b,) where `drawn`."""
    pairs = list(zip(tests, outcome.predicted, strict=True))
    plain = [measures(confusion(test.y, found, classes, np.ones((1, len(test))))) for test, found in pairs]
    resampled = []
    if drawn is not None:
        resampled = [measures(confusion(test.y, found, classes, drawn)) for test, found in pairs]
    return {
        name: (
            np.concatenate([scores[name] for scores in plain]),
            np.mean([scores[name] for scores in resampled], axis=0) if resampled else None,
        )
        for name in MEASURES
    }
