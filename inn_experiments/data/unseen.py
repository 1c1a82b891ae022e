"""Classes kept out of every part but `Split.unseen`, for generators that are told the chemistry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from inn_experiments.contracts import Rows, Split, UserError
from inn_experiments.contracts.seeding import child_seed
from inn_experiments.data.assemble import assemble, make_rows, sort_classes
from inn_experiments.data.checks import check_base_peak
from inn_experiments.data.tables.readers import RawTable


def assemble_unseen(table: RawTable, unseen: int, *, seed: int, **options: Any) -> Split:
    """`assemble` on all classes but `unseen` of them, drawn by `seed`, whose rows become `Split.unseen`.

    `Split.classes` and `Split.smiles` keep all classes in their order, and labels index into them; statistics
    come from training rows of seen classes alone. `options` are those of `assemble`.
    Raises UserError where fewer than 2 classes would be seen, and those of `assemble`.
    """
    if not unseen:
        return assemble(table, seed=seed, **options)
    classes = sort_classes(np.unique(table.labels).tolist())
    if len(classes) - unseen < 2:
        raise UserError(
            f"data.unseen={unseen}: of {len(classes)} classes at least 2 must be left to train on, "
            f"so at most {max(0, len(classes) - 2)} can be kept out"
        )
    rng = np.random.default_rng(child_seed(seed, "unseen"))
    hidden = np.sort(rng.choice(len(classes), unseen, replace=False))
    code = {label: index for index, label in enumerate(classes)}
    y = np.array([code[label] for label in table.labels.tolist()], dtype=np.int64)
    held = np.isin(y, hidden)

    split = assemble(_take(table, ~held), seed=seed, **options)
    if options["scaling"] == "base_peak":
        check_base_peak(table.x[held])
    labels = np.array([code[label] for label in split.classes], dtype=np.int64)
    groups = None
    if table.groups is not None:
        every = np.unique(table.groups)
        groups = np.searchsorted(every, np.unique(table.groups[~held]))
        own = np.searchsorted(every, table.groups[held])

    def renamed(part: Rows) -> Rows:
        return Rows(part.x, labels[part.y], None if groups is None else groups[part.group])

    rows = make_rows(table.x[held], y[held], split.scaling)
    return replace(
        split,
        train=renamed(split.train),
        val=renamed(split.val),
        test=renamed(split.test),
        fresh=None if split.fresh is None else renamed(split.fresh),
        classes=classes,
        smiles=None if table.smiles is None else tuple(table.smiles[label] for label in classes),
        bounded=split.bounded and bool((table.x[held] >= 0).all()),
        unseen=replace(rows, group=None if groups is None else own),
    )


def _take(table: RawTable, mask: np.ndarray) -> RawTable:
    groups = None if table.groups is None else table.groups[mask]
    return replace(table, x=table.x[mask], labels=table.labels[mask], groups=groups)
