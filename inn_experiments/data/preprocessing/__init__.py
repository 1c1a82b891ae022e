"""The standard preprocessing of spectra, fitted on training rows alone and undone on the way out."""
