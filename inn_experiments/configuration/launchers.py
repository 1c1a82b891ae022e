"""The options of launchers and of hydra/sweeper=basic, with the program's own in the place of Hydra's and plugins'."""

import os
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from omegaconf import OmegaConf

_SUBMITTED = {
    # All jobs' files side by side, below the sweep's; they bear the numbers of the jobs.
    "submitit_folder": "${hydra.sweep.dir}/.submitit",
    "cpus_per_task": 1,
    "mem_gb": 4,
    "stderr_to_stdout": False,
}

STEADY: dict[str, dict[str, Any]] = {
    "joblib": {"_target_": "hydra_plugins.stacked_launcher.SteadyLauncher"},
    "submitit_local": {
        "_target_": "hydra_plugins.submitted_launchers.SubmittedLocal",
        **_SUBMITTED,
        # No queue takes this machine back: a week.
        "timeout_min": 7 * 24 * 60,
        "signal_delay_s": 120,
        "max_num_timeout": 3,
        "array_parallelism": os.cpu_count() or 1,
    },
    "submitit_slurm": {
        "_target_": "hydra_plugins.submitted_launchers.SubmittedSlurm",
        **_SUBMITTED,
        "timeout_min": 4 * 60,
        "signal_delay_s": 120,
        "max_num_timeout": 20,
        "array_parallelism": 64,
    },
    "ray": {
        "_target_": "hydra_plugins.ray_launcher.SteadyRayLauncher",
        "ray": {
            # Without an address Ray is started here: of these, a cluster takes the address alone.
            "init": {
                "address": None,
                "num_cpus": None,
                "object_store_memory": 100_000_000,
                "include_dashboard": False,
                "dashboard_host": "127.0.0.1",
                "log_to_driver": False,
                "logging_level": "error",
            },
            "remote": {"num_cpus": 1, "max_retries": 3},
        },
    },
}
"""Option -> what it has in the place of the plugin's settings."""

EXTRAS = {
    "hydra/launcher/ray": "ray",
    "hydra/launcher/submitit_local": "slurm",
    "hydra/launcher/submitit_slurm": "slurm",
}
"""Option -> the extra that brings it."""


def steady() -> None:
    """Let these launchers go on when a worker process, or a job, is killed, and hydra/sweeper=basic take cells in turn.

    Joblib's other settings stay the plugin's; those of Ray and submitit fit cells of one thread. A plugin that is not
    installed has no option. Files of these names would not do: Hydra compares them with the plugins', and warns.
    """
    from hydra_plugins.lazy_sweeper import LazySweeperConf

    # Each plugin stores its options when Hydra looks for plugins, which it does once.
    Plugins.instance()
    store = ConfigStore.instance()
    for name, own in STEADY.items():
        if f"{name}.yaml" not in store.list("hydra/launcher"):
            continue
        found = store.load(f"hydra/launcher/{name}.yaml")
        node: Any = {**OmegaConf.to_container(found.node, resolve=False), **own}
        store.store(name=name, node=node, group=found.group, provider=found.provider)
    store.store(name="basic", node=LazySweeperConf, group="hydra/sweeper", provider="hydra")
