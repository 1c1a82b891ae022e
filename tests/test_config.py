"""The configuration: every option composes and is built, and every kind of mistake is named."""

from __future__ import annotations

import functools
import itertools

import pytest
import yaml

from inn_experiments.configuration import compose as config
from inn_experiments.configuration.axes import GROUPS
from inn_experiments.configuration.help import meanings
from inn_experiments.configuration.targets import build, find_class
from inn_experiments.configuration.told import is_smoke
from inn_experiments.contracts import UserError

NEEDED = {
    "data=table": ["data.path=rows.csv", "data.label=kind"],
    "data=ims": ["data.path=rows.csv"],
    **{f"claims={one}": ["generator=diffusion"] for one in ("spirals", "normality", "score")},
    "parameterization=mu": ["generator=diffusion"],
    "claims=latent_arithmetic": ["autoencoder=plain"],
    "claims=peaks": ["data=gcims_simulated"],
    "claims=undersampling": ["autoencoder=plain"],
    "experiment=all_synthesizers_mass": ["data.path=rows.npz"],
    **{f"experiment=low_data{which}": ["data.path=rows.npz"] for which in ("", "_contributor")},
    "data=records2d": ["data.path=records"],
    **{
        option: ["data.path=records"]
        for option in (
            "data=massbank",
            *(f"experiment={one}" for one in ("balance", "mass_spectra", "multiplicative", "unseen_compounds")),
        )
    },
    "network=conv_unet": ["method=implicit"],
    "network=mlp": ["generator=diffusion"],
    **{f"sampler={option}": ["generator=diffusion"] for option in ("ddim", "ddpm", "dpmpp", "unipc")},
    "conditioning=context": ["generator=diffusion", "network=mlp"],
    "network=places": ["generator=diffusion", "conditioning=context"],
    **{f"conditioning={option}": ["generator=diffusion"] for option in ("none", "label", "chemnet", "label_chemnet")},
}
EXTRA = {"network": {"features": 8, "steps": 10, "conditions": 0}}
OPTIONS = [
    (folder.name, path.stem)
    for folder in sorted(config.CONF.iterdir())
    if folder.is_dir() and folder.name != "hydra"
    for path in sorted(folder.glob("*.yaml"))
]


def composed(group: str, option: str, *more: str):
    pair = f"{group}={option}"
    return config.compose(pair, *NEEDED.get(pair, []), *more)


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_every_option_composes_and_is_built(group: str, option: str) -> None:
    cell = composed(group, option)
    assert cell.name
    assert cell.choices[group] == option
    if option == "none" and group not in ("conditioning", "tracking"):
        assert group not in cell.plain and cell.build(group) is None
    elif group in GROUPS and group != "generator":
        given = {"trainer": cell.build("trainer")} if "trainer" in cell.plain[group].get("reads", []) else {}
        made = cell.build(group, **given)
        made = made(**EXTRA[group]) if isinstance(made, functools.partial) and group in EXTRA else made
        assert made is not None


