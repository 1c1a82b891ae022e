"""What the figures of spectra show: units and directions, bands, controls, sticks, shares of variance, enough rows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from inn_experiments.contracts import Rows, Samples, Scaling, Split
from inn_experiments.data.scaling import BasePeak, Standard, Unscaled
from inn_experiments.reports.cell.component_figures import pca_figure
from inn_experiments.reports.cell.drawn import Drawn, enough, units_of
from inn_experiments.reports.cell.figures import cell_figures, states_figure
from inn_experiments.reports.cell.mean_figures import band, control, difference_figure, means_figure
from inn_experiments.reports.cell.row_figures import rows_figure
from inn_experiments.reports.cell.sticks import pair_of, pairs_figure
from inn_experiments.reports.panels import GENERATED, REAL, write_figure

WAVENUMBER = {"unit": "cm⁻¹", "axis_name": "wavenumber / cm⁻¹", "value_name": "absorbance"}
MASS = {"unit": "m/z", "axis_name": "m/z", "bounded": True, "scaling": BasePeak(999.0)}


def make_split(classes: int = 3, test: int = 12, **more: object) -> Split:
    """Noisy hills at 400, 450, ... of d = 24, of 30 training rows a class."""
    rng = np.random.default_rng(0)

    def rows(each: int) -> Rows:
        y = np.repeat(np.arange(classes), each)
        x = np.exp(-((np.arange(24) - 5 * (y[:, None] % 5) - 2) ** 2) / 8) + 0.1 * rng.random((len(y), 24))
        return Rows((x / x.max(axis=1, keepdims=True)).astype(np.float32), y)

    names = tuple(f"class {number}" for number in range(classes))
    axis = 400.0 + 50.0 * np.arange(24)
    given: dict[str, object] = {"axis_name": "axis", "scaling": Unscaled(), "bounded": False, "name": "hills"}
    return Split(rows(30), rows(3), rows(test), None, names, axis, **(given | more))


def make_samples(split: Split, each: int = 25) -> Samples:
    y = np.repeat(np.arange(len(split.classes)), each)
    rng = np.random.default_rng(1)
    return Samples(split.train.x[np.searchsorted(split.train.y, y) + rng.integers(30, size=len(y))], y)


def legend(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].texts]


def sticks(axis, colour: str, alpha: float | None = 1.0) -> np.ndarray:
    """The ends of the sticks of one colour."""
    from matplotlib.colors import to_rgba

    found = [one for one in axis.collections if np.allclose(one.get_colors()[0], to_rgba(colour, alpha))]
    return np.concatenate([[segment[1, 1] for segment in one.get_segments()] for one in found])


@pytest.mark.parametrize("draw", [means_figure, difference_figure, rows_figure])
def test_wavenumbers_fall_and_everything_has_a_name_and_a_unit(draw):
    split = make_split(**WAVENUMBER)
    figure = draw(Drawn.of(split, make_samples(split)))
    assert len(figure.axes) == 3
    for axis in figure.axes:
        assert axis.get_xlim()[0] > 1550 > 400 > axis.get_xlim()[1] and len(axis.get_yticks())
    assert figure.get_supxlabel() == "wavenumber / cm⁻¹" and figure.get_supylabel().endswith("absorbance")
    assert len(legend(figure)) == 2 and any("generated" in words for words in legend(figure))


@pytest.mark.parametrize(("unit", "name", "falls"), [("cm⁻¹", "Raman shift / cm⁻¹", False), ("ppm", "shift", True)])
def test_raman_shifts_rise_and_chemical_shifts_fall(unit, name, falls):
    split = make_split(unit=unit, axis_name=name)
    for axis in means_figure(Drawn.of(split, make_samples(split))).axes:
        assert (axis.get_xlim()[0] > axis.get_xlim()[1]) == falls
    states = np.zeros((3, 75, 24), np.float32)
    figure = states_figure(split, replace(make_samples(split), states=states))
    assert all((axis.get_xlim()[0] > axis.get_xlim()[1]) == falls for axis in figure.axes)
    assert (figure.get_supxlabel(), figure.get_supylabel()) == (name, "value")


def test_means_and_bands_are_numpys_in_the_units_of_the_file():
    split = make_split(scaling=Standard(2.0, 3.0))
    samples = make_samples(split)
    figure = means_figure(Drawn.of(split, samples))
    for label, axis in enumerate(figure.axes):
        for rows, line, surface in zip((split.test, samples), axis.lines, axis.collections, strict=True):
            x = 2.0 + 3.0 * rows.x[rows.y == label].astype(float)
            np.testing.assert_allclose(line.get_ydata(), x.mean(axis=0), rtol=1e-5)
            (corners,) = (path.vertices for path in surface.get_paths())
            for sign in (-1, 1):
                edge = x.mean(axis=0) + sign * x.std(axis=0, ddof=1)
                assert all(np.abs(corners[:, 1] - value).min() < 1e-4 for value in edge)
        assert [line.get_color() for line in axis.lines] == [REAL, GENERATED]
        assert axis.get_title() == f"class {label}\n12 real, 25 generated"
    assert legend(figure) == ["real test rows: mean, band ± 1 SD", "generated rows: mean, band ± 1 SD"]


def test_the_band_of_bounded_rows_is_their_quantiles_and_one_row_has_none():
    x = np.random.default_rng(0).random((40, 5))
    middle, low, high = band(x, bounded=True)
    np.testing.assert_allclose([middle, low, high], [x.mean(axis=0), *np.quantile(x, (0.1, 0.9), axis=0)])
    for bounded in (True, False):
        np.testing.assert_array_equal(band(x[:1], bounded), [x[0]] * 3)
    split = make_split(**(MASS | {"unit": "nm"}))
    figure = means_figure(Drawn.of(split, make_samples(split)))
    assert "10 to 90 %" in legend(figure)[0] and figure.get_supylabel() == "value, % of base peak"
    assert figure.axes[0].lines[0].get_ydata().max() > 50


@pytest.mark.parametrize(
    ("scaling", "label", "largest"),
    [(Standard(0.0, 2.0), "value", 2.0), (Standard(0.0, 1e300), "value, normalised units", 1.0)],
)
def test_values_that_no_scale_can_bear_stay_normalised(scaling: Scaling, label, largest, tmp_path):
    split = make_split(scaling=scaling)
    assert units_of(split).label == label
    assert units_of(split).of(split.test.x).max() == pytest.approx(largest)
    assert len(cell_figures(tmp_path, split, make_samples(split), {})) == 4


def test_all_real_rows_are_shown_where_the_test_part_has_few_and_the_figure_says_so():
    split = make_split(test=12)
    assert Drawn.of(split, make_samples(split)).words == "real test rows"
    few = replace(split, test=split.test.take(np.arange(len(split.test)) > 5))
    drawn = Drawn.of(few, make_samples(split))
    assert [len(drawn.pair(label)[0]) for label in range(3)] == [6 + 33, 12 + 33, 12 + 33]
    for draw in (means_figure, rows_figure):
        assert "all real rows (training rows too)" in legend(draw(drawn))[0]
    assert "all real rows (training rows too)" in difference_figure(drawn).get_suptitle()


def test_the_difference_is_of_the_means_and_real_rows_are_its_control():
    split = make_split(test=40)
    shifted = replace(make_samples(split), x=make_samples(split).x + np.float32(0.3))
    figure = difference_figure(Drawn.of(split, shifted))
    for label, axis in enumerate(figure.axes):
        real, made = split.test.x[split.test.y == label], shifted.x[shifted.y == label]
        drawn = next(line for line in axis.lines if line.get_color() == GENERATED)
        np.testing.assert_allclose(drawn.get_ydata(), made.mean(axis=0) - real.mean(axis=0), atol=1e-5)
        assert any(set(np.ravel(line.get_ydata())) == {0.0} for line in axis.lines)
        assert axis.get_title().endswith("100 % outside")
    rng = np.random.default_rng(3)
    outside = []
    for seed in range(20):
        real, others = rng.standard_normal((30, 200)), rng.standard_normal((60, 200))
        low, high = control(real, len(others), seed)
        apart = others.mean(axis=0) - real.mean(axis=0)
        outside.append(np.mean((apart < low) | (apart > high)))
    assert 0.02 < np.mean(outside) < 0.1
    low, high = control(np.full((5, 3), 0.1), 7, 0)
    assert not low.any() and not high.any()


def test_mass_spectra_are_sticks_real_ones_up_and_generated_ones_down():
    split = make_split(**MASS)
    samples = make_samples(split)
    figure = means_figure(Drawn.of(split, samples))
    for label, axis in enumerate(figure.axes):
        real, made = sticks(axis, REAL), sticks(axis, GENERATED)
        assert (real > 0).all() and (made < 0).all() and len(real) == len(made) == 24
        np.testing.assert_allclose(-made, 100 * samples.x[samples.y == label].mean(axis=0), rtol=1e-4)
        assert axis.get_ylim()[0] == -axis.get_ylim()[1] and axis.get_xlim()[0] < axis.get_xlim()[1]
        peak = f"{split.axis[np.argmax(split.test.x[split.test.y == label].mean(axis=0))]:g}"
        assert peak in [text.get_text() for text in axis.texts]
        assert axis.yaxis.get_major_formatter()(-50.0, None) == "50"
    assert figure.get_supxlabel() == "m/z" and figure.get_supylabel() == "intensity, % of base peak"


def test_a_pair_is_the_typical_row_and_what_is_most_like_it_each_with_a_base_peak_of_100():
    split = make_split(**MASS)
    samples = replace(make_samples(split), x=0.5 * make_samples(split).x)
    drawn = Drawn.of(split, samples)
    figure = pairs_figure(drawn)
    for label, axis in enumerate(figure.axes):
        assert sticks(axis, REAL).max() == pytest.approx(100) and sticks(axis, GENERATED).min() == pytest.approx(-100)
        row, made, like, beside = pair_of(*drawn.pair(label))
        real, generated = drawn.pair(label)
        cosine = real @ real.T / np.outer(*[np.linalg.norm(real, axis=1)] * 2)
        assert row == np.argmax(cosine.sum(axis=0)) and beside == pytest.approx(np.sort(cosine[row])[-2], abs=1e-5)
        found = generated[made] @ real[row] / np.linalg.norm(generated[made]) / np.linalg.norm(real[row])
        assert like == pytest.approx(found, abs=1e-5)
        assert axis.get_title().endswith(f"cosine {like:.2f} (real {beside:.2f})")
    assert pair_of(np.ones((1, 2)), np.zeros((1, 2))) == (0, 0, 0.0, None)
    empty = Samples(np.zeros((75, 24), np.float32), samples.y)
    assert all(not (sticks(axis, REAL) < 0).any() for axis in pairs_figure(Drawn.of(split, empty)).axes)


def test_components_tell_their_shares_and_training_rows_lie_behind():
    split = make_split()
    figure = pca_figure(split, make_samples(split))
    for label, axis in enumerate(figure.axes):
        values = np.linalg.eigvalsh(np.cov(split.train.x[split.train.y == label].T.astype(float)))[::-1]
        shares = 100 * values / values.sum()
        assert (axis.get_xlabel(), axis.get_ylabel()) == (f"PC1 ({shares[0]:.1f} %)", f"PC2 ({shares[1]:.1f} %)")
        assert [len(line.get_xdata()) for line in axis.lines] == [30, 12, 25]
        assert axis.lines[0].get_color() not in (REAL, GENERATED)
    assert legend(figure) == ["training rows", "real test rows", "generated rows"]


def test_classes_with_few_generated_rows_get_more_and_the_others_none():
    split = make_split()
    samples = make_samples(split).x[:32], make_samples(split).y[:32]
    asked: list[np.ndarray] = []

    def draw(labels: np.ndarray) -> Samples:
        asked.append(labels)
        x = np.ones((len(labels), 24), np.float32)
        x[-1] = np.nan
        return Samples(x, labels)

    more = enough(split, Samples(*samples), draw)
    assert np.bincount(asked[0]).tolist() == [0, 13, 20] and np.bincount(more.y).tolist() == [25, 20, 19]
    np.testing.assert_array_equal(more.x[:32], samples[0])
    many = make_split(classes=30)
    enough(many, Samples(np.zeros((0, 24), np.float32), np.zeros(0, np.int64)), draw)
    assert np.bincount(asked[1]).tolist() == [20] * 12
    full = make_samples(split)
    assert enough(split, full, draw) is full and len(asked) == 2


def test_of_many_classes_the_first_twelve_are_shown_and_those_without_training_rows_never():
    split = make_split(classes=15)
    drawn = Drawn.of(split, make_samples(split))
    for draw in (means_figure, difference_figure, rows_figure, pairs_figure):
        figure = draw(drawn)
        assert len(figure.axes) == 12 and "(first 12 of 15 classes)" in figure.get_suptitle()
    unseen = replace(split, train=split.train.take(split.train.y > 3))
    titles = [axis.get_title().split("\n")[0] for axis in means_figure(Drawn.of(unseen, make_samples(split))).axes]
    assert titles == [f"class {number}" for number in range(4, 15)]


@pytest.mark.parametrize("more", [{}, MASS])
def test_one_test_row_no_generated_rows_and_a_constant_class_are_drawn(tmp_path, more):
    split = make_split(classes=2, test=1, **more)
    split.train.x[split.train.y == 0] = 1.0
    none = Samples(np.zeros((0, 24), np.float32), np.zeros(0, np.int64))
    one = Samples(np.ones((1, 24), np.float32), np.zeros(1, np.int64))
    for name, samples in (("none", none), ("one", one)):
        assert len(cell_figures(tmp_path / name, split, samples, {})) == 4


def test_figures_have_rows_of_their_own_and_the_samples_stay_those_of_the_test_part(run, tmp_path, monkeypatch):
    drawn: dict[str, Figure] = {}
    monkeypatch.setattr(
        "inn_experiments.reports.cell.figures.write_figure",
        lambda path, figure: drawn.setdefault(path.name, figure) and write_figure(path, figure),
    )
    rng = np.random.default_rng(0)
    names = [f"{place} cm-1" for place in range(4000, 3600, -20)]
    table = pd.DataFrame(1 + rng.random((30, 20)), columns=names)
    table.insert(0, "kind", ["a", "b"] * 15)
    table.to_csv(tmp_path / "few.csv", index=False)
    given = ("data=table", f"data.path={tmp_path / 'few.csv'}", "data.label=kind", "generator=smote")
    status, _, err = run(*given, "utility=none", "tracking=none")
    assert status == 0, err
    (folder,) = (tmp_path / "out/runs").iterdir()
    test = len(pd.read_parquet(folder / "samples.parquet"))
    figure = drawn["real_and_generated.png"]
    assert test < 20 and all(re.search(r"\n15 real, 20 generated$", axis.get_title()) for axis in figure.axes)
    assert figure.get_supxlabel() == "wavenumber / cm⁻¹" and figure.get_supylabel() == "value, units of the file"
    assert {path.name for path in (folder / "figures").iterdir()} == set(drawn)
    assert set(drawn) == {Path(name).name for name in drawn} >= {"difference.png", "rows.png", "pca.png"}
