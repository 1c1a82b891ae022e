"""Law: how two rows of one class differ, learned over all classes, tells where another row of a class would be."""

import hashlib
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import (
    About,
    NaturalInt,
    NonNegative,
    Plain,
    Positive,
    PositiveInt,
    PositiveShare,
    Rows,
    Samples,
    SeveralInt,
    UserError,
    child_seed,
)
from inn_experiments.maths.heights import Seen, seen_as
from inn_experiments.maths.moments import evenly
from inn_experiments.nets.curve_law import CurveLaw
from inn_experiments.nets.law import PeakLaw
from inn_experiments.synthesizers.given_law import blended, folder_of, given_law
from inn_experiments.training.batches import Batch, Blocks, Draw
from inn_experiments.training.files import WEIGHTS
from inn_experiments.training.trained import Fitted, seeded
from inn_experiments.training.trainer import Trainer
from inn_experiments.training.variation import Variation, gathered, pairs, subsets

LAWS = {"peaks": PeakLaw, "curves": CurveLaw}
# Steps, pairs a step and width where none are given.
USUAL = {"peaks": (800, 48, 64), "curves": (300, 16, 16)}
# Steps between two points of the curves, codes that are kept, rows that are made at once, and contexts that a row is
# judged under.
EPOCH, CODES, BLOCK, JUDGES = 10, 512, 512, 4
VALIDATION_ROWS = 256


