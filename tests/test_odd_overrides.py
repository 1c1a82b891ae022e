"""Whatever is typed, the command ends in a run or in one line: no override and no option of Hydra's in a traceback."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hydra.conf import HydraConf
from omegaconf import OmegaConf

from inn_experiments.configuration.compose import CONF, compose, defaults
from inn_experiments.configuration.mistakes import composed
from inn_experiments.contracts import UserError
from inn_experiments.running import job
from inn_experiments.running.failures import one_line

CHEAP = ("tracking=none", "data=two_clusters", "generator=bootstrap", "trainer=smoke", "utility=none")
SIGNS = ("", "+", "++", "~")
VALUES = (
    *("", "null", "abc", "-1", "1e400", "nan", "true", "[]", "{}", "[1,2]", "[null]", "{a: {b: [1]}}", "''", "${seed}"),
    *(
        "${data}",
        "${nothing}",
        "${now:}",
        "???",
        "9" * 400,
        "../x",
        "\0",
        "a\nb",
        "🧪",
        "[",
        "}",
        "'",
        "\\",
        "${",
        "a=b",
    ),
    *("1,2", "{_target_: os.system}", "{_target_: [1]}", "{_target_: null}", "range(1,3)", "glob(*)", "interval(0,1)"),
    *(
        "json_str('{}')",
        "a:b",
        "@x",
        "~",
        "!!python/object:x",
        "{1: 2}",
        "smoke",
        "none",
        "${oc.dict.keys:data}",
        "${..x}",
    ),
)


def keys() -> list[str]:
    """Of all options, of Hydra's node, and some that nobody has."""
    files = [path for path in sorted(CONF.rglob("*.yaml")) if path.parent.name not in ("conf", "experiment", "preset")]
    found = [key for path in files for key in inside(OmegaConf.load(path), path.parent.name)]
    found += [*inside(OmegaConf.structured(HydraConf), "hydra"), *defaults(), "seed", "objective", "register", "preset"]
    return [
        *found,
        "experiment",
        "hydra/launcher",
        "nonsense",
        "",
        ".",
        "a.b.c",
        "data@x",
        "generator._args_",
        "defaults",
    ]


def inside(node: Any, name: str) -> Iterator[str]:
    plain = OmegaConf.to_container(node, resolve=False) if OmegaConf.is_config(node) else node
    for key, value in plain.items() if isinstance(plain, dict) else ():
        yield f"{name}.{key}"
        yield from inside(value, f"{name}.{key}")


def test_no_override_is_anything_but_accepted_or_named_in_a_line() -> None:
    draw, every = random.Random(0), keys()
    for _ in range(40):
        overrides = [
            f"{draw.choice(SIGNS)}{draw.choice(every)}={draw.choice(VALUES)}" for _ in range(draw.choice((1, 2)))
        ]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compose(*overrides)
        except Exception as error:  # noqa: BLE001 (any that is a line will do)
            assert one_line(error), (overrides, error)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generator=inn", "trainer.epochs=abc"], "trainer.epochs: 'abc'"),
        (["generator=inn", "trainer.epochs=[1,2]"], "trainer.epochs: [1, 2]"),
        (["generator=inn", "trainer.epochs="], "trainer.epochs"),
        (["seed=-1"], "seed: -1"),
        (["seed="], "seed"),
        (["data=null"], "group"),
        (["generator=null"], "group"),
        (["data="], "data"),
        (["sampling=[null]"], "sampling=[null] cannot be composed"),
        (["tracking=[1,2]"], "tracking=[1,2] cannot be composed"),
        (["hydra/launcher=nonsense"], "launcher"),
        (["hydra/sweeper=nonsense"], "sweeper"),
        (["hydra.run.dir="], "hydra.run.dir"),
        (["hydra.mode=abc"], "hydra.mode"),
        (["--config-name=nonsense"], "nonsense"),
        (["--config-path=nowhere"], ""),
        (["--config-dir=nowhere"], "nowhere"),
        (["--resolve"], "--resolve"),
        (["--shell-completion"], "--shell-completion"),
        (["--info", "--cfg=job"], "--info"),
    ],
)
def test_a_mistake_in_what_is_typed_is_one_line(run, monkeypatch, arguments: list[str], words: str) -> None:
    # No mistake here is one of the rows.
    monkeypatch.setattr(job, "begin", lambda cell: pytest.fail("it went on"))
    status, _, err = run(*CHEAP, *arguments)
    assert status == 2 and "Traceback" not in err and words in err, err
    assert err.startswith("error: ") and err.count("\n") == 1, err


def test_options_in_a_folder_that_cannot_be_read_are_named(run, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(job, "begin", lambda cell: pytest.fail("it went on"))
    texts = {"broken": b"a: [", "binary": b"\xff\xfe\0", "list": b"- 1", "defaults": b"defaults: 5"}
    texts |= {"foreign": b"defaults: [nothing]", "twice": b"seed: 1\nseed: 2", "loop": b"defaults: [loop]"}
    (tmp_path / "conf" / "preset").mkdir(parents=True)
    for name, text in texts.items():
        (tmp_path / "conf" / "preset" / f"{name}.yaml").write_bytes(b"# @package _global_\n" + text)
    (tmp_path / "conf" / "preset" / "folder.yaml").mkdir()
    for name in (*texts, "folder"):
        status, _, err = run(*CHEAP[:1], f"preset={name}", "--config-dir=conf")
        assert status == 2 and err.startswith("error: ") and err.count("\n") == 1, (name, err)
    with pytest.raises(UserError):
        composed("preset=list", "hydra.searchpath=[file://conf]")
