"""Rows that stay in a file are the rows that are held: the same numbers, the same training, and never all at once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import cells
import numpy as np
import pandas
import pytest

from inn_experiments.contracts import Rows, UserError, memory, streamed
from inn_experiments.contracts.keeping import digest
from inn_experiments.contracts.streamed import Streamed, as_bytes, joined
from inn_experiments.data import mapped
from inn_experiments.data.ims.ims import Ims
from inn_experiments.data.scaling import Standard
from inn_experiments.data.tables.coffee import Coffee
from inn_experiments.data.tables.table import Table
from inn_experiments.measures import fidelity

ROWS = 3000


@pytest.fixture(autouse=True)
def small(monkeypatch) -> None:
    """Few rows are many, so that files of a few rows are read as those of many are."""
    for module in (streamed, mapped):
        monkeypatch.setattr(module, "FEW", 20)


@pytest.fixture
def frame() -> pandas.DataFrame:
    rng = np.random.default_rng(0)
    found = pandas.DataFrame(3 * rng.random((ROWS, 6)).astype(np.float32), columns=[f"v{place}" for place in range(6)])
    found["kind"] = np.array(["10", "9", "other"])[rng.integers(0, 3, ROWS)]
    found["patient"] = [f"p{number}" for number in rng.integers(0, 40, ROWS)]
    found["smiles"] = found["kind"].map({"10": "CCO", "9": "C|CC", "other": "CCC"})
    return found


def write(frame: pandas.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path, row_group_size=500)
    elif path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        texts = {name: frame[name].to_numpy().astype(str) for name in ("kind", "patient", "smiles")}
        np.savez(path, X=frame.filter(like="v").to_numpy(), **texts)
    return path


def in_file(x: np.ndarray, folder: Path) -> Streamed:
    np.save(folder / "rows.npy", x)
    return Streamed.of(folder / "rows.npy")


def test_rows_in_a_file_are_looked_up_like_those_of_an_array(tmp_path, monkeypatch):
    monkeypatch.setattr(streamed, "BLOCK", 7)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 3)).astype(np.float32)
    rows, scaling = in_file(x, tmp_path), Standard(0.5, 2.0)
    order = rng.permutation(50)[:40]
    for held, file in (
        (x, rows),
        (x[order], rows.rows(order)),
        (scaling.apply(x[order]), rows.rows(order).scaled(scaling)),
    ):
        assert (file.shape, file.size, len(file), file.dtype) == (held.shape, held.size, len(held), held.dtype)
        mask = rng.random(len(held)) < 0.3
        for key in (slice(3, 20, 2), [5, 1, 5, -1], mask, np.arange(0), 4):
            np.testing.assert_array_equal(file[key], held[key])
        np.testing.assert_array_equal(np.asarray(file), held)
        np.testing.assert_array_equal(np.asarray(file.rows(mask).rows(slice(1, None))), held[mask][1:])
        assert (file.min(), file.max()) == (held.min(), held.max())
        np.testing.assert_allclose(file.mean(axis=0), held.mean(axis=0), atol=1e-6)
        marks = [hashlib.sha256() for _ in range(2)]
        for mark, one in zip(marks, (held, file), strict=True):
            for piece in as_bytes(one):
                mark.update(piece)
        assert marks[0].digest() == marks[1].digest() and digest([held]) == digest([file])
    both = joined([rows.rows(order), rows])
    assert isinstance(both, Streamed)
    np.testing.assert_array_equal(np.asarray(both), np.concatenate([x[order], x]))
    with pytest.raises(IndexError):
        rows[[50]]


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    rows = in_file(np.ones((50, 3)), tmp_path)
    content = rows.path.read_bytes()
    rows.path.write_bytes(content[:-8])
    for look in (lambda: Streamed.of(rows.path), lambda: rows[40:]):
        with pytest.raises(UserError, match=r"rows\.npy: this cached file is damaged .*; delete it"):
            look()


def test_rows_that_do_not_fit_are_refused_before_they_are_read(tmp_path, monkeypatch):
    rows = Rows(in_file(np.ones((50, 3)), tmp_path), np.zeros(50, np.int64))
    monkeypatch.setattr(memory, "available", lambda: 100)
    with pytest.raises(UserError, match=r"50 rows of 3 values at once needs 1.2 kB of memory"):
        rows.held()
    assert len(rows.take(np.arange(30))) == 30


@pytest.mark.parametrize("suffix", ("parquet", "csv", "npz"))
@pytest.mark.parametrize("scaling", ("standard", "base_peak", "none"))
def test_a_mapped_table_gives_the_rows_of_one_in_memory(frame, tmp_path, suffix, scaling):
    path = write(frame, tmp_path / f"rows.{suffix}")
    given = {"group": "patient", "smiles": "smiles", "scaling": scaling, "fresh_fraction": 0.1}
    held, file = (
        Table(str(path), "kind", storage=storage, **given).load(seed=1, cache=tmp_path / "cache")
        for storage in ("memory", "mapped")
    )
    assert isinstance(file.train.x, Streamed) and isinstance(held.train.x, np.ndarray)
    for part in ("train", "val", "test", "fresh"):
        for name in ("x", "y", "group"):
            one, other = (vars(vars(split)[part])[name] for split in (held, file))
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    names = ("classes", "scaling", "bounded", "smiles", "reading", "test_rows", "columns", "axis_name", "unit")
    assert [vars(held)[name] for name in names] == [vars(file)[name] for name in names]


def test_a_mapped_table_is_read_once_and_again_when_it_changes(frame, tmp_path, monkeypatch):
    path = write(frame, tmp_path / "rows.csv")
    read, reads = Table._pieces, []
    monkeypatch.setattr(Table, "_pieces", lambda *given: reads.append(given) or read(*given))
    for seed in (0, 1):
        Table(str(path), "kind", storage="mapped", ignore=["patient"]).load(seed=seed, cache=tmp_path / "cache")
    assert len(reads) == 1
    write(frame[:-1], path)
    table = Table(str(path), "kind", storage="mapped", ignore=["patient"])
    assert len(table.read(tmp_path / "cache").y) == ROWS - 1 and len(reads) == 2


def test_blank_rows_and_missing_numbers_are_told_as_in_memory(frame, tmp_path):
    frame = frame.drop(columns=["patient", "smiles"])
    frame.loc[[5, 2500], "v3"] = np.nan
    path = write(frame, tmp_path / "rows.csv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:100], "," * 6, *lines[100:]]))
    with pytest.raises(
        UserError, match=r"missing or not finite numbers .*: row 6, column 'v3': nan; row 2502, .*; correct them"
    ):
        Table(str(path), "kind", storage="mapped").load(seed=0, cache=tmp_path)
    for missing in ("drop", "interpolate"):
        held, file = (
            Table(str(path), "kind", missing=missing, storage=storage).read(tmp_path / storage)
            for storage in ("memory", "mapped")
        )
        np.testing.assert_array_equal(held.x, np.asarray(file.x))
        assert held.told == file.told
        np.testing.assert_array_equal(held.numbers, file.numbers)
    path.write_text("\n".join(line for line in path.read_text().splitlines() if ",," not in line or ",,,," in line))
    held, file = (Table(str(path), "kind", storage=kind).read(tmp_path / kind) for kind in ("memory", "mapped"))
    assert held.told == file.told and "1 blank rows" in held.told.left_out
    np.testing.assert_array_equal(held.numbers, file.numbers)


GENERATORS = {
    "diffusion": ["generator=diffusion", "network=mlp", "network.hidden=16", "sampler.steps=5"],
    "context": ["generator=diffusion", "network=mlp", "network.hidden=16", "sampler.steps=5", "conditioning=context"],
    "gan": ["generator=gan", "generator.hidden=8"],
    "vae": ["generator=vae", "generator.hidden=8"],
    "latent": ["generator=gaussian", "autoencoder=vae", "autoencoder.epochs=1", "autoencoder.latent=4"],
    "convex": ["generator=convex"],
    "inn": ["method=implicit"],
    "law": ["generator=law", "generator.steps=4"],
}


@pytest.mark.parametrize("name", GENERATORS)
def test_generators_learn_the_same_from_rows_in_a_file(name, tmp_path, monkeypatch):
    monkeypatch.setattr(streamed, "BLOCK", 32)
    held = cells.spectra()
    file = replace(held, train=replace(held.train, x=in_file(held.train.x, tmp_path)))
    quiet = () if name == "convex" else cells.short(1)
    made = []
    for split in (held, file):
        synthesizer = cells.trained(cells.built(*quiet, *GENERATORS[name]), split)
        made.append(synthesizer.sample(np.array([0, 1, 2, 2]), seed=0).x)
    np.testing.assert_array_equal(*made)


def test_a_cell_of_mapped_rows_reports_what_one_in_memory_does(frame, tmp_path, run):
    path = write(frame.drop(columns=["patient", "smiles"]), tmp_path / "rows.parquet")
    line = ["data=table", f"data.path={path}", "data.label=kind", "final_fit=false", "trainer.epochs=1"]
    line += ["generator=diffusion", "network=mlp", "network.hidden=16", "network.layers=2", "sampler.steps=3"]
    line += ["utility.repeats=1", "utility.trees=3", "utility.rows=200", "tracking=none", "trainer.progress=false"]
    found = {}
    for storage in ("memory", "mapped"):
        status, _, told = run(*line, f"data.storage={storage}", f"paths.outputs={tmp_path / storage}")
        assert status == 0, told
        (report,) = (tmp_path / storage).rglob("report.json")
        found[storage] = json.loads(report.read_text(encoding="utf-8"))
    keys = ("fingerprint", "numbers", "split", "trained")
    first, second = ({key: one.get(key) for key in keys} for one in found.values())
    first["numbers"], second["numbers"] = (
        [number for number in each["numbers"] if "seconds" not in number["key"]] for each in (first, second)
    )
    assert first == second


def test_fidelity_of_very_many_rows_looks_at_some_and_says_so(monkeypatch):
    split = cells.split()
    assert fidelity.bounded(split, seed=0) == split
    monkeypatch.setattr(fidelity, "NEAREST", 50)
    monkeypatch.setattr(fidelity, "COMPARED", 100)
    with pytest.warns(UserWarning, match=r"50 of 200 train and 101 of 1,000 test rows, drawn class by class, are"):
        found = fidelity.bounded(split, seed=0)
    assert (len(found.train), len(found.test)) == (50, 101)
    assert set(found.train.y) == set(split.train.y)
    shares = np.bincount(split.test.y) / 10
    assert np.abs(np.bincount(found.test.y) - shares).max() <= 1


def test_ion_mobility_rows_are_read_from_the_file_that_they_were_converted_to(frame, tmp_path):
    path = tmp_path / "ims.csv"
    frame.drop(columns=["patient", "smiles"]).rename(columns=lambda name: name.replace("v", "pos_")).to_csv(path)
    held, file = (
        Ims(str(path), "kind", negative=None, storage=storage).load(seed=0, cache=tmp_path / "cache")
        for storage in ("memory", "mapped")
    )
    assert isinstance(file.train.x, Streamed) and held.scaling == file.scaling and held.reading == file.reading
    for part in ("train", "val", "test"):
        np.testing.assert_array_equal(vars(held)[part].x, np.asarray(vars(file)[part].x))
    assert len(list((tmp_path / "cache").glob("*.npy"))) == 1


def test_rows_of_any_other_reader_are_written_once(tmp_path):
    coffee = Coffee()
    raw = coffee.read(tmp_path)
    held = raw.divided(coffee, seed=0)
    for _ in range(2):
        file = mapped.mapped(raw, tmp_path / "cache").divided(coffee, seed=0)
        assert isinstance(file.train.x, Streamed) and held.scaling == file.scaling
        np.testing.assert_array_equal(held.train.x, np.asarray(file.train.x))
    assert len(list((tmp_path / "cache").glob("*.npy"))) == 1
