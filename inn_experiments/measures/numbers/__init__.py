"""Single scores of sets of rows, and their intervals."""
