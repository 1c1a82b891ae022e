"""All quantities, gathered from the measures that make them; reports find names and directions here."""

from inn_experiments.contracts import Quantity, UserError, nearest
from inn_experiments.measures.directions import BAR as BAR
from inn_experiments.measures.directions import DIRECTIONS
from inn_experiments.measures.fidelity import FIDELITY
from inn_experiments.measures.geometry import ARMS, GEOMETRY, JUDGES, MOMENTS
from inn_experiments.measures.peaks import PEAK_ARMS as PEAK_ARMS
from inn_experiments.measures.peaks import PEAK_QUANTITIES as PEAK_QUANTITIES
from inn_experiments.measures.reconstruction import RECONSTRUCTION
from inn_experiments.measures.unseen import UNSEEN
from inn_experiments.measures.utility.amounts import AMOUNT
from inn_experiments.measures.utility.classifiers import CLASSIFIERS as CLASSIFIERS
from inn_experiments.measures.utility.protocols import PROTOCOLS
from inn_experiments.measures.utility.scores import CLASSIFICATION
from inn_experiments.measures.utility.selective import CHOSEN
from inn_experiments.measures.utility.treatments import TREATMENTS as TREATMENTS

KINDS = {
    "test": (*DIRECTIONS, *RECONSTRUCTION, *FIDELITY, *GEOMETRY, *MOMENTS, *JUDGES),
    "fresh": FIDELITY,
    "unseen": UNSEEN,
    "utility": (*CLASSIFICATION, *CHOSEN),
    "amount": AMOUNT,
}
"""How the keys of a cell's numbers begin -> what they may be; statements have numbers of their own, `claims/...`."""
BETWEEN = {"test": ("geometry", *ARMS), "utility": (*PROTOCOLS, *TREATMENTS, *CLASSIFIERS)}
"""What stands between the two."""
QUANTITIES = {one.key: one for group in KINDS.values() for one in group}


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


def check_key(key: str, name: str) -> None:
    """Refuse the key of a number that no measure makes: known before anything is trained for it.

    What this one cell measures shows when it has run, and statements have numbers of their own.

    Args:
        key: as somebody wrote it.
        name: what it was given for.

    Raises:
        UserError: names the word that no key has, or says how keys end.

    Example:
        >>> check_key("utility/same_rows/real/f1_macro", "objective"), check_key("claims/gap", "objective")
        (None, None)
    """
    first, *rest = key.removesuffix("_worst").split("/")
    if first == "claims" and rest:
        return
    if first not in KINDS:
        raise UserError(f"{name}={key}: no number's name begins with {first!r}{nearest(first, [*KINDS, 'claims'])}")
    endings = [one.key.removeprefix(f"{first}/") for one in KINDS[first]]
    known = {*BETWEEN.get(first, ()), *(word for ending in endings for word in ending.split("/"))}
    for word in rest:
        if word not in known:
            raise UserError(f"{name}={key}: no number that begins with {first!r} has {word!r}{nearest(word, known)}")
    if not any("/".join(rest[start:]) in endings for start in range(len(rest))):
        raise UserError(f"{name}={key}: this is no number; its name ends otherwise{nearest('/'.join(rest), endings)}")
