"""Settings searched by Optuna on rows cut from the training rows, and judged once on the test rows."""
