"""What Python programs use: `from inn_experiments import Augmenter, load, runs`."""
