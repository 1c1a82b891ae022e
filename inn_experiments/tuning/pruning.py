"""Which trainings may be given up by their validation loss, and the question asked in the middle of one."""

from collections.abc import Callable, Collection

from inn_experiments.contracts import Pruned, UserError
from inn_experiments.tuning.plan import Plan
from inn_experiments.tuning.search import pruner
from inn_experiments.tuning.store import optuna, storage

ONE_TRAINING = ("diffusion", "vae")
"""Generators with one training, whose validation loss falls as they get better."""
MEANING = (
    "generator.beta",
    "generator.noise",
    "generator.weighting",
    "generator.apart",
    "parameterization",
    "schedule",
)
MEANING += ("conditioning", "trainer.epochs", "seed", "data", "inner", "generator")
"""Settings, or beginnings of theirs, that change what that loss is, or of which rows or how often it is asked for."""


def check(plan: Plan, generator: str, autoencoder: bool, searched: Collection[str]) -> None:
    """Raise UserError where trainings would be given up by numbers that cannot be compared."""
    if plan.pruner == "none":
        return
    word, cure = f"hydra.sweeper.pruner={plan.pruner}", "take pruner=none"
    if generator not in ONE_TRAINING or autoencoder:
        what = "with an autoencoder" if autoencoder else f"generator={generator}"
        raise UserError(
            f"{word}: {what} has no single training with a validation loss to compare "
            f"({', '.join(ONE_TRAINING)} have); {cure}"
        )
    for key in searched:
        if any(key == one or (key.startswith(f"{one}.") and one != "generator") for one in MEANING):
            raise UserError(f"{word}: trials that differ in {key} have validation losses of other meaning; {cure}")


def question(plan: Plan, study: str, number: int) -> Callable[[int, float], None]:
    """What the training of trial `number` asks: it notes (epoch, validation loss), and raises Pruned."""
    library = optuna()
    known = library.load_study(study_name=study, storage=storage(plan.storage), pruner=pruner(plan))
    trial = library.trial.Trial(known, known.trials[number]._trial_id)

    def ask(epoch: int, loss: float) -> None:
        trial.report(loss, epoch)
        if trial.should_prune():
            raise Pruned(f"epoch {epoch}: validation loss {loss:.4g}, worse than the median of earlier trials there")

    return ask
