"""Diffusion: a denoiser trained on corrupted rows, and rows sampled from noise (paper, Section 8)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from inn_experiments.contracts import Rows, Samples, UserError
from inn_experiments.contracts.limits import Share
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.maths.moments import Moments
from inn_experiments.maths.posterior import forward_chain
from inn_experiments.maths.samplers import KEPT, drawn
from inn_experiments.synthesizers.denoiser import walked
from inn_experiments.synthesizers.labels import check_labels
from inn_experiments.training.denoising import DenoisingModule
from inn_experiments.training.denoising_batches import DenoisingBatches, Examples
from inn_experiments.training.trainer import Trainer
from inn_experiments.training.weights import read_weights

# Rows that go through the sampler at once.
BLOCK = 4096
# Rows of the validation curve at most: it need not be finer than this.
VALIDATION_ROWS = 2048
# More values than this among the states on the way, and only the rows themselves are handed back.
STATE_VALUES = 20_000_000


class Diffusion:
    """Gaussian diffusion of rows standardised by one mean and deviation, told which class a row is of.

    Args: the parts are the config groups of the same names; network is a factory. ema: decay of the average
    of the weights that is sampled from, 0 for the last weights. clip: keep every estimate of the clean row in
    the range of the training rows' values while sampling. bounded: clean rows lie in [0, 1], and are kept
    there in the same way. classes, smiles: names and SMILES of the classes, for the conditioning; cache:
    folder for its embeddings.

    Raises UserError where the sampler visits more levels than the schedule has.
    """

    def __init__(
        self,
        network: Callable[..., nn.Module],
        parameterization: Any,
        schedule: Any,
        sampler: Any,
        conditioning: Any,
        trainer: Trainer,
        ema: Share = 0.0,
        clip: bool = False,
        bounded: bool = False,
        classes: tuple[str, ...] = (),
        smiles: tuple[tuple[str, ...], ...] | None = None,
        cache: Path | None = None,
    ) -> None:
        sampler.times(schedule.steps)
        if not 0 <= ema < 1:
            raise UserError(f"generator.ema must be in [0, 1), got {ema}: 1 would keep the random start for ever")
        self.network, self.schedule, self.sampler = network, schedule, sampler
        self.parameterization = parameterization.on(schedule)
        self.conditioning, self.trainer, self.ema, self.bounded = conditioning, trainer, ema, bounded
        self.clip, self.classes, self.smiles, self.cache = clip, classes, smiles, cache
        self.curves: dict[str, tuple[list[int], list[float]]] = {}
        self.seconds = 0.0

    @property
    def parameters(self) -> int:
        """Trainable numbers of the network."""
        return sum(p.numel() for p in self.net.parameters())

    def fit(self, train: Rows, val: Rows, *, seed: int) -> None:
        """Train on `train`; `val` is only looked at for the validation curve."""
        names = self.classes or tuple(str(label) for label in range(int(train.y.max()) + 1))
        self.table = torch.as_tensor(self.conditioning.table(names, self.smiles, self.cache), dtype=torch.float32)
        self.seen = np.unique(train.y)
        moments = Moments.of(train.x)
        self.mean, self.std = moments.mean, moments.deviation or 1.0
        self.range = float(train.x.min()), float(train.x.max())
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(child_seed(seed, "weights"))
            self._assemble(train.x.shape[1])
        module = DenoisingModule(
            self.net,
            self.trainer.learning_rate,
            self.trainer.weight_decay,
            self.trainer.epochs,
            self.ema,
            self._validation(val, seed),
        )
        self.seconds = self.trainer.fit(module, self._batches(train, seed, "examples"))
        self.net, self.curves = module.sampled, module.curves
        self.net.requires_grad_(False)

    def sample(self, labels: np.ndarray, *, seed: int) -> Samples:
        """Rows of the asked classes (n,), with about eight states on the way from the noise where they are
        few.

        Raises UserError for a class without training rows, unless the conditioning is open to such.
        """
        y = np.array(labels, dtype=np.int64)
        check_labels(y, self.conditioning, self.seen, len(self.table))
        generator = torch.Generator().manual_seed(child_seed(seed, "sample"))
        # The start and KEPT more; of many rows the last alone.
        few = len(y) * self.features * (KEPT + 1) <= STATE_VALUES
        states = self._blocks(y, None, generator, KEPT, 0 if few else -1)
        return Samples(states[-1].copy(), y, states if few else None)

    def diffuse(self, x: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """(levels (T+1,), states (T+1, n, d)) of rows x (n, d) on their way into noise, level by level."""
        generator = torch.Generator().manual_seed(child_seed(seed, "diffuse"))
        start = (torch.tensor(x, dtype=torch.float32) - self.mean) / self.std
        states = forward_chain(start, self.schedule, generator).mul_(self.std).add_(self.mean)
        return np.arange(self.schedule.steps + 1), states.numpy()

    def reverse(self, start: np.ndarray, y: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """(levels (k+1,), states (k+1, n, d)): every state of the sampler from `start` (n, d) at level T on.

        `start` is in the rows' normalised units, as all states are; `y` (n,) are the classes of the rows that
        are wanted. Raises UserError as `sample` does.
        """
        y = np.array(y, dtype=np.int64)
        check_labels(y, self.conditioning, self.seen, len(self.table))
        generator = torch.Generator().manual_seed(child_seed(seed, "restore"))
        states = self._blocks(y, np.asarray(start, dtype=np.float32), generator, None, 0)
        return np.array(self.sampler.times(self.schedule.steps)), states

    def signal(self) -> np.ndarray:
        """alpha at the levels 0..T (T+1,) float64: the share of a row that is left there."""
        return self.schedule.alpha_bar().sqrt().numpy()

    def training_key(self) -> dict[str, Any]:
        """What this generator adds to what decides the trained weights; the sampler and `clip` do not."""
        return {"ema": self.ema, "bounded": self.bounded, "classes": len(self.classes)}

    def resume_in(self, folder: Path) -> None:
        """Keep the state of an unfinished training in `folder`, or go on from the one that is there."""
        self.trainer.resume = folder

    def save(self, folder: Path) -> None:
        """Weights (a plain state dict), statistics and conditions (npz) and curves (json) into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(self.net.state_dict(), folder / "weights.pt")
        np.savez(
            folder / "diffusion.npz",
            features=self.features,
            mean=self.mean,
            std=self.std,
            range=self.range,
            seen=self.seen,
            table=self.table.numpy(),
        )
        record = {"curves": self.curves, "seconds": self.seconds}
        (folder / "curves.json").write_text(json.dumps(record), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """What `save` wrote, read without unpickling; the network must be configured as it was."""
        for name in ("weights.pt", "diffusion.npz", "curves.json"):
            if not (folder / name).is_file():
                raise UserError(
                    f"generator diffusion: {folder / name} is missing; give the folder of a saved generator"
                )
        with np.load(folder / "diffusion.npz", allow_pickle=False) as kept:
            self.mean, self.std, self.seen = float(kept["mean"]), float(kept["std"]), kept["seen"]
            self.range = tuple(kept["range"].tolist())
            self.table = torch.as_tensor(kept["table"])
            self._assemble(int(kept["features"]))
        self.net.load_state_dict(read_weights(folder / "weights.pt"))
        self.net.eval().requires_grad_(False)
        record = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
        self.curves = {name: (list(e), list(v)) for name, (e, v) in record["curves"].items()}
        self.seconds = record["seconds"]

    def _assemble(self, features: int) -> None:
        self.features = features
        self.net = self.network(features=features, steps=self.schedule.steps, conditions=self.table.shape[1])

    def _batches(self, rows: Rows, seed: int, name: str) -> DenoisingBatches:
        generator = torch.Generator().manual_seed(child_seed(seed, name))
        return DenoisingBatches(
            rows.x,
            rows.y,
            self.table,
            self.mean,
            self.std,
            self.schedule,
            self.parameterization,
            self.trainer.batch,
            generator,
        )

    def _validation(self, val: Rows, seed: int) -> Examples | None:
        if len(val) == 0:
            return None
        batches = self._batches(val, seed, "validation")
        return batches.draw(torch.randperm(len(val), generator=batches.generator)[:VALIDATION_ROWS])

    def _device(self) -> torch.device:
        wanted = self.trainer.accelerator != "cpu" and torch.accelerator.is_available()
        return torch.accelerator.current_accelerator() if wanted else torch.device("cpu")

    def _blocks(
        self, y: np.ndarray, start: np.ndarray | None, generator: torch.Generator, kept: int | None, first: int
    ) -> np.ndarray:
        """States (k, n, d) from number `first` on, a block of rows at a time; start None: standard noise."""
        device = self._device()
        self.net.to(device)
        allowed = (0.0, 1.0) if self.bounded else self.range if self.clip else None
        clip = allowed and tuple((value - self.mean) / self.std for value in allowed)
        parts = []
        for rows in torch.arange(len(y)).split(BLOCK):
            labels = torch.as_tensor(y)[rows]
            z = self.table[labels].to(device) if self.table.shape[1] else None
            if start is None:
                state = drawn(torch.empty(len(rows), self.features, device=device), generator)
            else:
                state = torch.from_numpy(start)[rows].sub(self.mean).div(self.std).to(device)
            states = walked(
                self.net, self.parameterization, self.schedule, self.sampler, state, z, generator, clip=clip, kept=kept
            )[first:]
            states.mul_(self.std).add_(self.mean)
            if self.bounded:
                # Where rounding has left the interval again.
                states[-1].clamp_(0, 1)
            parts.append(states.cpu().numpy())
        self.net.cpu()
        return np.concatenate(parts, axis=1)
