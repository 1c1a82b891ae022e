"""From an outputs folder to the reports of its finished runs."""

from pathlib import Path

from inn_experiments.contracts import Report, UserError
from inn_experiments.contracts.old_report import read_report
from inn_experiments.tracking import store


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
    reports: dict[str, Path] = {}
    for fingerprint, folder in store.finished(path):
        report = folder / "report.json"
        if not report.is_file():
            raise UserError(f"{report}: missing, though its run is FINISHED; delete the run or restore it")
        reports.setdefault(fingerprint, report)
    return [read_report(report) for report in reports.values()]
