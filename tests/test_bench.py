"""The table of `make bench`, read from what the benchmarks print, as recorded; nothing is timed here."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"

STEP = """\
torch 2.13.0+cpu, one thread, loss=fid, batch 128
method        network   GFLOP/s  MFLOP  floor      plain ratio       lean ratio 5 together ratio        fit ratio     5 fits ratio  (ms)
implicit      forward       104     44   0.40       1.30  3.25       1.17  2.93       0.74  1.85       1.30  3.25       0.90  2.25
implicit      inverse       114     42   0.40       1.00  2.50       0.80  2.00       0.59  1.48       1.00  2.50       0.90  2.25
semi_implicit both          111    172   1.50       4.30  2.87       3.80  2.53       3.20  2.13       3.75  2.50       3.25  2.17
"""  # noqa: E501
SQUARE = """\
torch 2.13.0+cpu, one thread, network=square loss=mse, batch 128
method        network   GFLOP/s  MFLOP  floor      plain ratio       lean ratio 5 together ratio        fit ratio     5 fits ratio  (ms)
implicit      forward       109      9   0.08       1.01 12.70       0.95 12.04          -     -       1.10 13.93          -     -
"""  # noqa: E501
OTHERS = {
    "benchmark_generators.py": """\
torch 2.13.0+cpu, one CPU thread
                          floor ms  epoch ms   ratio
gan                          82.03    142.03     1.7
autoencoder=sequential       52.57    291.87     5.6
""",
    "benchmark_diffusion.py": """\
torch 2.13.0+cpu, one CPU thread, batch 256, 512 numbers a row
float32   floor    26.25 ms   step    48.04 ms   ratio  1.83
bfloat16    10,000 rows       0.65 s an epoch      65.3 us a row
float32   DDIM-100      200 rows/s
""",
    "benchmark_start.py": """\
CPU s                         wanted       bench
--help                                      0.33
not a number in row 3            1.5        1.96
skip                               2        0.62
""",
    "benchmark_peers.py": """\
torch 2.13.0+cpu, denoising-diffusion-pytorch 2.3.4, diffusers 0.42.1, accelerate 1.15.0
step of                         floor     ours  ratio     peer  / ours  (ms)
6 x 512, batch 256             25.943   33.623   1.30   35.918    1.07
call of                         floor     ours  ratio     peer  / ours  (ms)
UniPC-10, 6 x 512, 1024 rows   38.479   42.855   1.11   41.289    0.96
differ, network               5.6e-07
""",
}


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("bench_table")


def test_steps_have_their_floor_and_aim_and_become_cells_beside_the_authors(bench: ModuleType) -> None:
    lines = {line.work: line for line in bench.table([(("benchmark_step.py", "--epochs", "10", "loss=fid"), STEP)])}
    step = lines["step of forward, loss=fid"]
    assert (step.floor, step.ours, step.most) == (0.40, 1.17, 2.6)
    assert "missed" in step.aim
    assert lines["step of forward, loss=fid, 5 side by side"].ours == 0.74
    assert "missed" not in lines["step of both, loss=fid"].aim
    cell = lines["cell of implicit, gaussian"]
    # 16 steps in each of 1,000 epochs, of two networks.
    assert cell.ours == pytest.approx(16 * (1.30 + 1.00))
    assert (cell.floor, cell.peer) == (pytest.approx(16 * 0.8), 116)
    assert cell.equal == pytest.approx(116 / 36.8 * 78 / 104)
    assert "missed" in cell.aim
    assert lines["cell of svd, explicit, gaussian, one of 5 side by side"].ours == pytest.approx(16 * 0.90)
    assert lines["cell of semi_implicit, gaussian"].ours == pytest.approx(60)
    assert len(lines) == 12


def test_convex_cells_are_compared_with_convex_ones(bench: ModuleType) -> None:
    lines = bench.table([(("benchmark_step.py", "loss=fid", "sampling=convex"), STEP)])
    assert {line.work: line.peer for line in lines if line.peer and "side" not in line.work} == {
        "cell of implicit, convex": 156,
        "cell of semi_implicit, convex": 211,
        "cell of svd, explicit, convex": 156,
    }


def test_what_does_not_stack_has_no_line_side_by_side_and_no_aim(bench: ModuleType) -> None:
    (line,) = bench.table([(("benchmark_step.py", "network=square", "loss=mse"), SQUARE)])
    assert (line.work, line.floor, line.ours, line.aim) == ("step of forward, network=square, loss=mse", 0.08, 0.95, "")


def test_the_other_benchmarks_are_read(bench: ModuleType) -> None:
    lines = bench.table([((script,), text) for script, text in OTHERS.items()])
    assert [str(line) for line in lines] == [
        "| epoch of gan | 82 ms | 142 ms | 1.73 |  |  |  |",
        "| epoch of autoencoder=sequential | 52.6 ms | 292 ms | 5.55 |  |  |  |",
        "| step of 6 x 512 diffusion, float32 | 26.2 ms | 48 ms | 1.83 |  |  |  |",
        "| epoch of 10,000 rows, bfloat16 |  | 0.65 s |  |  |  |  |",
        "| a row by DDIM-100, float32 |  | 5 ms |  |  |  |  |",
        "| start: --help |  | 0.33 s |  |  |  |  |",
        "| start: not a number in row 3 |  | 1.96 s |  |  |  | ≤ 1.5 s: **missed** |",
        "| start: skip |  | 0.62 s |  |  |  | ≤ 2 s |",
        "| step of denoising-diffusion-pytorch: 6 x 512, batch 256 | 25.9 ms | 33.6 ms | 1.30 | 35.9 ms | 1.07 |  |",
        "| call of diffusers: UniPC-10, 6 x 512, 1024 rows | 38.5 ms | 42.9 ms | 1.11 | 41.3 ms | 0.96 |  |",
    ]


def test_what_falls_short_is_said_below_the_table(bench: ModuleType) -> None:
    text = bench.written(bench.table([(("benchmark_start.py",), OTHERS["benchmark_start.py"])]))
    assert text.endswith("1 of 2 aims are missed: start: not a number in row 3.\n")


def test_a_peer_that_is_not_there_leaves_the_rest(bench: ModuleType) -> None:
    assert bench.table([(("benchmark_peers.py",), "not measured: the peers cannot be installed (no index)\n")]) == []


def test_every_benchmark_is_run_and_those_that_are_tables_are_read(bench: ModuleType) -> None:
    module = importlib.import_module("bench")
    usual, scale = ({command[0] for command in each} for each in (module.USUAL, module.SCALE))
    assert usual | scale == {path.name for path in SCRIPTS.glob("benchmark_*.py")}
    assert usual == set(bench.READ)


def test_the_columns_read_are_those_that_the_step_prints(bench: ModuleType) -> None:
    tree = ast.parse((SCRIPTS / "benchmark_step.py").read_text(encoding="utf-8"))
    tuples = [ast.literal_eval(node) for node in ast.walk(tree) if isinstance(node, ast.Tuple) and _plain(node)]
    assert ("plain", *bench.MEASURED) in tuples


def _plain(node: ast.Tuple) -> bool:
    return all(isinstance(each, ast.Constant) for each in node.elts)
