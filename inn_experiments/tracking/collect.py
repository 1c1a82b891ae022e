"""From an outputs folder to the reports of its finished runs."""

from pathlib import Path

from inn_experiments.contracts import Report, UserError
from inn_experiments.contracts.old_report import read_report
from inn_experiments.tracking import store
from inn_experiments.tracking.mlflow import artifact_folder


def finished(outputs: Path) -> list[Report]:
    """The report of every FINISHED run below `outputs`, the newest one per fingerprint.

    Raises:
        UserError: there is no database, or a finished run has lost its report.
    """
    path = store.database(Path(outputs))
    if not path.is_file():
        raise UserError(
            f"{path}: not found; --outputs must be the paths.outputs of finished runs (not of tracking=none)"
        )
    client = store.connect(path)
    where, token, reports = store.experiment_id(client, path), None, {}
    while True:
        page = client.search_runs(
            [where], "attributes.status = 'FINISHED'", order_by=["attributes.start_time DESC"], page_token=token
        )
        for run in page:
            report = artifact_folder(run) / "report.json"
            if not report.is_file():
                raise UserError(f"{report}: missing, though its run is FINISHED; delete the run or restore it")
            reports.setdefault(run.data.tags["fingerprint"], report)
        token = page.token
        if not token:
            return [read_report(report) for report in reports.values()]
