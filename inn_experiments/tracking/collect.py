"""From an outputs folder to its finished runs: their reports, and their folders."""

from collections.abc import Collection, Mapping
from pathlib import Path

from inn_experiments.contracts import Report, UserError
from inn_experiments.contracts.old_report import read_report
from inn_experiments.tracking import places, remote_files, store, whole
from inn_experiments.tracking.remote import Remote

REPORT = "report.json"


def finished(outputs: Path) -> list[Report]:
    """The report of every FINISHED run of `outputs`, the newest one per fingerprint.

    Raises:
        UserError: there is no database or server, or a finished run has lost its report.
    """
    outputs = Path(outputs)
    if not store.database(outputs).is_file() and places.asked(outputs)[1] is None:
        raise UserError(
            f"{store.database(outputs)}: not found; --outputs must be the paths.outputs of finished runs (not of "
            "tracking=none), or MLFLOW_TRACKING_URI the server of the runs"
        )
    found: dict[str, Report] = {}
    damaged: dict[str, UserError] = {}
    for fingerprint, folder in _on_record(outputs):
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
    """The folders of all finished runs of `outputs`, those of tracking=none too, the newest first.

    Raises UserError where `outputs` is no folder.
    """
    if not is_there(outputs):
        raise UserError(f"{outputs}: there is no such folder; give the runs' paths.outputs")
    known = [folder for _, folder in _on_record(outputs)]
    # Without MLflow a run has its report last of all, in a folder that MLflow does not make.
    others = [report.parent for report in (outputs / "runs").glob(f"*/{REPORT}")]
    there = [folder for folder in [*known, *others] if (folder / REPORT).is_file()]
    return sorted(there, key=lambda folder: (folder / REPORT).stat().st_mtime, reverse=True)


def ids(outputs: Path) -> dict[Path, str]:
    """Folder -> MLflow's id of the runs in the outputs folder's own database, which their folders are not called by."""
    own, _ = places.asked(outputs)
    path = store.database(outputs)
    return {folder: run for _, run, folder in store.on_record(path)} if own and path.is_file() else {}


def reports(outputs: Path) -> dict[Path, Report]:
    """Folder -> report of the finished runs below `outputs`, the newest one per fingerprint, the newest first."""
    found: dict[str, tuple[Path, Report]] = {}
    damaged: dict[str, UserError] = {}
    marks = {folder: fingerprint for fingerprint, folder in _on_record(outputs)} if outputs.is_dir() else {}
    for folder in folders(outputs):
        try:
            report = _read(folder)
        except UserError as error:
            damaged.setdefault(marks.get(folder, str(folder)), error)
        else:
            found.setdefault(report.fingerprint, (folder, report))
    _none_is_missed(damaged, found)
    return dict(found.values())


def commits(outputs: Path) -> dict[str, str]:
    """Fingerprint -> commit of the program at the newest FINISHED run, as its database says; not those on a server."""
    path = store.database(Path(outputs))
    if not path.is_file():
        return {}
    query = f"""
        SELECT mark.value, commits.value FROM runs JOIN tags AS mark USING (run_uuid)
        LEFT JOIN tags AS commits ON commits.run_uuid = runs.run_uuid AND commits.key = 'git_commit'
        WHERE {store.IN_OURS} AND status = 'FINISHED' AND lifecycle_stage = 'active' AND mark.key = 'fingerprint'
        ORDER BY start_time, runs.run_uuid DESC
    """
    found = store.select(path, query)
    return {mark: commit or "" for mark, commit in found}


def is_there(outputs: Path) -> bool:
    """Whether `outputs` is a folder, or MLFLOW_TRACKING_URI says where else runs are."""
    return outputs.is_dir() or places.asked(outputs)[1] is not None


def whole_folder(folder: Path) -> Path:
    """The folder of a finished run with all its files, which are fetched where a server has them.

    Raises UserError where one is lost, or nobody answers.
    """
    place = Path(folder).absolute()
    if place.name == "artifacts" and place.parents[1].name == "runs" and not remote_files.is_here(place):
        outputs = place.parents[2]
        if (uri := places.asked(outputs)[1]) is not None:
            Remote(uri).fetch(outputs, place)
    return Path(folder)


def _on_record(outputs: Path) -> list[tuple[str, Path]]:
    """(fingerprint, folder) of the runs that MLflow knows as FINISHED, of each place the newest first."""
    own, uri = places.asked(outputs)
    path, found = store.database(outputs), []
    if own and path.is_file():
        found += store.finished(path)
    if uri is not None:
        places.tell(f"runs are looked up at {uri}")
        found += Remote(uri).on_record(outputs)
    return found
