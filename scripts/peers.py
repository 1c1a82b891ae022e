"""What benchmark_peers.py measures; it runs where the peers are installed."""

import contextlib
import importlib
import importlib.machinery
import sys
import tempfile
import types
from collections.abc import Callable

import torch
from diffusers import UniPCMultistepScheduler
from made_rows import made_up
from timing import least
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from inn_experiments.maths.parameterization import X0, Epsilon
from inn_experiments.maths.samplers import Denoiser
from inn_experiments.maths.schedules import Linear
from inn_experiments.maths.unipc import UniPC
from inn_experiments.nets.mlp import Mlp
from inn_experiments.training.batches import Blocks, cut, examples
from inn_experiments.training.fitting import Fitting
from inn_experiments.training.objectives import Denoising

LEVELS, CALLS, EPOCH, ROWS = 1000, 10, 15, 1024
# Layers, width, embedding, values of a row, batch.
SHAPES = ((6, 512, 128, 512, 256), (6, 256, 128, 40, 128), (3, 128, 32, 2, 256))


def compare(blocks: int) -> None:
    """Print a line for each network's step, and one for each sampler."""
    torch.set_num_threads(1)
    print(f"{'step of':28}{'floor':>9}{'ours':>9}{'ratio':>7}{'peer':>9}{'/ ours':>8}  (ms)")
    for layers, hidden, embedding, features, batch in SHAPES:

        def net(layers=layers, hidden=hidden, embedding=embedding, features=features) -> Mlp:
            torch.manual_seed(0)
            return Mlp(features, LEVELS, 0, layers=layers, hidden=hidden, embedding=embedding)

        tell(f"{layers} x {hidden}, batch {batch}", *steps(net, features, hidden, batch, blocks))
    samplers(blocks)


def tell(name: str, floor: float, ours: float, peer: float) -> None:
    """Print seconds as milliseconds, and their ratios."""
    figures = f"{floor * 1e3:9.3f}{ours * 1e3:9.3f}{ours / floor:7.2f}{peer * 1e3:9.3f}{peer / ours:8.2f}"
    print(f"{name:28}{figures}", flush=True)


def steps(net: Callable[[], Mlp], features: int, hidden: int, batch: int, blocks: int) -> tuple[float, float, float]:
    """Processor seconds of a step: floor, ours, the peer's."""
    rows = made_up(EPOCH * batch, features).train
    with tempfile.TemporaryDirectory() as folder:
        a, b = torch.randn(batch, hidden), torch.randn(hidden, hidden)
        ours, count = our_epoch(net(), rows.x, batch)
        works = {"ours": ours, "peer": peer_epoch(net(), rows.x, batch, folder)}
        best = {name: seconds / EPOCH for name, seconds in least(works, blocks, steps=1).items()}
        product = least({"product": lambda: a @ b}, blocks, steps=100)["product"]
    return count * product / (2 * batch * hidden**2), best["ours"], best["peer"]


def our_epoch(net: Mlp, x, batch: int) -> tuple[Callable[[], None], int]:
    """An epoch of our training, and the FLOPs of one of its steps."""
    draws = torch.Generator().manual_seed(0)

    def seen(index: Tensor) -> tuple[Tensor, Tensor]:
        return torch.from_numpy(x[index.numpy()]), torch.empty(len(index), 0)

    draw = examples(seen, Linear(LEVELS), Epsilon(), draws)
    blocks, objective = Blocks(len(x), x.shape[1], draw, batch, draws), Denoising(net, 0.995).train()
    optimizers, _ = Fitting(objective, 1, batch, 1e-4, 0.0).configure_optimizers()

    def epoch() -> None:
        for block in blocks:
            for part in cut(block, batch):
                objective.step(part, optimizers)

    with FlopCounterMode(display=False) as counter:
        epoch()
    return epoch, counter.get_total_flops() // EPOCH


class OneChannel(nn.Module):
    """Our network as the peer calls one: rows (n, 1, d), levels from 0."""

    channels, self_condition = 1, False

    def __init__(self, net: Mlp) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """The network's answer (n, 1, d)."""
        return self.net(x[:, 0], t + 1)[:, None]


