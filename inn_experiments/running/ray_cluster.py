"""Ray's machines: started here, or found where an address says, and left again."""

import os
import secrets
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Any

from omegaconf import DictConfig, OmegaConf

from inn_experiments.contracts import UserError

KEY = "hydra.launcher.ray.init"
OWN = ("num_cpus", "num_gpus", "resources", "object_store_memory", "include_dashboard", "dashboard_host")
"""Settings of machines that are started here; those of a cluster were given when it was."""
SECONDS = 10
"""Within which a cluster has to answer; Ray itself would ask for minutes."""
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}
"""What Ray is told by the environment: to send nothing anywhere, and to print what is printed."""


def begin(init: DictConfig) -> None:
    """Start Ray on this machine, or connect to the cluster that `address`, or RAY_ADDRESS, names; once a process.

    Args:
        init: what `ray.init` is given; settings that are null are left to Ray.

    Raises:
        UserError: nobody answers at the address, or Ray does not take the settings.
    """
    if "ray" in sys.modules and sys.modules["ray"].is_initialized():
        return
    settings = _settings(init)
    # It reads the environment when it is imported.
    import ray

    # Ray puts a handler in the place of ours, by which SIGTERM would end in another status.
    before = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(**settings)
    except ConnectionError as error:
        raise UserError(f"{KEY}.address: the cluster does not take this program in: {_line(error)}") from None
    except (TypeError, ValueError, RuntimeError) as error:
        raise UserError(f"{KEY}: {_line(error)}") from None
    finally:
        signal.signal(signal.SIGTERM, before)
    if not settings.get("log_to_driver", True):
        # Of a lost worker Ray would say ten lines still; what becomes of its cell is said by us.
        ray._private.worker._worker_logs_enabled = False


def end() -> None:
    """Leave Ray; what was started here ends, and workers with it."""
    import ray

    ray.shutdown()


def places(remote: Mapping[str, Any]) -> int:
    """How many cells run at a time, one at least.

    Args:
        remote: what a cell is given: `num_cpus`, `num_gpus`.
    """
    import ray

    there, needs = ray.cluster_resources(), {"CPU": remote.get("num_cpus", 1), "GPU": remote.get("num_gpus", 0)}
    return max(1, min(int(there.get(name, 0) / need) for name, need in needs.items() if need))


def _settings(init: DictConfig) -> dict[str, Any]:
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    given = {key: value for key, value in OmegaConf.to_container(init, resolve=True).items() if value is not None}
    address = str(given.pop("address", None) or os.environ.get("RAY_ADDRESS") or "local")
    if address == "local":
        if not {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & set(os.environ):
            # Ray would write one into the home folder, for everybody to read.
            os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        return {"_node_ip_address": "127.0.0.1", **given, "address": address}
    for key in ("num_cpus", "num_gpus", "resources"):
        if key in given:
            raise UserError(f"{KEY}.{key}: the cluster at {address} has its own; leave it out")
    _check_answers(address)
    return {**{key: value for key, value in given.items() if key not in OWN}, "address": address}


def _check_answers(address: str) -> None:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if address == "auto":
        return
    if not host or not port.isdigit():
        raise UserError(f"{KEY}.address={address}: it is HOST:PORT, as `ray start --head` says it")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS).close()
    except (OSError, OverflowError) as error:
        raise UserError(f"{KEY}.address={address}: no Ray cluster answers there ({error})") from None


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
