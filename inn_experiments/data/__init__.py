"""Real and simulated labelled tables, each loaded as one seeded `contracts.Split`."""
