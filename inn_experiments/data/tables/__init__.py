"""Tables of spectra: a file of one's own, or one that a package brings."""
