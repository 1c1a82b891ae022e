"""No secret of a command line or of the environment is in what a run prints or writes, whatever becomes of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from inn_experiments.configuration.compose import compose
from inn_experiments.contracts import UserError
from inn_experiments.contracts.secrets import masked

CHEAP = ("data=two_clusters", "generator=bootstrap", "trainer=smoke", "utility=none")
SECRET = "hunter2hunter2"
URI = f"postgresql://me:{SECRET}@host/db"


@pytest.fixture(autouse=True)
def _secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INN_SECRET", SECRET)
    monkeypatch.setenv("INN_FOLDER", str(tmp_path / "out"))


def leaks(folder: Path, *texts: str) -> list[str]:
    """Where the secret is: files of the folder, by their names or bytes, or printed text."""
    files = [
        str(path)
        for path in folder.rglob("*")
        if SECRET in str(path) or (path.is_file() and SECRET.encode() in path.read_bytes())
    ]
    return files + [text for text in texts if SECRET in text]


@pytest.mark.parametrize("many", [(), ("seed=0,1", "-m")])
@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("objective=${oc.env:INN_SECRET}", "objective"),
        ("objective=x${oc.env:INN_SECRET}", "objective"),
        ("objective=${oc.decode:${oc.env:INN_SECRET}}", "objective"),
        ("objective=${oc.${tracking.none}:INN_SECRET}", "objective"),
        ("++data.label=[a,{b: '${oc.env:INN_SECRET}'}]", "data.label"),
        ("register=${oc.env:INN_SECRET}", "register"),
        ("hydra.run.dir=${paths.outputs}/${oc.env:INN_SECRET}", "hydra.run.dir"),
        ("hydra.sweep.dir=${paths.outputs}/${oc.env:INN_SECRET}", "hydra.sweep.dir"),
        (f"objective='{URI}'", "objective"),
        (f"+data.path='{URI}'", "data.path"),
        (f"+tracking.uri='{URI}'", "tracking.uri"),
        (f"+tracking.uri=['{URI}']", "tracking.uri"),
        (f"+hydra.sweeper.storage='{URI}'", "hydra.sweeper.storage"),
        (f"hydra.searchpath=['file://me:{SECRET}@host']", "hydra.searchpath"),
        (f"objective={URI} {{", "KEY=VALUE"),
        (f"objective='https://{SECRET}@host/x'", "objective"),
        (f"objective='https://{SECRET}:@host/x'", "objective"),
        (f"+data.path='https://host/x?a=b&sslpassword={SECRET}'", "data.path"),
        (f"+data.path='s3://host/x?X-Amz-Signature={SECRET}'", "data.path"),
        (f"objective='host=db password={SECRET}'", "objective"),
        (f"+tracking.token={SECRET}", "tracking.token"),
        (f"+tracking={{apiKey: {SECRET}}}", "tracking"),
        (f"+data.headers={{Authorization: 'Bearer {SECRET}'}}", "data.headers"),
        (f"objective={SECRET}", "objective"),
    ],
)
def test_a_secret_is_refused_by_its_key(run, tmp_path: Path, override: str, key: str, many: tuple[str, ...]) -> None:
    status, out, err = run(*CHEAP, override, *many)
    assert status == 2 and not out and key in err, (status, out, err)
    assert err.startswith("error: ") and err.count("\n") == 1, err
    assert leaks(tmp_path, out, err) == []


@pytest.mark.parametrize("swept", [f"objective=test/samples/fid,'{URI}'", "objective=x,'${oc.env:INN_SECRET}'"])
def test_a_secret_in_one_cell_of_a_sweep_is_refused_before_the_sweep(run, tmp_path: Path, swept: str) -> None:
    status, out, err = run(*CHEAP, swept, "-m")
    assert status == 2 and err.startswith("error: objective: ") and err.count("\n") == 1, err
    assert leaks(tmp_path, out, err) == [] and not (tmp_path / "out").exists()


@pytest.mark.parametrize("many", [(), ("experiment=nothing,mine", "-m")])
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("objective: ${oc.env:INN_SECRET}", "objective"),
        ("hydra: {sweeper: {params: {objective: '${oc.env:INN_SECRET}'}}}", "hydra.sweeper.params.objective"),
    ],
)
def test_a_secret_in_a_file_is_refused(run, tmp_path: Path, many: tuple[str, ...], text: str, key: str) -> None:
    folder = Path("conf", "experiment")
    folder.mkdir(parents=True)
    Path(folder, "mine.yaml").write_text(f"# @package _global_\n{text}\n")
    status, out, err = run(*CHEAP, *(many or ["experiment=mine"])[:1], "--config-dir=conf", *many[1:])
    assert status == 2 and f"error: {key}: " in err, err
    assert (f"\nfailed: experiment=mine: {key}: " in err) if many else err.count("\n") == 1, err
    assert leaks(tmp_path, out, err) == []


def test_an_environment_variable_may_say_where_things_are(run, tmp_path: Path) -> None:
    status, _, err = run(*CHEAP, "tracking=none", "paths.outputs=${oc.env:INN_FOLDER}")
    assert status == 0, err
    assert [*(tmp_path / "out/runs").iterdir()] and leaks(tmp_path) == []
    cell = compose("data=table", "data.path=${oc.env:INN_FOLDER}", "data.label=kind")
    assert cell.value("data.path") == str(tmp_path / "out")


@pytest.mark.parametrize("path", ["${oc.env:INN_URI}", "x,'${oc.env:INN_URI}'"])
def test_a_password_that_the_environment_brings_is_refused(run, tmp_path: Path, monkeypatch, path: str) -> None:
    monkeypatch.setenv("INN_URI", URI)
    many = ["-m"] if "," in path else []
    status, out, err = run("data=table", f"data.path={path}", "data.label=kind", *many)
    assert status == 2 and err.startswith("error: data.path: its value holds a password"), err
    assert leaks(tmp_path, out, err) == []


@pytest.mark.parametrize("name", ["API_KEY", "HF_TOKEN", "INN_SECRET", "DB_PASS", "DB_PASSWORD", "MY_CREDENTIALS"])
@pytest.mark.parametrize("many", [(), ("seed=0,1", "-m")])
def test_a_variable_that_is_called_like_a_secret_names_no_folder(run, tmp_path, monkeypatch, name, many) -> None:
    monkeypatch.setenv(name, SECRET)
    for key in ("paths.outputs", "data.path"):
        more = ("data.label=kind", "data=table") if key == "data.path" else CHEAP
        status, out, err = run(*more, f"{key}=x/${{oc.env:{name}}}", *many)
        assert status == 2 and err.startswith(f"error: {key}: the environment variable {name} "), err
        assert err.count("\n") == 1 and leaks(tmp_path, out, err) == []


def test_the_folder_that_a_shell_is_in_is_no_secret(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PWD", str(tmp_path))
    assert run(*CHEAP, "tracking=none", "paths.outputs=${oc.env:PWD}/out")[0] == 0


def test_a_program_that_composes_is_told_as_well() -> None:
    for override in ("objective=${oc.env:INN_SECRET}", f"objective='{URI}'"):
        with pytest.raises(UserError, match="^objective: ") as error:
            compose(override)
        assert SECRET not in str(error.value)
    assert compose("data.generation_seed=${seed}", "seed=3").value("data.generation_seed") == 3


def test_an_unforeseen_failure_shows_no_password(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from inn_experiments.running import job

    def fail(*_: object) -> None:
        raise RuntimeError(f"cannot reach {URI}")

    monkeypatch.setattr(job, "begin", fail)
    for many in ((), ("seed=0,1", "-m")):
        status, out, err = run(*CHEAP, "tracking=none", *many)
        assert status == 1 and "me:***@host" in err
        assert leaks(tmp_path, out, err) == []


def test_whatever_a_password_is_it_is_masked() -> None:
    draw = random.Random(0)
    letters = [chr(code) for code in range(33, 0x250) if chr(code).isprintable() and chr(code) not in "/:@\xa0"]
    for _ in range(500):
        user, password = ("".join(draw.choices(letters, k=draw.randint(least, 12))) for least in (0, 1))
        assert masked(f"see s3://{user}:{password}@host") == f"see s3://{user}:***@host"


@pytest.mark.parametrize("text", ["http://host:80/a@b", "a:b@c", "file:///home/me:you@here", "s3://bucket/x", "12:30"])
def test_what_holds_no_password_stays_as_it_is(text: str) -> None:
    assert masked(text) == text
