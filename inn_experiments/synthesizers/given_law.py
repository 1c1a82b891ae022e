"""A law that was learned of other rows, made ready for these: they may have another number of values."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inn_experiments.contracts import Plain, UserError
from inn_experiments.training.files import WEIGHTS, read


def given_law(path: str | None, kind: str, features: int) -> dict[str, Any] | None:
    """The state of the law kept at `path`, for rows of so many values that are seen as `kind`; None for no path.

    Raises UserError for what is no law, or one of rows of another kind.
    """
    if (folder := folder_of(path)) is None:
        return None
    state, _ = read(folder, "law", f"generator.pretrained={path}")
    if state["what"] != "generator=law":
        raise UserError(f"generator.pretrained={path}: it holds {state['what']}, not generator=law; give a kept law")
    found = state["shape"]["seen"]
    if found != kind:
        raise UserError(
            f"generator.pretrained={path}: it is a law of {found}, and these rows are seen as {kind}; give one of such "
            f"rows, or generator.seen={found}"
        )
    # Codes of curves are as wide as rows.
    codes = _stretched(state["codes"], features) if kind == "curves" else torch.tensor(state["codes"])
    background = _stretched(state["background"], features)
    return state | {"background": background, "codes": codes.numpy()}


def folder_of(path: Plain) -> Path | None:
    """The folder of what is kept, given by its path or by that of its weights."""
    if not path:
        return None
    return Path(str(path)).parent if Path(str(path)).name == WEIGHTS else Path(str(path))


def blended(background: Tensor, count: int, other: Tensor) -> Tensor:
    """The background (m, d) of `count` rows together with the other (m + 1, d), whose last line is its count."""
    size = float(other[-1, 0])
    return (count * background + size * other[:-1]) / (count + size)


def _stretched(rows: np.ndarray, features: int) -> Tensor:
    """Rows (n, d) at so many places, evenly over the same length."""
    wide = torch.tensor(rows)
    if wide.shape[1] == features:
        return wide
    return torch.nn.functional.interpolate(wide[None], features, mode="linear", align_corners=True)[0]
