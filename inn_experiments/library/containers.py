"""What rows and labels come in, and how others are handed back the same way."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from imblearn.utils._validation import ArraysTransformer
from sklearn.preprocessing import label_binarize

from inn_experiments.data.axes import Axis, series
from inn_experiments.library.errors import InputError


def is_frame(x: object) -> bool:
    """Whether this is a DataFrame of pandas, which is only there where somebody has imported it."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(x, pandas.DataFrame)


def axis_of(x: object) -> Axis:
    """The axis that the names of a DataFrame's columns tell, such as `1000 cm-1`; none where not all of them do."""
    if not is_frame(x):
        return Axis()
    found = series([str(name) for name in x.columns])
    return found.axis if len(found.places) == x.shape[1] else Axis()


def check_numbers(x: object) -> None:
    """Refuse a DataFrame with columns of text: an identifier is no channel; raises InputError naming them."""
    if not is_frame(x):
        return
    import pandas

    texts = {}
    for place, name in enumerate(x.columns):
        column = x.iloc[:, place]
        if not pandas.api.types.is_numeric_dtype(column):
            try:
                pandas.to_numeric(column)
            except (ValueError, TypeError):
                texts[name] = column.iloc[0]
    if texts:
        name, value = next(iter(texts.items()))
        if len(texts) > x.shape[1] / 2:
            raise InputError(
                f"X: {len(texts)} of {x.shape[1]} columns hold text, such as {str(value)!r} in {name!r}; give numbers "
                "(of decimal commas pandas.read_csv makes some by decimal=',')"
            )
        raise InputError(
            f"X: column {name!r} holds text, such as {str(value)!r}, and is no channel; leave it out: "
            f"X.drop(columns={list(texts)!r})"
        )


def checked_labels(y: Any) -> Any:
    """The labels `y`, a frame of one column a class as an array; raises InputError for labels that are missing."""
    if is_frame(y) and y.shape[1] > 1:
        y = y.to_numpy()
    if y is None:
        return y
    # Of a list of words numpy would make words of all, also of NaN.
    values = np.asarray(y, dtype=object if isinstance(y, list | tuple) else None)
    if values.dtype.kind in "iubUS":
        return y
    missing = np.flatnonzero([any(map(_is_missing, np.ravel(each))) for each in values])
    if len(missing):
        raise InputError(
            f"y: {len(missing)} of {len(values)} labels are missing (None or NaN), the first at place {missing[0]}; "
            "leave these rows out"
        )
    return y


def _is_missing(one: object) -> bool:
    # pandas' own are equal to nothing, and not unequal either.
    nothing = one is None or type(one).__name__ in ("NAType", "NaTType")
    return nothing or (isinstance(one, float | np.floating) and bool(np.isnan(one)))


@dataclass(frozen=True)
class Containers:
    """What rows (n, d) and labels (n,) were given as: arrays, lists, a DataFrame, a Series, one column a class.

    Attributes:
        arrays: imbalanced-learn's own way back to lists, frames and series.
        whole: mask (d,) of the columns that hold whole numbers or truths.
        binarized: labels were one column a class.
        axis: that the names of the columns tell.
    """

    arrays: ArraysTransformer
    whole: np.ndarray
    binarized: bool
    axis: Axis

    @classmethod
    def of(cls, x: Any, y: Any, checked: np.ndarray, binarized: bool) -> Containers:
        """Those of rows x and labels y, of which `checked` (n, d) are the rows as an array, sparse or not."""
        types = list(x.dtypes) if is_frame(x) else [checked.dtype] * checked.shape[1]
        return cls(ArraysTransformer(x, y), np.array([_is_whole(one) for one in types]), binarized, axis_of(x))

    def like(self, made: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """Rows `made` (n, d) in the type of those given, rounded where these are whole."""
        made = np.where(self.whole, np.rint(made), made)
        if dtype.kind == "b":
            return made > 0
        limits = np.iinfo(dtype) if dtype.kind in "iu" else np.finfo(dtype)
        return made.clip(limits.min, limits.max).astype(dtype)

    def back(self, x: np.ndarray, labels: np.ndarray, classes: np.ndarray) -> tuple[Any, Any]:
        """Rows x (n, d) and labels (n,) as they were given."""
        return self.arrays.transform(x, label_binarize(labels, classes=classes) if self.binarized else labels)


def _is_whole(dtype: Any) -> bool:
    """Whether a type of NumPy or of pandas is of whole numbers or truths."""
    if isinstance(dtype, np.dtype):
        return dtype.kind in "iub"
    from pandas.api.types import is_bool_dtype, is_integer_dtype

    return is_integer_dtype(dtype) or is_bool_dtype(dtype)
