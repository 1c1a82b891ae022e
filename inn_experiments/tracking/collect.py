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
    return [read_report(folder / REPORT) for folder in reported(outputs)]


def reported(outputs: Path) -> list[Path]:
    """The folder of every FINISHED run below `outputs`, the newest one per fingerprint; raises as `finished` does."""
    path = store.database(Path(outputs))
    if not path.is_file():
        raise UserError(
            f"{path}: not found; --outputs must be the paths.outputs of finished runs (not of tracking=none)"
        )
    found: dict[str, Path] = {}
    for fingerprint, folder in store.finished(path):
        if not (folder / REPORT).is_file():
            raise UserError(f"{folder / REPORT}: missing, though its run is FINISHED; delete the run or restore it")
        found.setdefault(fingerprint, folder)
    return list(found.values())


def folders(outputs: Path) -> list[Path]:
    """The folders of all finished runs below `outputs`, those of tracking=none too, the newest first."""
    path = store.database(Path(outputs))
    known = [folder for _, folder in store.finished(path)] if path.is_file() else []
    # Without MLflow a run's folder has its report last of all.
    others = {report.parent for report in (Path(outputs) / "runs").glob(f"*/{REPORT}")}
    there = [folder for folder in [*known, *others] if (folder / REPORT).is_file()]
    return sorted(there, key=lambda folder: (folder / REPORT).stat().st_mtime, reverse=True)
