"""The launchers `submitit_local` and `submitit_slurm`, which Hydra finds here where its plugin is installed."""

from collections.abc import Sequence
from importlib.util import find_spec

from hydra.core.utils import JobReturn

if find_spec("submitit") is not None and find_spec("hydra_plugins.hydra_submitit_launcher") is not None:
    from hydra_plugins.hydra_submitit_launcher.submitit_launcher import LocalLauncher, SlurmLauncher

    class SubmittedLocal(LocalLauncher):
        """Submitit's processes on this machine, as many at once as it has cores; one that is killed ends its cell."""

        def __call__(self, *given: object) -> JobReturn:
            """Run one cell, within its job."""
            from inn_experiments.running import submitted

            with submitted.within_job(local=True):
                return super().__call__(*given)

        def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
            """Submit the cells, and tell how each ends."""
            from inn_experiments.running import executors, submitted

            return submitted.launch(self, executors.Local, job_overrides, initial_job_idx)

    class SubmittedSlurm(SlurmLauncher):
        """Submitit's job array in Slurm's queue; a job that is killed or cancelled ends its cell."""

        def __call__(self, *given: object) -> JobReturn:
            """Run one cell, within its job."""
            from inn_experiments.running import submitted

            with submitted.within_job(local=False):
                return super().__call__(*given)

        def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
            """Submit the cells, and tell how each ends."""
            from inn_experiments.running import executors, submitted

            return submitted.launch(self, executors.Slurm, job_overrides, initial_job_idx)
