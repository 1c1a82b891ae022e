"""Networks: modules with forward(x, t, z) and, where it exists, walk_back(y, t, z, inverter).

A denoiser is made for rows of d = `features` values, levels 0..T+1 with T = `steps`, and k = `conditions` values that
it is told beside them: `forward` maps x (n, d) at levels t (n,) int64, told z (n, k), (n,) for k = 1, or None, which is
0, to (n, d). `embedding` is the width of its table of levels.
"""
