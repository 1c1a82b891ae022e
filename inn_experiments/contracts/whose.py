"""A name for this process that no other one has, on any machine: whose a temporary name or a sign of life is."""

import hashlib
import os
import secrets
import socket
from functools import cache
from pathlib import Path

LUCK = secrets.token_hex(3)
"""Tells apart what two machines of one name, or two processes of one number, call by it."""


@cache
def boot() -> str:
    """What this start of the machine is called, '' where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def pid_namespace() -> str:
    """Within what process numbers count, of which each container has its own; '' where the system does not say."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


@cache
def host_mark() -> str:
    """Six letters for where process numbers are those of here: this machine, since its start, in this container."""
    return hashlib.sha256("\n".join((socket.gethostname(), boot(), pid_namespace())).encode()).hexdigest()[:6]


def mine() -> str:
    """The name of this process: its number, where that counts, and some letters drawn."""
    return f"{os.getpid()}-{host_mark()}-{LUCK}"
