"""From a configuration and the rows' properties to an unfitted generator, inside an autoencoder or not."""

from __future__ import annotations

from typing import Any

from inn_experiments.configuration.axes import PARTS
from inn_experiments.configuration.cell import Cell
from inn_experiments.contracts import Split, Synthesizer
from inn_experiments.synthesizers.latent import Latent


def build(cell: Cell, split: Split) -> Synthesizer:
    """The unfitted generator of `cell`, told what the classes are called and, where it asks, their chemistry.

    Inside an autoencoder the generator makes latents, which are not bounded; the decoder's rows are.
    """
    if "autoencoder" not in cell.plain:
        return _generator(cell, split, split.bounded)
    autoencoder = cell.build(
        "autoencoder",
        trainer=cell.build("trainer"),
        bounded=split.bounded,
        shape=split.shape,
        **_chemistry(cell, split),
    )
    return Latent(autoencoder, _generator(cell, split, bounded=False))


def reference(synthesizer: Any, split: Split) -> Synthesizer:
    """A generator that knows no parts, told whether rows are bounded and what the classes are called."""
    synthesizer.bounded, synthesizer.classes = split.bounded, split.classes
    return synthesizer


def _generator(cell: Cell, split: Split, bounded: bool) -> Synthesizer:
    reads = cell.plain["generator"].get("reads", [])
    parts = {name: cell.build(name) for name in PARTS if name in reads}
    if not parts:
        generator = cell.build("generator")
        generator.bounded, generator.classes = bounded, split.classes
        return generator
    told = _chemistry(cell, split) if "conditioning" in reads else {"classes": split.classes}
    return cell.build("generator", **parts, bounded=bounded, **told)


def _chemistry(cell: Cell, split: Split) -> dict[str, Any]:
    return {"classes": split.classes, "smiles": split.smiles, "cache": cell.outputs / "cache"}
