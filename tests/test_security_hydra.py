"""Ways in through the node `hydra`: what a configuration names there is refused before anything is built."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from inn_experiments.__main__ import main
from inn_experiments.configuration.compose import compose
from inn_experiments.configuration.mistakes import composed
from inn_experiments.contracts import UserError
from inn_experiments.library.settings import parts
from inn_experiments.recommending.presets import base

CHEAP = ("tracking=none", "data=two_clusters", "generator=bootstrap", "trainer=smoke", "utility=none")
MARK = "pwned"


def refused(answer: tuple[int, str, str], *words: str) -> None:
    """One line on stderr with these words, and the exit status of bad input."""
    status, out, err = answer
    assert status == 2 and not out, answer
    assert err.startswith("error: ") and err.count("\n") == 1, err
    for word in words:
        assert word in err, err


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder to run in; nothing called MARK, and no folder beside the outputs, may be there afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    Path("module.py").write_text(f"open('{MARK}', 'w')\n")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = handlers, level
    assert not [*tmp_path.rglob(MARK)]
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} <= {"out", "conf", "bin"}


CALLBACK = "+hydra.callbacks.x={_target_: logging.FileHandler, filename: pwned}"


@pytest.mark.parametrize("many", [(), ("seed=0,1", "-m")])
@pytest.mark.parametrize(
    ("override", "words"),
    [
        (CALLBACK, ["hydra.callbacks.x", "'logging.FileHandler'"]),
        ("hydra.callbacks.supervisor={_target_: logging.FileHandler, filename: pwned}", ["hydra.callbacks"]),
        ("+hydra.callbacks.supervisor.x={_target_: logging.FileHandler, filename: pwned}", ["hydra.callbacks"]),
        ("hydra.callbacks.supervisor._target_=${objective}", ["hydra.callbacks.supervisor"]),
        ("+hydra.callbacks.x=[{_target_: logging.FileHandler, filename: pwned}]", ["hydra.callbacks.x"]),
        ("~hydra.callbacks.supervisor", ["hydra.callbacks.supervisor"]),
        ("~hydra.callbacks", ["hydra.callbacks"]),
        ("+hydra.job.env_set.PATH=bin", ["hydra.job.env_set"]),
        ("hydra.job.env_copy=[HOME]", ["hydra.job.env_copy"]),
        ("hydra.output_subdir=../../../elsewhere", ["hydra.output_subdir"]),
        ("hydra.output_subdir=/elsewhere", ["hydra.output_subdir"]),
        ("hydra.output_subdir=${paths.outputs}", ["hydra.output_subdir"]),
        ("hydra.run.dir=elsewhere", ["hydra.run.dir", "paths.outputs"]),
        ("hydra.run.dir=${paths.outputs}/../elsewhere", ["hydra.run.dir", "paths.outputs"]),
        ("hydra.run.dir=${nothing}", ["hydra.run.dir", "nothing"]),
        ("hydra.sweep.dir=elsewhere", ["hydra.sweep.dir", "paths.outputs"]),
        ("hydra.sweep.subdir=../../../elsewhere", ["hydra.sweep.subdir"]),
        ("hydra.job.name=../../elsewhere", ["hydra.job.name"]),
        ("hydra.launcher._target_=os.system", ["hydra.launcher", "'os.system'"]),
        ("hydra.sweeper._target_=subprocess.Popen", ["hydra.sweeper", "'subprocess.Popen'"]),
        ("hydra.launcher._target_=hydra_plugins.hydra_joblib_launcher.none.None", ["hydra.launcher"]),
        ("hydra.launcher._target_=hydra._internal.core_plugins.basic_sweeper.BasicSweeper", ["hydra.launcher"]),
        ("+hydra.launcher._partial_=true", ["hydra.launcher._partial_"]),
        ("~hydra.launcher._target_", ["hydra.launcher"]),
        ("hydra.launcher=null", ["hydra.launcher"]),
        ("hydra/job_logging=disabled hydra/hydra_logging=hydra_debug", ["hydra.hydra_logging", "logging.FileHandler"]),
        ("hydra.verbose=3", ["hydra.verbose"]),
        ("+hydra.sweeper.params={seed:1}", ["hydra.sweeper.params"]),
        ("hydra.searchpath=[pkg://module]", ["hydra.searchpath", "pkg://module"]),
    ],
)
def test_an_override_gets_no_further_than_its_refusal(run, override: str, words: list[str], many: tuple) -> None:
    refused(run(*CHEAP, *(override.split(" ") if override.startswith("hydra/") else [override]), *many), *words)


FILES = {
    "callback": (
        "hydra:\n  callbacks:\n    x: {_target_: logging.FileHandler, filename: pwned}\n",
        "hydra.callbacks.x",
    ),
    "factory": (
        "hydra:\n  job_logging:\n    handlers:\n      x: {(): shutil.copyfile, src: /etc/hostname, dst: pwned}\n"
        "    root: {handlers: [x]}\n",
        "hydra.job_logging.handlers.x",
    ),
    "early factory": (
        "hydra:\n  hydra_logging:\n    formatters:\n      x: {(): shutil.copyfile, src: /etc/hostname, dst: pwned}\n"
        "    root: {level: INFO}\n",
        "hydra.hydra_logging.formatters.x",
    ),
    "file": (
        "hydra:\n  job_logging:\n    handlers:\n      x: {class: logging.FileHandler, filename: pwned}\n"
        "    root: {handlers: [x]}\n",
        "hydra.job_logging.handlers.x",
    ),
    "import": (
        "hydra:\n  job_logging:\n    handlers:\n      x: {class: logging.StreamHandler, stream: 'ext://module.x'}\n"
        "    root: {handlers: [x]}\n",
        "hydra.job_logging.handlers.x.stream",
    ),
    "hidden": (
        "hidden: {class: logging.FileHandler, filename: pwned}\n"
        "hydra:\n  job_logging:\n    handlers:\n      x: ${hidden}\n    root: {handlers: [x]}\n",
        "hydra.job_logging.handlers.x",
    ),
    "file of a formatter": (
        "hydra:\n  job_logging:\n    formatters:\n      x: {class: logging.FileHandler, format: pwned, datefmt: a}\n"
        "    root: {level: INFO}\n",
        "hydra.job_logging.formatters.x.class",
    ),
    "file named later": (
        "hydra:\n  job_logging:\n    handlers:\n      x: {class: logging.FileHandler, delay: true, filename: "
        "'${hydra.runtime.output_dir}/${hydra.job.name}.log', .: {baseFilename: pwned}}\n"
        "    root: {level: DEBUG, handlers: [x]}\n",
        "hydra.job_logging.handlers.x",
    ),
    "environment": ("hydra:\n  job:\n    env_set: {PATH: bin}\n", "hydra.job.env_set"),
    "nested": (
        "hydra:\n  sweeper:\n    params: {_target_: logging.FileHandler, filename: pwned}\n",
        "hydra.sweeper.params",
    ),
}


@pytest.mark.parametrize("way", ["--config-dir", "hydra.searchpath", "sweep"])
@pytest.mark.parametrize("kind", FILES)
def test_a_file_gets_no_further_than_its_refusal(run, way: str, kind: str) -> None:
    text, key = FILES[kind]
    folder = Path("conf", "experiment")
    folder.mkdir(parents=True)
    Path(folder, "mine.yaml").write_text(f"# @package _global_\n{text}")
    where = ["hydra.searchpath=[file://conf]"] if way == "hydra.searchpath" else ["--config-dir=conf"]
    if way == "sweep":
        # Each cell says why, and the end of the sweep once more.
        status, out, err = run(*CHEAP, "experiment=mine,nothing", *where, "-m")
        assert status == 2 and "of 2 cells: 2 failed" in out and "Traceback" not in err, err
        assert f"\nerror: {key}" in err and f"\nfailed: experiment=mine: {key}" in err, err
    else:
        refused(run(*CHEAP, "experiment=mine", *where), key)


@pytest.mark.parametrize(
    "overrides",
    [
        ("hydra/job_logging=default", "hydra/hydra_logging=default"),
        ("hydra/job_logging=stdout", "hydra.verbose=true"),
        ("hydra.run.dir=${paths.outputs}/mine/${seed}",),
        ("hydra.output_subdir=null",),
        ("preset=mine", "--config-dir=conf"),
    ],
)
def test_what_hydra_is_for_works_as_before(run, overrides: tuple[str, ...]) -> None:
    Path("conf", "preset").mkdir(parents=True)
    Path("conf", "preset", "mine.yaml").write_text("# @package _global_\nseed: 1\n")
    status, _, err = run(*CHEAP, *overrides)
    assert status == 0, err


def test_the_help_of_hydra_is_still_there(run, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    # It is composed without the program's configuration, and takes none of its settings.
    monkeypatch.setattr("sys.argv", ["inn_experiments", "--hydra-help"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0 and "--multirun" in capsys.readouterr().out


def test_logging_that_cannot_be_set_up_is_one_line(run) -> None:
    status, _, err = run(*CHEAP, "hydra.job_logging.root=7")
    assert status == 2 and "hydra.job_logging" in err and err.count("\n") == 1, err


def test_a_worker_of_a_parallel_sweep_looks_too(run) -> None:
    folder = Path("conf", "experiment")
    folder.mkdir(parents=True)
    Path(folder, "mine.yaml").write_text(f"# @package _global_\n{FILES['file'][0]}")
    parallel = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "--config-dir=conf", "-m")
    status, out, err = run(*CHEAP, "experiment=smoke,mine", *parallel)
    assert status == 2 and "of 2 cells: 1 failed, 1 finished" in out, (status, out, err)
    assert "failed: experiment=mine: hydra.job_logging.handlers.x" in err, err
    assert "Traceback" not in err


@pytest.mark.parametrize("flag", ["--config-path=pkg://module", "--config-name=mine"])
def test_another_main_configuration_imports_no_package(run, flag: str) -> None:
    Path("conf").mkdir()
    Path("conf/mine.yaml").write_text("defaults: [config]\nhydra: {searchpath: ['pkg://module']}\n")
    more = ["--config-dir=conf"] if "name" in flag else []
    refused(run(*CHEAP, *more, flag), "pkg://module")


def test_the_environment_of_the_process_is_left_alone(run) -> None:
    before = dict(os.environ)
    refused(run(*CHEAP, "+hydra.job.env_set.INN_TEST=1"), "hydra.job.env_set")
    assert "INN_TEST" not in os.environ and {**os.environ, "HYDRA_FULL_ERROR": ""} == {**before, "HYDRA_FULL_ERROR": ""}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["+generator._partial_=true"], ["generator._partial_: true"]),
        (["+data._partial_=true"], ["data._partial_: true"]),
        (["+tracking._partial_=true"], ["tracking._partial_: true"]),
        (["+trainer._partial_=true", "generator=inn"], ["trainer._partial_: true"]),
        (["geometry=latents", "+geometry._partial_=true"], ["geometry._partial_: true"]),
        (["generator=inn", "network._partial_=false"], ["network._partial_: false"]),
        (["tracking._target_=inn_experiments.tracking.files.Run"], ["tracking.files.Run", "tracking.files.Files"]),
        (["tracking._target_=inn_experiments.tracking.mlflow.MlflowRun"], ["tracking.mlflow.MlflowRun"]),
        (["generator._target_=inn_experiments.synthesizers.latent.Latent"], ["synthesizers.latent.Latent"]),
        (["generator=inn", "loss._target_=inn_experiments.maths.primes.Orthogonal"], ["maths.primes.Orthogonal"]),
    ],
)
def test_a_class_of_ours_in_the_wrong_place_is_named(run, arguments: list[str], words: list[str]) -> None:
    refused(run(*CHEAP, *arguments), *words)


@pytest.mark.parametrize(
    "override",
    [
        CALLBACK,
        "hydra.searchpath=[pkg://module]",
        "+hydra.job.env_set.PATH=bin",
        "hydra.job.env_copy=[NOT_IN_THE_ENVIRONMENT]",
        "hydra.run.dir=elsewhere",
        "hydra.launcher._target_=os.system",
    ],
)
def test_a_program_that_composes_goes_through_the_same_doors(override: str) -> None:
    key = override.lstrip("+").partition("=")[0].removesuffix(".PATH").removesuffix("._target_")
    for composing in (compose, composed, lambda *given: base(given)):
        with pytest.raises(UserError, match=key):
            composing(override)


def test_neither_recommending_nor_the_library_takes_settings_of_hydra(run) -> None:
    refused(run("recommend", "data=coffee", "hydra.searchpath=[pkg://module]"), "hydra.searchpath")
    with pytest.raises(UserError, match=r"hydra\.searchpath"):
        parts("jitter", {"hydra.searchpath": ["pkg://module"]})
