"""A text that looks like an interpolation stays a text when something is built, and nothing is unpickled for Hydra."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf
from refusals import CHEAP, check_refused

from inn_experiments.configuration.axes import GROUPS
from inn_experiments.configuration.building import revived
from inn_experiments.configuration.compose import CONF
from inn_experiments.configuration.roles import classes
from inn_experiments.configuration.targets import build
from inn_experiments.contracts import UserError
from inn_experiments.tracking import store

TABLE = "inn_experiments.data.tables.table.Table"
JITTER = "inn_experiments.synthesizers.classical.jitter.Jitter"
JOBLIB = "hydra_plugins.hydra_joblib_launcher.joblib_launcher.JoblibLauncher"
BASIC = "hydra._internal.core_plugins.basic_sweeper.BasicSweeper"
NODE = "{_target_: logging.FileHandler, filename: MARK}"
TEXTS = (f"${{oc.create:'{NODE}'}}", f"${{oc.create:${{oc.decode:'{NODE}'}}}}", "${oc.env:HOME}")


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_stays_a_text_when_its_class_is_built(tmp_path, text) -> None:
    text = text.replace("MARK", str(tmp_path / "mark"))
    source = build({"_target_": TABLE, "path": text, "label": "kind", "features": [text]})
    assert (source.path, source.features) == (text, [text])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", TEXTS[:2])
def test_a_recipe_of_an_artifact_that_came_from_others_builds_nothing_else(tmp_path, text) -> None:
    nodes = {"generator": {"_target_": JITTER, "scale": text.replace("MARK", str(tmp_path / "mark"))}}
    with pytest.raises(UserError, match="scale"):
        revived(nodes, "trained.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [*TEXTS[:2], "\\" + TEXTS[0], "${oc.decode:'a.csv'}"])
def test_a_path_reads_the_environment_and_uses_no_other_resolver(run, tmp_path, text) -> None:
    mark = tmp_path / "mark"
    conf = tmp_path / "conf" / "experiment" / "mine.yaml"
    conf.parent.mkdir(parents=True)
    OmegaConf.save({"data": {"path": text.replace("MARK", str(mark)), "label": "kind"}}, tmp_path / "plain.yaml")
    conf.write_text("# @package _global_\n" + (tmp_path / "plain.yaml").read_text(), encoding="utf-8")
    answer = run(*CHEAP, "data=table", "experiment=mine", f"--config-dir={conf.parents[1]}")
    check_refused(answer, ["data.path"], tmp_path / "out")
    assert not mark.exists()


def test_what_is_built_does_not_share_its_arguments_with_the_configuration() -> None:
    node = {"_target_": TABLE, "path": "x.csv", "label": "kind", "features": ["a"]}
    build(node).features.append("b")
    assert node["features"] == ["a"]


@pytest.mark.parametrize(
    ("group", "text", "word"),
    [
        ("launcher", f"{{_target_: {JOBLIB}, n_jobs: '${{oc.create:{{_target_: os.mkdir, path: MARK}}}}'}}", "n_jobs"),
        ("launcher", f"{{_target_: {JOBLIB}, n_jobs: '${{evil}}'}}", "hydra.launcher.n_jobs"),
        ("launcher", f"{{_target_: {JOBLIB}, temp_folder: MARK}}", "hydra.launcher.temp_folder"),
        (
            "sweeper",
            f"{{_target_: {BASIC}, params: null, max_batch_size: '${{evil}}'}}",
            "hydra.sweeper.max_batch_size",
        ),
        ("sweeper", f"{{_target_: {BASIC}, max_batch_size: null, params: '${{evil}}'}}", "hydra.sweeper.params"),
    ],
)
def test_a_setting_of_a_launcher_that_is_looked_up_is_no_class(run, tmp_path, group, text, word) -> None:
    mark = tmp_path / "mark"
    path = tmp_path / "conf" / "hydra" / group / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(f"{text}\n".replace("MARK", str(mark)), encoding="utf-8")
    evil = f"+evil={{_target_: os.mkdir, path: {mark}}}"
    answer = run(*CHEAP, evil, f"hydra/{group}=mine", f"--config-dir={tmp_path / 'conf'}", "-m")
    check_refused(answer, [word], tmp_path / "out")
    assert not mark.exists()


class Trap:
    """What an unpickling would run."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("option", ["--experimental-rerun", "--experimental-r"])
def test_a_pickle_that_hydra_would_run_again_is_refused(run, tmp_path, option) -> None:
    (tmp_path / "config.pickle").write_bytes(pickle.dumps(Trap(tmp_path / "mark")))
    answer = run(f"{option}={tmp_path / 'config.pickle'}")
    check_refused(answer, ["--experimental-rerun"], tmp_path / "out")
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("key", ["X", "y"])
@pytest.mark.parametrize("data", ["table", "records2d"])
def test_an_archive_that_holds_code_is_refused_and_runs_none(run, tmp_path, data, key) -> None:
    shape = (12, 5) if data == "table" else (12, 4, 5)
    arrays = {"X": np.random.default_rng(0).random(shape), "y": np.array(["a", "b"] * 6)}
    arrays[key] = np.array([Trap(tmp_path / "mark")] * 12, dtype=object)
    np.savez(tmp_path / "rows.npz", **arrays)
    label = ["data.label=y"] if data == "table" else []
    answer = run(*CHEAP, f"data={data}", f"data.path={tmp_path / 'rows.npz'}", *label)
    check_refused(answer, ["rows.npz"], tmp_path / "out")
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hydra.job.env_copy=[NOT_IN_THE_ENVIRONMENT]"], ["hydra.job.env_copy", "NOT_IN_THE_ENVIRONMENT"]),
        (["hydra.job.chdir=true"], ["hydra.job.chdir"]),
        (["hydra.job.chdir=1"], ["hydra.job.chdir"]),
    ],
)
def test_hydra_neither_reads_what_is_not_there_nor_goes_elsewhere(run, tmp_path, arguments, words) -> None:
    check_refused(run(*CHEAP, *arguments), words, tmp_path / "out")


def test_a_configuration_with_a_tag_of_python_is_one_line(run, tmp_path) -> None:
    path = tmp_path / "conf" / "experiment" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("# @package _global_\nseed: !!python/object/apply:os.system [true]\n", encoding="utf-8")
    answer = run(*CHEAP, "experiment=mine", f"--config-dir={path.parents[1]}")
    check_refused(answer, ["mine.yaml", "line 2"], tmp_path / "out")


def test_a_database_that_came_from_elsewhere_leads_nowhere(tmp_path) -> None:
    for name in ("../../elsewhere", "/etc", "..", "", "a/b"):
        for folder in (store.run_folder, store.model_folder):
            with pytest.raises(UserError, match="no id"):
                folder(tmp_path, name)
    assert store.run_folder(tmp_path, "0123abcd").parent == tmp_path / "runs" / "0123abcd"


def test_the_allowed_classes_are_those_of_the_options_as_yaml_reads_them() -> None:
    for group in GROUPS:
        nodes = [OmegaConf.to_container(OmegaConf.load(path)) for path in (CONF / group).glob("*.yaml")]
        named = {node["_target_"]: node.get("_partial_", False) for node in nodes if "_target_" in node}
        assert named == classes(group) and named
