"""The view that MLflow's pages open on: the charts that answer what a run is for, before those of all other numbers.

MLflow draws a chart of each number in the order of their names. A view that somebody shares is a tag of the experiment,
which the pages read where the address names its key.
"""

import base64
import json
import zlib

KEY = "inn_experiments"
TAG = f"mlflow.sharedViewState.{KEY}"
BARS = {
    "Can generated rows be told from real ones?": (
        ("C2ST − real (lower)", "test/samples/c2st_excess"),
        ("coverage (higher)", "test/samples/coverage"),
        ("FID (lower)", "test/samples/fid"),
        ("copies of training rows", "test/samples/copies"),
        ("C2ST within a class − real (lower)", "test/geometry/generated/c2st_excess"),
        ("C2ST (lower)", "test/samples/c2st"),
    ),
    "Do they help a classifier?": (
        ("F1 gained, same test rows (higher)", "utility/same_rows/synthetic/difference_f1_macro"),
        ("F1 gained, few real rows (higher)", "utility/disjoint/synthetic/difference_f1_macro"),
        ("F1 of real rows alone", "utility/same_rows/real/f1_macro"),
        ("F1 of generated rows alone, less that of real", "utility/same_rows/synthetic_only/difference_f1_macro"),
    ),
}
"""Section -> its bar charts: title, key of the number. Charts of numbers that no run has are not drawn."""
LINES = "Training"
CURVES = ("train/loss", "val/loss", "val/kept", "val/forward", "train/generator", "train/discriminator")
COLUMNS = (
    "metrics.`test/samples/c2st_excess`",
    "metrics.`utility/same_rows/synthetic/difference_f1_macro`",
    "metrics.`test/samples/coverage`",
    "params.`generator`",
    "params.`seed`",
    "attributes.`Dataset`",
    "attributes.`Models`",
)
"""Columns of the table of runs."""


def tag() -> str:
    """The value of the tag TAG: the view as MLflow 3 keeps one, compressed as it does that.

    Example:
        >>> tag()[:8], len(tag()) < 5000
        ('deflate;', True)
    """
    text = json.dumps(_state(), separators=(",", ":"))
    return f"deflate;{base64.b64encode(zlib.compress(text.encode())).decode()}"


def address(pages: str, experiment: str) -> str:
    """Where the pages at `pages` show the charts of an experiment."""
    told = f"viewStateShareKey={KEY}&compareRunsMode=CHART&workflowType=machine_learning"
    return f"{pages}/#/experiments/{experiment}/runs?{told}"


def _state() -> dict[str, object]:
    charts = [
        {**_chart(key, section), "type": "BAR", "displayName": title}
        for section, bars in enumerate(BARS.values())
        for title, key in bars
    ]
    lines = {"lineSmoothness": 0, "scaleType": "linear", "xAxisScaleType": "linear", "xAxisKey": "step"}
    lines |= {"type": "LINE", "useGlobalXaxisKey": True, "useGlobalLineSmoothing": True, "yAxisKey": "metric"}
    charts += [{**_chart(key, len(BARS)), **lines, "displayName": key} for key in CURVES]
    named = {"display": True, "isReordered": True, "deleted": False, "isGenerated": False}
    sections = [{"uuid": f"{KEY}-{number}", "name": name, **named} for number, name in enumerate([*BARS, LINES])]
    # Told that somebody put the sections in order, the pages leave them so, and put those of other numbers behind.
    told = {"isAccordionReordered": True, "hideEmptyCharts": True, "selectedColumns": list(COLUMNS)}
    return {"compareRunSections": sections, "compareRunCharts": charts, **told}


def _chart(key: str, section: int) -> dict[str, object]:
    told = {"uuid": f"{KEY}-{key}", "metricSectionId": f"{KEY}-{section}", "metricKey": key}
    return {**told, "runsCountToCompare": 10, "deleted": False, "isGenerated": False}
