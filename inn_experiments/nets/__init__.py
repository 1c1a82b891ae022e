"""Networks: modules with forward(x, t, z) and, where it exists, walk_back(y, t, z, inverter)."""
