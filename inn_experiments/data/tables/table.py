"""A table of labelled spectra: a user's own, in any of the forms in which such tables are written."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from inn_experiments.contracts import PositiveInt, UserError
from inn_experiments.data import checks
from inn_experiments.data.classes import class_smiles, encode, group_codes
from inn_experiments.data.division import Division
from inn_experiments.data.mapped import Mappable
from inn_experiments.data.preprocessing.options import Preprocessing, wanted
from inn_experiments.data.scaling import Choice
from inn_experiments.data.source import ArrayRows, Told
from inn_experiments.data.tables import jcamp
from inn_experiments.data.tables.archive import read_table_archive
from inn_experiments.data.tables.channels import Channels, choose
from inn_experiments.data.tables.converted import converted
from inn_experiments.data.tables.dialect import Form
from inn_experiments.data.tables.left_out import exclude, exclude_small
from inn_experiments.data.tables.long import fold, long_form
from inn_experiments.data.tables.missing import filled
from inn_experiments.data.tables.opening import EXTENSIONS, open_sheet
from inn_experiments.data.tables.sheet import Sheet
from inn_experiments.data.tables.spectra import coded
from inn_experiments.data.tables.wide import Read, wide, wide_pieces

Name = str | int


@dataclass
class Table(Mappable):
    """One row a spectrum, one column the class; or one column a spectrum, or one row a point: all found by themselves.

    Args:
        path: a .csv, .tsv, .txt, .xlsx, .parquet, .npz, .arff or .ts file, or a folder of JCAMP-DX files (.dx, .jdx);
            relative paths start at the current directory.
        label, group: names of columns (keys of an NPZ whose rows are in `X`, fields of JCAMP-DX files or `folder`), or
            numbers of columns from 1 where the file names none; no group stands in two parts.
        smiles: a column with the SMILES of the row's class, the same in all its rows, components of a mixture separated
            by `|`; what conditioning=chemnet reads.
        features: the columns to use; None finds them. ignore: names, or patterns such as `meta_*`, of no channels.
        exclude: classes that are left out, such as quality controls: names, or patterns such as `blank*`.
        min_rows: classes with fewer rows are left out, after rows that lack a number are.
        unit: of the axis, such as `nm`, `cm-1` or `m/z`; None takes it from names.
        scaling: `base_peak` (each row over its maximum), `standard` (one mean and deviation of training rows), `none`,
            or `auto`: base peak for mass spectra, else standard.
        preprocessing: `snv`, `msc`, `savgol` or `baseline`, {name: settings}, or a list of these, done before scaling.
        missing: numbers are an `error`, `drop` their row, or are interpolated along the axis.
        sample, axis, value: columns of a long form; None finds them. `axis` is the key of the axis in an NPZ, too.
        separator, decimal, skip_rows, header, orientation, sheet: see `dialect.Form`.
        storage: see `Mappable`.
    """

    cure = "; data.min_rows leaves out classes of fewer rows, data.exclude those that it names"

    path: str
    label: Name
    group: Name | None = None
    smiles: Name | None = None
    features: list[str | int | float] | None = None
    ignore: list[str | int | float] = field(default_factory=list)
    exclude: list[str | int | float] = field(default_factory=list)
    min_rows: PositiveInt = 1
    unit: str | None = None
    scaling: Choice = "auto"
    preprocessing: Preprocessing = None
    missing: Literal["error", "drop", "interpolate"] = "error"
    sample: Name | None = None
    axis: Name | None = None
    value: Name | None = None
    separator: str | None = None
    decimal: Literal[".", ",", "point", "comma"] | None = None
    skip_rows: int | list[int] = 0
    header: bool | None = None
    orientation: Literal["rows", "columns"] | None = None
    sheet: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.steps = wanted(self.preprocessing)
        self.form = Form(self.separator, self.decimal, self.skip_rows, self.header, self.orientation, self.sheet)

    def read(self, cache: Path) -> ArrayRows:
        """All rows: the file is read every time, or, with `storage=mapped`, once into the folder `cache`."""
        path = Path(self.path).expanduser()
        columns = {"label": self.label, "group": self.group, "smiles": self.smiles}
        columns = {argument: str(column).strip() for argument, column in columns.items() if column is not None}
        if self.storage == "mapped":
            held = {"scaling", "preprocessing", "storage", *asdict(Division())}
            settings = {key: value for key, value in asdict(self).items() if key not in held}
            read = converted(path, settings, cache, columns, lambda: self._pieces(path, columns))
            label, group, smiles = read.label, read.group, read.smiles
        else:
            read = self._whole(path, columns)
            texts = read.texts
            label, group = encode(texts["label"], path.resolve().stem), group_codes(texts.get("group"))
            smiles = class_smiles(texts["label"], texts["smiles"], str(path)) if "smiles" in texts else None
        return coded(
            path.resolve().stem,
            read.x,
            label,
            read.names,
            self.scaling,
            self.steps,
            group=group,
            axis=read.axis,
            smiles=smiles,
            told=Told(left_out=tuple(read.left_out), notes=tuple(read.notes)),
            label_name=columns["label"],
            numbers=read.numbers,
            value=read.value,
        )

    def _whole(self, path: Path, columns: dict[str, str]) -> Read:
        """All rows, none of them lacking anything."""
        found = self._found(path, columns)
        read = found if isinstance(found, Read) else wide(*found, columns)
        if self.exclude:
            exclude(read, [str(name) for name in self.exclude], str(path))
        for argument, column in columns.items():
            checks.check_filled(read.texts[argument], f"data.{argument}", column, str(path), read.numbers)
        read = filled(read, self.missing, str(path))
        if self.min_rows > 1:
            exclude_small(read, self.min_rows, str(path))
        return read

    def _pieces(self, path: Path, columns: dict[str, str]) -> Iterator[Read]:
        """The rows as far as the file can be read in pieces: one row a spectrum, with nothing to be filled in."""
        whole = self.missing != "error" or self.exclude or self.min_rows > 1
        found = None if whole else self._found(path, columns)
        if found is None or isinstance(found, Read):
            yield self._whole(path, columns)
        else:
            yield from wide_pieces(*found, columns)

    def _found(self, path: Path, columns: dict[str, str]) -> Read | tuple[Sheet, Channels]:
        features = None if self.features is None else [str(name) for name in self.features]
        given = {"sample": self.sample, "axis": self.axis, "value": self.value}
        given = {argument: None if name is None else str(name) for argument, name in given.items()}
        table = not path.is_dir() and path.suffix.lower() != ".npz"
        if self.ignore and not table:
            raise UserError(f"data.ignore={self.ignore}: {path} has no columns beside its channels")
        if path.is_dir():
            return jcamp.read_folder(path, columns, self.unit)
        checks.check_file(path, (*EXTENSIONS, ".npz"))
        if path.suffix.lower() == ".npz":
            return read_table_archive(path, columns, features, self.unit, given["axis"])
        sheet = open_sheet(path, self.form, columns["label"])
        ignore = [str(name) for name in self.ignore]
        if features is None and not ignore and (form := long_form(sheet, columns, given)):
            return fold(sheet, form, columns, self.unit)
        if any(given.values()):
            raise UserError(
                "data.sample, data.axis and data.value fold a long form: without data.features, data.ignore"
            )
        return sheet, choose(sheet, columns, features, ignore, self.unit)
