"""The sweeper `basic` of this program, which Hydra finds in this folder: it composes cells when their turn comes."""

from dataclasses import dataclass

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper, BasicSweeperConf
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

SUBDIR = "hydra.output_subdir"


@dataclass
class LazySweeperConf(BasicSweeperConf):
    """As Hydra's."""

    _target_: str = "hydra_plugins.lazy_sweeper.LazySweeper"


class LazySweeper(BasicSweeper):
    """Hydra's own sweeper; it does not compose all cells before the first one runs, and skips those that are finished.

    The folder of a cell has its outcome alone, unless hydra.output_subdir is given: what the cell was told stands in
    cells.json of the sweep, and all of its settings in the files of its run.
    """

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """As Hydra's."""
        told = config.hydra.overrides.hydra
        if not any(each.partition("=")[0].lstrip("+~") == SUBDIR for each in told):
            with read_write(config), open_dict(config):
                told.append(f"{SUBDIR}=null")
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)

    def sweep(self, arguments: list[str]) -> None:
        """Run the cells in order, as the arguments and hydra.sweeper.params give them."""
        from inn_experiments.contracts import write_text
        from inn_experiments.running.batches import Batches

        loader = self.hydra_context.config_loader
        given = OverridesParser.create(config_loader=loader).parse_overrides([*self._parse_config(), *arguments])
        cells = self.split_arguments(given, None)[0]
        batches = Batches(self.config, self.launcher, loader, self.max_batch_size)
        write_text(batches.sweep / "multirun.yaml", OmegaConf.to_yaml(self.config))
        batches.run(cells)
