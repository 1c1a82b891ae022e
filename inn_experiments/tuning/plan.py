"""The settings of hydra/sweeper=optuna, which conf/hydra/sweeper/optuna.yaml explains."""

from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import Field

from inn_experiments.configuration.checks import check_known, check_type
from inn_experiments.contracts import NaturalInt, PositiveInt

Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How settings are searched.

    Attributes:
        n_trials: of the study, in all.
        divisions: of the training rows, which a trial is scored on.
        test_seeds: with which best and usual settings are compared on test rows.
        sampler, pruner: who proposes settings, and who gives trainings up.
        startup: trials that are drawn at random, and that none is given up before.
        storage: a file or a database's address.
        study_name: None for one that follows from what is searched.
        params: what is searched.
    """

    n_trials: PositiveInt
    divisions: PositiveInt
    test_seeds: NaturalInt
    sampler: Literal["tpe", "random"]
    pruner: Literal["none", "median"]
    startup: PositiveInt
    storage: Text
    study_name: Text | None
    params: dict[str, Any]


def plan_of(given: dict[str, Any]) -> Plan:
    """The checked plan of Hydra's node `sweeper`; raises UserError naming a key that is unknown, absent or wrong."""
    plain = {key: value for key, value in given.items() if key != "_target_"}
    names, hints = [one.name for one in fields(Plan)], get_type_hints(Plan, include_extras=True)
    check_known(plain, names, "hydra.sweeper")
    for name in names:
        check_type(f"hydra.sweeper.{name}", plain.get(name), hints[name])
    return Plan(**plain)
