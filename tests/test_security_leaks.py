"""A secret that is in the environment, and comes up in an error of a library, is in nothing that a run leaves."""

from __future__ import annotations

import pytest

from inn_experiments.running import job

SECRET = "hunter2hunter2"
CHEAP = ("data=two_clusters", "generator=bootstrap", "trainer=smoke", "utility=none")
MESSAGE = f"cannot reach https://{SECRET}@host, postgresql://me:{SECRET}@host/db?sslpassword={SECRET}; {SECRET}"


@pytest.mark.parametrize("tracking", ["mlflow", "none"])
@pytest.mark.parametrize("many", [(), ("seed=0,1", "-m")])
@pytest.mark.parametrize("fails", ["not", "before", "within"])
def test_nothing_that_a_run_leaves_has_the_secret(run, tmp_path, monkeypatch, tracking, many, fails) -> None:
    if fails == "not" and (tracking == "none") == bool(many):
        pytest.skip("one of both is enough")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOME_API_KEY", SECRET)

    def fail(*_: object) -> None:
        raise RuntimeError(MESSAGE)

    if fails == "before":
        monkeypatch.setattr(job, "begin", fail)
    if fails == "within":
        monkeypatch.setattr(job._pipeline(), "run", fail)
    status, out, err = run(*CHEAP, f"tracking={tracking}", *many)
    assert status == (fails != "not"), err
    assert ("RuntimeError" in err and "***" in err) == (fails != "not"), err
    assert SECRET not in out + err
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    names = {path.name for path in left}
    told = {"multirun.yaml", "cells.json"} if many else {"hydra.yaml", "overrides.yaml"}
    assert told <= names and ("mlflow.db" in names) == (tracking == "mlflow" and fails != "before")
    assert ("traceback.txt" in names) == (tracking == "mlflow" and fails == "within")
    assert not [path for path in left if SECRET in str(path) or SECRET.encode() in path.read_bytes()]
