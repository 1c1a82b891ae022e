"""From a configuration and the rows' properties to an unfitted generator, inside an autoencoder or not."""

from __future__ import annotations

from typing import Any

from omegaconf import DictConfig

from inn_experiments.configuration import cell as config
from inn_experiments.contracts import Split, Synthesizer
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


def build(cfg: DictConfig, split: Split) -> Synthesizer:
    """The unfitted generator of `cfg`, told what the classes are called and, where it asks, their chemistry.

    Inside an autoencoder the generator makes latents, which are not bounded; the decoder's rows are.
    """
    if cfg.choices.autoencoder == "none":
        return _generator(cfg, split, split.bounded)
    autoencoder = config.build(
        cfg.autoencoder,
        trainer=config.build(cfg.trainer),
        bounded=split.bounded,
        shape=split.shape,
        **_chemistry(cfg, split),
    )
    return Latent(autoencoder, _generator(cfg, split, bounded=False))


def reference(synthesizer: Any, split: Split) -> Synthesizer:
    """A generator that knows no parts, told whether rows are bounded and what the classes are called."""
    synthesizer.bounded, synthesizer.classes = split.bounded, split.classes
    return synthesizer


def _generator(cfg: DictConfig, split: Split, bounded: bool) -> Synthesizer:
    reads = cfg.generator.get("reads", [])
    parts = {name: config.build(cfg[name]) for name in PARTS if name in reads}
    if not parts:
        generator = config.build(cfg.generator)
        generator.bounded, generator.classes = bounded, split.classes
        return generator
    told = _chemistry(cfg, split) if "conditioning" in reads else {"classes": split.classes}
    return config.build(cfg.generator, **parts, bounded=bounded, **told)


def _chemistry(cfg: DictConfig, split: Split) -> dict[str, Any]:
    return {"classes": split.classes, "smiles": split.smiles, "cache": config.outputs(cfg) / "cache"}
