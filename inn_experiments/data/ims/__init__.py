"""Ion mobility spectra from wide tables too large for memory."""
