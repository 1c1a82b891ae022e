"""The commands of README and docs: found in their pages, brought to a short form, or left out with a reason."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
"""Pages whose commands are run, by their path; those of docs/results say how long measurements were made."""

STARTS = (
    "python",
    "python3",
    "pip",
    "make",
    "mlflow",
    "curl",
    "git",
    "export",
    "source",
    "inn-experiments",
    "inn-sample",
)
"""First words by which an indented line is known to be a command, also with a folder before them."""


class Command(NamedTuple):
    """A command as a page has it, its page and its line."""

    page: str
    line: int
    text: str


def commands(page: str) -> list[Command]:
    """The commands of one page in their order: lines of bash blocks, of Python blocks as one, and indented lines.

    Of Python blocks only the README's are taken; tests run those of the other pages.
    """
    return found((ROOT / page).read_text(encoding="utf-8"), page)


def found(text: str, page: str = "") -> list[Command]:
    r"""The commands in the text of a page.

    Example:
        >>> [command.text for command in found("```bash\na \\\n  b  # why\n# no\n```\n\n    make c\n    other\n")]
        ['a b  # why', 'make c']
    """
    answer: list[Command] = []
    fence, begun, held = None, 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("```"):
            if fence == "python" and page == "README.md":
                answer.append(Command(page, begun, f"python - <<'END'\n{held}END"))
            fence, begun, held = (None if fence is not None else stripped[3:]), number + 1, ""
        elif fence == "python":
            held += f"{line}\n"
        elif fence == "bash" or (fence is None and (held or indented(line))):
            begun = begun if held else number
            held = f"{held} {stripped}" if held else stripped
            if held.endswith("\\"):
                held = held[:-1].rstrip()
            else:
                if held and not held.startswith("#"):
                    answer.append(Command(page, begun, held))
                held = ""
    return answer


def indented(line: str) -> bool:
    """Whether a line outside of any block is an indented command."""
    words = line.split()
    return line.startswith("    ") and line[4:5].strip() != "" and words[0].rpartition("/")[2] in STARTS


CLASSICAL = {"convex", "smote", "gaussian", "bootstrap", "jitter", "kde", "peak_transfer"}
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
VAE = ["autoencoder.hidden=16", "autoencoder.epochs=1"]
TRIALS = ["hydra.sweeper.n_trials=2", "hydra.sweeper.test_seeds=1"]

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
    "experiment=tune_smote": TRIALS,
    "experiment=tune_diffusion": [*TRIALS, "trainer.epochs=2"],
    "experiment=tune": TRIALS,
    "conditioning=label_chemnet": [*SHORT, *FOREST, *NARROW, *AUTOENCODER, *FEW_STEPS],
    "utility=records2d": [*RECORDS, *FEW_TREES],
    "experiment=gcims": [*RECORDS, *GCIMS, *FEW_TREES, "generator=gaussian"],
    # Its cell with the other autoencoder has the errors of the run before.
    "experiment=gcims_width": [*RECORDS, *GCIMS, "autoencoder=joint"],
    "experiment=spirals": [*POINTS, "data=two_clusters", "parameterization=mu"],
    "experiment=spirals_noise": [*POINTS, "schedule.last=0.01"],
    "autoencoder=vae": [*SHORT, *FOREST, *MNIST1D, *NARROW, *FEW_STEPS, *VAE],
    "network=mlp": [*SHORT, *FOREST, *NARROW, *FEW_STEPS],
    "experiment=latent_arithmetic": [*SHORT, *MNIST1D, "autoencoder=vae", *VAE, "claims.pairs=5", "claims.trees=10"],
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
    "hydra.sweeper.n_trials=30": "hydra.sweeper.n_trials=2",
}
"""A word of a command -> what stands in its place."""

PAPER_GRID = ["method=implicit,svd", "loss=fid", "sampling=gaussian,convex"]
"""Four of the grid's 16 cells, two of which were run before."""


def short(words: list[str]) -> list[str]:
    """The words of a command of the program with overrides that bring it to smoke scale, each in place of its own."""
    words = [re.sub(r"^seed=range\(0,\d+\)", "seed=range(0,2)", FEWER.get(word, word)) for word in words]
    if {"inn_experiments.reports", "inn_experiments.reports.cell.html", "inn_experiments.sample"} & set(words):
        return words
    if "recommend" in words:
        return [*words, "presets=[convex]", "repeats=1", "trees=10"]
    more = next((more for word, more in SHORTER.items() if word in words), usual(words))
    if "experiment=paper_grid" in words or any(word.startswith("method=implicit,") for word in words):
        more = [*more, *PAPER_GRID]
    # Hydra wants each key once: where two words give it a value, the last stands.
    last = {word.partition("=")[0]: word for word in [*words, *more] if "=" in word}
    return [*(word for word in words if "=" not in word), *last.values()]


def usual(words: list[str]) -> list[str]:
    """What makes a command short that has no line of its own."""
    given = dict(word.split("=", 1) for word in words if "=" in word)
    made = given.get("preset", given.get("generator", "inn"))
    kept = {key for key in ("utility", "experiment") if key in given and given[key] in ("none", "smoke")}
    more = [*([] if set(made.split(",")) <= CLASSICAL else SHORT), *([] if kept else FOREST)]
    return [*more, *([] if "data" in given else MNIST1D)]


def shortened(text: str) -> str:
    """A command of the program in its short form; any other one as it is.

    Example:
        >>> shortened("python -m inn_experiments data=coffee preset=convex"), shortened("make run")
        ('python -m inn_experiments data=coffee preset=convex utility=smoke', 'make run')
    """
    if not text.startswith(("python -m inn_experiments", "inn-experiments ")) or "--help" in text:
        return text
    words = shlex.split(text, comments=True)
    fewer = short(words)
    return text if fewer == words else shlex.join(fewer)


LEFT_OUT = [
    (r"PGPASSWORD|postgresql|createdb|s3://", "needs a PostgreSQL server, or S3"),
    (r"\b(sbatch|srun|squeue|scancel|sinfo|slurm)\b|submitit", "needs a Slurm cluster, or submitit"),
    (r"\bray\b", "needs Ray"),
    (r"trainer\.accelerator=gpu", "needs a GPU"),
    (r"\.\.\.(\s|$)|\b(NAME|RUN|FILE|FOLDER|HOST|USER)\b", "has a place that the reader fills in"),
    (r"^make (test|golden|commands|torture|bench|bench-scale)\b", "takes minutes to hours: run by itself"),
    (r"^git clone", "needs a network"),
]
"""Pattern of a command -> why it is not run."""

INDEX = r"^(python -m )?pip install"
"""What asks the package index, and is run with --install alone."""


def left_out(text: str, *, install: bool = False) -> str:
    """Why a command is not run; "" for one that is.

    Example:
        >>> left_out("make bench"), left_out("make lint"), left_out("pip install -e '.[files]'")
        ('takes minutes to hours: run by itself', '', 'asks the package index: --install runs it')
    """
    if re.search(INDEX, text) and not install:
        return "asks the package index: --install runs it"
    if text.startswith("make docs") and not install and find_spec("sphinx") is None:
        return "needs the extra docs"
    return next((reason for pattern, reason in LEFT_OUT if re.search(pattern, text)), "")