@pytest.mark.parametrize("option", [option for group, option in OPTIONS if group == "generator"])
def test_every_generator_is_built_from_its_parts(option: str) -> None:
    cell = composed("generator", option)
    parts = {name: cell.build(name) for name in cell.plain["generator"].get("reads", []) if name in cell.plain}
    assert callable(cell.build("generator", **parts).sample)


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_an_option_is_short_and_says_what_it_means(group: str, option: str) -> None:
    lines = (config.CONF / group / f"{option}.yaml").read_text(encoding="utf-8").splitlines()
    comments = [line for line in lines if line.startswith("# ") and not line.startswith("# @")]
    assert lines[0].startswith("# ") and comments and len(lines) <= 29


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["seed=abc"], ["seed", "'abc'", "integer"]),
        (["seed=-1"], ["seed", "-1"]),
        (["trainer.epochs=many"], ["trainer.epochs", "'many'"]),
        (["trainer.epochs=1.5"], ["trainer.epochs", "1.5"]),
        (["+trainer.epoch=3"], ["epoch", "did you mean 'epochs'"]),
        (["+sede=3"], ["sede", "did you mean 'seed'"]),
        (["data=table"], ["data.path"]),
        (["data=table", "data.path=a.csv", "data.label=b", "data.scaling=log"], ["data.scaling", "base_peak"]),
        (["paths.outputs=null"], ["paths.outputs"]),
        (["data=table", "data.path=a.csv", "data.label=b", "data.exclude=QC"], ["'QC'", "a list: data.exclude=[QC]"]),
        (["generator=smote", "method=svd"], ["generator=smote", "'method'"]),
        (["generator=smote", "network.hidden=3"], ["'network'"]),
        (["generator=smote", "schedule.steps=3"], ["'schedule'"]),
        (["sampling=convex", "schedule=linear"], ["sampling=convex", "'schedule'"]),
        (["method=svd", "parameterization=epsilon"], ["parameterization=epsilon", "method=svd", "x0"]),
        (["method=explicit", "parameterization=v"], ["parameterization=v", "method=explicit"]),
        (["method=svd", "network=conv_unet"], ["network=conv_unet", "method=svd", "point_unet"]),
        (["generator=law", "trainer.epochs=5"], ["trainer.epochs=5", "generator=law", "generator.steps"]),
        (["generator=law", "trainer.batch=5"], ["trainer.batch=5", "generator=law", "generator.batch"]),
    ],
)
def test_a_mistake_is_named(overrides: list[str], words: list[str]) -> None:
    with pytest.raises(UserError) as error:
        config.compose(*overrides)
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_read_is_accepted() -> None:
    assert config.compose("sampling=convex", "schedule.steps=50").value("schedule.steps") == 50
    assert config.compose("schedule=linear", "schedule.steps=50").choices["schedule"] == "linear"
    config.compose("trainer=smoke", "generator=smote")
    config.compose("generator=law", "trainer.threads=2", "trainer.keep=best")


def test_a_generator_with_steps_of_its_own_has_no_epochs() -> None:
    law = config.compose("preset=law", "generator.steps=40")
    assert law.axes["steps"] == 40 and "epochs" not in law.axes
    assert "trainer" not in meanings(law) and "trainer" in meanings(config.compose("preset=diffusion"))
    assert not is_smoke(config.compose("preset=law", "trainer=smoke")), "its training is as long as ever"
    assert is_smoke(config.compose("preset=diffusion", "trainer=smoke"))


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "subprocess.Popen",
        "builtins.eval",
        "inn_experiments.data.tables.table.Path",
        "inn_experiments.data.tables.table.os.system",
        "inn_experiments.running.sweep.Supervisor",
        "inn_experiments.data.tables.table.nothing_like_it",
        "inn_experiments.data.nowhere.Table",
        3,
    ],
)
def test_a_foreign_target_is_refused(target: object) -> None:
    with pytest.raises(UserError, match="_target_"):
        build({"_target_": target})
    with pytest.raises(UserError, match="_target_"):
        build({"_target_": "inn_experiments.data.simulated.mnist1d.Mnist1d", "rows": [{"_target_": target}]})


def test_a_target_of_another_group_is_refused() -> None:
    assert find_class("inn_experiments.data.simulated.mnist1d.Mnist1d", "data").__name__ == "Mnist1d"
    with pytest.raises(UserError, match="generator"):
        find_class("inn_experiments.data.simulated.mnist1d.Mnist1d", "generator")
    with pytest.raises(UserError, match=r"in the group `data` is not allowed"):
        config.compose("data._target_=inn_experiments.tracking.files.Files")


def test_building_hands_over_what_the_program_knows() -> None:
    option = {"_target_": "inn_experiments.synthesizers.classical.jitter.Jitter", "scale": 0.25, "reads": []}
    with pytest.raises(UserError, match="scale"):
        build(option, scale=1.0)
    assert build(option) is not build(option)


