"""The option hydra/launcher=joblib, with the program's launcher in the place of the plugin's own."""

from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins

OPTION = "hydra/launcher/joblib.yaml"
STEADY = "hydra_plugins.stacked_launcher.SteadyLauncher"


def steady() -> None:
    """Let hydra/launcher=joblib go on when a worker process is killed; its settings stay the plugin's.

    A file of that name would not do: Hydra compares it with the plugin's option, and warns.
    """
    # Each plugin stores its options when Hydra looks for plugins, which it does once.
    Plugins.instance()
    store = ConfigStore.instance()
    found = store.load(OPTION)
    node: Any = {**found.node, "_target_": STEADY}
    store.store(name="joblib", node=node, group=found.group, provider=found.provider)
