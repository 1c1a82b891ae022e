"""A user's own labelled 2-D records, such as GC-IMS: matrices of retention by drift."""

from __future__ import annotations

from pathlib import Path

from inn_experiments.contracts import Split
from inn_experiments.contracts.limits import NaturalInt
from inn_experiments.data.checks import check_fractions
from inn_experiments.data.records.files import read_records
from inn_experiments.data.records.preprocessing import Settings
from inn_experiments.data.records.split import split_records


class Records2d:
    """One matrix a record, all of one shape, wavelet-compressed, cropped, on a log scale, in 0..1.

    path: a folder with one subfolder a class, each record a .npy or .csv matrix without a header; or an .npz
        with the records `X` (n, M, D) and, where they are known, the axes `retention` (M,) and `drift` (D,).
    label, group: keys of the .npz; no group stands in two parts.
    wavelet, levels: PyWavelets' name, and how often retention and drift are halved; [0, 0] keeps the size.
    retention, drift: what is kept, [low, high] in units of the axis, or indices where there is none.
    test_fraction, val_fraction, fresh_fraction: shares of the records, stratified by class.
    per_class: at most this many training records per class; those above it become fresh records, if any are
        asked for and no group forbids it.
    Raises UserError, at once for a wavelet or fractions that will not do, from `load` for everything else.
    Source: arXiv 2502.13183.
    """

    def __init__(
        self,
        path: str,
        label: str = "y",
        group: str | None = None,
        wavelet: str = "db2",
        levels: tuple[NaturalInt, NaturalInt] = (1, 1),
        retention: tuple[float, float] | None = None,
        drift: tuple[float, float] | None = None,
        test_fraction: float = 0.3,
        val_fraction: float = 0.1,
        fresh_fraction: float = 0.0,
        per_class: int | None = None,
    ) -> None:
        check_fractions(test_fraction, val_fraction, fresh_fraction, per_class)
        self.path = Path(path).expanduser()
        self.label = label
        self.group = group
        self.settings = Settings.of(wavelet, levels, retention, drift)
        self.fractions = (val_fraction, test_fraction, fresh_fraction)
        self.per_class = per_class

    def load(self, *, seed: int, cache: Path) -> Split:
        """The division that `seed` gives; `cache` is not used, the files are read every time."""
        raw = read_records(self.path, self.label, self.group)
        return split_records(
            raw,
            self.settings,
            name=self.path.resolve().stem,
            fractions=self.fractions,
            per_class=self.per_class,
            seed=seed,
        )
