"""The ground floor: the words that every other room uses. It knows numpy and small helpers, and no framework."""

from inn_experiments.contracts.claim import Claim, Report
from inn_experiments.contracts.errors import UserError
from inn_experiments.contracts.parts import Corrupted, Diffusing, Encoding, Invertible, Synthesizer
from inn_experiments.contracts.rows import About, Manifold, RecordScaling, Rows, Samples, Scaling, Split
from inn_experiments.contracts.shown import Paths, Shapes

__all__ = [
    "About",
    "Claim",
    "Corrupted",
    "Diffusing",
    "Encoding",
    "Invertible",
    "Manifold",
    "Paths",
    "RecordScaling",
    "Report",
    "Rows",
    "Samples",
    "Scaling",
    "Shapes",
    "Split",
    "Synthesizer",
    "UserError",
]
