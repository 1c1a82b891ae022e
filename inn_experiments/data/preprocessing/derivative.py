"""Savitzky-Golay derivatives of spectra, and the spectra of derivatives."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import comb, pi
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.data.preprocessing.steps import Step

if TYPE_CHECKING:
    from scipy.sparse import csr_array

WINDOW = 11
"""Channels that a derivative is taken over, where there are enough."""

SHARE = 1e-2
"""What a filter leaves less of than this is not brought back: it would be noise made large."""


@dataclass(frozen=True)
class Savgol(Step):
    """The derivative, a channel, of a polynomial fitted to a window around each channel (Savitzky and Golay 1964).

    It is linear, y = D x. The way back is its least-squares inverse about the mean training row m,

        x = m + z,   z = argmin |D z - (y - D m)|^2 + w |L z|^2,

    without the polynomials that D turns into zero: a first derivative comes back at m's mean level, a second one with
    its slope too. L takes differences one order higher than D, and w is such that a wave of frequency f, of whose
    derivative D keeps the share S, comes back by S^2 / (S^2 + (SHARE f / f_c)^2), where f_c is the frequency from which
    the filter smooths: what is slower is back within 2e-4, what is smoothed to less than a hundredth stays out.
    Channels are taken to be evenly spaced.
    """

    window: int
    order: int
    derivative: int
    mean: np.ndarray = field(repr=False)
    operator: csr_array = field(repr=False)
    factor: np.ndarray = field(repr=False)
    name: ClassVar[str] = "savgol"
    options: ClassVar[dict[str, tuple[type, float, float]]] = {
        "window": (int, 3, 10_001),
        "order": (int, 1, 10),
        "derivative": (int, 0, 2),
    }

    @classmethod
    def settings(
        cls, channels: int, window: int | None = None, order: int = 2, derivative: int = 1
    ) -> tuple[int, int, int]:
        """Window, order and derivative for so many channels; the window is by default 11, or half of a short row."""
        if window is None:
            window = max(min(WINDOW, channels // 2), order + 1)
            window += 1 - window % 2
        return window, order, derivative

    @classmethod
    def check(cls, channels: int, **options: int) -> None:
        """Raise UserError for a window that is even, too short for the order, or longer than the row."""
        super().check(channels)
        window, order, derivative = cls.settings(channels, **options)
        what = f"data.preprocessing=savgol: window {window}, order {order}, derivative {derivative}"
        if window > channels:
            raise UserError(f"{what}: the window is longer than the rows, which have {channels} channels")
        if not window % 2:
            raise UserError(f"{what}: the window must be odd, such as {window + 1}")
        if not derivative <= order < window:
            raise UserError(f"{what}: the order must be at least the derivative and less than the window")

    @classmethod
    def fit(cls, x: np.ndarray, **options: int) -> Savgol:
        """The step for the training rows x (n, d)."""
        window, order, derivative = cls.settings(x.shape[1], **options)
        operator = _operator(x.shape[1], window, order, derivative)
        factor = _factor(operator, window, order, derivative)
        return cls(window, order, derivative, x.mean(axis=0), operator, factor)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """`D x`, row by row."""
        # A derivative does not see the level, and a flat row is then zero to the last digit.
        return (self.operator @ (x - x[:, :1] if self.derivative else x).T).T

    def backward(self, x: np.ndarray) -> np.ndarray:
        """`m + z`, row by row."""
        from scipy.linalg import cho_solve_banded

        rest = x - self.forward(self.mean[None])
        found = cho_solve_banded((self.factor, False), self.operator.T @ rest.T, check_finite=False).T
        if self.derivative:
            places = np.linspace(-1, 1, len(self.mean))
            silent = np.linalg.qr(np.vander(places, self.derivative))[0]
            found = found - (found @ silent) @ silent.T
        return self.mean + found

    def describe(self) -> dict[str, object]:
        """Its name, window, order and derivative."""
        return {"step": self.name, "window": self.window, "order": self.order, "derivative": self.derivative}


def _operator(channels: int, window: int, order: int, derivative: int) -> csr_array:
    """D (d, d): within half a window of an end, the derivative of the polynomial of the window at that end."""
    from scipy.signal import savgol_filter
    from scipy.sparse import csr_array

    edge = savgol_filter(np.eye(window), window, order, deriv=derivative, axis=0, mode="interp")
    starts = np.clip(np.arange(channels) - window // 2, 0, channels - window)
    values = edge[np.arange(channels) - starts]
    columns = starts[:, None] + np.arange(window)
    return csr_array((values.ravel(), columns.ravel(), np.arange(channels + 1) * window), shape=(channels, channels))


def _factor(operator: csr_array, window: int, order: int, derivative: int) -> np.ndarray:
    """The upper Cholesky factor, by diagonals, of D'D + w L'L, with the polynomials that both do not see held at 0."""
    from scipy.linalg import LinAlgError, cholesky_banded
    from scipy.sparse import diags_array

    channels = operator.shape[0]
    # Where the filter's response has fallen by half: Schafer 2011, equation 12.
    cut = min(1.0, (order + 1) / (3.2 * window - 4.6)) * pi
    degree = derivative + 1
    signs = [float((-1) ** k * comb(degree, k)) for k in range(degree + 1)]
    normal = operator.T @ operator
    if channels > degree:
        rough = diags_array(signs, offsets=range(degree + 1), shape=(channels - degree, channels))
        normal = normal + (SHARE / cut) ** 2 * (rough.T @ rough)
    width = max(window, degree + 1)
    bands = np.zeros((width, channels))
    for offset in range(min(width, channels)):
        bands[width - 1 - offset, offset:] = normal.diagonal(offset)
    # They cost nothing, so holding one value for each of them changes no difference.
    held = np.linspace(0, channels - 1, derivative).round().astype(int)
    bands[-1, held] += bands[-1].max()
    try:
        return cholesky_banded(bands)
    except LinAlgError:
        raise UserError(
            f"data.preprocessing=savgol: derivative {derivative} of {channels} channels cannot be undone; use "
            "derivative 1, or fewer channels"
        ) from None
