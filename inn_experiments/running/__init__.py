"""A cell or a sweep as it runs: steps, outcome, exit status."""
