"""The InChIKey of a spectrum that has none, from its SMILES or InChI."""

from __future__ import annotations

from inn_experiments.contracts import UserError


class Structures:
    """Derives keys, once for each distinct structure; the SMILES decides where the InChI says otherwise.

    Attributes:
        keys: (SMILES, InChI) -> first block of the key, "" where rdkit can read neither.
        disputed: the SMILES that rdkit cannot read though there is an InChI, or whose InChI is another compound's.
    """

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str], str] = {}
        self.disputed: list[str] = []

    def compound(self, smiles: str, inchi: str) -> str:
        """The first block of the InChIKey of the structure, "" where neither text is one.

        Raises UserError where rdkit is not installed.
        """
        if (smiles, inchi) not in self.keys:
            one, other = (key.partition("-")[0] for key in _derive(smiles, inchi))
            if smiles and other and one != other:
                self.disputed.append(smiles)
            self.keys[smiles, inchi] = one or other
        return self.keys[smiles, inchi]


def _derive(smiles: str, inchi: str) -> tuple[str, str]:
    """The keys of the two texts, "" for one that rdkit cannot read."""
    try:
        from rdkit import Chem, rdBase
    except ImportError as error:
        raise UserError(
            "data=massbank: there are spectra with a structure but no InChIKey; deriving it needs the package rdkit, "
            "which is missing here: pip install 'inn-experiments[chem]', or choose other classes with data.label=FIELD"
        ) from error

    inchi = inchi.strip("\"' ")
    with rdBase.BlockLogs():
        # RDKit takes the empty text for a molecule without atoms, and of a cut InChI makes a key.
        molecule = Chem.MolFromSmiles(smiles)
        one = Chem.MolToInchiKey(molecule) if molecule is not None and molecule.GetNumAtoms() else ""
        molecule = Chem.MolFromInchi(inchi) if inchi else None
        other = Chem.InchiToInchiKey(inchi) if molecule is not None and molecule.GetNumAtoms() else ""
    return one, other or ""
