"""Which records become rows: ion mode, level, adduct and licence, then classes and spectra of each."""

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
        label: the field whose values are the classes; None takes the compound, the first block of the InChIKey.
        compounds: at most so many classes, those with the most contributors first (ties by name); None takes all.
        spectra_per_compound: at most so many of each class, dealt round-robin over its contributors; None takes all.
        min_spectra, min_contributors: classes with fewer are left out.
        selection_seed: deals the spectra; the table stays the same while the split's seed changes.
    """

    ion_mode: Literal["positive", "negative"] | None = "positive"
    level: str | None = "MS2"
    adduct: str | None = "[M+H]+"
    licences: list[str] | None = None
    label: str | None = None
    compounds: PositiveInt | None = 50
    spectra_per_compound: PositiveInt | None = 20
    min_spectra: PositiveInt = 4
    min_contributors: PositiveInt = 1
    selection_seed: NaturalInt = 0

    @property
    def kind(self) -> str:
        """What its classes are called."""
        return "compounds" if self.label is None else f"classes of {self.label}"

    def needs(self) -> str:
        """What a class must have, in words."""
        several = f" from {self.min_contributors} contributors" if self.min_contributors > 1 else ""
        return f"at least {self.min_spectra} spectra{several}"

    def refusals(self, record: Record) -> list[tuple[str, str]]:
        """Each field with its value for which `record` is not wanted; none where it is."""
        if record.deprecated:
            return [("deprecated", "")]
        wanted = {"ion_mode": self.ion_mode, "level": self.level, "adduct": self.adduct}
        found = {field: record.texts[field] for field, value in wanted.items() if value is not None}
        refused = [(field, text or "unknown") for field, text in found.items() if text.lower() != wanted[field].lower()]
        licence = record.texts["licence"]
        barred = self.licences is not None and licence not in self.licences
        return [*refused, *([("licence", licence or "unknown")] if barred else [])]

    def choose(self, texts: Sequence[dict[str, str]], before: Sequence[str] = ()) -> tuple[list[int], list[str]]:
        """The positions of the chosen ones among n wanted records, by class and accession, and what is left out.

        Args:
            texts: what each of them tells, its class as "label".
            before: phrases for what was left out so far.

        Raises:
            UserError: fewer than 2 classes are left, or contributors count but are not known.
        """
        unknown = [told["accession"] for told in texts if not told["contributor"]]
        if self.min_contributors > 1 and unknown:
            raise UserError(
                f"data.min_contributors={self.min_contributors}: not every spectrum has a known contributor, "
                f"which is read from accessions of the form MSBNK-contributor-number, not from {unknown[0]!r}; "
                "use data.min_contributors=1"
            )
        by_class: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index in sorted(range(len(texts)), key=lambda index: texts[index]["accession"]):
            by_class[texts[index]["label"]][texts[index]["contributor"]].append(index)
        sizes = {key: sum(map(len, found.values())) for key, found in by_class.items()}
        able = [
            key
            for key, found in by_class.items()
            if len(found) >= self.min_contributors and sizes[key] >= self.min_spectra
        ]
        if len(able) < 2:
            account = f" (left out: {', '.join(before)})" if before else ""
            raise UserError(
                f"data=massbank: of {len(by_class)} {self.kind} {len(able)} have {self.needs()}, "
                f"2 are needed; lower data.min_spectra or data.min_contributors, or choose other spectra{account}"
            )
        able.sort(key=lambda key: (-len(by_class[key]), key))
        taken, chosen = able[: self.compounds], []
        for key in sorted(taken):
            # A seed of its own for each class: another class more or less moves no draw.
            rng = np.random.default_rng(child_seed(self.selection_seed, f"massbank/{key}"))
            dealt = deal(list(by_class[key].values()), self.spectra_per_compound, rng)
            chosen += sorted(dealt, key=lambda index: texts[index]["accession"])
        left = {
            f"{self.kind} without {self.needs()}": sizes.keys() - set(able),
            f"{self.kind} above data.compounds={self.compounds}": able[len(taken) :],
        }
        words = [f"{len(keys):,} {why} ({sum(map(sizes.get, keys)):,} spectra)" for why, keys in left.items() if keys]
        above = sum(map(sizes.get, taken)) - len(chosen)
        words += [f"{above:,} spectra above data.spectra_per_compound={self.spectra_per_compound}"] if above else []
        return chosen, words


def deal(piles: list[list[int]], most: int | None, rng: np.random.Generator) -> list[int]:
    """At most `most` entries, one of each pile in turn; the order of piles and entries is drawn."""
    shuffled = [rng.permutation(piles[pile]).tolist() for pile in rng.permutation(len(piles))]
    turns = [(turn, position, entry) for position, pile in enumerate(shuffled) for turn, entry in enumerate(pile)]
    return [entry for _, _, entry in sorted(turns)[:most]]
