"""One loop that trains every network: objective, batches, optimiser, checkpoint, progress."""
