"""The launcher `ray`, which Hydra finds in this folder where its plugin for Ray is installed."""

from collections.abc import Sequence
from importlib.util import find_spec

from hydra.core.utils import JobReturn

if find_spec("ray") is not None and find_spec("hydra_plugins.hydra_ray_launcher") is not None:
    from hydra_plugins.hydra_ray_launcher.ray_launcher import RayLauncher

    class SteadyRayLauncher(RayLauncher):
        """Ray's launcher; a worker, or a node, that is lost ends its own cell at most."""

        def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
            """Launch the jobs on Ray, and what a lost worker leaves undone once more."""
            from inn_experiments.running import on_ray

            return on_ray.launch(self, job_overrides, initial_job_idx)

        @property
        def at_once(self) -> int:
            """How many cells run at a time, as Ray's machines are now."""
            from inn_experiments.running import ray_cluster

            ray_cluster.begin(self.ray_cfg.init)
            return ray_cluster.places(self.ray_cfg.remote)
