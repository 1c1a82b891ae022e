"""Data made by a published program or by physics, offline."""
