"""Which records become rows: ion mode, level, adduct and licence, then compounds and spectra of each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from inn_experiments.contracts import NaturalInt, PositiveInt, UserError, child_seed
from inn_experiments.data.massbank.records import Record


@dataclass(kw_only=True)
class Choice:
    """Which spectra are wanted.

    Args:
        ion_mode, level, adduct, licences: what a record must have; None takes any.
        compounds: at most so many, those with the most contributors first (ties by key); None takes all.
        spectra_per_compound: at most so many of each, dealt round-robin over its contributors; None takes all.
        min_spectra, min_contributors: compounds with fewer are left out.
        selection_seed: deals the spectra; the table stays the same while the split's seed changes.
    """

    ion_mode: Literal["positive", "negative"] | None = "positive"
    level: str | None = "MS2"
    adduct: str | None = "[M+H]+"
    licences: list[str] | None = None
    compounds: PositiveInt | None = 50
    spectra_per_compound: PositiveInt | None = 20
    min_spectra: PositiveInt = 4
    min_contributors: PositiveInt = 1
    selection_seed: NaturalInt = 0

    def needs(self) -> str:
        """What a compound must have, in words."""
        return f"at least {self.min_spectra} spectra from {self.min_contributors} contributors"

    def refusal(self, record: Record) -> str | None:
        """Why `record` is not wanted, by the value that is not the wanted one, or None where it is."""
        if record.deprecated:
            return "deprecated"
        for field, value in {"ion_mode": self.ion_mode, "level": self.level, "adduct": self.adduct}.items():
            found = record.texts[field]
            if value is not None and found.lower() != value.lower():
                return f"with {field}={found or 'unknown'}"
        licence = record.texts["licence"]
        if self.licences is not None and licence not in self.licences:
            return f"with licence={licence or 'unknown'}"
        return None if record.texts["compound"] else "without an InChIKey"

    def choose(self, texts: Sequence[dict[str, str]]) -> list[int]:
        """The positions of the chosen ones among n wanted records, of which `texts` tells, by compound and accession.

        Raises UserError where fewer than 2 compounds are left, or contributors count but are not known.
        """
        if self.min_contributors > 1 and not all(told["contributor"] for told in texts):
            raise UserError(
                f"data.min_contributors={self.min_contributors}: not every spectrum has a known contributor, "
                "which is read from accessions of the form MSBNK-contributor-number; use data.min_contributors=1"
            )
        by_compound: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index in sorted(range(len(texts)), key=lambda index: texts[index]["accession"]):
            by_compound[texts[index]["compound"]][texts[index]["contributor"]].append(index)
        able = [
            key
            for key, found in by_compound.items()
            if len(found) >= self.min_contributors and sum(map(len, found.values())) >= self.min_spectra
        ]
        if len(able) < 2:
            raise UserError(
                f"data=massbank: of {len(by_compound)} compounds {len(able)} have {self.needs()}, "
                "2 are needed; lower data.min_spectra or data.min_contributors, or choose other spectra"
            )
        able.sort(key=lambda key: (-len(by_compound[key]), key))
        chosen = []
        for key in sorted(able[: self.compounds]):
            # A seed of its own for each compound: another compound more or less moves no draw.
            rng = np.random.default_rng(child_seed(self.selection_seed, f"massbank/{key}"))
            dealt = deal(list(by_compound[key].values()), self.spectra_per_compound, rng)
            chosen += sorted(dealt, key=lambda index: texts[index]["accession"])
        return chosen


def deal(piles: list[list[int]], most: int | None, rng: np.random.Generator) -> list[int]:
    """At most `most` entries, one of each pile in turn; the order of piles and entries is drawn."""
    shuffled = [rng.permutation(piles[pile]).tolist() for pile in rng.permutation(len(piles))]
    turns = [(turn, position, entry) for position, pile in enumerate(shuffled) for turn, entry in enumerate(pile)]
    return [entry for _, _, entry in sorted(turns)[:most]]
