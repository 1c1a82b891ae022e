"""What an autoencoder loses on the drift series that undersampling leaves out, and on those that it keeps."""

from dataclasses import dataclass

import numpy as np

from inn_experiments.contracts import Encoding, Findings, Measure, RecordScaling, Share, Split, Subject, UserError
from inn_experiments.measures.claims import claim

TEXTS = {
    "all": "MSE over all drift series of test records",
    "low": "MSE over series of low variance",
    "high": "MSE over series of high variance",
}


@dataclass
class Undersampling(Measure):
    """Errors of reconstruction over series of low and of high variance of real test records, in normalised units.

    Low are series whose variance is at most that below which the share `low_variance` of the training series lies,
    which is what `autoencoder.low_variance` undersamples. `chance` is the error of the mean training record. Source:
    arXiv 2502.13183, Section II.B.

    Args:
        low_variance: share of the training records' drift series that count as low in variance.
    """

    low_variance: Share = 0.5

    def check(self, split: Split, *, seed: int) -> None:
        """Raise a UserError for rows that are no 2-D records."""
        if not isinstance(split.scaling, RecordScaling):
            raise UserError(
                f"claims=undersampling: {split.name} has no 2-D records; choose data=records2d or gcims_simulated"
            )

    def __call__(self, subject: Subject, *, seed: int) -> Findings:
        """The errors; raises UserError without an autoencoder."""
        split, model = subject.split, subject.synthesizer
        if not isinstance(model, Encoding):
            raise UserError("claims=undersampling: nothing is reconstructed without an autoencoder; choose one")
        length = split.shape[1]

        def variances(x: np.ndarray) -> np.ndarray:
            return x.reshape(-1, length).var(axis=1, dtype=np.float64)

        guesses = {
            "own": model.decode(model.encode(split.test.x)),
            "mean": np.broadcast_to(split.train.x.mean(axis=0, dtype=np.float64), split.test.x.shape),
        }
        errors = {
            name: np.square(x - split.test.x, dtype=np.float64).reshape(-1, length).mean(axis=1)
            for name, x in guesses.items()
        }
        low = variances(split.test.x) <= np.quantile(variances(split.train.x), self.low_variance)
        numbers = []
        for key, series in {"all": np.ones_like(low), "low": low, "high": ~low}.items():
            if series.any():
                own, chance = (float(errors[name][series].mean()) for name in ("own", "mean"))
                numbers += claim(f"undersampling/{key}", TEXTS[key], own, n=int(series.sum()), chance=chance)
        return Findings(numbers)
