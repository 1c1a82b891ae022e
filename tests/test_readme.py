"""The README's commands, run as they are written, at smoke scale; and its table of options, which must be whole."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import massbank_examples
import numpy as np
import pandas as pd
import pytest

from inn_experiments.configuration.compose import CONF, defaults

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```bash\n(.*?)```", README, flags=re.DOTALL)
# A backslash joins two lines, as in a shell.
COMMANDS = [line for block in BLOCKS for line in re.sub(r"\\\n\s*", "", block).strip().splitlines()]

# The same for every command, so that sweeps and reports find the cells that were run before.
SHORT = ["trainer=smoke"]
FOREST = ["utility=smoke"]
MNIST1D = ["data.rows=200", "data.val_rows=50", "data.fresh_rows=100"]
AUTOENCODER = ["autoencoder.widths=[16]", "autoencoder.encoder_epochs=1", "autoencoder.decoder_epochs=1"]
NARROW = ["network.hidden=32"]
FEW_STEPS = ["schedule.steps=20", "sampler.steps=5"]
FEW_TREES = ["utility.repeats=2", "utility.trees=10"]
RECORDS = ["autoencoder.latent=4", "autoencoder.width=8", "autoencoder.epochs=1"]
GCIMS = ["data.records=80", "data.imbalance=1.5", "data.levels=[3,3]", "seed=0"]
POINTS = [
    "trainer.epochs=2",
    "network.hidden=16",
    "schedule.steps=10",
    "claims.points=50",
    "claims.paths=50",
    "data.rows=200",
    "data.val_rows=50",
    "data.test_rows=100",
    "data.fresh_rows=100",
    "geometry.rows=50",
]
PRESETS = ["trainer.epochs=2", *FEW_TREES, "utility.per_class=5", "seed=0"]
# The rarest chemicals have too few rows to be compared; the geometry leaves them out.
TABLE8 = [*SHORT, *NARROW, *AUTOENCODER, *FEW_STEPS, "data.rows=200", "geometry.rows=10"]

SHORTER = {
    # As at full scale, this is no cell of the factorial, whose sampler has other steps.
    "experiment=table8": [*TABLE8, "sampler.steps=10"],
    "experiment=few_steps": [
        *SHORT,
        *MNIST1D,
        "network.channels=8",
        "sampler=ddim,unipc",
        "sampler.spacing=time",
        "sampler.steps=100,5",
    ],
    "experiment=parameterization": [*TABLE8, "parameterization=epsilon,x0", "schedule=cosine"],
    "experiment=unseen_compounds": [*SHORT, *NARROW, *FEW_STEPS],
    "data=massbank": [*SHORT, *FOREST, *NARROW, *FEW_STEPS],
    "data=ims": [*SHORT, *FOREST, *NARROW, *AUTOENCODER, *FEW_STEPS],
    "data=records2d": [*RECORDS, *FEW_TREES],
    "experiment=gcims": [*RECORDS, *GCIMS, *FEW_TREES, "generator=gaussian"],
    # Its cell with the other autoencoder has the errors of the run before.
    "experiment=gcims_width": [*RECORDS, *GCIMS, "autoencoder=joint"],
    "experiment=spirals": [*POINTS, "data=two_clusters", "parameterization=mu"],
    "experiment=spirals_noise": [*POINTS, "schedule.last=0.01"],
    "autoencoder=vae": [
        *SHORT,
        *FOREST,
        *MNIST1D,
        *NARROW,
        *FEW_STEPS,
        "autoencoder.hidden=16",
        "autoencoder.epochs=1",
    ],
    "experiment=latent_arithmetic": [
        *SHORT,
        *MNIST1D,
        "autoencoder=vae",
        "autoencoder.hidden=16",
        "autoencoder.epochs=1",
        "claims.pairs=5",
        "claims.trees=10",
    ],
    "experiment=all_synthesizers": [*PRESETS, *MNIST1D, "preset=bootstrap,gan"],
    "experiment=all_synthesizers_ims": [*PRESETS, "data.rows=400", "preset=bootstrap"],
    "experiment=all_synthesizers_mass": [*PRESETS, "preset=bootstrap"],
}
"""A word of a command -> what makes it short; others take SHORT and FOREST, and few rows of MNIST1D."""

FEWER = {
    # One seed: its cells are those of the sweep before, so this checks that finished cells are skipped.
    "seed=0,1,2,3,4": "seed=0",
    "seed=0,1,2": "seed=0",
    "sampler.steps=100,50,20,10,5": "sampler.steps=100,5",
    "sampler_steps=50": "sampler_steps=5",
    "sampler.steps=40": "sampler.steps=10",
}
"""A word of a command -> what stands in its place."""

TITLES = {
    "grid": "Table 6",
    "table8": "Table 8",
    "effects": "Main effects",
    "few_steps": "# Samplers",
    "records2d": "# 2-D records: gcims_simulated",
    "claims": "# Measured statements",
    "compare": "# Noise range",
    "synthesizers": "# Every synthesizer",
}
"""A subcommand of the reports -> what is in its file."""

PAPER_GRID = ["method=implicit,svd", "loss=fid", "sampling=gaussian,convex"]
"""Four of the grid's 16 cells, two of which were run before."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A newcomer's folder with files of spectra, MassBank records, ion mobility spectra and 2-D records."""
    folder = tmp_path_factory.mktemp("newcomer")
    rng = np.random.default_rng(0)
    chemical = np.repeat(["acetone", "benzene", "cresol"], 20)
    peaks = 1 + 5 * np.eye(3)[np.repeat([0, 1, 2], 20)].repeat(4, axis=1)
    peaks = peaks * rng.gamma(5, 1, (60, 12))
    table = pd.DataFrame(peaks, columns=[str(mass) for mass in range(40, 52)])
    table.insert(0, "chemical", chemical)
    table.to_csv(folder / "my.csv", index=False)
    np.savez(folder / "spectra.npz", X=peaks.astype(np.float32), y=chemical)
    for label, place in (("apple", 2), ("birch", 5), ("cedar", 8)):
        (folder / "gcims" / label).mkdir(parents=True)
        for number in range(14):
            record = rng.normal(1, 0.1, (16, 24))
            record[place : place + 3, 2 * place : 2 * place + 4] += rng.gamma(5, 1)
            np.savetxt(folder / "gcims" / label / f"{number}.csv", record, delimiter=",")
    massbank_examples.write(folder, *massbank_examples.many(compounds=8, each=4))
    table = pd.DataFrame(peaks, columns=[f"{half}_{place}" for half in ("pos", "neg") for place in range(6)])
    table.insert(0, "chemical", chemical)
    # The last is a mixture.
    table["structure"] = np.repeat(["CC(C)=O", "c1ccccc1", "Cc1ccccc1O|Cc1ccc(O)cc1"], 20)
    table.to_csv(folder / "ims.csv", index=False)
    return folder


def shortened(words: list[str]) -> list[str]:
    """The command's words with the overrides that bring it to smoke scale, each in place of its own."""
    words = [FEWER.get(word, word) for word in words]
    if {"inn_experiments.reports", "inn_experiments.sample"} & set(words):
        return words
    if "recommend" in words:
        return [*words, "presets=[convex]", "repeats=1", "trees=10"]
    usual = [*SHORT, *FOREST, *([] if any(word.startswith("data=") for word in words) else MNIST1D)]
    more = next((more for word, more in SHORTER.items() if word in words), usual)
    if "experiment=paper_grid" in words or any(word.startswith("method=implicit,") for word in words):
        more = [*more, *PAPER_GRID]
    # Hydra wants each key once: where two words give it a value, the last stands.
    last = {word.partition("=")[0]: word for word in [*words, *more] if "=" in word}
    return [*(word for word in words if "=" not in word), *last.values()]


