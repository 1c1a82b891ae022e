"""2-D records and their preprocessing: what all sources of records share."""

from dataclasses import dataclass

import numpy as np

from inn_experiments.data.classes import encode, group_codes
from inn_experiments.data.records.preprocessing import Preprocessing, Settings
from inn_experiments.data.source import ArrayRows, Reader


@dataclass(frozen=True)
class RawRecords:
    """Checked records `x` (n, M, D) float32 in the file's own units, with text `labels` and `groups` (n,) or None.

    The axes `retention` (M,) and `drift` (D,) are indices where the file has none.
    """

    x: np.ndarray
    labels: np.ndarray
    groups: np.ndarray | None
    retention: np.ndarray
    drift: np.ndarray

    def rows(self, name: str, settings: Settings) -> ArrayRows:
        """One row a record, one retention time after the other, to be preprocessed by `settings`.

        Not bounded: a held-out record may exceed the training records' range. Raises UserError for one class only.
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
class RecordReader(Settings, Reader):
    """A reader of 2-D records, which are wavelet-compressed, cropped, on a log scale, in 0..1."""

    def __post_init__(self) -> None:
        Reader.__post_init__(self)
        Settings.__post_init__(self)
