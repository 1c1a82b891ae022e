"""From an outputs folder to its finished runs: their reports, and their folders."""

from pathlib import Path

from inn_experiments.contracts import Report, UserError
from inn_experiments.contracts.old_report import read_report
from inn_experiments.tracking import store

REPORT = "report.json"


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
        report = folder / REPORT
        if not report.is_file():
            raise UserError(f"{report}: missing, though its run is FINISHED; delete the run or restore it")
        reports.setdefault(fingerprint, report)
    return [read_report(report) for report in reports.values()]


def folders(outputs: Path) -> list[Path]:
    """The folders of all finished runs below `outputs`, those of tracking=none too, the newest first.

    Raises UserError where `outputs` is no folder.
    """
    if not outputs.is_dir():
        raise UserError(f"{outputs}: there is no such folder; give the runs' paths.outputs")
    path = store.database(outputs)
    known = [folder for _, folder in store.finished(path)] if path.is_file() else []
    # Without MLflow a run has its report last of all, in a folder that MLflow does not make.
    others = [report.parent for report in (outputs / "runs").glob(f"*/{REPORT}")]
    there = [folder for folder in [*known, *others] if (folder / REPORT).is_file()]
    return sorted(there, key=lambda folder: (folder / REPORT).stat().st_mtime, reverse=True)


def reports(outputs: Path) -> dict[Path, Report]:
    """Folder -> report of the finished runs below `outputs`, the newest one per fingerprint, the newest first."""
    found: dict[str, tuple[Path, Report]] = {}
    for folder in folders(outputs):
        report = read_report(folder / REPORT)
        found.setdefault(report.fingerprint, (folder, report))
    return dict(found.values())
