"""Conditioning: one-hot and ChemNet vectors, mixtures, the cache, and every way a SMILES can be bad."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from inn_experiments.conditioning import embeddings
from inn_experiments.conditioning.embeddings import canonical_smiles, chemnet_embeddings
from inn_experiments.conditioning.kinds import ChemNet, Label, LabelChemNet, Nothing
from inn_experiments.contracts import UserError

CHEM = all(importlib.util.find_spec(name) for name in ("fcd", "rdkit"))
needs_chem = pytest.mark.skipif(not CHEM, reason="needs fcd and rdkit: pip install 'inn-experiments[chem]'")

CLASSES = ("ethanol", "benzene", "fuel")
SMILES = (("CCO",), ("c1ccccc1",), ("CCCCCCCCCC", "Cc1ccccc1"))


def test_label_and_none_need_no_chemistry():
    np.testing.assert_array_equal(Label().table(CLASSES, None, None), np.eye(3))
    empty = Nothing().table(("roll",), None, None)
    assert empty.shape == (1, 0) and empty.dtype == np.float32
    assert [kind.open for kind in (Nothing, Label, ChemNet, LabelChemNet)] == [False, False, True, False]


@pytest.mark.parametrize("kind", [ChemNet, LabelChemNet])
def test_chemnet_without_smiles_says_where_they_come_from(kind):
    with pytest.raises(UserError, match="data=massbank.*data.smiles=COLUMN"):
        kind().table(CLASSES, None, None)


@needs_chem
def test_a_mixture_is_the_mean_and_both_halves_stand_side_by_side():
    table = ChemNet().table(CLASSES, SMILES, None)
    assert table.shape == (3, 512) and table.dtype == np.float32 and np.isfinite(table).all()
    parts = chemnet_embeddings([[text] for text in SMILES[2]], SMILES[2], None)
    np.testing.assert_allclose(table[2], parts.mean(axis=0), atol=1e-6)
    assert np.abs(table[0] - table[1]).max() > 0.01, "two compounds have two vectors"
    both = LabelChemNet().table(CLASSES, SMILES, None)
    np.testing.assert_array_equal(both, np.concatenate([table, np.eye(3, dtype=np.float32)], axis=1))


@needs_chem
def test_a_vector_depends_on_the_structure_alone():
    import torch

    state = torch.get_rng_state()
    two_spellings = chemnet_embeddings([["OCC"], ["CCO"]], ["one", "other"], None)
    np.testing.assert_array_equal(*two_spellings)
    company = chemnet_embeddings([["C" * 120], ["CCO"], ["CCN"]], ["long", "ethanol", "amine"], None)
    np.testing.assert_array_equal(company[1], two_spellings[0])
    assert torch.equal(torch.get_rng_state(), state), "the caller's random numbers are not moved"


@needs_chem
def test_vectors_agree_with_a_batch_of_fcd_itself():
    import fcd

    texts = [canonical_smiles(text, text) for text in ("CCO", "c1ccccc1O", "CC(=O)Nc1ccc(O)cc1")]
    theirs = fcd.get_predictions(fcd.load_ref_model(), texts, n_jobs=0, device="cpu")
    np.testing.assert_allclose(chemnet_embeddings([[t] for t in texts], texts, None), theirs, atol=1e-5)


@needs_chem
def test_the_second_call_reads_the_cache_and_not_the_model(tmp_path, monkeypatch):
    first = ChemNet().table(CLASSES, SMILES, tmp_path)
    assert len(list((tmp_path / "chemnet").glob("*.npz"))) == 4, "one file per component"
    assert not list(tmp_path.rglob("*.tmp"))

    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is computed again")

    monkeypatch.setattr(embeddings, "_compute", refuse)
    np.testing.assert_array_equal(ChemNet().table(CLASSES, SMILES, tmp_path), first)
    monkeypatch.setattr(embeddings, "_release", lambda: "another release")
    with pytest.raises(AssertionError, match="computed again"):
        ChemNet().table(CLASSES, SMILES, tmp_path)


@needs_chem
def test_a_damaged_cache_is_made_again_with_a_word(tmp_path):
    right = chemnet_embeddings([["CCO"]], ["ethanol"], tmp_path)
    path = next(tmp_path.rglob("*.npz"))
    path.write_bytes(b"no archive")
    with pytest.warns(UserWarning, match=f"a file of the cache could not be used, and was made again: .*{path.name}"):
        found = chemnet_embeddings([["CCO"]], ["ethanol"], tmp_path)
    np.testing.assert_array_equal(found, right)


@needs_chem
@pytest.mark.parametrize("text", ["C1CC", "", "not a smiles", "c1cccc1C("])
def test_a_bad_smiles_names_its_compound(text):
    with pytest.raises(UserError, match="'fuel'.*is not a SMILES"):
        ChemNet().table(CLASSES, (("CCO",), ("C",), ("CCC", text)), None)


@needs_chem
def test_a_compound_without_any_smiles_is_named():
    with pytest.raises(UserError, match="'benzene': there is no SMILES"):
        ChemNet().table(CLASSES, (("CCO",), (), ("C",)), None)


@needs_chem
@pytest.mark.parametrize("absent", ["fcd", "rdkit"])
def test_a_missing_package_says_what_to_install(absent, monkeypatch, tmp_path: Path):
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(UserError, match=rf"'{absent}' is missing.*pip install 'inn-experiments\[chem\]'"):
        ChemNet().table(CLASSES, SMILES, tmp_path)


def test_fcd_that_is_not_installed_at_all_is_named(monkeypatch):
    def absent(name: str) -> str:
        raise embeddings.PackageNotFoundError(name)

    monkeypatch.setattr(embeddings, "version", absent)
    with pytest.raises(UserError, match=r"'fcd' is missing.*inn-experiments\[chem\]"):
        ChemNet().table(CLASSES, SMILES, None)
