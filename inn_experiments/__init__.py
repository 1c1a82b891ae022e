"""Iterative neural networks on small labelled spectra: train, generate, and measure whether it helped."""

__version__ = "0.9.0"
