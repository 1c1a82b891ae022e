"""Are a class' latents Gaussian? A test with its level and its power, and how well resampled latents hide."""

import warnings
from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import (
    Encoding,
    Findings,
    Measure,
    Number,
    PositiveInt,
    Rows,
    SeveralInt,
    Split,
    Subject,
    UserError,
    child_seed,
)
from inn_experiments.measures.claims import claim
from inn_experiments.measures.numbers.intervals import holm
from inn_experiments.measures.numbers.normality import Law, fisher, heavy_tailed, null, p_values, statistics
from inn_experiments.measures.numbers.two_samples import c2st, comparable

LEVEL = 0.05
LEAST_ROWS = 6
ROWS_PER_COMPONENT = 3
KINDS = {
    "level": "rejected though Gaussian (control)",
    "power_clusters": "rejected where there are two clusters, four deviations apart",
    "power_tails": "rejected where tails are those of t with 3 degrees of freedom",
}
"""What is simulated with the class' own mean and covariance, for as many rows as it has."""


@dataclass
class Gaussianity(Measure):
    """The Henze-Zirkler test of each class' training latents along their leading components, with level and power.

    A latent of d x d numbers has more numbers than a class has rows, so the class' own leading `components` are looked
    at, one for three rows at most. The p value is the share of Gaussian samples of that size with a larger statistic,
    whose distribution knows no mean and no covariance. That the components were found in the same rows might matter:
    the level says so, the share of rejections at 5 % among samples of the Gaussian that generator=gaussian fits to the
    class. Power is the share among samples with that covariance that are two clusters, or have heavy tails. All classes
    are tested at once, too (Fisher). Without an autoencoder it is the rows that are tested.

    C2ST: the generator's latents against those of real test rows, in pairs of one class, beside other real rows
    (`data.fresh_fraction`). Source: arXiv 2502.13183, open question 3.

    Args:
        components: leading ones of a class, at most.
        draws: Gaussian samples that a p value is a share of.
        samples: of each kind that level and power are shares of.
    """

    components: PositiveInt = 3
    draws: SeveralInt = 2000
    samples: SeveralInt = 500

    def check(self, split: Split, *, seed: int) -> None:
        """Raise a UserError where no class has enough training rows."""
        most = int(np.bincount(split.train.y).max())
        if most < LEAST_ROWS:
            raise UserError(
                f"claims=gaussianity: it takes {LEAST_ROWS} training rows of a class, and no class of {split.name} has "
                f"more than {most}"
            )

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """Each class' test, level and power, those of all classes together, and the C2ST of resampled latents."""
        model, split = subject.synthesizer, subject.split
        space = model.encode if isinstance(model, Encoding) else lambda x: x
        latents = Rows(space(split.train.x), split.train.y)
        found: dict[str, dict[str, np.ndarray]] = {}
        sizes = {}
        for label, name in enumerate(split.classes):
            rows = latents.x[latents.y == label]
            if len(rows) >= LEAST_ROWS:
                sizes[name] = len(rows)
                found[name] = self._tested(rows, np.random.default_rng(child_seed(seed, f"gaussianity/{name}")))
        if short := [name for name in split.classes if name not in found]:
            warnings.warn(
                f"claims=gaussianity: classes with fewer than {LEAST_ROWS} training rows are left out: "
                f"{', '.join(short)}",
                UserWarning,
                stacklevel=2,
            )
        return Findings([*over_classes(found, sizes), *self._told(subject, seed)])

    def _tested(self, rows: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """The p value (1,) of the rows (n, d), and those of the simulated samples of each kind, (samples,)."""
        components = min(self.components, len(rows) // ROWS_PER_COMPONENT)
        under_null, law = null(len(rows), components, self.draws, rng), Law.of(rows)
        gaussian = law.draw(self.samples, rng)
        made = {
            "p": law.rows[None],
            "level": gaussian,
            "power_clusters": law.two_clusters(gaussian, rng),
            "power_tails": heavy_tailed(gaussian, rng),
        }
        return {kind: p_values(statistics(x, components), under_null) for kind, x in made.items()}

    def _told(self, subject: Subject, seed: int) -> list[Number]:
        split, model = subject.split, subject.synthesizer
        if not isinstance(model, Encoding) or subject.samples.latent is None:
            return []
        real, numbers = model.encode(split.test.x), []
        others = {"generated": (subject.samples.latent, subject.samples.y)}
        if split.fresh is not None:
            others["second"] = (model.encode(split.fresh.x), split.fresh.y)
        texts = {"generated": "C2ST of the generator's latents and real ones", "second": "C2ST of real latents alone"}
        for name, (x, y) in others.items():
            if comparable(split.test.y, y):
                value, low, high = c2st(real, x, (split.test.y, y), seed=child_seed(seed, f"gaussianity/{name}"))
                pairs = sum(min(np.sum(split.test.y == label), np.sum(y == label)) for label in np.unique(y))
                numbers += claim(
                    f"gaussianity/c2st/{name}", texts[name], value, low=low, high=high, n=int(pairs), chance=0.5
                )
        return numbers


def over_classes(found: dict[str, dict[str, np.ndarray]], sizes: dict[str, int]) -> list[Number]:
    """The claims of all classes together, and of each."""
    p = np.array([values["p"][0] for values in found.values()])
    every, adjusted = sum(sizes.values()), holm(p)
    joint = {kind: fisher(np.stack([values[kind] for values in found.values()])) for kind in ("p", *KINDS)}
    rates = {kind: float(np.mean(joint[kind] < LEVEL)) for kind in KINDS}
    whole = float(joint["p"][0])
    numbers = claim(
        "gaussianity/rejected",
        "all classes at once (Fisher): rejected at 5 %",
        float(whole < LEVEL),
        p=whole,
        n=every,
        chance=rates["level"],
    )
    for kind, text in KINDS.items():
        numbers += claim(f"gaussianity/{kind}", f"all classes at once: {text}", rates[kind], n=every)
    numbers += claim(
        "gaussianity/holm",
        "share of classes rejected at 5 % after Holm",
        float(np.mean(adjusted < LEVEL)),
        p=float(adjusted.min()),
        n=every,
    )
    for (name, values), own in zip(found.items(), p, strict=True):
        shares = {kind: float(np.mean(values[kind] < LEVEL)) for kind in KINDS}
        text = f"{name}: rejected at 5 %"
        numbers += claim(
            f"gaussianity/rejected/{name}",
            text,
            float(own < LEVEL),
            p=float(own),
            n=sizes[name],
            chance=shares["level"],
        )
        for kind in ("power_clusters", "power_tails"):
            numbers += claim(f"gaussianity/{kind}/{name}", f"{name}: {KINDS[kind]}", shares[kind], n=sizes[name])
    return numbers
