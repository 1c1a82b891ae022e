"""The program from Python: what `from inn_experiments import ...` gives."""
