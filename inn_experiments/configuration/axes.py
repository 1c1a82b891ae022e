"""The one table of the configuration's groups, and of the settings that make variants of a cell."""

from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["needed", "axis", "measure", "training", "control"]


@dataclass(frozen=True)
class Group:
    """A config group.

    Attributes:
        name: also that of its folder below conf/.
        room: the package whose classes its options may name.
        role: `needed` by every run; an `axis` that only some generators read; a `measure`, absent where nothing is
            measured; `training`, read where something is trained; `control`: how a run is recorded.
        part: a generator that reads it is handed it as an object.
        leads: it comes first in a cell's name, being an axis of the paper's grid.
    """

    name: str
    room: str
    role: Role
    part: bool = True
    leads: bool = False


GROUPS = {
    group.name: group
    for group in (
        Group("data", "data", "needed", part=False),
        Group("generator", "synthesizers", "needed", part=False),
        Group("method", "methods", "axis", leads=True),
        Group("network", "nets", "axis"),
        Group("prime", "maths", "axis"),
        Group("sampling", "maths", "axis", leads=True),
        Group("loss", "maths", "axis", leads=True),
        Group("parameterization", "maths", "axis"),
        Group("schedule", "maths", "axis"),
        Group("sampler", "maths", "axis"),
        Group("conditioning", "conditioning", "axis"),
        Group("autoencoder", "autoencoders", "axis", part=False),
        Group("utility", "measures", "measure", part=False),
        Group("geometry", "measures", "measure", part=False),
        Group("claims", "measures", "measure", part=False),
        Group("trainer", "training", "training"),
        Group("tracking", "tracking", "control", part=False),
    )
}


def named(role: Role) -> tuple[str, ...]:
    """The names of the groups with this role, in the order of the table.

    Example:
        >>> named("measure")
        ('utility', 'geometry', 'claims')
    """
    return tuple(group.name for group in GROUPS.values() if group.role == role)


AXES, MEASURES = named("axis"), named("measure")
PARTS = tuple(group.name for group in GROUPS.values() if group.part)
LEADING = tuple(group.name for group in GROUPS.values() if group.leads)

CONTROL = (*named("control"), "paths", "objective", "register", "choices", "preset", "experiment", "hydra")
"""Keys that say where and how a run is recorded or called, not what it computes."""

SHOWING = ("progress", "checkpoint_minutes", "stack")
"""Settings of the trainer that say how training is shown and kept, not what it computes."""

HOLDING = ("storage",)
"""Settings of the data that say where rows are held, not which they are."""

OWN_NUMBERS = ("epochs", "batch", "learning_rate")
"""Settings of the trainer for which an autoencoder, or a generator that has steps, brings its own numbers."""

NOTES = ("reads", "needs")
"""Keys of an option that speak to the checks and are not arguments of its class."""


@dataclass(frozen=True)
class Variant:
    """A setting that makes a variant of a cell.

    Attributes:
        axis: its name among the axes.
        key: where it stands in the configuration.
        usual: the value that a name does not mention.
        letters: what a name puts before other values.
        always: it is on record at its usual value too, so that a report can set it beside others.
    """

    axis: str
    key: str
    usual: Any
    letters: str
    always: bool = False


VARIANTS = (
    Variant("iterations", "generator.iterations", 1, "n", always=True),
    Variant("steps", "generator.steps", None, "steps"),
    Variant("inverse_weight", "method.inverse_weight", 0, "w"),
    Variant("refine_steps", "method.refine_steps", 0, "r"),
    Variant("detached", "method.detached", True, "detached"),
    Variant("row_scale", "method.row_scale", "auto", "scale"),
    Variant("mix", "generator.mix", 1, "mix"),
    Variant("levels", "schedule.steps", 100, "T", always=True),
    Variant("sampler_steps", "sampler.steps", 100, "s", always=True),
    Variant("spacing", "sampler.spacing", "time", ""),
    Variant("eta", "sampler.eta", 0, "eta"),
    Variant("variance", "sampler.variance", "posterior", "var"),
    Variant("keep", "trainer.keep", "auto", ""),
    Variant("ema", "generator.ema", 0, "ema"),
    Variant("kept", "generator.keep", 1, "keep"),
    Variant("inner", "inner", None, "inner"),
    Variant("train_rows", "data.per_class", None, "k"),
    Variant("snooping", "data.snooping", "none", "test_"),
    Variant("normalise", "autoencoder.normalise", "scalar", ""),
    Variant("linear_path", "network.linear_path", False, "path"),
    Variant("leading", "autoencoder.leading", None, "lead"),
    Variant("residual", "autoencoder.residual", "local", ""),
    Variant("weighting", "generator.weighting", "plain", ""),
    Variant("apart", "generator.apart", False, "apart"),
    Variant("latent", "autoencoder.latent", 512, "d"),
    Variant("series_kept", "autoencoder.keep", 0.2, "series"),
    Variant("replacement", "generator.replacement", True, "replacement"),
    Variant("last_beta", "schedule.last", 0.02, "b"),
    Variant("pattern", "network.pattern", "mlp", ""),
    Variant("density", "network.density", 0.5, "density"),
    Variant("budget", "network.budget", None, "p"),
)
