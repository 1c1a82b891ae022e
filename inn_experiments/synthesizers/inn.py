"""Inn: an inversion method around a network, as something that is fitted and then makes labelled rows."""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from inn_experiments.contracts import Corrupted, Rows, Samples, UserError
from inn_experiments.contracts.limits import PositiveInt, PositiveShare, Share
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.corruption import Convex
from inn_experiments.methods.base import Method, Setting
from inn_experiments.training.batches import PairBatches
from inn_experiments.training.inversion import InversionModule
from inn_experiments.training.trainer import Trainer
from inn_experiments.training.weights import read_weights


class Inn:
    """Trains an inversion method, generates by "diffused then iterated", and offers both directions.

    Args: the parts are the config groups of the same names; network is a factory. iterations: n of equation
    (1). start: what generation iterates from: `corrupted` training rows, `prime` images of same-class convex
    combinations, or what the method's own `inverse` makes of those. level: how far corrupted rows are
    corrupted, as a share of T. prime_share: chance of a training row to enter as its prime image. bounded:
    clean rows lie in [0, 1]. classes: names for messages.
    """

    def __init__(
        self,
        network: Callable[..., nn.Module],
        method: Method,
        prime: Any,
        sampling: Any,
        loss: Any,
        parameterization: Any,
        schedule: Any,
        trainer: Trainer,
        iterations: PositiveInt = 1,
        start: Literal["corrupted", "prime", "inverse"] = "corrupted",
        level: PositiveShare = 0.5,
        prime_share: Share = 0.5,
        bounded: bool = False,
        classes: tuple[str, ...] = (),
    ) -> None:
        if iterations < 1:
            raise UserError(f"generator.iterations must be at least 1, got {iterations}")
        if not 0 < level <= 1 or not 0 <= prime_share <= 1:
            raise UserError(f"generator.level must be in (0, 1] and prime_share in [0, 1], got {level}, {prime_share}")
        self.network, self.method, self.to_prime, self.sampling = network, method, prime, sampling
        self.loss, self.parameterization, self.schedule, self.trainer = loss, parameterization, schedule, trainer
        self.iterations, self.start, self.level, self.prime_share = iterations, start, level, prime_share
        self.bounded, self.classes = bounded, classes
        self.curves: dict[str, tuple[list[int], list[float]]] = {}
        self.seconds = 0.0

    @property
    def parameters(self) -> int:
        """Trainable numbers, both networks of the implicit method included."""
        return sum(p.numel() for p in self.method.parameters())

    def fit(self, train: Rows, val: Rows, *, seed: int) -> None:
        """Train on `train`; `val` is only looked at for the validation curve."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(child_seed(seed, "weights"))
            self._assemble(train)
        generator = torch.Generator().manual_seed(child_seed(seed, "pairs"))
        batches = PairBatches(
            self.x,
            self.y,
            self.to_prime(self.x, self.y),
            self.sampling,
            self.schedule.steps,
            self.trainer.batch,
            self.prime_share,
            generator,
        )
        module = InversionModule(
            self.method,
            self.trainer.learning_rate,
            self.trainer.weight_decay,
            self.trainer.epochs,
            self._validation(val, seed),
        )
        self.seconds = self.trainer.fit(module, batches)
        self.curves = module.curves

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,), with every state of the iteration from the start on."""
        y = torch.tensor(np.asarray(labels, dtype=np.int64))
        generator = torch.Generator().manual_seed(child_seed(seed, "sample"))
        index = self._rows_of(y, generator)
        with torch.no_grad():
            if self.start == "corrupted":
                level = torch.full((len(y),), max(1, round(self.level * self.schedule.steps)))
                c = self.sampling(self.x[index], y, level, generator, index)
                states = [c.x_t, *self.method.denoise(c.x_t, level, c.alpha, c.sigma)]
            else:
                mixed = self._mixtures()(self.x[index], y, self._top(len(y)), generator, index).x_t
                prime = self.to_prime(mixed, y) if self.start == "prime" else self._quiet_inverse(mixed)
                method = self._method_in(prime.dtype)
                states = [prime, *method.denoise(prime, method.terminal(prime))]
        shown = torch.stack(states).to(self.x.dtype).numpy()
        return Samples(shown[-1].copy(), y.numpy(), shown)

    def prime(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The prime images (n, d) of rows x (n, d) of classes y (n,)."""
        return self.to_prime(torch.as_tensor(x), torch.as_tensor(y)).numpy()

    def corrupt(self, x: np.ndarray, y: np.ndarray, *, seed: int, t: np.ndarray | None = None) -> Corrupted:
        """Rows x (n, d) at levels t (n,), or drawn uniformly from 1..T; partners of convex rows are training rows."""
        generator = torch.Generator().manual_seed(child_seed(seed, "corrupt"))
        drawn = torch.randint(1, self.schedule.steps + 1, (len(x),), generator=generator)
        levels = drawn if t is None else torch.as_tensor(t)
        return self.sampling(torch.as_tensor(x), torch.as_tensor(y), levels, generator)

    def denoise(self, corrupted: Corrupted) -> np.ndarray:
        """The clean rows (n, d) that the network sees in corrupted ones."""
        with torch.no_grad():
            c = corrupted
            return self.method.denoise(c.x_t, c.t, c.alpha, c.sigma)[-1].numpy()

    def forward(self, prime: np.ndarray) -> np.ndarray:
        """Prime space -> clean rows, both (n, d); in float64 where the rows are, as a walk's answers may be."""
        rows = torch.as_tensor(prime)
        with torch.no_grad():
            return self._method_in(rows.dtype).forward(rows).numpy()

    def inverses(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """Clean rows -> prime space, both (n, d): `inverse` is the method's answer, others stand beside it."""
        with torch.no_grad():
            return {name: rows.numpy() for name, rows in self.method.inverses(torch.as_tensor(x)).items()}

    def conditioning(self) -> list[dict[str, Any]]:
        """One dict per layer of the last backward walk; empty for methods that do not walk."""
        return self.method.conditioning()

    def resume_in(self, folder: Path) -> None:
        """Keep the state of an unfinished training in `folder`, or go on from the one that is there."""
        self.trainer.resume = folder

    def training_key(self) -> dict[str, Any]:
        """What this generator and its method add to the settings that decide the trained weights."""
        return {
            "method": self.method.training_key(),
            "iterations": self.iterations,
            "prime_share": self.prime_share,
            "bounded": self.bounded,
        }

    def save(self, folder: Path) -> None:
        """Weights (a plain state dict), training rows (npz) and curves (json) into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(self.method.state_dict(), folder / "weights.pt")
        np.savez(folder / "rows.npz", x=self.x.numpy(), y=self.y.numpy())
        record = {"curves": self.curves, "seconds": self.seconds}
        (folder / "curves.json").write_text(json.dumps(record), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """What `save` wrote, read without unpickling; the parts must be configured as they were."""
        for name in ("weights.pt", "rows.npz", "curves.json"):
            if not (folder / name).is_file():
                raise UserError(f"generator inn: {folder / name} is missing; give the folder of a saved generator")
        with np.load(folder / "rows.npz", allow_pickle=False) as rows:
            self._assemble(Rows(rows["x"], rows["y"]))
        self.method.load_state_dict(read_weights(folder / "weights.pt"))
        self.method.eval()
        record = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
        self.curves = {name: (list(e), list(v)) for name, (e, v) in record["curves"].items()}
        self.seconds = record["seconds"]

    def _assemble(self, train: Rows) -> None:
        self.x, self.y = torch.as_tensor(train.x), torch.as_tensor(train.y)
        self.sampling.remember(self.x, self.y, self.schedule, self._names)
        self.loss.remember(self.x)
        self.method.assemble(
            self.network,
            Setting(
                train.x.shape[1],
                self.schedule.steps,
                self.iterations,
                self.bounded,
                self.parameterization,
                self.loss,
                self.sampling,
            ),
        )

    def _validation(self, val: Rows, seed: int) -> Callable | None:
        if len(val) < 2:
            return None
        x, y = torch.as_tensor(val.x), torch.as_tensor(val.y)
        generator = torch.Generator().manual_seed(child_seed(seed, "validation"))
        corrupt = lambda rows, labels, t, g, _: self.sampling(rows, labels, t, g)
        pairs = PairBatches(
            x, y, self.to_prime(x, y), corrupt, self.schedule.steps, len(x), self.prime_share, generator
        ).draw(torch.arange(len(x)))
        return lambda: pairs

    def _rows_of(self, y: Tensor, generator: torch.Generator) -> Tensor:
        known = torch.unique(self.y).tolist()
        missing = sorted(set(y.tolist()) - set(known))
        if missing:
            raise UserError(f"no training row has label {missing[0]}; known labels: {known}")
        count = torch.bincount(self.y)
        order = torch.argsort(self.y, stable=True)
        start = torch.cumsum(count, 0) - count
        draw = torch.rand(len(y), generator=generator, dtype=torch.float64)
        return order[start[y] + (draw * count[y]).long()]

    def _method_in(self, dtype: torch.dtype) -> Method:
        # A walk answers in float64; in float32 its way forward would lose what the walk had gained.
        return self.method if dtype == torch.float32 else copy.deepcopy(self.method).double()

    @property
    def _names(self) -> tuple[str, ...]:
        return self.classes or tuple(str(label) for label in range(int(self.y.max()) + 1))

    def _mixtures(self) -> Convex:
        mixtures = Convex()
        mixtures.remember(self.x, self.y, self.schedule, self._names)
        return mixtures

    def _top(self, size: int) -> Tensor:
        return torch.full((size,), self.schedule.steps)

    def _quiet_inverse(self, x: Tensor) -> Tensor:
        # Conditioning is reported once, by the evaluation; a draw of samples need not repeat it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.method.inverse(x)
