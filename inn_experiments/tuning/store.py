"""Optuna's storage: a file below the outputs folder, or a database; and its quiet import."""

from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from inn_experiments.contracts import UserError
from inn_experiments.contracts.imports import importing

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

PATIENCE = 60
"""Seconds that a locked file is waited for."""


@cache
def optuna() -> ModuleType:
    """Optuna without its log lines; raises UserError where it is not installed."""
    try:
        with importing():
            import optuna
    except ImportError:
        raise UserError(
            "hydra/sweeper=optuna: Optuna is not installed: pip install 'inn-experiments[optuna]'"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def storage(place: str) -> "BaseStorage":
    """The storage in the file `place`, which is made where there is none, or in the database with that address.

    Raises:
        UserError: a file that is no database of Optuna's, or a database that cannot be reached.
    """
    storages = optuna().storages
    file = "://" not in place
    if file:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
    options = {"connect_args": {"timeout": PATIENCE}} if file else {}
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return storages.RDBStorage(f"sqlite:///{Path(place).absolute()}" if file else place, engine_kwargs=options)
    except (SQLAlchemyError, optuna().exceptions.OptunaError, ImportError, RuntimeError) as error:
        # An address may hold a password, and so may what the library says of it.
        where = place if file else place.partition("://")[0]
        raise UserError(
            f"hydra.sweeper.storage: {where}: Optuna cannot use this database ({type(error).__name__}); move it away, "
            "or give another one"
        ) from None
