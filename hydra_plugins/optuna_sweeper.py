"""The sweeper `optuna`, which Hydra finds in this folder."""

from hydra.core.plugins import Plugins
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


class OptunaSweeper(Sweeper):
    """Lets Optuna search the settings of a sweep; what it is told stands in conf/hydra/sweeper/optuna.yaml."""

    def __init__(self, **given: object) -> None:
        self.given = given

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Make the launcher that the trials are run by."""
        self.hydra_context, self.config = hydra_context, config
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> None:
        """Search, and judge what is found."""
        from inn_experiments.running.study import search

        search(self.given, self.config, arguments, self.hydra_context.config_loader, self.launcher)
