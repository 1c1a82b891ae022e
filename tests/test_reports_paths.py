"""The figures and the animation of claims=spirals: which files, what they show, whole or not at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from inn_experiments.contracts import Paths
from inn_experiments.reports.cell import paths_figures as drawing
from inn_experiments.reports.cell.paths_figures import path_figure, paths_figures, snapshots_figure, steps_figure
from inn_experiments.reports.panels import spaced

NAMES = ["forward.png", "reverse.png", "path.png", "steps.png", "reverse.gif"]


def paths(steps: int = 12, points: int = 40) -> Paths:
    rng = np.random.default_rng(0)
    walk = rng.normal(size=(steps + 1, points, 2)).cumsum(axis=0)
    centre = np.concatenate([np.zeros((1, 5, 2)), rng.normal(size=(steps, 5, 2)).cumsum(axis=0)])
    lengths = np.linalg.norm(np.diff(centre, axis=0), axis=2).mean(axis=1)
    levels = np.arange(steps + 1)
    return Paths(walk, walk[::-1], levels, levels[::-1], rng.random(points), centre, lengths, np.ones(steps))


def test_all_files_are_written_and_nothing_else(tmp_path) -> None:
    files = paths_figures(tmp_path / "figures", paths())
    assert [file.name for file in files] == NAMES
    assert sorted(file.name for file in (tmp_path / "figures").iterdir()) == sorted(NAMES)
    for file in files[:-1]:
        with Image.open(file) as image:
            assert min(image.size) > 200 and np.ptp(np.asarray(image.convert("L"))) > 100


def test_the_animation_is_short_small_and_moves(tmp_path) -> None:
    path = drawing.write_animation(tmp_path / "reverse.gif", paths(steps=120, points=1500))
    assert path.stat().st_size < 1_000_000
    with Image.open(path) as image:
        assert 10 < image.n_frames <= 60
        first = np.asarray(image.convert("L")).astype(int)
        image.seek(image.n_frames - 1)
        assert np.abs(np.asarray(image.convert("L")) - first).max() > 100


def test_a_broken_animation_leaves_nothing(tmp_path, monkeypatch) -> None:
    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(drawing.PillowWriter, "finish", full)
    with pytest.raises(OSError, match="no space"):
        drawing.write_animation(tmp_path / "reverse.gif", paths())
    assert list(tmp_path.iterdir()) == []


def test_snapshots_keep_each_points_colour_and_show_both_ends() -> None:
    shown = paths()
    figure = snapshots_figure(shown.reverse, shown.reverse_levels, shown.place, "back")
    panels = [axis for axis in figure.axes if axis.get_title()]
    assert [axis.get_title() for axis in panels] == [f"level {level}" for level in (12, 10, 7, 5, 2, 0)]
    for axis, index in zip(panels, spaced(13, 6), strict=True):
        drawn = axis.collections[0]
        assert np.array_equal(drawn.get_offsets(), shown.reverse[index])
        assert np.array_equal(drawn.get_array(), shown.place)


def test_the_path_and_its_steps() -> None:
    shown = paths()
    axis = path_figure(shown).axes[0]
    assert np.array_equal(axis.collections[0].get_offsets(), shown.centre[:, 0])
    assert np.array_equal(axis.collections[0].get_array(), shown.reverse_levels)
    one, mean, noise = (line.get_ydata() for line in steps_figure(shown).axes[0].lines)
    assert np.allclose(one, np.linalg.norm(np.diff(shown.centre[:, 0], axis=0), axis=1))
    assert np.array_equal(mean, shown.lengths) and np.array_equal(noise, shown.noise_lengths)
    still = replace(shown, noise_lengths=np.zeros(12))
    assert len(steps_figure(still).axes[0].lines) == 2


def test_few_states_are_all_shown() -> None:
    assert spaced(3, 6).tolist() == [0, 1, 2] and spaced(101, 6).tolist() == [0, 20, 40, 60, 80, 100]
