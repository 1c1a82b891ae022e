"""What a reader should know beside the one sentence."""

from collections.abc import Sequence

from inn_experiments.recommending.summary import Line, Unseen
from inn_experiments.recommending.verdict import Verdict, spoken


def notes(lines: Sequence[Line], unseen: Unseen, answer: Verdict, used: int, rows: int) -> list[str]:
    """Sentences on what the gain is compared with, and on what these rows cannot show.

    Args:
        lines: of all candidates.
        unseen: the score on rows that no choice saw.
        answer: the verdict.
        used: rows that were used.
        rows: that there are.
    """
    found = []
    named = {line.name: line for line in lines}
    copies = named.get("bootstrap")
    if answer.preset not in (None, "bootstrap") and copies is not None and copies.gain is not None:
        found.append(
            f"copies of real rows alone add {spoken(copies.gain)} inside: what is below that is no new knowledge"
        )
    if answer.preset == "bootstrap":
        found.append("these are copies of your rows: a forest that weighs them more does the same without a generator")
    if unseen.nearest > max(unseen.real, unseen.score):
        found.append(
            f"nearest neighbour by cosine on real rows alone scores {unseen.nearest:.3f}: better than this forest with "
            "any of these rows"
        )
    if answer.preset is None:
        half = unseen.gain.high - unseen.gain.value
        found.append(f"with these rows a gain below about {half:.2f} cannot be told from none")
    if used < rows:
        found.append(f"{used:,} of {rows:,} rows were used; with all of them a gain is usually smaller")
    return found