@dataclass(eq=False)
class Law(Fitted):
    """Set-conditional generation: p(another row of the class | 1 to `context` of its rows), one law for all classes.

    C classes of k rows have C k (k - 1) ordered pairs, enough to learn how rows of one class differ, where k rows are
    too few to learn a class. A row is made of a random part of its class' training rows as context and of a code that
    a training pair had. A class with one row borrows the law of the others.

    Args:
        trainer: settings of the machine, the training's numbers being the law's own.
        steps: of the training; with `pretrained`, 0 uses that law as it is; None: 800 for peaks, 300 for curves.
        batch: pairs a step; None: 48 of peaks, 16 of curves.
        latent: width of the code of peaks.
        hidden: width of the inner layers; None: 64 for peaks, 16 for curves.
        context: rows of a class that are looked at, at most.
        beta: weight of the codes' divergence.
        seen: what is learned of rows: chances and heights of `peaks`, or differences of `curves`; `auto`: peaks where
            rows lie in [0, 1] and have zeros enough.
        pretrained: a kept law, its folder or its weights.pt, that the training starts from; its own widths hold.
        keep: share of the rows made that is handed out, the least sure being left out.
        shuffled: the classes of the rows that pairs are made of are permuted: a negative control.
    """

    AFTERWARDS = ("keep",)
    LEARNED = ("background", "codes", "shape")
    ROWS = ("x", "y")

    trainer: Trainer
    steps: NaturalInt | None = None
    batch: SeveralInt | None = None
    learning_rate: Positive = 3e-3
    latent: PositiveInt = 8
    hidden: PositiveInt | None = None
    context: PositiveInt = 4
    beta: NonNegative = 0.5
    seen: Seen = "auto"
    pretrained: str | None = None
    keep: PositiveShare = 1.0
    shuffled: bool = False

    @classmethod
    def decisive(cls, settings: dict[str, Plain]) -> dict[str, Plain]:
        """As of every generator; of the pretrained law its content counts, not where it lies."""
        found, folder = super().decisive(settings), folder_of(settings.get("pretrained"))
        if folder and (folder / WEIGHTS).is_file():
            found["pretrained"] = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
        return found

    @property
    def net(self) -> PeakLaw | CurveLaw:
        """The law itself, once there is one."""
        return self.networks["law"]

    def fit(self, train: Rows, about: About, *, seed: int, val: Rows | None = None) -> None:
        """Learn from the pairs of `train`; `val` is only looked at for the validation curve.

        Raises UserError where no class has two rows and no law is given.
        """
        train = train.held()
        self.about, self.x, self.y = about, train.x, train.y
        self.curves, self.seconds = {}, 0.0
        kind = seen_as(self.seen, train.x, about.bounded)
        steps, batch, hidden = USUAL[kind]
        steps, batch = steps if self.steps is None else self.steps, self.batch or batch
        given = given_law(self.pretrained, kind, train.x.shape[1])
        self.shape = given["shape"] if given else {"seen": kind, "latent": self.latent, "hidden": self.hidden or hidden}
        with seeded(child_seed(seed, "weights")):
            self._assemble()
        rows, labels = self.net.encoded(torch.tensor(train.x)), torch.tensor(train.y)
        if self.shuffled:
            order = np.random.default_rng(child_seed(seed, "shuffled")).permutation(len(labels))
            labels = labels[torch.from_numpy(order)]
        classes = [(labels == label).nonzero()[:, 0] for label in labels.unique()]
        paired = [members for members in classes if len(members) > 1]
        background = self.net.background(rows, labels)
        if given:
            self.net.load_state_dict(given["weights"]["law"])
            background = blended(background, len(train), given["background"])
            self.codes = given["codes"]
        elif not paired:
            raise UserError(
                "generator law: every class has one training row, so there is no pair to learn from how rows of a "
                "class differ; give some class two, or a law of other rows: generator.pretrained=FOLDER"
            )
        self.background = torch.cat([background, torch.full((1, rows.shape[1]), float(len(train)))]).numpy()
        if paired and (steps or not given):
            objective = self._objective(rows, background, labels, val, seed)
            self._train(objective, pairs(paired, self.context, objective.draws), steps, batch)
        self.fitted = True

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,), with how sure the law is of each; UserError for one without training rows."""
        self.check_fitted("sample")
        y = np.array(labels, dtype=np.int64)
        known = np.unique(self.y)
        if len(missing := np.setdiff1d(y, known)):
            raise UserError(
                f"generator law: labels asks for class {missing[0]}, which had no training row; "
                f"classes that were fitted: {known.tolist()}"
            )
        x, sure = np.empty((len(y), self.x.shape[1]), np.float32), np.empty(len(y), np.float32)
        for label in np.unique(y):
            wanted = y == label
            # One stream per class: asking for another class as well does not change this one's rows.
            draws = torch.Generator().manual_seed(child_seed(seed, f"law/class/{label}"))
            x[wanted], sure[wanted] = self._surest(int(label), int(wanted.sum()), draws)
        return Samples(x, y, sure=sure)

    def _assemble(self) -> None:
        self.networks = {"law": LAWS[self.shape["seen"]](self.shape["latent"], self.shape["hidden"]).eval()}

    def _objective(self, rows: Tensor, background: Tensor, labels: Tensor, val: Rows | None, seed: int) -> Variation:
        draws = torch.Generator().manual_seed(child_seed(seed, "examples"))
        seen, validation = self._validation(rows, labels, val, child_seed(seed, "validation"))
        objective = Variation(self.net, seen, background, self.beta, draws, validation)
        objective.setting = "generator.learning_rate"
        return objective

    def _train(self, objective: Variation, draw: Draw, steps: int, batch: int) -> None:
        """Train, and keep codes of training pairs."""
        trainer = replace(self.trainer, epochs=-(-steps // EPOCH) or 1, batch=batch, learning_rate=self.learning_rate)
        trainer.resume = self.trainer.resume
        if steps:
            asked, width = batch * min(steps, EPOCH), objective.rows.shape[1]
            [self.curves], self.seconds = trainer.fit(objective, Blocks(asked, width, draw, batch, objective.draws))
        codes = [objective.codes(draw(torch.arange(batch))) for _ in range(-(-CODES // batch))]
        self.codes = torch.cat(codes)[:CODES].numpy()

    def _validation(self, rows: Tensor, labels: Tensor, val: Rows | None, seed: int) -> tuple[Tensor, Batch | None]:
        """The rows that a batch can point at, and pairs of validation rows with contexts of training rows."""
        index = evenly(len(val))[:VALIDATION_ROWS] if val else []
        index = [row for row in index if val.y[row] in self.y]
        if not len(index):
            return rows, None
        draws = torch.Generator().manual_seed(seed)
        context = torch.cat([self._contexts(int(val.y[row]), 1, draws) for row in index])
        more = self.net.encoded(torch.tensor(val.x[index]))
        return torch.cat([rows, more]), (len(rows) + torch.arange(len(index)), context)

    def _contexts(self, label: int, count: int, draws: torch.Generator) -> Tensor:
        """Indices (count, context) of random parts of a class' training rows; -1 is none."""
        members = torch.from_numpy(np.flatnonzero(self.y == label))
        chosen = members[subsets(torch.full((count,), len(members)), self.context, draws)]
        sizes = 1 + (torch.rand(count, 1, generator=draws) * chosen.shape[1]).long()
        chosen = chosen.masked_fill(torch.arange(chosen.shape[1]) >= sizes, -1)
        return torch.nn.functional.pad(chosen, (0, self.context - chosen.shape[1]), value=-1)

    def _surest(self, label: int, count: int, draws: torch.Generator) -> tuple[np.ndarray, np.ndarray]:
        """`count` new rows (count, d) of a class, and how sure the law is of them."""
        parts = [
            self._draw(label, len(part), draws) for part in torch.arange(math.ceil(count / self.keep)).split(BLOCK)
        ]
        x, sure = (np.concatenate(part) for part in zip(*parts, strict=True))
        # In the order in which they were made.
        best = np.sort(np.argsort(-sure, kind="stable")[:count])
        return x[best], sure[best]

    @torch.no_grad()
    def _draw(self, label: int, count: int, draws: torch.Generator) -> tuple[np.ndarray, np.ndarray]:
        codes, background = torch.as_tensor(self.codes), torch.tensor(self.background)[:-1]
        rows = self.net.encoded(torch.tensor(self.x))

        def told() -> tuple[Any, Tensor, Tensor]:
            context = self._contexts(label, count, draws)
            code = codes[torch.randint(len(codes), (count,), generator=draws)]
            return self.net.look(*gathered(rows, context), background), code, context[:, 0]

        seen, z, source = told()
        made = self.net.drawn(seen, z, draws)
        empty = made.abs().amax(1) == 0
        made[empty] = rows[source[empty]]
        others = [self.net.likelihood(seen, made, z) for seen, z, _ in (told() for _ in range(JUDGES))]
        sure = torch.stack(others).logsumexp(0) - math.log(JUDGES)
        x = self.net.decoded(made)
        return (x.clamp(0, 1) if self.about.bounded else x).numpy(), sure.numpy()
