"""The ground floor: the words that every other room uses. It knows numpy and small helpers, and no framework."""

from inn_experiments.contracts.errors import UserError
from inn_experiments.contracts.files import (
    csv_text,
    file_name,
    free_name,
    read_arrays,
    replacing,
    write_arrays,
    write_text,
)
from inn_experiments.contracts.inner import InnerSource
from inn_experiments.contracts.keeping import in_turn, kept, kept_numbers
from inn_experiments.contracts.limits import (
    BelowOne,
    EvenInt,
    Halvings,
    NaturalInt,
    NonNegative,
    Positive,
    PositiveInt,
    PositiveShare,
    SeveralInt,
    Share,
)
from inn_experiments.contracts.making import cached, held, once, once_each
from inn_experiments.contracts.near import nearest
from inn_experiments.contracts.parts import (
    Autoencoder,
    Conditioning,
    Corrupted,
    Corruption,
    Curves,
    Encoding,
    Invertible,
    Loss,
    Network,
    OpenClasses,
    Parameterization,
    Plain,
    Prime,
    Sampler,
    Schedule,
    Source,
    State,
    Synthesizer,
    WholeSource,
)
from inn_experiments.contracts.pruning import Pruned
from inn_experiments.contracts.quantity import Quantity
from inn_experiments.contracts.reading import Reading, printable
from inn_experiments.contracts.recording import Measure, Run, Subject, Tracker
from inn_experiments.contracts.report import Findings, Number, Report
from inn_experiments.contracts.rows import (
    About,
    Manifold,
    Mixture,
    RecordScaling,
    Rows,
    Samples,
    Scaling,
    Smiles,
    Split,
)
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.contracts.shown import Paths, Shapes
from inn_experiments.contracts.watching import Diffusing, Iterative, Restoring, Scoring
