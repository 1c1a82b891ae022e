"""From an outputs folder to its finished runs: their reports, and their folders."""

from collections.abc import Collection, Mapping
from pathlib import Path

from inn_experiments.contracts import Report, UserError
from inn_experiments.contracts.old_report import read_report
from inn_experiments.tracking import store, whole

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
    found: dict[str, Report] = {}
    damaged: dict[str, UserError] = {}
    for fingerprint, folder in store.finished(path):
        if fingerprint not in found:
            try:
                found[fingerprint] = _read(folder)
            except UserError as error:
                damaged.setdefault(fingerprint, error)
    _none_is_missed(damaged, found)
    return list(found.values())


def _read(folder: Path) -> Report:
    if word := whole.damage(folder, REPORT):
        raise UserError(f"{word}, though its run is FINISHED; run its cell again, or restore the file")
    return read_report(folder / REPORT)


def _none_is_missed(damaged: Mapping[str, UserError], found: Collection[str]) -> None:
    """Raise the first error of a run that no other one with its fingerprint stands for."""
    for fingerprint, error in damaged.items():
        if fingerprint not in found:
            raise error


def folders(outputs: Path) -> list[Path]:
    """The folders of all finished runs below `outputs`, those of tracking=none too, the newest first.

    Raises UserError where `outputs` is no folder.
    """
    if not outputs.is_dir():
        raise UserError(f"{outputs}: there is no such folder; give the runs' paths.outputs")
    known = list(_on_record(outputs))
    # Without MLflow a run has its report last of all, in a folder that MLflow does not make.
    others = [report.parent for report in (outputs / "runs").glob(f"*/{REPORT}")]
    there = [folder for folder in [*known, *others] if (folder / REPORT).is_file()]
    return sorted(there, key=lambda folder: (folder / REPORT).stat().st_mtime, reverse=True)


def reports(outputs: Path) -> dict[Path, Report]:
    """Folder -> report of the finished runs below `outputs`, the newest one per fingerprint, the newest first."""
    found: dict[str, tuple[Path, Report]] = {}
    damaged: dict[str, UserError] = {}
    marks = _on_record(outputs)
    for folder in folders(outputs):
        try:
            report = _read(folder)
        except UserError as error:
            damaged.setdefault(marks.get(folder, str(folder)), error)
        else:
            found.setdefault(report.fingerprint, (folder, report))
    _none_is_missed(damaged, found)
    return dict(found.values())


def _on_record(outputs: Path) -> dict[Path, str]:
    """Folder -> fingerprint of the runs that MLflow knows as FINISHED, the newest first."""
    path = store.database(outputs)
    return {folder: fingerprint for fingerprint, folder in store.finished(path)} if path.is_file() else {}
