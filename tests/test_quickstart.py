"""The notebook runs from its first cell to its last, in a folder of its own, and draws and tells what it says."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOK = nbformat.read(ROOT / "examples/quickstart.ipynb", as_version=4)
CODE = [cell for cell in NOTEBOOK.cells if cell.cell_type == "code"]


def test_it_is_kept_without_outputs_and_is_short() -> None:
    nbformat.validate(NOTEBOOK)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in CODE)
    assert len(NOTEBOOK.cells) < 15 and sum(len(cell.source.splitlines()) for cell in CODE) < 100


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """The notebook with what its cells answered."""
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("OMP_NUM_THREADS", "1")
        for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
            patch.setenv(name, str(folder / "jupyter"))
        client = NotebookClient(
            NOTEBOOK.copy(), timeout=None, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        )
        return client.execute()


def test_every_cell_runs(executed: nbformat.NotebookNode) -> None:
    outputs = [output for cell in executed.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    # Warnings of libraries would be the first thing that a reader sees.
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs)


def test_it_compares_with_controls(executed: nbformat.NotebookNode) -> None:
    [cell] = [cell for cell in executed.cells if cell.source.startswith("from inn_experiments.measures")]
    told = {output.output_type: output for output in cell.outputs}
    table = told["execute_result"].data["text/plain"]
    assert all(word in table for word in ("real + copies", "real + convex", "real + law", " to "))
    # Of three classes whose labels are permuted a third is guessed.
    assert abs(float(told["stream"].text.rsplit(":", 1)[1]) - 1 / 3) < 0.15
