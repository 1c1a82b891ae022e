"""A kept synthesizer as a folder that MLflow calls a model: self-contained, and no pickle."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from inn_experiments import __version__
from inn_experiments.artifact.facts import Facts
from inn_experiments.artifact.kept import read
from inn_experiments.artifact.rows import MARK
from inn_experiments.contracts import free_name
from inn_experiments.serving.answer import columns_of, usual_limit

if TYPE_CHECKING:
    from mlflow.models import Model, ModelSignature

CODE, ARTIFACT, FLAVOR = "model_code.py", "synthesizer", "python_function"
MOST_COLUMNS = 5000
"""Of an answer's table that a signature names."""


def write_model(target: Path, model: Model, *, run: Path, limit: int | None = None) -> None:
    """Write a model of the synthesizer that was kept with a run into the new folder `target`.

    Args:
        target: made here; its weights are the run's own files under a second name, where the file system can do that.
        model: what MLflow knows of the model so far, to which its flavour and signature are added.
        run: folder of the run.
        limit: the most rows that a request may ask for; None: by the number of columns.
    """
    import mlflow.pyfunc
    import pandas as pd

    kept = read(run)
    facts = kept.facts
    likely = max(facts.counts, key=facts.counts.__getitem__)
    mlflow.pyfunc.save_model(
        path=str(target),
        python_model=str(Path(__file__).with_name(CODE)),
        mlflow_model=model,
        signature=signature(facts),
        input_example=(pd.DataFrame({"label": [likely], "n": [2]}), {"seed": 1}),
        pip_requirements=[f"inn-experiments=={__version__}"],
        model_config={"limit": limit or usual_limit(len(columns_of(facts)))},
        metadata={"run": facts.run, "part": facts.part, "cell": facts.cell},
    )
    inside = target / "artifacts" / ARTIFACT
    inside.mkdir(parents=True)
    for file in kept.folder.iterdir():
        _second_name(file, inside / file.name)
    place = f"artifacts/{ARTIFACT}"
    flavor = model.flavors[FLAVOR]
    flavor["artifacts"] = {ARTIFACT: {"path": place, "uri": place}}
    # MLflow notes where the code was on this machine, and looks for its name alone.
    flavor["model_code_path"] = CODE
    model.model_size_bytes = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    model.save(str(target / "MLmodel"))


def signature(facts: Facts) -> ModelSignature:
    """What goes in, with which parameter, and what comes out."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

    columns, outputs = columns_of(facts), None
    if len(columns) <= MOST_COLUMNS:
        label = free_name(facts.label_name, columns)
        values = [ColSpec("double" if facts.wide else "float", name) for name in columns]
        mark = ColSpec("string", free_name(MARK, [label, *columns]))
        outputs = Schema([ColSpec("string", label), *values, mark])
    inputs = Schema([ColSpec("string", "label"), ColSpec("long", "n")])
    return ModelSignature(inputs, outputs, ParamSchema([ParamSpec("seed", "long", 0)]))


def _second_name(file: Path, name: Path) -> None:
    try:
        os.link(file, name)
    except OSError:
        shutil.copyfile(file, name)
