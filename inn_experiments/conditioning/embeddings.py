"""ChemNet vectors of compounds (Preuer et al. 2018) from their SMILES, with the weights inside `fcd`."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError
from inn_experiments.contracts.files import once

WIDTH = 512


def chemnet_embeddings(smiles: Sequence[Sequence[str]], names: Sequence[str], cache: Path | None) -> np.ndarray:
    """One vector per compound, (C, 512) float32; that of a mixture is the mean over its components' vectors.

    Source: the paper's Section 8.

    Args:
        smiles: for each of the C compounds one SMILES or several (a mixture).
        names: what messages call the compounds.
        cache: the folder that keeps vectors in its subfolder `chemnet`, or None.

    Raises:
        UserError: naming the compound whose SMILES cannot be read, and what to install where fcd or rdkit is missing.
    """
    release = _release()
    structures = [[canonical_smiles(text, name) for text in texts] for texts, name in zip(smiles, names, strict=True)]
    for name, found in zip(names, structures, strict=True):
        if not found:
            raise UserError(f"{name!r}: there is no SMILES for this compound; give it one, or leave it out")
    vectors = {text: _vector(text, release, cache) for text in sorted({t for found in structures for t in found})}
    rows = [np.mean([vectors[text] for text in found], axis=0, dtype=np.float64) for found in structures]
    return np.asarray(rows, dtype=np.float32).reshape(len(rows), WIDTH)


def canonical_smiles(text: str, name: str) -> str:
    """RDKit's canonical form of the SMILES `text`; a bad one is a UserError naming the compound `name`."""
    try:
        from rdkit import Chem, rdBase
    except ImportError as error:
        raise _missing(error) from error

    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(text)
    # RDKit takes the empty text for a molecule without atoms.
    if molecule is None or not molecule.GetNumAtoms():
        raise UserError(f"{name!r}: {text!r} is not a SMILES that rdkit can read; correct it (ethanol, say, is 'CCO')")
    return Chem.MolToSmiles(molecule)


def _vector(text: str, release: str, cache: Path | None) -> np.ndarray:
    if cache is None:
        return _compute(text)
    digest = hashlib.sha256(f"{release}/{text}".encode()).hexdigest()[:32]
    path = cache / "chemnet" / f"{digest}.npz"
    if not path.exists():
        once(path, lambda fresh: _store(fresh, text, release))
    try:
        with np.load(path, allow_pickle=False) as archive:
            if str(archive["smiles"]) == text and archive["vector"].shape == (WIDTH,):
                return archive["vector"]
        raise ValueError(f"it does not hold {text}")
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: this cached file is damaged ({error}); delete it") from error


def _store(path: Path, text: str, release: str) -> None:
    vector = _compute(text)
    with path.open("wb") as handle:
        np.savez(handle, vector=vector, smiles=np.array(text), fcd=np.array(release))


def _compute(text: str) -> np.ndarray:
    """The vector of one canonical SMILES.

    One at a time and on the CPU: fcd pads a batch to its longest SMILES, so that a vector would depend on its
    company. Without workers, and with the global random state put back, which fcd's loader draws from.
    """
    try:
        import fcd
        import torch
    except ImportError as error:
        raise _missing(error) from error

    with torch.random.fork_rng(devices=[]):
        found = fcd.get_predictions(fcd.load_ref_model(), [text], n_jobs=0, device="cpu")
    return np.asarray(found[0], dtype=np.float32)


def _release() -> str:
    try:
        return version("fcd")
    except PackageNotFoundError as error:
        raise _missing(error) from error


def _missing(error: ImportError) -> UserError:
    name = error.name or "fcd"
    return UserError(
        f"ChemNet vectors need the packages fcd and rdkit, of which {name!r} is missing here: "
        "pip install 'inn-experiments[chem]'"
    )
