"""Real and generated rows of each class on two principal components: of the training rows, or of both together."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inn_experiments.contracts import Samples, Shapes, Split
from inn_experiments.reports.cell.drawn import of_class
from inn_experiments.reports.panels import MARKS, class_panels, draw_pair, head, mark, note

SHOWN_POINTS, MOST_POINTS = 150, 500
PCA_ROWS = 500
"""Two components are settled by this many rows; of all of them the decomposition takes longer than a training."""

LEAST_ROWS, LEAST_PAIRS = 3, 2
TRAINING = ("0.72", "o")
"""Colour and mark of training rows, behind the others."""


def pca_figure(split: Split, samples: Samples) -> Figure:
    """Training rows, real test rows and generated rows on the first two components of each class' training rows."""
    figure, panels, cut = class_panels(np.unique(split.train.y), split.classes, side=2.2)
    for label, axis in panels:
        train = of_class(split.train, label, PCA_ROWS)
        if len(train) < LEAST_ROWS:
            note(axis, f"{len(train)} training rows:\ntoo few for a PCA")
            continue
        centre, basis, shares = components(train)
        seen, real, generated = (
            (rows - centre) @ basis
            for rows in (train, *(of_class(part, label, SHOWN_POINTS) for part in (split.test, samples)))
        )
        axis.plot(*seen[:SHOWN_POINTS].T, TRAINING[1], color=TRAINING[0], markersize=2.5, linestyle="")
        draw_pair(axis, real, generated)
        _name(axis, shares)
    words = ("training rows", "real test rows", "generated rows")
    handles = [(mark(*kind), name) for kind, name in zip((TRAINING, *MARKS), words, strict=True)]
    head(figure, f"Components 1 and 2 of each class, fitted on its training rows{cut}", handles)
    return figure


def geometry_figure(shapes: Shapes, classes: tuple[str, ...], units: str) -> Figure:
    """One panel a class (at most 12): components 1 and 2 of real and generated points together.

    Equally many of either, at most 500, are drawn and enter the PCA, whose shares of the variance stand beside the
    axes; `units` says what they are, e.g. `latents`. Source: Figure 5, which fits on real and generated rows together.
    """
    figure, panels, cut = class_panels(np.unique(shapes.real.y), classes, side=2.6)
    for label, axis in panels:
        real, generated = (rows.x[rows.y == label] for rows in (shapes.real, shapes.generated))
        count = min(len(real), len(generated), MOST_POINTS)
        if count < LEAST_PAIRS:
            note(axis, f"{count} pair(s) of points:\ntoo few for a PCA")
            continue
        both = np.concatenate([real[:count], generated[:count]]).astype(np.float64)
        centre, basis, shares = components(both)
        points = (both - centre) @ basis
        draw_pair(axis, points[:count], points[count:])
        _name(axis, shares)
    title = f"Components 1 and 2 of real and generated {units} together{cut}"
    head(
        figure,
        title,
        [(mark(*kind), f"{name} {units}") for kind, name in zip(MARKS, ("real", "generated"), strict=True)],
    )
    return figure


def components(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of rows x (n, d): mean (d,), first two components (d, 2), their shares of the variance in % (2,).

    What does not exist, in one dimension, is zero.
    """
    centre = x.mean(axis=0)
    _, values, rows = np.linalg.svd(x - centre, full_matrices=False)
    basis, shares = np.zeros((x.shape[1], 2), x.dtype), np.zeros(2)
    count = min(2, len(rows))
    basis[:, :count] = rows[:count].T
    squares = values.astype(np.float64) ** 2
    shares[:count] = 100 * squares[:count] / max(squares.sum(), 1e-300)
    return centre, basis, shares


def _name(axis: Axes, shares: np.ndarray) -> None:
    axis.set_xlabel(f"PC1 ({shares[0]:.1f} %)", fontsize=7, labelpad=1)
    axis.set_ylabel(f"PC2 ({shares[1]:.1f} %)", fontsize=7, labelpad=1)
