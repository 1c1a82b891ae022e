"""2-D records and their preprocessing: what all sources of records share."""

# Annotations are evaluated here, because those of a dataclass' fields go into the signatures of its subclasses,
# whose files do not know the names.

from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts.limits import NaturalInt
from inn_experiments.data.classes import encode, group_codes
from inn_experiments.data.records.preprocessing import Preprocessing, Settings
from inn_experiments.data.source import ArrayRows, Reader


@dataclass(frozen=True)
class RawRecords:
    """Checked records in the file's own units.

    Attributes:
        x: (n, M, D) float32.
        labels, groups: (n,) text; groups may be None.
        retention, drift: (M,) and (D,), the axes, indices where the file has none.
    """

    x: np.ndarray
    labels: np.ndarray
    groups: np.ndarray | None
    retention: np.ndarray
    drift: np.ndarray

    def rows(self, name: str, settings: Settings) -> ArrayRows:
        """One row a record, one retention time after the other, to be preprocessed by `settings`.

        Not bounded: a held-out record may exceed the training records' range.

        Raises:
            UserError: one class only.
        """
        classes, y = encode(self.labels, name, "record")
        shape = self.x.shape[1:]

        def fit(train: np.ndarray) -> Preprocessing:
            return Preprocessing.fit(train.reshape(-1, *shape), (self.retention, self.drift), settings, name)

        return ArrayRows(
            x=self.x.reshape(len(y), -1),
            y=y,
            classes=classes,
            name=name,
            fit=fit,
            group=group_codes(self.groups),
            axis_name="value",
            unit="record",
        )


@dataclass(kw_only=True)
class RecordReader(Reader):
    """A reader of 2-D records, which are wavelet-compressed, cropped, on a log scale, in 0..1.

    Args:
        wavelet, levels: PyWavelets' name, and how often retention and drift are halved; [0, 0] keeps the size.
        retention, drift: what is kept, [low, high] in units of the axis, or indices where there is none.
        test_fraction, val_fraction, fresh_fraction, per_class: as in `Reader`.

    Raises:
        UserError: at once for a wavelet or fractions that will not do, from `load` for everything else.
    """

    wavelet: str = "db2"
    levels: tuple[NaturalInt, NaturalInt] = (1, 1)
    retention: tuple[float, float] | None = None
    drift: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.settings = Settings.of(self.wavelet, self.levels, self.retention, self.drift)
