"""Rows to latents and back, as something that is trained and kept."""
