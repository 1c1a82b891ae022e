"""The launcher `stacked`, which Hydra finds in this folder: a sweep's trainings side by side, then its cells."""

from collections.abc import Sequence

from hydra.core.utils import JobReturn
from hydra_plugins.hydra_joblib_launcher.joblib_launcher import JoblibLauncher


class StackedLauncher(JoblibLauncher):
    """Joblib's launcher, before whose cells the trainings that several of them need are done once and together."""

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Train, then launch the jobs as joblib does."""
        from inn_experiments.running import stack

        load = self.hydra_context.config_loader.load_sweep_config
        stack.train([load(self.config, list(overrides)) for overrides in job_overrides], self.joblib.get("n_jobs", -1))
        return super().launch(job_overrides, initial_job_idx)
