"""hydra/launcher=ray with a real Ray on this machine: cells that finish, fail, lose their worker, and are stopped.

The pipeline is a stub here (tests/stub); two machines are checked by scripts/check_ray_nodes.py.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from test_sweep import CHEAP, environment, start, statuses

from inn_experiments.contracts import UserError
from inn_experiments.running import ray_cluster

THERE = find_spec("ray") is not None and find_spec("hydra_plugins.hydra_ray_launcher") is not None
real = pytest.mark.skipif(not THERE, reason="Ray is not installed: pip install 'inn-experiments[ray]'")
RAY = ("-m", *CHEAP, "hydra/launcher=ray", "hydra.launcher.ray.init.num_cpus=2")


@pytest.fixture(autouse=True)
def _own_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@real
def test_a_lost_worker_is_replaced_and_ends_its_own_cell_at_most(tmp_path: Path) -> None:
    mark = tmp_path / "killed"
    done = start(tmp_path, *RAY, "seed=0,1,2,3", stub=f"1=fail,2=once:{mark}")
    assert done.returncode == 1 and mark.exists(), done.stderr
    assert "of 4 cells: 1 failed, 3 finished" in done.stdout
    assert re.search(r"again: .*seed=2.*: its worker process was killed", done.stderr)
    assert "failed: seed=1: RuntimeError('the stub fails')" in done.stderr
    # The stub's own; none of Ray's.
    assert done.stderr.count("Traceback") == 1 and "raylet" not in done.stdout + done.stderr
    assert all(f"[{number}/4] bootstrap seed {number - 1}: finished" in done.stdout for number in (1, 3, 4))
    assert done.stdout.index("[4/4]") < done.stdout.index("of 4 cells")
    ended = [("bootstrap-seed2", "KILLED"), ("bootstrap-seed2", "FINISHED")]
    assert [each for each in statuses(tmp_path) if each[0] == "bootstrap-seed2"] == ended
    assert not [*(tmp_path / "home").iterdir()]

    again = start(tmp_path, *RAY, "seed=0,1,2,3,4", "hydra.launcher.ray.remote.max_retries=0", stub="1=kill")
    assert again.returncode == 1 and "of 5 cells: 1 finished, 1 killed, 3 skipped" in again.stdout, again.stderr
    assert "killed: seed=1: its worker process was killed" in again.stderr and "Traceback" not in again.stderr
    assert {status for _, status in statuses(tmp_path)} == {"FINISHED", "FAILED", "KILLED"}


@real
def test_a_signal_ends_the_workers_which_note_it_and_ray_is_gone(tmp_path: Path) -> None:
    # Relative, and the workers mean the same folder by it.
    place = f"paths.outputs={os.path.relpath(tmp_path)}/out"
    line = [sys.executable, "-m", "inn_experiments", *RAY, "seed=0,1,2", place]
    sign = tmp_path / "begun"
    process = subprocess.Popen(
        line,
        env=environment(f"0=sign:{sign}"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not sign.exists() and process.poll() is None:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 143 and "Traceback" not in err, err
    assert "of 3 cells: " in out and "killed: seed=0" in err and err.endswith("stopped by a signal\n")
    assert ("bootstrap-seed0", "KILLED") in statuses(tmp_path)
    left = subprocess.run(["ps", "-o", "args=", "-s", str(process.pid)], capture_output=True, text=True, check=False)
    assert "ray" not in left.stdout


@pytest.mark.skipif(THERE, reason="Ray is installed")
def test_without_ray_a_line_says_what_to_install(run) -> None:
    status, out, err = run(*RAY[1:], "seed=0,1", "-m")
    assert (status, out) == (2, "")
    assert err == "error: hydra/launcher=ray: it is not installed; pip install 'inn-experiments[ray]'\n"


@pytest.mark.parametrize(
    ("init", "words"),
    [
        ({"address": "127.0.0.1:1"}, "no Ray cluster answers there"),
        ({"address": "somewhere"}, "it is HOST:PORT"),
        ({"address": "127.0.0.1:99999"}, "no Ray cluster answers there"),
        ({"address": "127.0.0.1:1", "num_cpus": 2}, "has its own"),
    ],
)
def test_a_cluster_that_is_not_there_is_told_at_once(init, words) -> None:
    with pytest.raises(UserError, match=words):
        ray_cluster.begin(OmegaConf.create(init))
