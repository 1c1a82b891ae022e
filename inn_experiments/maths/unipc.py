"""UniPC-2: the predictor of DPM-Solver++ (2M), and a corrector that costs no further call (Zhao et al. 2023)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inn_experiments.maths.dpmpp import DPMpp, constant
from inn_experiments.maths.samplers import Seen
from inn_experiments.maths.spacing import log_snr


@dataclass
class UniPC(DPMpp):
    """Once the rows at a state are estimated, the step that led there is taken again with that estimate.

    In data prediction, with m the clean rows seen where the step began, c1 u + c2 u^2 their change along u, the share
    of its h in log SNR, as the estimates before it (u < 0) and behind it (u = 1) tell it:

        x_s = alpha_s m + sigma_s noise + alpha_s (c1 I1 + c2 I2),   Ik = h int_0^1 e^(-(1-u) h) u^k du.

    This is UniC-2, where B(h) cancels; UniP-2 with B(h) = e^h - 1 (bh2) and its coefficient 1/2 is DPM-Solver++ (2M).
    The corrected first step has the coefficient 1/2 of UniC-1. The last step, to sigma = 0, is DDIM's.
    """

    def corrected(self, now: Seen, before: Sequence[Seen]) -> Seen:
        """The corrected state, made of the same clean rows and of the noise that they leave of it."""
        (alpha, sigma) = now.level
        if not before or alpha == 0:
            return now
        start, ahead = before[0], now.clean - before[0].clean
        h = log_snr(now.level) - log_snr(start.level)
        first = -math.expm1(-h)
        if len(before) == 1 or math.isinf(h):
            change = first / 2 * ahead
        else:
            linear = 1 - first / h
            quadratic = 1 - 2 * linear / h
            back = (log_snr(before[1].level) - log_snr(start.level)) / h
            curve = (ahead - (before[1].clean - start.clean) / back) / (1 - back)
            change = linear * (ahead - curve) + quadratic * curve
        x = constant(start, now.level) + alpha * change
        return Seen(x, now.clean, now.noise + (x - now.x) / sigma, now.level)
