"""Measured mass spectra: MassBank record files, or one MSP or MGF file, as a table labelled by compound."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from inn_experiments.contracts import UserError
from inn_experiments.contracts.limits import NaturalInt, Positive
from inn_experiments.data.checks import check_file
from inn_experiments.data.massbank.binning import Bins
from inn_experiments.data.massbank.cache import cached, fingerprint
from inn_experiments.data.massbank.gather import Gathered, gather
from inn_experiments.data.massbank.peak_files import EXTENSIONS, read_peak_file
from inn_experiments.data.massbank.records import list_records, read_folder
from inn_experiments.data.massbank.selection import Choice
from inn_experiments.data.source import ArrayRows, Reader
from inn_experiments.data.tables.spectra import spectra


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
        test_fraction, val_fraction, fresh_fraction, per_class: as in `Reader`.

    Raises:
        UserError: at once for options out of range, from `load` for what the files lack.
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
        return spectra("massbank", gathered.x, labels, self.bins.names(), groups=groups, axis="m/z", smiles=smiles)

    def gathered(self, cache: Path) -> Gathered:
        """The chosen, binned rows and what their records say, from the folder `cache` where it has them.

        Warns once of all records that could not be read, and where there are fewer compounds than asked for.
        """
        if self.file.is_dir():
            files = list_records(self.file)
            readings = read_folder(self.file, files)
        else:
            check_file(self.file, EXTENSIONS)
            files = [self.file]
            readings = read_peak_file(self.file)
        key = fingerprint(
            self.file, files, {field.name: vars(self)[field.name] for field in fields(Choice)} | asdict(self.bins)
        )
        found = cached(cache, key, lambda: gather(readings, self, self.bins, str(self.file)))
        summary = found.complaint()
        if summary:
            warnings.warn(summary, UserWarning, stacklevel=2)
        there, wanted = len(set(found.texts["compound"].tolist())), self.compounds
        if wanted is not None and there < wanted:
            short = f"data.compounds={wanted}: only {there} compounds have {self.needs()}; these are taken"
            warnings.warn(short, UserWarning, stacklevel=2)
        return found
