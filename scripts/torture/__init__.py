"""What is done to the program on purpose: odd tables, killed sweeps, damaged outputs folders."""
