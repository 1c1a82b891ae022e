"""From checked 2-D records to a `contracts.Split`: classes, seeded parts, preprocessing fitted on train."""

from __future__ import annotations

import numpy as np

from inn_experiments.contracts import Rows, Split, UserError
from inn_experiments.data.assemble import divide, sort_classes
from inn_experiments.data.checks import check_varies
from inn_experiments.data.records.files import RawRecords
from inn_experiments.data.records.preprocessing import Preprocessing, Settings

AXIS_NAME = "value"


def split_records(
    raw: RawRecords,
    settings: Settings,
    *,
    name: str,
    fractions: tuple[float, float, float],
    per_class: int | None,
    seed: int,
) -> Split:
    """Divide and preprocess `raw`; `fractions` are those of val, test and fresh.

    Rows are preprocessed records, one retention time after the other. Not bounded: a held-out record may
    exceed the training records' range. Raises UserError for one class only, equal records, classes or groups
    too small for the division, and settings that do not go with the records' size.
    """
    classes = sort_classes(np.unique(raw.labels).tolist())
    if len(classes) < 2:
        raise UserError(f"{name}: every record has the class {classes[0]!r}; at least 2 classes are needed")
    code = {label: index for index, label in enumerate(classes)}
    y = np.array([code[label] for label in raw.labels.tolist()], dtype=np.int64)
    group = None if raw.groups is None else np.unique(raw.groups, return_inverse=True)[1]
    parts = divide(y, group, classes, fractions, per_class, seed)
    flat = raw.x.reshape(len(y), -1)
    check_varies(flat[parts.train], f"{name}, training records")
    scaling = Preprocessing.fit(raw.x[parts.train], (raw.retention, raw.drift), settings, name)
    train, val, test, fresh = (
        Rows(scaling.apply(flat[part]), y[part], None if group is None else group[part]) for part in parts
    )
    return Split(
        train,
        val,
        test,
        fresh if len(fresh) else None,
        classes,
        np.arange(train.x.shape[1], dtype=np.float64),
        AXIS_NAME,
        scaling,
        bounded=False,
        name=name,
        shape=scaling.shape,
    )
