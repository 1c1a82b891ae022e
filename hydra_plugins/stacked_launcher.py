"""The launchers `joblib` and `stacked`, which Hydra finds in this folder."""

import sys
from collections.abc import Sequence
from pathlib import Path

from hydra.core.utils import JobReturn
from hydra_plugins.hydra_joblib_launcher.joblib_launcher import JoblibLauncher


class SteadyLauncher(JoblibLauncher):
    """Joblib's launcher; a worker process that is killed ends its own cell and no other."""

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Launch the jobs as joblib does, and what a killed worker leaves undone once more."""
        from inn_experiments.running import workers

        place = Path(str(self.config.hydra.sweep.dir))
        return workers.launch(super().launch, job_overrides, initial_job_idx, place)


class StackedLauncher(SteadyLauncher):
    """The same, before whose cells the trainings that several of them need are done once and together."""

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Train, then launch the jobs."""
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        from inn_experiments.running import outcomes, stack

        load = self.hydra_context.config_loader.load_sweep_config
        configurations = [load(self.config, list(overrides)) for overrides in job_overrides]
        try:
            stack.train(configurations, self.joblib.get("n_jobs", -1))
        except TerminatedWorkerError:
            print("a worker process was killed (out of memory?): each cell trains its own", file=sys.stderr, flush=True)
        outcomes.begin_now(Path(str(self.config.hydra.sweep.dir)))
        return super().launch(job_overrides, initial_job_idx)
