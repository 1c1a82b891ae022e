"""All quantities, gathered from the measures that make them; reports find names and directions here."""

from inn_experiments.contracts import Quantity
from inn_experiments.measures.directions import BAR as BAR
from inn_experiments.measures.directions import DIRECTIONS
from inn_experiments.measures.fidelity import FIDELITY
from inn_experiments.measures.geometry import GEOMETRY, JUDGES, MOMENTS
from inn_experiments.measures.peaks import PEAK_ARMS as PEAK_ARMS
from inn_experiments.measures.peaks import PEAK_QUANTITIES as PEAK_QUANTITIES
from inn_experiments.measures.reconstruction import RECONSTRUCTION
from inn_experiments.measures.unseen import UNSEEN
from inn_experiments.measures.utility.amounts import AMOUNT
from inn_experiments.measures.utility.classifiers import CLASSIFIERS as CLASSIFIERS
from inn_experiments.measures.utility.scores import CLASSIFICATION
from inn_experiments.measures.utility.selective import CHOSEN
from inn_experiments.measures.utility.treatments import TREATMENTS as TREATMENTS

QUANTITIES = {
    one.key: one
    for group in (
        DIRECTIONS,
        RECONSTRUCTION,
        FIDELITY,
        GEOMETRY,
        MOMENTS,
        JUDGES,
        UNSEEN,
        CLASSIFICATION,
        AMOUNT,
        CHOSEN,
    )
    for one in group
}


def quantity(key: str) -> Quantity:
    """What the number with this key is: of the quantities whose key it ends with, the longest.

    A key that no measure declares is its own label, and neither way is better.

    Example:
        >>> quantity("test/samples/fid").heading, quantity("test/geometry/generated/swd_worst").label
        ('FID ↓', 'SWD')
    """
    parts = key.removesuffix("_worst").split("/")
    endings = ("/".join(parts[start:]) for start in range(len(parts)))
    return next((QUANTITIES[ending] for ending in endings if ending in QUANTITIES), Quantity(key, key))
