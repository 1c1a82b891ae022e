"""Measured mass spectra: MassBank records and peak list files."""
