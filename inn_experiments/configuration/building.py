"""From option nodes to an unfitted synthesizer: a generator, inside an autoencoder or not."""

from __future__ import annotations

from typing import Any

from omegaconf import DictConfig, OmegaConf

from inn_experiments.configuration import targets
from inn_experiments.contracts import Synthesizer
from inn_experiments.synthesizers.latent import Latent

PARTS = (
    "method",
    "network",
    "prime",
    "sampling",
    "loss",
    "parameterization",
    "schedule",
    "sampler",
    "conditioning",
    "trainer",
)
"""Groups that a generator is handed as objects, where it reads them."""

Nodes = dict[str, dict[str, Any]]
"""Group -> the plain node of its option."""


def build(cfg: DictConfig) -> Synthesizer:
    """The unfitted synthesizer of `cfg`."""
    return assemble(parts(cfg))


def parts(cfg: DictConfig) -> Nodes:
    """The nodes that its synthesizer is made of: its recipe."""
    plain = OmegaConf.to_container(cfg, resolve=True)
    reads = plain["generator"].get("reads") or []
    named = ["generator", *(name for name in PARTS if name in reads)]
    if cfg.choices.autoencoder != "none":
        named += ["autoencoder", "trainer"]
    return {name: plain[name] for name in named}


def assemble(nodes: Nodes) -> Synthesizer:
    """The unfitted synthesizer of these nodes."""
    reads = nodes["generator"].get("reads") or []
    made = {name: targets.build(nodes[name]) for name in PARTS if name in reads}
    generator = targets.build(nodes["generator"], **made)
    if "autoencoder" not in nodes:
        return generator
    # A trainer of its own: two trainings that go on must not share a checkpoint.
    return Latent(targets.build(nodes["autoencoder"], trainer=targets.build(nodes["trainer"])), generator)
