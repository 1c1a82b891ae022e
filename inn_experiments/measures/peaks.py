"""Peaks of generated and reconstructed 2-D records against those of real ones: places, heights, found and missed."""

from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import (
    Encoding,
    Findings,
    Measure,
    NonNegative,
    Number,
    Positive,
    PositiveInt,
    RecordScaling,
    Rows,
    Split,
    Subject,
    UserError,
    child_seed,
)
from inn_experiments.measures.claims import claim
from inn_experiments.measures.numbers.peaks import matched, noise_level, peaks
from inn_experiments.measures.numbers.rows import at_most, class_means

PEAK_ARMS = {
    "noisy": "the test record with as much noise again",
    "reconstructed": "the test record through the autoencoder",
    "second": "another real record of its class",
    "second_reconstructed": "another real record of its class, through the autoencoder",
    "generated": "a generated record of its class",
    "mean": "the mean training record of its class",
    "other": "a real record of another class",
    "scattered": "another real record of its class, its peaks put anywhere",
}
"""What stands beside each real test record, in the order of tables."""

THIRDS = ("low", "middle", "high")
PEAK_QUANTITIES = {
    "found": "share of the test record's peaks that are there",
    **{f"found_{third}": f"found, of {third} intensity" for third in THIRDS},
    "spurious": "share of its peaks that the test record has not",
    "retention_bins": "distance along retention, bins",
    "drift_bins": "distance along drift, bins",
    "retention": "distance along retention",
    "drift": "distance along drift",
    "height": "size of log2 of the heights' ratio",
    "height_bias": "log2 of the heights' ratio",
    **{f"height_bias_{third}": f"log2 of the heights' ratio, {third} intensity" for third in THIRDS},
}
"""Distances are means over matched peaks, in bins and in units of the axes."""

LEAST_HEIGHT = 1e-3
"""Of the highest training peak: heights are no lower, so that a ratio is a number."""

Found = tuple[np.ndarray, np.ndarray]
"""Places (p, 2) and heights (p,) of the peaks of one record."""


