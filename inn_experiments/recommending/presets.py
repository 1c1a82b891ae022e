"""The presets that suit the rows, as candidates, cheap kinds first."""

from collections.abc import Sequence
from functools import partial

from inn_experiments.configuration.cell import Cell
from inn_experiments.configuration.compose import CONF, compose
from inn_experiments.contracts import Smiles, UserError, nearest
from inn_experiments.recommending.settings import Candidate

CONTROLS = ("bootstrap", "convex")
"""Always tried: what copies and straight lines between rows do, anything else has to beat."""
INSTANT = (*CONTROLS, "jitter", "smote", "gaussian", "kde", "peak_transfer")
TRAINED = (
    "law",
    "vae",
    "latent_gaussian_vae",
    "diffusion",
    "latent_diffusion_vae",
    "latent_diffusion_plain",
    "gan",
    "diffusion_context",
    "diffusion_conv",
    "inn_implicit",
    "inn_semi_implicit",
    "inn_svd",
    "inn_explicit",
    "inn_coupling",
    "inn_coupling_implicit",
)
CHEMICAL = ("latent_diffusion_decoupled",)
"""They read the classes' SMILES."""
FIXED = ("utility=none", "tracking=none", "trainer.progress=false")


def base(overrides: Sequence[str]) -> Cell:
    """The cell that says where rows come from; raises UserError for a mistake in the overrides."""
    return compose(*overrides, "preset=bootstrap", *FIXED)


def wanted(names: Sequence[str], smiles: Smiles | None) -> tuple[str, ...]:
    """The presets to try: those named, the controls first, or those that suit rows with these `smiles` or none.

    Raises UserError for a name that is no preset, and for one that needs SMILES where there are none.
    """
    if not names:
        return (*INSTANT, *TRAINED, *(CHEMICAL if smiles else ()))
    known = {path.stem for path in (CONF / "preset").glob("*.yaml")}
    for name in names:
        if name not in known:
            raise UserError(f"presets: there is no preset {name!r}{nearest(name, known)}")
        if name in CHEMICAL and not smiles:
            raise UserError(f"presets: {name} reads the classes' SMILES, and these data have none; give data.smiles")
    return (*CONTROLS, *(name for name in names if name not in CONTROLS))


def candidate(name: str, overrides: Sequence[str], extra: Sequence[str] = ()) -> Candidate:
    """The preset as a candidate; `extra` settings are for a shorter training."""
    # With it comes torch, which takes seconds: a mistake is named before.
    from inn_experiments.configuration.building import build

    cell = compose(*overrides, f"preset={name}", *FIXED, *extra)
    return Candidate(name, partial(build, cell), name not in INSTANT)


def epochs(name: str, overrides: Sequence[str]) -> int:
    """Of the preset's training, where it has some."""
    return compose(*overrides, f"preset={name}", *FIXED).value("trainer.epochs")
