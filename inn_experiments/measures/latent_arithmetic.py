"""Latent arithmetic as a measured claim: does a class-mean difference carry decoded rows to another class?"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from inn_experiments.contracts import Encoding, Findings, Measure, PositiveInt, Split, Subject, UserError, child_seed
from inn_experiments.measures.claims import claim
from inn_experiments.measures.numbers.intervals import interval_over_rows
from inn_experiments.measures.numbers.rows import at_most, class_means, few_of_each
from inn_experiments.measures.utility.division import LEARNING, few
from inn_experiments.measures.utility.forest import forest_predictions

TEXTS = {
    "shifted": "decoded after adding the class-mean difference b - a in the latent: judged b",
    "unshifted": "control: decoded without a shift: judged b",
    "random": "control: decoded after a shift of the same length in a random direction: judged b",
    "third": "control: decoded after the shift to a third class c: judged b",
    "rows": "competitor: the same difference added to the rows, without an autoencoder: judged b",
    "ceiling": "real test rows of b: judged b",
    "over_rows": "judged b: shift in the latent less shift of the rows, paired",
}
LEVELS = 64

Pairs = list[tuple[int, int]]


@dataclass
class LatentArithmetic(Measure):
    """Shares of test rows of class a that a judge calls b after mean_b - mean_a was added to their latents.

    Means are those of the training latents; the judge is a random forest trained on the real training rows.
    Shares are means over pairs of classes (a, b), every pair with the same weight. The 95 % intervals are
    over test rows, drawn again within their class; pairs, autoencoder and judge are held fixed. `chance` of
    `shifted` is the share of the random directions. Source: Inverse Diffusion, Section 5.

    Args:
        pairs: ordered pairs of classes, at most; a random choice where there are more.
        rows: test rows a class, at most.
        trees: of the judge.
    """

    pairs: PositiveInt = 100
    rows: PositiveInt = 20
    trees: PositiveInt = 100

    def check(self, split: Split, *, seed: int) -> None:
        """Raise a UserError for fewer than two classes, or one without training or test rows."""
        if len(split.classes) < 2:
            raise UserError(
                f"claims=latent_arithmetic: {split.name} has one class, {split.classes[0]!r}; a difference "
                "of class means takes two"
            )
        # Classes that only `unseen` holds have rows in neither part, and no part in this.
        for label in np.union1d(split.train.y, split.test.y):
            for part, rows in (("training", split.train), ("test", split.test)):
                if label not in rows.y:
                    raise UserError(
                        f"claims=latent_arithmetic: class {split.classes[label]!r} has no {part} rows; it "
                        "takes one or more"
                    )

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """The shares with their intervals; raises UserError without an autoencoder."""
        synthesizer, split = subject.synthesizer, subject.split
        if not isinstance(synthesizer, Encoding):
            raise UserError(
                "claims=latent_arithmetic: there is no latent without an autoencoder; choose autoencoder=..."
            )
        chosen = few_of_each(split.test.y, self.rows, child_seed(seed, "rows"))
        starts = {label: split.test.x[index] for label, index in chosen.items()}
        pairs = chosen_pairs(sorted(starts), self.pairs, child_seed(seed, "pairs"))
        moved = arms(synthesizer, split, starts, pairs, child_seed(seed, "directions"))
        moved["ceiling"] = list(starts.values())
        every = [x for blocks in moved.values() for x in blocks]
        x, judge = np.concatenate(every).astype(np.float32), child_seed(seed, "judge")
        options = {"trees": self.trees, "levels": LEVELS, "cache": subject.about.cache}
        called = forest_predictions(few(split.train, LEARNING, seed), x, seed=judge, **options)
        blocks = iter(np.split(called, np.cumsum([len(x) for x in every])[:-1]))
        judged = {key: [next(blocks) for _ in found] for key, found in moved.items()}
        real = dict(zip(starts, judged.pop("ceiling"), strict=True))
        # By the class that the rows come from: what is drawn again together stays together.
        outcomes = {
            key: [(a, (found == b).astype(float)) for (a, b), found in zip(pairs, hits, strict=True)]
            for key, hits in judged.items()
        }
        outcomes["ceiling"] = [(b, (real[b] == b).astype(float)) for _, b in pairs]
        outcomes["over_rows"] = [
            (a, one - other) for (a, one), (_, other) in zip(outcomes["shifted"], outcomes["rows"], strict=True)
        ]
        seed = child_seed(seed, "resamples")
        found = {key: interval_over_rows(hits, seed=seed, signed=key == "over_rows") for key, hits in outcomes.items()}
        chance, numbers = {"shifted": found["random"][0], "over_rows": 0.0}, []
        for key in filter(found.__contains__, TEXTS):
            value, low, high = found[key]
            n = sum(len(values) for _, values in outcomes[key])
            numbers += claim(f"arithmetic/{key}", TEXTS[key], value, low=low, high=high, n=n, chance=chance.get(key))
        return Findings(numbers)


def arms(
    model: Encoding, split: Split, starts: dict[int, np.ndarray], pairs: Pairs, seed: int
) -> dict[str, list[np.ndarray]]:
    """Arm -> the rows (n_a, d) that each pair (a, b) ends with."""
    rng, train = np.random.default_rng(seed), split.train
    means, rows = (class_means(x, train.y, np.float64) for x in (model.encode(train.x), train.x))
    latents = {label: model.encode(x) for label, x in starts.items()}
    moved: dict[str, list[np.ndarray]] = defaultdict(list)
    for a, b in pairs:
        z, step = latents[a], means[b] - means[a]
        arrows = rng.normal(size=z.shape)
        arrows *= np.linalg.norm(step) / np.linalg.norm(arrows, axis=1, keepdims=True)
        moved["shifted"].append(z + step)
        moved["unshifted"].append(z)
        moved["random"].append(z + arrows)
        if others := [label for label in starts if label not in (a, b)]:
            moved["third"].append(z + (means[rng.choice(others)] - means[a]))
    cuts = np.cumsum([len(starts[a]) for a, _ in pairs])[:-1]
    found = {key: np.split(model.decode(np.concatenate(z).astype(np.float32)), cuts) for key, z in moved.items()}
    found["rows"] = [starts[a] + (rows[b] - rows[a]) for a, b in pairs]
    if split.bounded:
        # The competitor keeps to what is known of clean rows, as decoders do.
        found["rows"] = [np.clip(x, 0.0, 1.0) for x in found["rows"]]
    return found


def chosen_pairs(labels: list[int], most: int, seed: int) -> Pairs:
    """All ordered pairs of different labels, or a random `most` of them, in order."""
    pairs = list(permutations(labels, 2))
    return [pairs[index] for index in at_most(len(pairs), most, seed)]
