"""Everything that is fitted to labelled rows and then makes rows of the labels that one asks for."""
