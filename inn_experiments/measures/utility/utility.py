"""Utility: what classifiers score on real, held-out rows when synthetic rows join its training."""

import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from inn_experiments.contracts import Findings, Measure, Rows, Split, Subject, UserError, child_seed, in_turn, stages
from inn_experiments.contracts.keeping import Call
from inn_experiments.measures.utility.amounts import Choice, Predict, amount_numbers, choose
from inn_experiments.measures.utility.classifiers import Classifier, predictions
from inn_experiments.measures.utility.division import few
from inn_experiments.measures.utility.forest import reduced
from inn_experiments.measures.utility.protocols import Protocol, Protocols
from inn_experiments.measures.utility.scores import Repeat, utility_numbers
from inn_experiments.measures.utility.selective import Chosen, chosen_numbers, with_selected
from inn_experiments.measures.utility.treatments import treatments


@dataclass
class Utility(Measure):
    """The paper's Tables 1, 2 and 5 (Section 5.1): four treatments, three reference rows, two protocols.

    Treatments: `real` rows alone; `synthetic`: real and generated rows; `convex`: real rows and same-class combinations
    of them; `both`; references: `bootstrap` (real and copies of real rows), `shuffled` (the synthetic treatment with
    all labels permuted: must score at chance), `synthetic_only`. With `reconstructed`, where an autoencoder is around
    the generator, two more (second source, Section IV.C): `reconstructed` (the real training rows through the
    autoencoder, in their place) and `reconstructed_synthetic`. Test rows are always real ones.

    Protocols and what their 95 % intervals cover:

    - `same_rows`: the classifier trains on the rows that the generator saw, and is scored on all test rows. The
      interval covers the forest's and the generator's random draws and the choice of test rows (bootstrap, by whole
      groups where there are any), for these training rows and this fitted generator.
    - `disjoint` (the paper's): both the classifier's training and test rows are ones that the generator never saw:
      repeated halves of test and fresh. The interval covers the choice of those halves, too, for this fitted generator.
    - with `refit`, train and test are pooled and divided anew in every repeat and the generator is built and fitted
      again; the interval then covers the choice of all rows. (The scaling stays that of the first
      training rows; to a forest an increasing transform of a feature makes no difference.)

    Two calls with the same seed and rows share their real, convex and bootstrap forests, which are kept in the cache,
    so give all cells of a sweep the same seed.

    Args:
        repeats: 1 gives no intervals.
        per_class: rows added per class; None for as many as the class has.
        protocols: None for both, as far as the rows allow: one that they do not is left out with a warning, and is an
            error where it is asked for.
        trees, levels: of a forest, see `forest_predictions`.
        components: principal components of the treatment's own training rows that the forest gets in place of the rows
            (before `levels`); None for the rows.
        refit, reconstructed: see above.
        rows: real rows that a forest trains on, and rows that it is scored on, at most, drawn class by class; None for
            all.
        classifiers: see `predictions`; the numbers of all but the forest have its name after that of the protocol.
        amount: `auto`: so many generated rows join the real ones (`synthetic`, `both`, `shuffled`) as an inner
            cross-validation on the generator's training rows finds to help the first of `classifiers`, see `choose`;
            none, where none do by more than noise. `fixed`: as many as `per_class` says, as of all others.
        balance: three more treatments: generated and convex rows 3 : 1 to 1 : 3, as many in all as of either alone.
        selective: three more, see `selective`: what is added to a class is decided by an inner cross-validation.

    Raises:
        UserError: a value is out of range.

    Example:
        >>> from inn_experiments.synthesizers.classical.bootstrap import Bootstrap
        >>> rows = Rows(np.eye(2, dtype=np.float32)[np.arange(12) % 2], np.arange(12) % 2)
        >>> split, copies = Split(rows, rows, rows, None, ("a", "b"), np.arange(2), "", None, False, "x"), Bootstrap()
        >>> copies.fit(rows, split.about(), seed=0)
        >>> others = {"convex": Bootstrap, "bootstrap": Bootstrap}
        >>> subject = Subject(copies, split, None, others, Bootstrap, split.about())
        >>> found = Utility(repeats=1, trees=3, protocols=["same_rows"])(subject, seed=0).numbers
        >>> {number.key: number.value for number in found if number.key.endswith("/synthetic/f1_macro")}
        {'utility/same_rows/synthetic/f1_macro': 1.0}
    """

    repeats: int = 3
    trees: int = 100
    per_class: int | None = 100
    protocols: list[Protocol] | None = None
    refit: bool = False
    levels: int | None = 64
    components: int | None = None
    reconstructed: bool = False
    rows: int | None = 10_000
    classifiers: list[Classifier] = field(default_factory=lambda: ["forest"])
    amount: Literal["fixed", "auto"] = "fixed"
    balance: bool = False
    selective: bool = False

    def __post_init__(self) -> None:
        for name, least in {"repeats": 1, "trees": 1, "per_class": 1, "levels": 2, "components": 1, "rows": 1}.items():
            value = vars(self)[name]
            if value is not None and value < least:
                raise UserError(f"utility.{name} is {value}; it must be {least} or more")
        if self.protocols is not None and (not self.protocols or len(set(self.protocols)) < len(self.protocols)):
            raise UserError(
                f"utility.protocols is {list(self.protocols)}; it must be [same_rows], [disjoint] or both, each once "
                "(utility=none measures no utility)"
            )
        if not self.classifiers or len(set(self.classifiers)) < len(self.classifiers):
            raise UserError(f"utility.classifiers is {list(self.classifiers)}; name one or more, each once")

    @property
    def _rules(self) -> Protocols:
        return Protocols(self.protocols, self.repeats, self.refit)

    def check(self, split: Split, *, seed: int) -> None:
        """Raise the UserError that measuring would end with for lack of rows or classes, before any training."""
        if len(split.classes) < 2:
            raise UserError(
                f"utility: all rows of these data are of the class {split.classes[0]!r}, so there is "
                "nothing to classify; use utility=none"
            )
        self._rules.carried_out(split, seed)

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """Each measure of every protocol and treatment with its half width, and the gain over `real`.

        Warns where there are fewer components than asked for, and where not all rows are used.
        """
        asked: list[tuple[str, str, np.ndarray, Rows]] = []
        protocols = self._rules.carried_out(subject.split, seed)
        # Treatment -> the fewest components of its repeats, and their training rows.
        used: dict[str, tuple[int, int]] = {}
        choices: list[Choice] = []
        chosen: Chosen = defaultdict(list)

        def calls() -> Iterator[Call[np.ndarray]]:
            for protocol, name, rows, test, state in self._asked(subject, protocols, seed, choices, chosen):
                # What counts from here on of test rows are their labels and groups.
                told = (name, rows.y, Rows(np.empty((len(test), 0)), test.y, test.group))
                seen, test_x = self._seen(rows, test.x, state)
                if self.components is not None:
                    size = (seen.x.shape[1], len(rows))
                    used[name] = min(used.get(name, size), size)
                for classifier in self.classifiers:
                    asked.append((protocol if classifier == "forest" else f"{protocol}/{classifier}", *told))
                    yield partial(predictions, classifier, seen, test_x, seed=state, **self._options(subject))

        outcomes: dict[str, dict[str, list[Repeat]]] = defaultdict(lambda: defaultdict(list))
        predicted = in_turn(calls())
        for (place, name, labels, test), found in zip(asked, predicted, strict=True):
            outcomes[place][name].append(Repeat(labels, test, found))
        self._tell_rows(subject.split)
        if fewer := [f"{name} {k} of {n} rows" for name, (k, n) in used.items() if k < self.components]:
            warnings.warn(
                f"utility.components is {self.components}, but there were fewer in: {', '.join(fewer)}; n training "
                "rows have at most n - 1 principal components, and no more than columns or directions in which they "
                "differ",
                UserWarning,
                stacklevel=2,
            )
        numbers, resamples = [], child_seed(seed, "resamples")
        for place in sorted(outcomes, key=lambda place: protocols.index(place.partition("/")[0])):
            shared = place.startswith("same_rows") and not self.refit
            numbers += utility_numbers(place, outcomes[place], subject.split.classes, shared=shared, seed=resamples)
        return Findings([*numbers, *(amount_numbers(choices) if choices else ()), *chosen_numbers(chosen)])

    def _options(self, subject: Subject) -> dict[str, Any]:
        # Principal components are no intensities.
        bounded = subject.about.bounded and self.components is None
        return {"trees": self.trees, "levels": self.levels, "bounded": bounded, "cache": subject.about.cache}

    def _seen(self, rows: Rows, test_x: np.ndarray, seed: int) -> tuple[Rows, np.ndarray]:
        """What classifiers get of training and test rows."""
        return (rows, test_x) if self.components is None else reduced(rows, test_x, self.components, seed=seed)

    def _judge(self, subject: Subject) -> Predict:
        """The first of the classifiers."""

        def predict(rows: Rows, test_x: np.ndarray, state: int) -> np.ndarray:
            seen = self._seen(rows, test_x, state)
            return predictions(self.classifiers[0], *seen, seed=state, **self._options(subject))

        return predict

    def _chosen(self, subject: Subject, train: Rows, seed: int) -> Choice:
        """How many generated rows join the real ones, by the generator's training rows."""
        found = choose(train, subject, self.per_class, self._judge(subject), seed=child_seed(seed, "amount"))
        if found.unjudged is not None:
            warnings.warn(
                f"utility.amount=auto: no generated rows are added, since nothing can judge them: {found.unjudged}; "
                "utility.amount=fixed adds them all the same",
                UserWarning,
                stacklevel=2,
            )
        return found

    def _asked(
        self, subject: Subject, protocols: Sequence[Protocol], seed: int, choices: list[Choice], chosen: Chosen
    ) -> Iterator[tuple[str, str, Rows, Rows, int]]:
        """Of every forest: protocol, treatment, training and test rows, and its seed; adds to what was chosen."""
        done = 0
        for repeat in range(self.repeats):
            child = child_seed(seed, f"repeat/{repeat}")
            # One draw of few rows for all repeats, so that those which share their rows go on doing so.
            if self.amount == "auto" and (self.refit or not choices):
                choices.append(self._chosen(subject, self._rules.parts(subject.split, child)[0], child))
            for protocol, scene, train, test in self._scenes(subject, protocols, child, child_seed(seed, "rows")):
                options = {"seed": child_seed(child, protocol), "reconstructed": self.reconstructed}
                options["generated"] = choices[-1].rows if choices else None
                sets = treatments(train, scene, self.per_class, balance=self.balance, **options)
                state = child_seed(child, f"{protocol}/forest")
                if self.selective:
                    sets = with_selected(
                        dict(sets), scene, test, self.per_class, self._judge(scene), chosen, seed=state
                    )
                every = [*sets]
                total = self.repeats * len(protocols) * len(every)
                for name, rows in every:
                    stages.move(done, total, f"{done}/{total} training sets", of=("utility",))
                    yield protocol, name, rows, test, state
                    done += 1

    def _tell_rows(self, split: Split) -> None:
        found = {"training": len(split.train), "test": len(split.test)}
        if cut := [f"{count:,} {part} rows" for part, count in found.items() if self.rows and count > self.rows]:
            warnings.warn(
                f"utility.rows is {self.rows}: of {' and '.join(cut)} the classifier gets so many, drawn class by "
                "class; utility.rows=null takes all",
                UserWarning,
                stacklevel=3,
            )

    def _scenes(
        self, subject: Subject, protocols: Sequence[Protocol], seed: int, draw: int
    ) -> Iterator[tuple[str, Subject, Rows, Rows]]:
        """For one repeat: protocol, subject, the classifier's real training rows and its test rows.

        Of more than there may be, `draw` draws.
        """
        train, test = self._rules.parts(subject.split, seed)
        if self.refit:
            subject = replace(subject, synthesizer=subject.rebuild())
            subject.synthesizer.fit(train, subject.about, seed=child_seed(seed, "generator"), val=subject.split.val)
        if "same_rows" in protocols:
            yield "same_rows", subject, *(few(part, self.rows, draw) for part in (train, test))
        if "disjoint" in protocols:
            yield (
                "disjoint",
                subject,
                *(few(part, self.rows, draw) for part in self._rules.halves(subject.split, test, seed)),
            )
