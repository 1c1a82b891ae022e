"""The ground floor: the words that every other room uses. It knows numpy and small helpers, and no framework."""

from inn_experiments.contracts.errors import UserError
from inn_experiments.contracts.parts import Corrupted, Diffusing, Encoding, Invertible, OpenClasses, Synthesizer
from inn_experiments.contracts.quantity import Quantity
from inn_experiments.contracts.recording import Measure, Run, Subject
from inn_experiments.contracts.report import Findings, Number, Report
from inn_experiments.contracts.rows import About, Manifold, RecordScaling, Rows, Samples, Scaling, Split
from inn_experiments.contracts.shown import Paths, Shapes
