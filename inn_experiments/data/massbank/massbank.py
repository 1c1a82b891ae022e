"""Measured mass spectra: MassBank record files, or one MSP or MGF file, as a table labelled by compound or a field."""

import hashlib
import json
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from itertools import chain
from pathlib import Path

from inn_experiments.contracts import UserError
from inn_experiments.contracts.limits import NaturalInt, Positive
from inn_experiments.data.axes import Axis
from inn_experiments.data.checks import check_file, shorten
from inn_experiments.data.classes import numbers
from inn_experiments.data.mapped import Mappable
from inn_experiments.data.massbank.account import complaint
from inn_experiments.data.massbank.bins import Bins
from inn_experiments.data.massbank.gather import Gathered, gather
from inn_experiments.data.massbank.keeping import kept
from inn_experiments.data.massbank.peak_files import EXTENSIONS, read_peak_file
from inn_experiments.data.massbank.record_files import find_files, place_in, read_files
from inn_experiments.data.massbank.records import Reading
from inn_experiments.data.massbank.selection import Choice
from inn_experiments.data.massbank.texts import encodable
from inn_experiments.data.source import ArrayRows, Told
from inn_experiments.data.tables.spectra import spectra

# Raised whenever the same files and options would be read differently.
VERSION = 2

RECORDS = ".txt"


@dataclass
class MassBank(Choice, Mappable):
    """Binned spectra over their base peak; class = compound (first InChIKey block) or a field, group = contributor.

    A class has a SMILES for conditioning: the most frequent one of the compound; of another field's value the only one.

    Args:
        path: a folder with MassBank records (.txt) in it or below, one such file, or one .msp or .mgf file, which
            matchms reads.
        bin_width, bin_offset, mz_low, mz_high: see `Bins`.
        grouped: True keeps every contributor in one part of the split.
        unseen: so many classes, drawn by the split's seed, are kept out of all parts but `Split.unseen`.
        ion_mode, level, adduct, licences, label, compounds, spectra_per_compound, min_spectra, min_contributors,
            selection_seed: as in `Choice`.
    """

    cure = "; data.min_spectra leaves out classes of fewer spectra"

    path: str
    bin_width: Positive = 1.0
    bin_offset: float = 0.3
    mz_low: float = 40.0
    mz_high: float = 700.0
    grouped: bool = False
    unseen: NaturalInt = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        with looked_at(Path(self.path)):
            self.file = Path(self.path).expanduser()
        self.bins = Bins(self.bin_width, self.bin_offset, self.mz_low, self.mz_high)

    def read(self, cache: Path) -> ArrayRows:
        """All rows; binned table and attribution are kept in the folder `cache`."""
        gathered = self.gathered(cache)
        labels, contributors = (gathered.texts[field] for field in ("label", "contributor"))
        if self.grouped and not all(contributors.tolist()):
            accession = str(gathered.texts["accession"][contributors == ""][0])
            raise UserError(
                f"data.grouped=true: {encodable(self.file)} does not say who contributed each spectrum (accessions "
                f"MSBNK-contributor-number do, {accession!r} does not); use data.grouped=false"
            )
        names = self.bins.names()
        rows = spectra(
            self.file.stem if self.file.suffix.lower() in EXTENSIONS else "massbank",
            gathered.x,
            labels,
            names,
            groups=contributors if self.grouped else None,
            axis=Axis(numbers(names), "m/z"),
            smiles=gathered.class_smiles(alone=self.label is not None),
            told=Told(left_out=tuple(gathered.left_out), notes=tuple(gathered.notes)),
            label_name=self.label or "label",
            value="intensity",
        )
        return replace(rows, told=replace(rows.told, scaling="base_peak (mass spectra)"))

    def gathered(self, cache: Path) -> Gathered:
        """The chosen, binned rows and what their records say, from the folder `cache` where it has them.

        Warns once of all records that could not be read, and where there are fewer classes than asked for.
        """
        files, problems, readings = self._found()
        path = cache / f"massbank-{self._digest(files, problems)}.npz"
        found = kept(path, lambda: gather(chain(problems, readings), self, self.bins, encodable(self.file)))
        summary = complaint(found.unreadable, found.total)
        if summary:
            warnings.warn(summary, UserWarning, stacklevel=2)
        there, wanted = len(set(found.texts["label"].tolist())), self.compounds
        if wanted is not None and there < wanted:
            short = f"data.compounds={wanted}: only {there} {self.kind} have {self.needs()}; these are taken"
            warnings.warn(short, UserWarning, stacklevel=2)
        return found

    def _found(self) -> tuple[list[Path], list[Reading], Iterable[Reading]]:
        """The files, what could not be looked at, and the readings of what is in the files."""
        with looked_at(self.file):
            if not self.file.is_dir():
                check_file(self.file, (RECORDS, *EXTENSIONS))
                one = self.file.suffix.lower() == RECORDS
                return [self.file], [], read_files([self.file], self.file.parent) if one else read_peak_file(self.file)
        files, problems = find_files(self.file, (RECORDS,))
        if not files and not problems:
            others = [place_in(self.file, path) for path in find_files(self.file, EXTENSIONS)[0]]
            hint = f"; name one of its libraries: {shorten(others, 5)}" if others else ""
            raise UserError(
                f"data.path={encodable(self.file)}: no MassBank record (*.txt) is in this folder or below it{hint}"
            )
        return files, problems, read_files(files, self.file)

    def _digest(self, files: Sequence[Path], problems: Sequence[Reading]) -> str:
        """Changes with any option, any file's name, size or time, and with what could not be looked at."""
        options = {field.name: vars(self)[field.name] for field in fields(Choice)} | asdict(self.bins)
        digest = hashlib.sha256(json.dumps([VERSION, options, problems], sort_keys=True).encode())
        for file in files:
            with looked_at(file):
                state = file.stat()
            place = file.name if file == self.file else file.relative_to(self.file).as_posix()
            digest.update(f"\n{place}\t{state.st_size}\t{state.st_mtime_ns}".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()[:16]


@contextmanager
def looked_at(path: Path) -> Iterator[None]:
    """What asking after `path` raises in the block becomes a UserError."""
    try:
        yield
    # pathlib derives a ValueError from a zero byte and a RuntimeError from a loop of links.
    except (OSError, ValueError, RuntimeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or error
        raise UserError(f"data.path={encodable(path)}: cannot be looked at: {encodable(why)}") from error
