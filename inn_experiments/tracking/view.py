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
    "Like real rows?": (
        "test/samples/c2st_excess",
        "test/samples/coverage",
        "test/samples/fid",
        "test/samples/copies",
        "test/geometry/generated/c2st_excess",
    ),
    "Of help to a classifier?": (
        "utility/same_rows/synthetic/difference_f1_macro",
        "utility/disjoint/synthetic/difference_f1_macro",
        "utility/same_rows/real/f1_macro",
        "utility/same_rows/synthetic_only/difference_f1_macro",
    ),
}
"""Section -> the numbers of its bar charts. Charts of numbers that no run has are not drawn."""
LINES = "Training"
CURVES = ("train/loss", "val/loss", "val/kept", "val/forward", "train/generator", "train/discriminator")
LAID_OUT = {"columns": 2, "cardHeight": 300}
"""Of a section: charts beside each other, of which the titles can be read, and pixels."""
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


def address(pages: str, experiment: str, prepared: bool) -> str:
    """Where the pages at `pages` show the charts of an experiment, whose tag says whether they are `prepared`."""
    told = "compareRunsMode=CHART&workflowType=machine_learning"
    told = f"viewStateShareKey={KEY}&{told}" if prepared else told
    return f"{pages}/#/experiments/{experiment}/runs?{told}"


def _state() -> dict[str, object]:
    charts = [{**_chart(key, section), "type": "BAR"} for section, keys in enumerate(BARS.values()) for key in keys]
    lines = {"lineSmoothness": 0, "scaleType": "linear", "xAxisScaleType": "linear", "xAxisKey": "step"}
    lines |= {"type": "LINE", "useGlobalXaxisKey": True, "useGlobalLineSmoothing": True, "yAxisKey": "metric"}
    charts += [{**_chart(key, len(BARS)), **lines} for key in CURVES]
    named = {**LAID_OUT, "display": True, "isReordered": True, "deleted": False, "isGenerated": False}
    sections = [{"uuid": f"{KEY}-{number}", "name": name, **named} for number, name in enumerate([*BARS, LINES])]
    # Told that somebody put the sections in order, the pages leave them so, and put those of other numbers behind.
    told = {"isAccordionReordered": True, "hideEmptyCharts": True, "selectedColumns": list(COLUMNS)}
    return {"compareRunSections": sections, "compareRunCharts": charts, **told}


def _chart(key: str, section: int) -> dict[str, object]:
    told = {"uuid": f"{KEY}-{key}", "metricSectionId": f"{KEY}-{section}", "metricKey": key}
    return {**told, "runsCountToCompare": 10, "deleted": False, "isGenerated": False}
