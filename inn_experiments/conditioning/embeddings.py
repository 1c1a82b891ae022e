"""ChemNet vectors of compounds (Preuer et al. 2018) from their SMILES, with the weights inside `fcd`."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from inn_experiments.contracts import UserError, cached, read_arrays, write_arrays

WIDTH = 512


def chemnet_embeddings(smiles: Sequence[Sequence[str]], names: Sequence[str], cache: Path | None) -> np.ndarray:
    """One vector per compound, (C, 512) float32; that of a mixture is the mean over its components' vectors.

    `smiles` has one or, for a mixture, several for each of the C compounds; `names` is what messages call them. The
    folder `cache` keeps vectors in its subfolder `chemnet`; None computes them anew.

    Source: the paper's Section 8.

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

    def make(fresh: Path) -> None:
        write_arrays(fresh, vector=_compute(text), smiles=np.array(text), fcd=np.array(release))

    def read(kept: Path) -> np.ndarray:
        found = read_arrays(kept, ("smiles", "vector"), "delete it")
        if str(found["smiles"]) != text or found["vector"].shape != (WIDTH,):
            raise UserError(f"{kept}: this cached file is damaged (it does not hold {text}); delete it")
        return found["vector"]

    return cached(path, make, read)


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
