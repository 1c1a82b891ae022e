"""The options hydra/launcher=joblib and hydra/sweeper=basic, with the program's own in the place of Hydra's."""

from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins

OPTION = "hydra/launcher/joblib.yaml"
STEADY = "hydra_plugins.stacked_launcher.SteadyLauncher"


def steady() -> None:
    """Let hydra/launcher=joblib go on when a worker process is killed, and hydra/sweeper=basic take cells in turn.

    Their settings stay the plugins'. Files of these names would not do: Hydra compares them with the plugins' options,
    and warns.
    """
    from hydra_plugins.lazy_sweeper import LazySweeperConf

    # Each plugin stores its options when Hydra looks for plugins, which it does once.
    Plugins.instance()
    store = ConfigStore.instance()
    found = store.load(OPTION)
    node: Any = {**found.node, "_target_": STEADY}
    store.store(name="joblib", node=node, group=found.group, provider=found.provider)
    store.store(name="basic", node=LazySweeperConf, group="hydra/sweeper", provider="hydra")
