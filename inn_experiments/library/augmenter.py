"""Generated rows beside your own, by the contract of imbalanced-learn's over-samplers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from numbers import Integral
from typing import Any, ClassVar, Literal

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from inn_experiments.contracts import Synthesizer
from inn_experiments.data.axes import Axis, unit_of
from inn_experiments.library.containers import Containers, check_numbers, checked_labels, is_frame
from inn_experiments.library.counts import counts
from inn_experiments.library.errors import InputError, value_errors
from inn_experiments.library.learning import Learned
from inn_experiments.library.settings import parts


class Augmenter(BaseOverSampler):
    """An over-sampler that learns how rows of each class look, and adds rows that it generates.

    The rows given come first and unchanged, those generated behind them, class by class, in the units of the rows
    given. All statistics, those of the scaling too, are of the rows given: in a pipeline these are the training rows.

    Args:
        preset: a synthesizer by its name, an option of the command line's `preset=`: `convex`, `law`, `smote`,
            `gaussian`, `diffusion` and others.
        n_per_class: so many generated rows are added to each class, or class -> number, none to a class that is not
            named; None leaves it to `sampling_strategy`.
        sampling_strategy: as in imbalanced-learn; "auto" brings every class to the number of rows of the largest, so
            that balanced rows get none. A dict names totals, not additions.
        random_state: an int gives the same rows each time; None and a RandomState as in scikit-learn.
        scaling: of rows before they are learned: standard (one mean and deviation), base_peak (each row over its
            maximum), none, or auto: base_peak for mass spectra and standard for others.
        settings: key -> value, as overrides of the command line: {"trainer.epochs": 50}.
        axis: (d,) the places of the values along a row; None reads them from the columns' names.
        unit: of the axis, such as m/z; "" reads it from the columns' names. Both are for scaling=auto alone.

    Attributes:
        sampling_strategy_: class -> generated rows.
        classes_: (C,) the labels, sorted.
        synthesizer_: fitted to the scaled rows, labels being 0..C-1.
        scaling_: says how the rows were scaled, and why so.
        n_features_in_, feature_names_in_: as in scikit-learn.

    Raises:
        InputError: a ValueError that names the argument or class, what was found, and what would be right.

    Example:
        >>> X = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 3.0], [9.0, 8.0], [8.0, 7.0]])
        >>> y = np.array(["low", "low", "low", "high", "high"])
        >>> X2, y2 = Augmenter("convex", n_per_class=2, random_state=0).fit_resample(X, y)
        >>> X2.shape, y2[5:].tolist(), bool((X2[:5] == X).all())
        ((9, 2), ['high', 'high', 'low', 'low'], True)
    """

    _parameter_constraints: ClassVar[dict[str, list[object]]] = {
        **BaseOverSampler._parameter_constraints,
        "preset": [str],
        "n_per_class": [Interval(Integral, 0, None, closed="left"), Mapping, None],
        "random_state": ["random_state"],
        "scaling": [StrOptions({"auto", "none", "standard", "base_peak"})],
        "settings": [Mapping, None],
        "axis": ["array-like", None],
        "unit": [str],
    }

    def __init__(
        self,
        preset: str = "convex",
        *,
        n_per_class: int | Mapping[Any, int] | None = None,
        sampling_strategy: Any = "auto",
        random_state: int | np.random.RandomState | None = None,
        scaling: Literal["auto", "none", "standard", "base_peak"] = "auto",
        settings: Mapping[str, object] | None = None,
        axis: ArrayLike | None = None,
        unit: str = "",
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.preset = preset
        self.n_per_class = n_per_class
        self.random_state = random_state
        self.scaling = scaling
        self.settings = settings
        self.axis = axis
        self.unit = unit

    def fit(self, X: ArrayLike, y: ArrayLike) -> Augmenter:
        """Learn from rows X (n, d) of classes y (n,), and add none; `sample` gives rows then."""
        y = checked_labels(y)
        check_classification_targets(y)
        super().fit(X, y)
        self._learn(*self._check_X_y(X, y)[:2])
        return self

    def fit_resample(self, X: ArrayLike, y: ArrayLike) -> tuple[Any, Any]:
        """Learn from rows X (n, d) of classes y (n,), and answer these with the generated rows behind them.

        Returns:
            Rows and labels of the kind that was given: arrays, lists, sparse matrices, DataFrame and Series.
        """
        x, labels = super().fit_resample(X, checked_labels(y))
        if self.n_per_class is None and not any(self.sampling_strategy_.values()):
            warnings.warn(
                f"Augmenter: no row was generated, as sampling_strategy={self.sampling_strategy!r} asks for none of "
                "these classes; n_per_class=20 would add 20 rows to each",
                stacklevel=2,
            )
        if is_frame(X):
            import pandas

            # Through one array of floats, a column of large whole numbers would lose digits.
            x = pandas.concat([X, x.iloc[len(X) :]], ignore_index=True)
        return x, labels

    def sample(
        self, n: int | Mapping[Any, int], random_state: int | np.random.RandomState | None = None
    ) -> tuple[Any, Any]:
        """Only generated rows, of what was learned in `fit` or `fit_resample`.

        Args:
            n: rows of each class, or class -> number.
            random_state: an int gives the same rows each time; None others each time.

        Returns:
            Rows and labels of the kind that was given to `fit`.

        Example:
            >>> X, y = np.array([[0.0], [1.0], [5.0], [6.0]]), np.array([0, 0, 1, 1])
            >>> x, labels = Augmenter("convex", random_state=0).fit(X, y).sample({1: 3}, random_state=0)
            >>> x.shape, labels.tolist(), bool((x >= 5).all())
            ((3, 1), [1, 1, 1], True)
        """
        check_is_fitted(self, "synthesizer_")
        with value_errors():
            labels = self._labels(counts(n, self.classes_.tolist(), "n"))
            made = self._made(labels, _seed(random_state))
        return self._containers.back(made, self.classes_[labels], self.classes_)

    def _check_X_y(self, X: Any, y: Any) -> tuple[Any, np.ndarray, bool]:  # noqa: N802 (imbalanced-learn's name)
        check_numbers(X)
        rows, labels, binarized = super()._check_X_y(X, y)
        self._containers = Containers.of(X, y, rows, binarized)
        return rows, labels, binarized

    def _fit_resample(self, X: Any, y: np.ndarray) -> tuple[Any, np.ndarray]:
        seed = self._learn(X, y)
        labels = self._labels(self.sampling_strategy_)
        made = self._made(labels, seed)
        every = np.concatenate([y, self.classes_[labels].astype(y.dtype)])
        if sparse.issparse(X):
            return sparse.vstack([X, sparse.csr_matrix(made)], format=X.format, dtype=X.dtype), every
        return np.concatenate([X, made]), every

    def _learn(self, X: Any, y: np.ndarray) -> int:
        """Fit the synthesizer; answers the seed of the rows that belong to this fit."""
        with value_errors():
            self.classes_, labels = np.unique(y, return_inverse=True)
            self._take_counts()
            nodes = parts(self.preset, self.settings)
            seed = _seed(self.random_state)
            learned = Learned.of(
                X.toarray() if sparse.issparse(X) else X,
                labels.astype(np.int64),
                tuple(str(label) for label in self.classes_),
                nodes,
                seed=seed,
                scaling=self.scaling,
                axis=self._axis(X.shape[1]),
            )
        self._learned, self._type = learned, X.dtype
        self.synthesizer_: Synthesizer = learned.synthesizer
        self.scaling_ = learned.told.replace("data.scaling", "scaling")
        return seed

    def _take_counts(self) -> None:
        """Put `n_per_class` in the place of what the sampling strategy asks for."""
        if self.n_per_class is None:
            return
        if not (isinstance(self.sampling_strategy, str) and self.sampling_strategy == "auto"):
            raise InputError(
                f"n_per_class={self.n_per_class!r} and sampling_strategy={self.sampling_strategy!r}: each of them says "
                "how many rows there shall be; give one of the two"
            )
        self.sampling_strategy_ = counts(self.n_per_class, self.classes_.tolist(), "n_per_class")

    def _axis(self, features: int) -> Axis:
        """The axis that is given, completed by that of the columns' names."""
        found = self._containers.axis
        values = found.values if self.axis is None else np.asarray(self.axis, dtype=np.float64)
        if values is not None and values.shape != (features,):
            raise InputError(
                f"axis: it has the shape {values.shape}, and rows have {features} values; give one for each"
            )
        return Axis(values, (unit_of(self.unit) or self.unit) if self.unit else found.unit)

    def _labels(self, wanted: Mapping[Any, int]) -> np.ndarray:
        """The places (n,) in `classes_` of the rows that are wanted, class by class."""
        numbers = [wanted.get(label, 0) for label in self.classes_.tolist()]
        return np.repeat(np.arange(len(numbers)), numbers)

    def _made(self, labels: np.ndarray, seed: int) -> np.ndarray:
        """Generated rows (n, d), in the units and the type of those given."""
        if not len(labels):
            return np.empty((0, self.n_features_in_), self._type)
        return self._containers.like(self._learned.rows(labels, seed=seed), self._type)


def _seed(random_state: int | np.random.RandomState | None) -> int:
    return int(check_random_state(random_state).randint(2**31 - 1))
