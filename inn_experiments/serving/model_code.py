"""The code of every logged model, of which MLflow keeps a copy in the model's folder: what it needs is installed."""

from mlflow.models import set_model

from inn_experiments.contracts.imports import importing

with importing():
    from inn_experiments.serving.served import Served

set_model(Served())
