"""Test rows that are looked at on purpose: the control of "data snooping" (the paper, 8.3), and of nothing else."""

import warnings
from collections.abc import Sequence
from typing import Literal

import numpy as np

from inn_experiments.data.division import Parts

Snooping = Literal["none", "statistics", "rows"]
"""What test rows are used for beside the final scores: nothing; the scaling's statistics; the training rows, too."""

TOLD = {
    "statistics": "the statistics of the scaling are of training and test rows together",
    "rows": "the test rows are among the training rows",
}


def snooped(parts: Parts, snooping: Snooping) -> Parts:
    """The parts that are used; warns where test rows are looked at.

    Example:
        >>> parts = Parts(*map(np.array, ([0, 1], [2], [3, 4], [5])))
        >>> fitted_to(snooped(parts, "none"), "none"), fitted_to(parts, "statistics")
        (array([0, 1]), array([0, 1, 3, 4]))
    """
    if snooping == "none":
        return parts
    warnings.warn(
        f"data.snooping={snooping}: {TOLD[snooping]}; a control of what that would inflate, whose scores on test rows "
        "are no estimate of anything",
        UserWarning,
        stacklevel=4,
    )
    return parts if snooping == "statistics" else parts._replace(train=np.concatenate([parts.train, parts.test]))


def fitted_to(parts: Sequence[np.ndarray], snooping: Snooping) -> np.ndarray:
    """The rows whose statistics the scaling takes, of `parts` as in `Parts`."""
    return np.concatenate([parts[0], parts[2]]) if snooping == "statistics" else parts[0]
