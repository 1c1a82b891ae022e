"""A user's own labelled 2-D records, such as GC-IMS: matrices of retention by drift, in a folder or one NPZ."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.archives import entries, read_npz
from inn_experiments.data.checks import SHOWN, check_file, shorten
from inn_experiments.data.records.reader import RawRecords, RecordReader
from inn_experiments.data.source import ArrayRows

EXTENSIONS = (".npy", ".csv")
LEAST_SIDE = 2


@dataclass
class Records2d(RecordReader):
    """One matrix a record, all of one shape (arXiv 2502.13183).

    Args:
        path: a folder with one subfolder a class, each record a .npy or .csv matrix without a header; or an .npz
            with the records `X` (n, M, D) and, where they are known, the axes `retention` (M,) and `drift` (D,).
        label, group: keys of the .npz; no group stands in two parts.
    """

    path: str
    label: str = "y"
    group: str | None = None

    def read(self, cache: Path) -> ArrayRows:
        """All records; `cache` is not used, the files are read every time."""
        path = Path(self.path).expanduser()
        if not path.is_dir():
            if path.exists() and path.suffix.lower() != ".npz":
                raise UserError(f"data.path={path}: must be a folder with a subfolder for each class, or an .npz file")
            check_file(path, (".npz",))
            columns = {"label": self.label} | ({} if self.group is None else {"group": self.group})
            raw = _read_archive(path, columns)
        elif self.group is not None:
            raise UserError(f"data.group={self.group}: {path} is a folder, whose records have no groups; use an NPZ")
        else:
            raw = _read_folder(path)
        return raw.rows(path.resolve().stem, self)


def _read_folder(root: Path) -> RawRecords:
    folders = sorted(item for item in root.iterdir() if item.is_dir() and not item.name.startswith("."))
    if not folders:
        raise UserError(f"data.path={root}: no class found; the folder must have one subfolder for each class")
    files: list[Path] = []
    labels: list[str] = []
    for folder in folders:
        found = sorted(item for item in folder.iterdir() if not item.name.startswith("."))
        other = [item.name for item in found if item.suffix.lower() not in EXTENSIONS or not item.is_file()]
        if other:
            raise UserError(
                f"class {folder.name!r}: {folder} holds {shorten(other, SHOWN)}; its records must be files "
                "of the kind .npy or .csv"
            )
        if not found:
            raise UserError(f"class {folder.name!r}: {folder} is empty; put its records there, or remove it")
        files += found
        labels += [folder.name] * len(found)
    first = _read_record(files[0])
    x = np.empty((len(files), *first.shape), dtype=np.float32)
    for place, file in enumerate(files):
        record = _read_record(file) if place else first
        if record.shape != first.shape:
            raise UserError(
                f"{file}: a record of the shape {record.shape}, but {files[0]} has {first.shape}; "
                "all records must have one shape"
            )
        x[place] = record
    return RawRecords(x, np.array(labels), None, *_axes({}, x.shape[1:], str(root)))


def _read_record(file: Path) -> np.ndarray:
    """The matrix (M, D) float32 in `file`, finite."""
    if file.stat().st_size == 0:
        raise UserError(f"{file}: the file is empty")
    try:
        if file.suffix.lower() == ".npy":
            record = np.load(file, allow_pickle=False)
        else:
            record = np.loadtxt(file, delimiter=",", ndmin=2, encoding="utf-8-sig")
    except (ValueError, OSError, EOFError) as error:
        kind = ".csv of numbers between commas, without a header" if file.suffix.lower() == ".csv" else ".npy"
        raise UserError(f"{file}: cannot be read as {kind}: {' '.join(str(error).split())}") from error
    if not isinstance(record, np.ndarray) or record.ndim != 2 or min(record.shape) < LEAST_SIDE:
        found = f"the shape {record.shape}" if isinstance(record, np.ndarray) else "an archive"
        raise UserError(f"{file}: found {found}; a record is a matrix of at least {LEAST_SIDE} x {LEAST_SIDE}")
    return _finite(record[None], [str(file)])[0]


def _finite(x: np.ndarray, names: list[str]) -> np.ndarray:
    """The records x (n, M, D) as float32; raises UserError naming the first that has another value in it."""
    if not np.issubdtype(x.dtype, np.number) or np.iscomplexobj(x):
        raise UserError(f"{names[0]}: must be real numbers, found values of the kind {x.dtype}")
    with np.errstate(over="ignore"):
        numbers = x.astype(np.float32, copy=False)
    bad = np.flatnonzero(~np.isfinite(numbers).all(axis=(1, 2)))
    if len(bad):
        row, column = np.argwhere(~np.isfinite(numbers[bad[0]]))[0]
        more = f" ({len(bad)} records have such values)" if len(bad) > 1 else ""
        raise UserError(
            f"{names[bad[0]]}: not finite, or beyond 32-bit numbers: {x[bad[0], row, column]} in row "
            f"{row + 1}, column {column + 1} (counted from 1){more}"
        )
    return numbers


def _read_archive(path: Path, columns: dict[str, str]) -> RawRecords:
    x, found, axes = read_npz(path, columns, ("retention", "drift"), "record")
    if x.ndim != 3 or not len(x) or min(x.shape) < LEAST_SIDE:
        raise UserError(
            f"{path}: the key 'X' must hold records (n, retention, drift) of at least {LEAST_SIDE} x "
            f"{LEAST_SIDE}, found the shape {x.shape}"
        )
    texts = entries(found, columns, len(x), "record", str(path))
    x = _finite(x, [f"{path}: record {place + 1}" for place in range(len(x))])
    return RawRecords(x, texts["label"], texts.get("group"), *_axes(axes, x.shape[1:], str(path)))


def _axes(found: dict[str, np.ndarray], shape: tuple[int, ...], where: str) -> tuple[np.ndarray, np.ndarray]:
    """The axes (M,) and (D,): those `found`, which must increase, or indices."""
    axes = []
    for name, size in zip(("retention", "drift"), shape, strict=True):
        axis = found.get(name, np.arange(size))
        if axis.shape != (size,) or axis.dtype.kind not in "iuf":
            raise UserError(
                f"{where}: the key {name!r} must hold {size} numbers, one for each place along {name}, found "
                f"{axis.shape} {axis.dtype}"
            )
        if not (np.isfinite(axis).all() and (np.diff(axis.astype(np.float64)) > 0).all()):
            raise UserError(f"{where}: the key {name!r} must increase from one place to the next, and be finite")
        axes.append(axis.astype(np.float64))
    return axes[0], axes[1]
