"""The InChIKey of a spectrum that has none, from its SMILES or InChI."""

from __future__ import annotations

from inn_experiments.contracts import UserError


class Structures:
    """Derives keys, once for each distinct structure.

    Attributes:
        keys: (SMILES, InChI) -> first block of the key, "" where rdkit can read neither.
    """

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str], str] = {}

    def compound(self, smiles: str, inchi: str) -> str:
        """The first block of the InChIKey of the structure, "" where neither text is one.

        Raises UserError where rdkit is not installed.
        """
        if (smiles, inchi) not in self.keys:
            self.keys[smiles, inchi] = _derive(smiles, inchi).partition("-")[0]
        return self.keys[smiles, inchi]


def _derive(smiles: str, inchi: str) -> str:
    try:
        from rdkit import Chem, rdBase
    except ImportError as error:
        raise UserError(
            "data=massbank: there are spectra with a structure but no InChIKey; deriving it needs the package rdkit, "
            "which is missing here: pip install 'inn-experiments[chem]', or choose other classes with data.label=FIELD"
        ) from error

    inchi = inchi.strip("\"' ")
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles) if smiles else None
        if molecule is not None and molecule.GetNumAtoms():
            return Chem.MolToInchiKey(molecule)
        # Of a cut InChI rdkit would make a key, too.
        if inchi and Chem.MolFromInchi(inchi) is not None:
            return Chem.InchiToInchiKey(inchi) or ""
    return ""
