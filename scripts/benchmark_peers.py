"""Steps and samplers of other programs beside ours, with the same network, in one process, on one thread.

    python scripts/benchmark_peers.py [--blocks 5]

Step: the trainer of denoising-diffusion-pytorch for one-dimensional data (accelerate, clipping, Adam, an average of the
weights every ten steps), whose loader works in this thread, where its time counts; and our step of generator=diffusion
with ema=.995, drawing of batches included. An epoch of each in turn, after one that does not count. floor: the
matrix-product FLOPs of a step, counted by torch, over the float32 rate of one core on a product of a batch with a
hidden layer. Sampler: UniPC of diffusers (order 2, bh2, trailing levels) and ours over the same levels; floor: the
network's own calls. differ: the largest difference of two samples over their deviation, with this network and, exact
and in float64, with that of two points. Processor time, the least of several blocks.

The peers are installed in .venv-peers, which has no torch of its own: it looks into the environment that this runs in.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import importlib.metadata
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
PLACE = HERE / ".venv-peers"
PEERS = (
    "denoising-diffusion-pytorch==2.3.4",
    "diffusers==0.42.1",
    "accelerate==1.15.0",
    "einops==0.8.2",
    "ema-pytorch==0.8.3",
    # What these import beside torch and the packages that the program has itself.
    "huggingface-hub==2.4.0",
    "safetensors==0.8.0",
    "regex==2026.11.19",
    "psutil==7.2.2",
    "httpx2==2.16.2",
    "httpcore2==2.16.2",
    "truststore==0.10.5",
)


def main() -> None:
    """Measure in the peers' environment, or say in a line that there is none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=5)
    blocks = parser.parse_args().blocks
    if Path(sys.prefix) == PLACE:
        from peers import compare

        print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", *PACKAGES)))
        compare(blocks)
        return
    why = installed()
    if why:
        print(f"not measured: the peers cannot be installed ({why})")
        return
    quiet = {"ACCELERATE_USE_CPU": "true", "HF_HUB_OFFLINE": "1"}
    command = [PLACE / "bin/python", "-W", "ignore", __file__, "--blocks", str(blocks)]
    sys.exit(subprocess.run(command, env=os.environ | quiet | {"PYTHONPATH": str(HERE)}, check=False).returncode)


PACKAGES = [name.split("==")[0] for name in PEERS[:3]]


def installed() -> str:
    """Make the environment where it is not there yet; answers why that cannot be done, or nothing."""
    ready, wanted = PLACE / ".ready", "\n".join((sysconfig.get_path("purelib"), *PEERS))
    if ready.is_file() and ready.read_text(encoding="utf-8") == wanted:
        return ""
    venv.create(PLACE, clear=True, with_pip=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    shared = PLACE / "lib" / version / "site-packages" / "shared.pth"
    shared.write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    command = [PLACE / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run([*command, *PEERS], capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        return (errors or [f"pip ended with {done.returncode}"])[-1]
    ready.write_text(wanted, encoding="utf-8")
    return ""


if __name__ == "__main__":
    main()
