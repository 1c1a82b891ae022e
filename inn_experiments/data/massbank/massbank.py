"""Measured mass spectra: MassBank record files, or one MSP or MGF file, as a table labelled by compound."""

import csv
import hashlib
import json
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from inn_experiments.contracts import UserError
from inn_experiments.contracts.files import once, read_arrays, replacing, write_arrays, write_text
from inn_experiments.contracts.limits import NaturalInt, Positive
from inn_experiments.data.axes import Axis
from inn_experiments.data.checks import check_file
from inn_experiments.data.classes import numbers
from inn_experiments.data.massbank.gather import ATTRIBUTION, TEXTS, Bins, Gathered, complaint, gather
from inn_experiments.data.massbank.peak_files import EXTENSIONS, read_peak_file
from inn_experiments.data.massbank.records import Reading, read_folder
from inn_experiments.data.massbank.selection import Choice
from inn_experiments.data.source import ArrayRows, Reader
from inn_experiments.data.tables.spectra import spectra

# Raised whenever the same files and options would be read differently.
VERSION = 1


@dataclass
class MassBank(Choice, Reader):
    """Binned spectra over their base peak; class = compound (first InChIKey block), group = contributor.

    Args:
        path: a folder with MassBank records (.txt) in it or below, or one .msp or .mgf file, read by matchms.
        bin_width, bin_offset, mz_low, mz_high: see `Bins`.
        grouped: True keeps every contributor in one part of the split.
        unseen: so many compounds, drawn by the split's seed, are kept out of all parts but `Split.unseen`.
        ion_mode, level, adduct, licences, compounds, spectra_per_compound, min_spectra, min_contributors,
            selection_seed: as in `Choice`.
    """

    path: str
    bin_width: Positive = 1.0
    bin_offset: float = 0.3
    mz_low: float = 40.0
    mz_high: float = 700.0
    grouped: bool = False
    unseen: NaturalInt = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.file = Path(self.path).expanduser()
        self.bins = Bins(self.bin_width, self.bin_offset, self.mz_low, self.mz_high)

    def read(self, cache: Path) -> ArrayRows:
        """All rows; binned table and attribution are kept in the folder `cache`."""
        gathered = self.gathered(cache)
        labels, contributors = (gathered.texts[field] for field in ("compound", "contributor"))
        if self.grouped and not all(contributors.tolist()):
            raise UserError(
                f"data.grouped=true: {self.file} does not say who contributed its spectra (accessions "
                "MSBNK-contributor-number do); use data.grouped=false"
            )
        groups, smiles = contributors if self.grouped else None, gathered.class_smiles()
        names = self.bins.names()
        axis = Axis(numbers(names), "m/z")
        return spectra("massbank", gathered.x, labels, names, groups=groups, axis=axis, smiles=smiles)

    def gathered(self, cache: Path) -> Gathered:
        """The chosen, binned rows and what their records say, from the folder `cache` where it has them.

        Warns once of all records that could not be read, and where there are fewer compounds than asked for.
        """
        if self.file.is_dir():
            files = sorted(path for path in self.file.rglob("*.txt") if path.is_file())
            if not files:
                raise UserError(f"data.path={self.file}: no MassBank record (*.txt) is in this folder or below it")
            readings = read_folder(self.file, files)
        else:
            check_file(self.file, EXTENSIONS)
            files = [self.file]
            readings = read_peak_file(self.file)
        found = self._cached(cache, files, readings)
        summary = complaint(found.unreadable.tolist(), found.total)
        if summary:
            warnings.warn(summary, UserWarning, stacklevel=2)
        there, wanted = len(set(found.texts["compound"].tolist())), self.compounds
        if wanted is not None and there < wanted:
            short = f"data.compounds={wanted}: only {there} compounds have {self.needs()}; these are taken"
            warnings.warn(short, UserWarning, stacklevel=2)
        return found

    def _cached(self, cache: Path, files: Sequence[Path], readings: Iterable[Reading]) -> Gathered:
        """The table in the folder `cache`, whose name changes with any option and any file's name, size or time.

        Beside it stand `.attribution.tsv`, one chosen record a line, and `.unreadable.txt` where there were any.
        """
        options = {field.name: vars(self)[field.name] for field in fields(Choice)} | asdict(self.bins)
        digest = hashlib.sha256(json.dumps([VERSION, options], sort_keys=True).encode())
        for file in files:
            state = file.stat()
            place = file.name if file == self.file else file.relative_to(self.file).as_posix()
            digest.update(f"\n{place}\t{state.st_size}\t{state.st_mtime_ns}".encode())
        path = cache / f"massbank-{digest.hexdigest()[:16]}.npz"

        def make(fresh: Path) -> None:
            gathered = gather(readings, self, self.bins, str(self.file))
            # First, so that a table never stands without its attribution.
            _attribute(path, gathered)
            # Spectra are mostly empty bins, which write_arrays compresses.
            write_arrays(fresh, x=gathered.x, unreadable=gathered.unreadable, total=gathered.total, **gathered.texts)

        once(path, make)
        found = read_arrays(path, ("x", "unreadable", "total", *TEXTS), "delete it to read the records again")
        texts = {field: found[field] for field in TEXTS}
        gathered = Gathered(found["x"], texts, found["unreadable"], int(found["total"]))
        _attribute(path, gathered)
        return gathered


def _attribute(path: Path, gathered: Gathered) -> None:
    """Write what stands beside the table, unless it is there."""
    attribution, unreadable = path.with_suffix(".attribution.tsv"), path.with_suffix(".unreadable.txt")
    if not attribution.exists():
        with replacing(attribution) as fresh, fresh.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
            writer.writerow(ATTRIBUTION)
            writer.writerows(zip(*(gathered.texts[field].tolist() for field in ATTRIBUTION), strict=True))
    if len(gathered.unreadable) and not unreadable.exists():
        write_text(unreadable, "\n".join(gathered.unreadable.tolist()) + "\n")
