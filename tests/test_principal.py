"""Leading principal axes are those of a singular value decomposition, with a sign that no machine chooses."""

from __future__ import annotations

import numpy as np
import pytest

from inn_experiments.maths.principal import leading


@pytest.mark.parametrize(("rows", "features"), [(30, 200), (200, 30), (7, 7), (2, 5), (5, 1), (1, 3)])
@pytest.mark.parametrize("unit", [1.0, 1e-160, 1e160])
def test_it_agrees_with_a_whole_decomposition(rows: int, features: int, unit: float) -> None:
    rng = np.random.default_rng(rows)
    x = rng.normal(size=(rows, 3)) * [5, 2, 1] @ rng.normal(size=(3, features))
    x -= x.mean(axis=0)
    shares, axes = leading(x * unit, 2)
    assert shares.shape == (2,) and axes.shape == (features, 2)
    lengths, directions = np.linalg.svd(x, full_matrices=False)[1:]
    usual = lengths**2 / max((lengths**2).sum(), 1e-300)
    turned = leading(-x * unit, 2)[1]
    for number in range(min(2, len(usual))):
        assert shares[number] == pytest.approx(usual[number], abs=1e-12)
        if usual[number] > 1e-6:
            axis = axes[:, number]
            assert np.linalg.norm(axis) == pytest.approx(1) == abs(axis @ directions[number])
            assert axis[np.abs(axis).argmax()] > 0
            np.testing.assert_allclose(turned[:, number], axis, atol=1e-12)


def test_equal_rows_have_axes_but_no_shares() -> None:
    shares, axes = leading(np.zeros((4, 3)), 2)
    assert shares.tolist() == [0, 0] and np.linalg.norm(axes, axis=0).tolist() == [1, 1]
