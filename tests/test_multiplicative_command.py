"""experiment=multiplicative through the command line, on small records: equation (5) beside the other corruptions."""

from __future__ import annotations

import json

import massbank_examples as examples
import numpy as np
import pandas as pd
from measured import report_of

QUICK = ("trainer.epochs=2", "trainer.progress=false", "tracking=none", "utility=none", "objective=test/forward/mse")
ROWS = ("data.per_class=3", "data.fresh_fraction=0.0", "seed=0", "-m")


def test_each_corruption_of_spectra_is_a_cell_whose_rows_are_spectra(run, tmp_path) -> None:
    records = examples.write(tmp_path, *examples.many(4, 3, 4))
    status, _, err = run("experiment=multiplicative", f"data.path={records}", *QUICK, *ROWS)
    assert status == 0, err
    found = list((tmp_path / "out/runs").rglob("report.json"))
    reports = [report_of(json.loads(path.read_text())) for path in found]
    assert {one.axes["sampling"] for one in reports} == {"multiplicative", "convex", "gaussian"}
    for path, report in zip(found, reports, strict=True):
        assert report.axes["method"] == "implicit" and report.axes["train_rows"] == 3
        made = pd.read_parquet(path.with_name("samples.parquet")).select_dtypes("number").to_numpy()
        assert np.isfinite(made).all() and made.min() >= 0
