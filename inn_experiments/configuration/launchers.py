"""The options hydra/launcher=joblib and ray, with the program's launchers in the place of the plugins' own."""

from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins

STEADY = {
    "joblib": {"_target_": "hydra_plugins.stacked_launcher.SteadyLauncher"},
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

EXTRAS = {"hydra/launcher/ray": "ray"}
"""Option -> the extra that brings it."""


def steady() -> None:
    """Let hydra/launcher=joblib and ray go on when a worker process is killed.

    Joblib's other settings stay the plugin's; Ray's are those that fit cells of one thread. A plugin that is not
    installed has no option. Files of these names would not do: Hydra compares them with the plugins' options, and
    warns.
    """
    # Each plugin stores its options when Hydra looks for plugins, which it does once.
    Plugins.instance()
    store = ConfigStore.instance()
    for name, own in STEADY.items():
        if f"{name}.yaml" not in store.list("hydra/launcher"):
            continue
        found = store.load(f"hydra/launcher/{name}.yaml")
        node: Any = {**found.node, **own}
        store.store(name=name, node=node, group=found.group, provider=found.provider)