def test_the_fingerprint_is_of_what_is_computed() -> None:
    mark = config.compose().fingerprint
    same = [["paths.outputs=elsewhere"], ["tracking=none"], ["trainer.progress=false"], ["objective=test/x"]]
    other = [["seed=1"], ["method=svd"], ["trainer.epochs=999"], ["data.rows=100"], ["utility=none"]]
    assert all(config.compose(*overrides).fingerprint == mark for overrides in same)
    marks = [config.compose(*overrides).fingerprint for overrides in other]
    assert len({mark, *marks}) == len(other) + 1


def test_the_fingerprint_ignores_what_nobody_reads() -> None:
    plain = config.compose("generator=smote").fingerprint
    assert config.compose("generator=smote", "trainer=smoke").fingerprint == plain
    levels = [config.compose("sampling=convex", f"schedule.steps={n}").fingerprint for n in (10, 20)]
    assert levels[0] != levels[1]


def test_the_fingerprint_follows_the_data_file(tmp_path) -> None:
    path = tmp_path / "rows.csv"
    marks = []
    for text in ("a,b\n1,2\n", "a,b\n1,3\n"):
        path.write_text(text)
        marks.append(config.compose("data=table", f"data.path={path}", "data.label=b").fingerprint)
    assert marks[0] != marks[1]


def test_names_tell_the_cells_of_the_grid_apart_and_leave_the_seed_out() -> None:
    grid = [
        (f"method={method}", f"loss={loss}", f"sampling={sampling}")
        for method in ("implicit", "semi_implicit", "svd", "explicit")
        for loss in ("fid", "kl")
        for sampling in ("gaussian", "convex")
    ]
    names = {config.compose(*cell).name for cell in grid}
    assert len(names) == 16 and "svd-convex-kl" in names
    cfg = config.compose("network=square", "seed=7")
    assert cfg.name == "implicit-gaussian-fid-square"
    assert config.compose("generator=smote", "data=coffee").name == "coffee-smote"


def test_axes_are_few_and_only_those_that_are_read() -> None:
    axes = config.compose("method=svd", "seed=3").axes
    assert axes["method"] == "svd" and axes["seed"] == 3 and axes["epochs"] == 1000 and len(axes) <= 13
    assert "schedule" not in config.compose("sampling=convex").axes
    assert set(config.compose("generator=bootstrap").axes) == {"data", "generator", "seed"}


def test_the_paper_grid_has_sixteen_cells() -> None:
    sweep = yaml.safe_load((config.CONF / "experiment" / "paper_grid.yaml").read_text())["hydra"]
    counts = [len(value.split(",")) for value in sweep["sweeper"]["params"].values()]
    assert sweep["mode"] == "MULTIRUN" and functools.reduce(int.__mul__, counts) == 16


def test_option_and_class_share_their_name() -> None:
    for group, option in OPTIONS:
        node = yaml.safe_load((config.CONF / group / f"{option}.yaml").read_text()) or {}
        if "_target_" in node and group in ("method", "network", "prime", "sampling", "loss", "schedule", "sampler"):
            name = node["_target_"].rpartition(".")[2]
            assert name.lower() == option.replace("_", "")


def test_variants_of_a_method_are_axes_and_part_of_the_name() -> None:
    plain = config.compose("method=svd")
    variant = config.compose("method=svd", "method.inverse_weight=1", "method.refine_steps=20")
    assert not {"inverse_weight", "refine_steps"} & set(plain.axes)
    assert variant.axes["inverse_weight"] == 1 and variant.axes["refine_steps"] == 20
    assert variant.name == f"{plain.name}-w1-r20"


def test_how_levels_are_spaced_is_an_axis_and_part_of_the_name() -> None:
    ways = [f"sampler={name}" for name in ("ddim", "dpmpp", "unipc")]
    kinds = [f"sampler.spacing={spacing}" for spacing in ("time", "logsnr", "quadratic")]
    cells = [config.compose("generator=diffusion", "network=mlp", *pair) for pair in itertools.product(ways, kinds)]
    assert len({cell.name for cell in cells}) == len({cell.fingerprint for cell in cells}) == 9
    assert {cell.axes.get("spacing", "time") for cell in cells} == {"time", "logsnr", "quadratic"}
    assert "-logsnr" in cells[1].name
