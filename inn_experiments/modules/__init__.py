"""Thin training shells: optimiser, step, batches, progress; no mathematics."""