def run(command: str, folder: Path) -> subprocess.CompletedProcess:
    """Run one command line in `folder`, shortened to smoke scale."""
    words = shortened(shlex.split(command))
    if words[0] == "python":
        words[0] = sys.executable
    else:
        words[0] = str(Path(sys.executable).parent / words[0])
    return subprocess.run(words, check=False, cwd=folder, capture_output=True, text=True, timeout=900)


@pytest.mark.parametrize("command", COMMANDS)
def test_command_runs_as_written(command, folder):
    done = run(command, folder)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr, done.stderr[-2000:]
    if "reports" in command:
        words = shlex.split(command)
        made = (folder / words[words.index("--to") + 1]).read_text(encoding="utf-8")
        assert TITLES[words[3]] in made
    if "experiment=table8" in command:
        for name in ("figures/geometry.png", "eye_test/sheet_DEB.png", "eye_test/key/key.csv", "report.json"):
            assert list(folder.glob(f"outputs/runs/*/artifacts/{name}")), name
    if "experiment=spirals" in command:
        for name in ("forward.png", "reverse.png", "path.png", "steps.png", "reverse.gif"):
            assert list(folder.glob(f"outputs/runs/*/artifacts/figures/{name}")), name
    if "data=records2d" in command:
        for name in ("samples.npz", "figures/preprocessing.png"):
            assert list(folder.glob(f"outputs/runs/*/artifacts/{name}")), name


def test_commands_were_found():
    assert len(COMMANDS) >= 36


def test_shortening_keeps_what_a_command_says():
    command = ["python", "-m", "inn_experiments", "-m", "data=table", "trainer=default"]
    assert shortened(command) == [*command[:-1], "trainer=smoke", "utility=smoke"]
    for word in (*FEWER, *SHORTER):
        assert any(word in shlex.split(command) for command in COMMANDS), f"no command has {word}"


@pytest.mark.parametrize(
    "group",
    [
        *sorted(path.name for path in CONF.iterdir() if path.is_dir() and path.name not in ("paths", "hydra")),
        "hydra/launcher",
    ],
)
def test_every_option_is_in_the_table(group):
    row = next(line for line in README.splitlines() if line.startswith(f"| `{group}` |"))
    for path in (CONF / group).glob("*.yaml"):
        name = f"**{path.stem}**" if defaults().get(group) == path.stem else path.stem
        assert re.search(rf"(?<![\w*]){re.escape(name)}(?![\w*])", row), f"{group}={path.stem} is not in the README"


def test_make_commands_exist():
    makefile = (Path(__file__).parent.parent / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^    make (\w+)", README, flags=re.MULTILINE):
        assert f"\n{target}:" in makefile
