"""Synthesizers that draw from stored training rows."""
