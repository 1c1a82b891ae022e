"""What generated rows do for a classifier of real ones."""
