"""A trained synthesizer as a self-contained folder of its run, and rows made from it."""
