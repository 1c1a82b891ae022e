"""From option nodes to an unfitted synthesizer: a generator, inside an autoencoder or not."""

from typing import Any

from inn_experiments.configuration.axes import PARTS
from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.checks import check_option
from inn_experiments.configuration.targets import build as made
from inn_experiments.contracts import Synthesizer

Nodes = dict[str, dict[str, Any]]
"""Group -> the plain node of its option."""


def build(cell: Cell) -> Synthesizer:
    """The unfitted synthesizer of `cell`."""
    return assemble(recipe(cell))


def recipe(cell: Cell) -> Nodes:
    """The nodes that the synthesizer of `cell` is made of."""
    reads = cell.plain["generator"].get("reads") or []
    groups = ["generator", *(group for group in PARTS if group in reads)]
    if "autoencoder" in cell.plain:
        groups += ["autoencoder", "trainer"]
    return {group: cell.plain[group] for group in groups}


def assemble(nodes: Nodes) -> Synthesizer:
    """The unfitted synthesizer of these nodes."""
    reads = nodes["generator"].get("reads") or []
    generator = made(nodes["generator"], **{group: made(nodes[group]) for group in PARTS if group in reads})
    if "autoencoder" not in nodes:
        return generator
    # It imports torch, which what draws from stored rows does without.
    from inn_experiments.synthesizers.latent import Latent

    # A trainer of its own: two trainings that go on must not share a checkpoint.
    return Latent(made(nodes["autoencoder"], trainer=made(nodes["trainer"])), generator)


def revived(nodes: Nodes, where: str) -> Synthesizer:
    """The unfitted synthesizer of nodes that a file brought, which messages call by `where` they came from.

    Raises UserError for a class outside the allow-list, an unknown key or a value of another type.
    """
    for group, node in nodes.items():
        check_option(node, group, f"{where}: {group}")
    if nodes.get("trainer", {}).get("accelerator") == "gpu":
        # Rows can be made without the accelerator that trained.
        nodes = {**nodes, "trainer": {**nodes["trainer"], "accelerator": "auto"}}
    return assemble(nodes)
