"""Real Slurm on this machine: an array, a time limit with its requeue, and cancelled jobs, in a scratch folder.

    apt-get install -y slurm-wlm && pip install -e '.[slurm]'
    python scripts/check_slurm.py

Starts munged, slurmctld and slurmd on loopback, as root, with all of their files in a temporary folder, prints what
each sweep printed, and ends the daemons. Ends with status 1 where something was not as it has to be.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd")
CONF = """ClusterName=check
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={worker}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={place}/munge.socket,cred_expire=15
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/slurmd.log
MailProg=/bin/true
ReturnToService=2
KillWait=20
JobRequeue=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={memory} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""
CELL = ("data=two_clusters", "utility=none", "seed=0,1")


def main() -> int:
    """Run the checks; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=300, help="of the training that meets its time limit")
    parser.add_argument("--only", choices=["array", "limit", "cancel"], help="one of the checks")
    given = parser.parse_args()
    if missing := [name for name in (*DAEMONS, "sbatch", "squeue") if program(name) is None]:
        print(f"not there: {', '.join(missing)}; apt-get install slurm-wlm", file=sys.stderr)
        return 2
    if os.geteuid():
        print("the daemons have to be started by root", file=sys.stderr)
        return 2
    wrong: list[str] = []
    checks = {"array": array, "limit": limit, "cancel": cancel}
    with tempfile.TemporaryDirectory(prefix="check-slurm-") as scratch, cluster(Path(scratch)) as environment:
        print(said("sinfo", "--version", environment=environment))
        for name, check in checks.items():
            if given.only in (None, name):
                wrong += [f"{name}: {each}" for each in check(Path(scratch) / name, environment, given.epochs)]
    print("\n".join(wrong) if wrong else "all as it has to be")
    return int(bool(wrong))


def array(outputs: Path, environment: dict[str, str], _: int) -> Iterator[str]:
    """Four cells, two at a time, and the same once more."""
    cells = ("generator=convex,gaussian", "hydra.launcher.array_parallelism=2", "hydra.launcher.timeout_min=10")
    for word in ("4 finished", "4 skipped"):
        status, text = ended(started(outputs, environment, *cells))
        if status or word not in text:
            yield f"status {status}, and not {word}"


def limit(outputs: Path, environment: dict[str, str], epochs: int) -> Iterator[str]:
    """Two trainings that are longer than their time limit."""
    line = ("generator=diffusion", f"trainer.epochs={epochs}", "trainer.checkpoint_minutes=60")
    status, text = ended(
        started(outputs, environment, *line, "hydra.launcher.timeout_min=2", "hydra.launcher.signal_delay_s=20")
    )
    if "requeued: " not in text:
        yield "no job was requeued; give more --epochs"
    if status or "2 finished" not in text:
        yield f"status {status}, and not 2 finished"


def cancel(outputs: Path, environment: dict[str, str], epochs: int) -> Iterator[str]:
    """Three jobs: one is killed, one is cancelled, and the third ends well."""
    seeds = ("seed=0,1,2", "generator=diffusion", f"trainer.epochs={epochs}", "hydra.launcher.timeout_min=20")
    sweep = started(outputs, environment, *seeds, "hydra.launcher.array_parallelism=2")
    until = time.monotonic() + 300
    while time.monotonic() < until:
        there = said("squeue", "-h", "-r", "-t", "RUNNING", "-o", "%F_%K", environment=environment).split()
        if len(there) == 2:
            break
        time.sleep(1)
    else:
        yield "no two jobs came to run"
        there = []
    time.sleep(10)
    if there:
        killed, cancelled = there
        print(f"$ scancel --signal=KILL {killed}; scancel {cancelled}")
        said("scancel", "--signal=KILL", killed, environment=environment)
        said("scancel", cancelled, environment=environment)
    status, text = ended(sweep)
    if status != 1 or not re.search(r"of 3 cells: (1 finished, 2 killed|2 finished, 1 killed)", text):
        yield f"status {status}: one killed, one cancelled, the others finished were to be told"


def started(outputs: Path, environment: dict[str, str], *overrides: str) -> subprocess.Popen[str]:
    """A sweep through Slurm."""
    words = ["-m", "inn_experiments", "-m", "hydra/launcher=submitit_slurm", "hydra.launcher.partition=main"]
    words += ["hydra.launcher.mem_gb=1", *CELL, f"paths.outputs={outputs}", *overrides]
    words = [word for word in words if word != "seed=0,1" or not any(one.startswith("seed=") for one in overrides)]
    print("$ python", " ".join(word for word in words if not word.startswith("paths.")), flush=True)
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, *words], env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def ended(sweep: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for it: exit status, and what it printed, which is shown."""
    begun, found = time.monotonic(), []
    assert sweep.stdout is not None
    for line in sweep.stdout:
        found.append(line)
        print(f"{time.monotonic() - begun:5.0f} s  {line}", end="", flush=True)
    status = sweep.wait()
    print(f"exit status {status}\n", flush=True)
    return status, "".join(found)


@contextmanager
def cluster(place: Path) -> Iterator[dict[str, str]]:
    """Slurm with one node, this machine; the environment of whoever uses it."""
    for name in ("state", "spool"):
        (place / name).mkdir()
    place.chmod(0o755)
    key = place / "munge.key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o600)
    ports = {"controller": free_port(), "worker": free_port()}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 * 9 // 10
    host = socket.gethostname().partition(".")[0]
    conf = place / "slurm.conf"
    conf.write_text(CONF.format(host=host, place=place, cores=os.cpu_count(), memory=memory, **ports))
    environment = {**os.environ, "SLURM_CONF": str(conf)}
    munge = [f"--{name}-file={place}/munge.{name}" for name in ("key", "pid", "log", "seed")]
    commands = [
        ["munged", "--foreground", f"--socket={place}/munge.socket", *munge],
        ["slurmctld", "-D", "-f", str(conf)],
        ["slurmd", "-D", "-f", str(conf), "-N", host],
    ]
    running: list[subprocess.Popen[bytes]] = []
    try:
        for name, *words in commands:
            log = (place / f"{name}.out").open("wb")
            running.append(subprocess.Popen([program(name), *words], env=environment, stdout=log, stderr=log))
            time.sleep(1)
        wait_for_node(environment, place)
        yield environment
    finally:
        said("scancel", "--full", "--user=root", environment=environment)
        for daemon in reversed(running):
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def wait_for_node(environment: dict[str, str], place: Path) -> None:
    """Until jobs can run; raises RuntimeError with what the daemons said where they never can."""
    until = time.monotonic() + 60
    while "idle" not in said("sinfo", "-h", "-o", "%T", environment=environment):
        if time.monotonic() > until:
            logs = "\n".join(f"{path.name}:\n{path.read_text()[-2000:]}" for path in sorted(place.glob("*.[lo]*[gt]")))
            raise RuntimeError(f"Slurm did not come up\n{logs}")
        time.sleep(1)


def said(name: str, *words: str, environment: dict[str, str]) -> str:
    """What a command of Slurm printed."""
    answer = subprocess.run(
        [program(name) or name, *words], env=environment, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name: str) -> str | None:
    """Where a program is; daemons lie where root alone looks."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


if __name__ == "__main__":
    sys.exit(main())