def peer_epoch(net: Mlp, x, batch: int, folder: str) -> Callable[[], None]:
    """An epoch of the peer's own trainer."""
    peer = one_dimensional()
    # Its bar is no work, and would be drawn on the terminal.
    peer.tqdm = lambda **_: tqdm(disable=True)
    model = peer.GaussianDiffusion1D(
        OneChannel(net),
        seq_length=x.shape[1],
        timesteps=LEVELS,
        objective="pred_noise",
        beta_schedule="linear",
        auto_normalize=False,
    )
    rows = peer.Dataset1D(torch.from_numpy(x)[:, None])
    trainer = peer.Trainer1D(
        model, rows, train_batch_size=batch, train_num_steps=0, save_and_sample_every=10**9, results_folder=folder
    )
    trainer.dl = peer.cycle(trainer.accelerator.prepare(DataLoader(rows, batch_size=batch, shuffle=True)))

    def epoch() -> None:
        trainer.train_num_steps += EPOCH
        with contextlib.redirect_stdout(None):
            trainer.train()

    return epoch


def one_dimensional() -> types.ModuleType:
    """The peer's module of 1-D diffusion, without its package's others, which need torchvision."""
    found = importlib.machinery.PathFinder.find_spec("denoising_diffusion_pytorch")
    package = types.ModuleType(found.name)
    package.__path__ = found.submodule_search_locations
    sys.modules[found.name] = package
    return importlib.import_module("denoising_diffusion_pytorch.denoising_diffusion_pytorch_1d")


@torch.no_grad()
def samplers(blocks: int) -> None:
    """Print seconds a call of both samplers over the network's own, and how far their rows differ."""
    layers, hidden, embedding, features, _ = SHAPES[0]
    torch.manual_seed(0)
    net = Mlp(features, LEVELS, 0, layers=layers, hidden=hidden, embedding=embedding).eval()
    start, ways = torch.randn(ROWS, features), X0()
    alphas, sigmas = (part.float()[:, None] for part in Linear(LEVELS).levels())

    def learned(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        return ways.split(net(x, t), x, alphas[t], sigmas[t], t)

    def points(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        alpha, sigma = (part[t][:, None] for part in Linear(LEVELS).levels())
        clean = torch.tanh(alpha * x / sigma**2)
        return clean, (x - alpha * clean) / sigma

    t = torch.full((ROWS,), LEVELS // 2)
    works = {
        "floor": lambda: net(start, t),
        "ours": lambda: ours(learned, start),
        "peer": lambda: theirs(learned, start),
    }
    best = least(works, blocks, steps=2)
    print(f"{'call of':28}{'floor':>9}{'ours':>9}{'ratio':>7}{'peer':>9}{'/ ours':>8}  (ms)")
    tell(f"UniPC-{CALLS}, {layers} x {hidden}, {ROWS} rows", best["floor"], best["ours"] / CALLS, best["peer"] / CALLS)
    differ = {"network": (learned, start), "two points": (points, start.double())}
    for name, given in differ.items():
        one, other = ours(*given), theirs(*given)
        print(f"differ, {name:20}{float((one - other).abs().max() / one.std()):9.1e}", flush=True)


def ours(denoise: Denoiser, start: Tensor) -> Tensor:
    """The rows that our sampler makes."""
    return UniPC(CALLS)(denoise, start, Linear(LEVELS), torch.Generator())[-1]


def theirs(denoise: Denoiser, start: Tensor) -> Tensor:
    """The rows that the peer's sampler makes."""
    share = Linear(LEVELS).alpha_bar()
    sampler = UniPCMultistepScheduler(
        LEVELS,
        trained_betas=(1 - share[1:] / share[:-1]).numpy(),
        solver_order=2,
        prediction_type="sample",
        solver_type="bh2",
        timestep_spacing="trailing",
    )
    sampler.set_timesteps(CALLS)
    x = start
    for t in sampler.timesteps:
        clean, _ = denoise(x, torch.full((len(x),), int(t) + 1))
        x = sampler.step(clean, t, x).prev_sample
    return x
