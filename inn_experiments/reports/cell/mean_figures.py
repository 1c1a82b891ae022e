"""Class means of real and generated rows with their bands, and how far the two means are apart."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from inn_experiments.contracts import child_seed
from inn_experiments.reports.cell.drawn import Drawn, is_mass, labels_shown, set_places, units_of
from inn_experiments.reports.cell.sticks import draw_sticks, mirror
from inn_experiments.reports.panels import GENERATED, REAL, class_panels, draw_rows, head, note, plain, short

DRAWS = 200
"""Of real rows, for the band of what two draws of them differ by."""

INSIDE, CHANCE = (2.5, 97.5), 5


def means_figure(drawn: Drawn) -> Figure:
    """Per class the mean of real and of generated rows, each with its band; mass spectra as sticks, mirrored."""
    split, units, mass = drawn.split, units_of(drawn.split), is_mass(drawn.split)
    share = False if mass else True if split.bounded else "x"
    figure, panels, cut = class_panels(labels_shown(split), split.classes, side=2.2, share=share)
    for label, axis in panels:
        real, generated = map(units.of, drawn.pair(label))
        _count(axis, split.classes[label], len(real), len(generated))
        for rows, colour, sign in ((real, REAL, 1), (generated, GENERATED, -1)):
            if not len(rows):
                continue
            middle, low, high = band(rows, split.bounded)
            if mass:
                draw_sticks(axis, split.axis, sign * high, colour, alpha=0.3)
                draw_sticks(axis, split.axis, sign * middle, colour, peaks=3)
            else:
                draw_band(axis, split.axis, low, high, colour)
                # Thin over thick: neither hides the other where they are the same.
                draw_rows(axis, split.axis, middle, color=colour, linewidth=1.8 if sign > 0 else 0.8)
        if mass:
            mirror(axis, split, np.concatenate([real, generated]).any(axis=0))
        else:
            set_places(axis, split)
    told = "band 10 to 90 % of rows" if split.bounded else "band ± 1 SD"
    if mass:
        told = f"pale up to {'the 90 % quantile' if split.bounded else 'mean + 1 SD'}"
    sides = (f"{drawn.words}{', up' * mass}", REAL), (f"generated rows{', down' * mass}", GENERATED)
    handles = [(_both(colour), f"{name}: mean, {told}") for name, colour in sides]
    head(figure, f"Class means of real and generated rows{cut}", handles)
    _name(figure, plain(split.axis_name), units.label)
    return figure


def difference_figure(drawn: Drawn) -> Figure:
    """Per class the mean of generated rows minus that of real rows, over what two draws of real rows differ by.

    The band is a negative control: 95 % of the differences at each place between the means of two draws, with
    replacement, of as many real rows as there are real and generated ones.
    """
    split, units, mass = drawn.split, units_of(drawn.split), is_mass(drawn.split)
    figure, panels, cut = class_panels(labels_shown(split), split.classes, side=2.2, share=False if mass else "x")
    for label, axis in panels:
        real, generated = map(units.of, drawn.pair(label))
        _count(axis, split.classes[label], len(real), len(generated))
        if not len(real) or not len(generated):
            note(axis, "no rows to compare")
            continue
        apart = generated.mean(axis=0, dtype=np.float64) - real.mean(axis=0, dtype=np.float64)
        axis.axhline(0.0, color="0.4", linewidth=0.6)
        if len(real) > 1:
            low, high = control(real, len(generated), child_seed(0, f"figures/difference/{label}"))
            draw_band(axis, split.axis, low, high, REAL, wide=2.5 if mass else 0)
            edge = 1e-6 * float(np.abs(real).max())
            outside = 100 * np.mean((apart < low - edge) | (apart > high + edge))
            axis.set_title(f"{axis.get_title()}, {outside:.0f} % outside", fontsize=7)
        if mass:
            draw_sticks(axis, split.axis, apart, GENERATED, peaks=3)
        else:
            draw_rows(axis, split.axis, apart, color=GENERATED, linewidth=0.9)
        set_places(axis, split, split.axis[np.concatenate([real, generated]).any(axis=0)] if mass else None)
    told = f"95 % of differences between draws of real rows ({CHANCE} % are outside by chance)"
    handles = [(_line(GENERATED), "generated minus real"), (_both(REAL)[0], told)]
    head(figure, f"Mean of generated rows minus mean of {drawn.words}{cut}", handles)
    _name(figure, plain(split.axis_name), f"difference of {units.label}")
    return figure


def band(rows: np.ndarray, bounded: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of rows (n, d): their mean and the ends of their band (d,), 10 and 90 % quantiles or one deviation either way.

    Bounded rows are skewed, and a deviation would leave their bounds.

    >>> band(np.array([[1.0], [3.0]]), bounded=False)
    (array([2.]), array([0.58578644]), array([3.41421356]))
    """
    middle = rows.mean(axis=0, dtype=np.float64)
    if bounded:
        return middle, *np.quantile(rows, (0.1, 0.9), axis=0)
    spread = rows.std(axis=0, ddof=1, dtype=np.float64) if len(rows) > 1 else np.zeros_like(middle)
    return middle, middle - spread, middle + spread


def control(real: np.ndarray, others: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The ends (d,) of 95 % of differences between the means of `others` and of n rows drawn from `real` (n, d)."""
    rng, n = np.random.default_rng(seed), len(real)
    weights = [rng.multinomial(count, np.full(n, 1 / n), DRAWS) / count for count in (others, n)]
    # The rows about their mean: what is constant differs by nothing, to the last digit.
    centred = real - real.mean(axis=0, dtype=np.float64)
    # Draws with replacement vary less than rows do, by this factor.
    found = (weights[0] - weights[1]) @ centred * np.sqrt(n / (n - 1))
    low, high = np.percentile(found, INSIDE, axis=0)
    return low, high


def draw_band(axis: Axes, places: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str, wide: float = 0) -> None:
    """The surface between two curves (d,) over their `places`; bars of `wide` points, or where there is one place."""
    if wide or len(places) == 1:
        axis.vlines(places, low, high, color=colour, linewidth=wide or 6, alpha=0.25)
    else:
        axis.fill_between(places, low, high, color=colour, alpha=0.25, linewidth=0)


def _count(axis: Axes, name: str, real: int, generated: int) -> None:
    axis.set_title(f"{short(name)}\n{real} real, {generated} generated", fontsize=7)


def _line(colour: str) -> Line2D:
    return Line2D([], [], color=colour, linewidth=1.2)


def _both(colour: str) -> tuple[Patch, Line2D]:
    return Patch(color=colour, alpha=0.25, linewidth=0), _line(colour)


def _name(figure: Figure, below: str, beside: str) -> None:
    figure.supxlabel(below, fontsize=9)
    figure.supylabel(beside, fontsize=9)
