"""A study: which settings are tried next, and what became of those that were; all of it in Optuna's storage."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from inn_experiments.configuration.space import Values, written
from inn_experiments.contracts import UserError, child_seed
from inn_experiments.tuning.aim import Aim
from inn_experiments.tuning.plan import Plan
from inn_experiments.tuning.store import optuna, storage

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.distributions import BaseDistribution
    from optuna.pruners import BasePruner
    from optuna.trial import FrozenTrial, TrialState

MARK, AGAIN = "settings", "interrupted"
"""Names of what is noted of a study and of a trial."""


class Search:
    """One study, new or gone on with.

    Args:
        plan: its settings.
        name: of the study.
        mark: of all that its trials have in common; a study of that name with another mark is not gone on with.
        space: setting -> the values it may have.
        aim: of the search.
        seed: of its draws.

    Raises:
        UserError: a study of that name is about something else, or the storage cannot be used.
    """

    def __init__(self, plan: Plan, name: str, mark: str, space: Mapping[str, Values], aim: Aim, seed: int) -> None:
        library, self.plan, self.name, self.aim = optuna(), plan, name, aim
        self.space = {key: distribution(values) for key, values in space.items()}
        kept = storage(plan.storage)
        self.study: Study = library.create_study(
            study_name=name, storage=kept, load_if_exists=True, direction=aim.direction, pruner=pruner(plan)
        )
        known = self.study.user_attrs.get(MARK)
        if known not in (None, mark):
            raise UserError(
                f"hydra.sweeper.study_name={name}: the study of this name has other fixed settings, another space or "
                "another objective; choose another name, or null"
            )
        self.study.set_user_attr(MARK, mark)
        # A study that is gone on with would draw what it drew before.
        child = child_seed(seed, f"study/{len(self.study.trials)}") % 2**32
        samplers = library.samplers
        self.study.sampler = (
            samplers.RandomSampler(seed=child)
            if plan.sampler == "random"
            else samplers.TPESampler(seed=child, n_startup_trials=plan.startup, constant_liar=True)
        )
        self._take_up()

    def _take_up(self) -> None:
        """Let trials that were running when their command was ended be tried once more."""
        for trial in self.study.get_trials(states=[self.states.RUNNING]):
            optuna().trial.Trial(self.study, trial._trial_id).set_user_attr(AGAIN, True)
            self.study.tell(trial.number, state=self.states.FAIL)
            if trial.params:
                self.study.enqueue_trial(trial.params)

    @property
    def states(self) -> "type[TrialState]":
        """Optuna's names for what became of a trial."""
        return optuna().trial.TrialState

    @property
    def done(self) -> list["FrozenTrial"]:
        """The trials that count: finished, pruned or failed, but not interrupted."""
        states = (self.states.COMPLETE, self.states.PRUNED, self.states.FAIL)
        return [trial for trial in self.study.get_trials(states=states) if AGAIN not in trial.user_attrs]

    @property
    def fresh(self) -> bool:
        """Whether nothing was tried yet."""
        return not self.study.trials

    def begin_with(self, settings: Mapping[str, Any]) -> None:
        """Try these values before all others."""
        self.study.enqueue_trial(dict(settings))

    def ask(self, count: int) -> list["Trial"]:
        """So many trials to be run next."""
        return [self.study.ask(self.space) for _ in range(count)]

    def settle(self, trial: "Trial", outcomes: Sequence[Mapping[str, Any]]) -> None:
        """Tell what became of a trial: the mean of its cells' values, or how the first ended that has none.

        Args:
            trial: that was asked for.
            outcomes: of its cells, each with its `status` and, where it came so far, the `value` of the objective.
        """
        bad = next((one for one in outcomes if "value" not in one), None)
        if bad is None:
            value = sum(one["value"] for one in outcomes) / len(outcomes)
            trial.set_user_attr("value", value)
            self.study.tell(trial, self.aim.told(value))
            return
        why = bad.get("error") or bad.get("why") or f"{bad['status']}, and without a value of the objective"
        trial.set_user_attr("why", str(why).splitlines()[0])
        self.study.tell(trial, state=self.states.PRUNED if bad["status"] == "pruned" else self.states.FAIL)

    def told(self) -> list[dict[str, Any]]:
        """The trials that count, as plain values."""
        return [
            {"trial": one.number, "state": one.state.name.lower(), "settings": overrides(one.params)}
            | {key: one.user_attrs[key] for key in ("value", "why") if key in one.user_attrs}
            for one in self.done
        ]

    @property
    def best(self) -> "FrozenTrial | None":
        """The best of the finished trials, the first of several; None where none is finished."""
        found = [trial for trial in self.done if trial.state == self.states.COMPLETE]
        way = -1 if self.aim.direction == "maximize" else 1
        return min(found, key=lambda trial: (way * trial.value, trial.number), default=None)

    def counts(self) -> dict[str, int]:
        """How many trials finished, were pruned, and failed."""
        states = [trial.state.name for trial in self.done]
        return {
            word: states.count(name)
            for word, name in (("finished", "COMPLETE"), ("pruned", "PRUNED"), ("failed", "FAIL"))
        }


def overrides(params: Mapping[str, Any]) -> list[str]:
    """The settings of a trial as they are written on a command line, numbers with four digits.

    >>> overrides({"trainer.learning_rate": 0.0031622776, "generator.latent": "8"})
    ['trainer.learning_rate=0.003162', 'generator.latent=8']
    """
    return [f"{key}={f'{one:.4g}' if isinstance(one, float) else written(one)}" for key, one in params.items()]


def distribution(values: Values) -> "BaseDistribution":
    """Values in Optuna's words."""
    kinds = optuna().distributions
    if values.choices:
        return kinds.CategoricalDistribution(values.choices)
    if values.whole:
        return kinds.IntDistribution(values.low, values.high, log=values.log, step=values.step or 1)
    return kinds.FloatDistribution(values.low, values.high, log=values.log, step=None if values.log else values.step)


def pruner(plan: Plan) -> "BasePruner":
    """Who gives trainings up."""
    pruners = optuna().pruners
    return pruners.NopPruner() if plan.pruner == "none" else pruners.MedianPruner(n_startup_trials=plan.startup)