@dataclass
class Peaks(Measure):
    """Peaks found and missed, their distances and ratios of heights, beside what real records give one another.

    Each real test record has a partner in every arm, of its class unless the arm says otherwise, drawn at random where
    there are several. Peaks are local maxima, in the normalised units that autoencoders learn, that stand out by more
    than `threshold` times the noise of the training records; those on the border are left out. A height is in the
    file's units, over the median of its record. Peaks of the two are matched one to one within `reach` bins. Thirds of
    intensity are those of the training records' peaks. Source: arXiv 2502.13183, which asks for it as a check of
    synthetic records, and for what becomes of low-intensity peaks (open question 1).

    Args:
        threshold: prominence in standard deviations of the noise; noise alone has next to no maxima beyond 5.
        reach: bins along either axis.
        records: test records that are looked at, at most; and training records that intensities are learned from.
    """

    threshold: Positive = 5.0
    reach: NonNegative = 2.0
    records: PositiveInt = 200

    def check(self, split: Split, *, seed: int) -> None:
        """Raise a UserError for rows that are no 2-D records, and for classes without a partner."""
        if not isinstance(split.scaling, RecordScaling):
            raise UserError(f"claims=peaks: {split.name} has no 2-D records; choose data=records2d or gcims_simulated")
        if len(np.unique(split.train.y)) < 2:
            raise UserError(
                "claims=peaks: the training records are of one class; it takes two, for records of another class"
            )

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """The numbers `claims/peaks/ARM/QUANTITY` of all arms."""
        split = subject.split
        few = split.train.x[at_most(len(split.train), self.records, child_seed(seed, "peaks/train"))]
        least = self.threshold * noise_level(few.reshape(-1, *split.shape))
        known = self._peaks(few, split, least, 0.0)
        heights = np.concatenate([height for _, height in known])
        limits, floor = np.quantile(heights, (1 / 3, 2 / 3)), LEAST_HEIGHT * heights.max()
        test = split.test.take(at_most(len(split.test), self.records, child_seed(seed, "peaks/test")))
        real = self._peaks(test.x, split, least, floor)
        rng = np.random.default_rng(child_seed(seed, "peaks/partners"))
        partners = self._partners(subject, test, least / self.threshold, rng)
        arms = {arm: self._peaks(x, split, least, floor) for arm, x in partners.items()}
        arms["scattered"] = [
            (rng.uniform(0, 1, place.shape) * (split.shape), height) for place, height in arms["second"]
        ]
        numbers: list[Number] = []
        for arm in filter(arms.__contains__, PEAK_ARMS):
            for key, (value, n) in self._compare(real, arms[arm], limits, split.scaling).items():
                numbers += claim(f"peaks/{arm}/{key}", f"{arm}: {PEAK_QUANTITIES[key]}", value, n=n)
        return Findings(numbers)

    def _peaks(self, x: np.ndarray, split: Split, least: float, floor: float) -> list[Found]:
        """Places and heights of the peaks of each of the rows x (n, d)."""
        found, linear = [], in_file_units(x, split.scaling)
        for record, counts in zip(x.reshape(-1, *split.shape), linear, strict=True):
            places, _ = peaks(record.astype(np.float64), least)
            # Of a maximum on the border nobody knows whether it is one.
            places = places[((places > 0) & (places < np.array(split.shape) - 1)).all(axis=1)]
            heights = counts[places[:, 0], places[:, 1]] - np.median(counts)
            found.append((places, np.maximum(heights, floor)))
        return found

    def _partners(self, subject: Subject, test: Rows, noise: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Arm -> a row for each row of `test` (n, d)."""
        split, model = subject.split, subject.synthesizer
        pool = split.fresh if split.fresh is not None and covers(split.fresh, test) else split.train
        means = class_means(split.train.x, split.train.y, np.float64)
        second = drawn(pool, test.y, rng)
        made = {
            "noisy": test.x + noise * rng.standard_normal(test.x.shape),
            "second": second,
            "generated": drawn(Rows(subject.samples.x, subject.samples.y), test.y, rng),
            "mean": np.stack([means[label] for label in test.y]),
            "other": drawn(pool, test.y, rng, same=False),
        }
        if isinstance(model, Encoding):
            made |= {
                f"{prefix}reconstructed": model.decode(model.encode(x.astype(np.float32)))
                for prefix, x in (("", test.x), ("second_", second))
            }
        return made

    def _compare(
        self, real: list[Found], other: list[Found], limits: np.ndarray, scaling: RecordScaling
    ) -> dict[str, tuple[float, int]]:
        """Quantity -> its value over all peaks of all records, and how many peaks it is of."""
        hits, third, gaps, ratios, of, extra = [], [], [], [], [], []
        for (places, heights), (others, high) in zip(real, other, strict=True):
            rows, columns = matched(places, others, self.reach)
            hits.append(np.isin(np.arange(len(places)), rows))
            third.append(np.searchsorted(limits, heights))
            extra.append(~np.isin(np.arange(len(others)), columns))
            gaps.append(np.abs(places[rows] - others[columns]))
            ratios.append(np.log2(high[columns] / heights[rows]))
            of.append(third[-1][rows])
        hit, part, extras, gap, ratio, own = map(np.concatenate, (hits, third, extra, gaps, ratios, of))
        steps = [float(np.mean(np.diff(axis))) if len(axis) > 1 else 0.0 for axis in scaling.axes]
        values = {"found": hit, "spurious": extras, "height": np.abs(ratio), "height_bias": ratio}
        for side, (name, step) in enumerate(zip(("retention", "drift"), steps, strict=True)):
            values |= {f"{name}_bins": gap[:, side], name: gap[:, side] * step}
        for place, name in enumerate(THIRDS):
            values |= {f"found_{name}": hit[part == place], f"height_bias_{name}": ratio[own == place]}
        return {key: (float(values[key].mean()), len(values[key])) for key in PEAK_QUANTITIES if len(values[key])}


def in_file_units(x: np.ndarray, scaling: RecordScaling) -> np.ndarray:
    """Normalised rows (n, m d) as records (n, m, d) in the file's units: the mean of what each place stands for."""
    whole = scaling.undo(x).reshape(len(x), *scaling.raw_shape).astype(np.float64)
    rows, columns = (_averages(axis, raw) for axis, raw in zip(scaling.axes, scaling.raw_axes, strict=True))
    return rows @ whole @ columns.T


def _averages(axis: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """The matrix (m, M) that takes the mean over the places of `raw` (M,) nearest to each of `axis` (m,)."""
    gaps = np.abs(axis[:, None] - raw)
    half = (axis[1] - axis[0]) / 2 if len(axis) > 1 else np.inf
    near = (gaps <= half * (1 + 1e-9)) | (gaps == gaps.min(axis=1, keepdims=True))
    return near / near.sum(axis=1, keepdims=True)


def covers(pool: Rows, test: Rows) -> bool:
    """Whether `pool` has a row of every class of `test`, and of another one."""
    return bool(np.isin(test.y, pool.y).all()) and len(np.unique(pool.y)) > 1


def drawn(pool: Rows, y: np.ndarray, rng: np.random.Generator, same: bool = True) -> np.ndarray:
    """A row (n, d) of `pool` for each of the classes y (n,), of that class, or of another one."""
    return np.stack([pool.x[rng.choice(np.flatnonzero((pool.y == label) == same))] for label in y])
