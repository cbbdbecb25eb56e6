"""How much of a result is signal: reliability of a form and of the decisions made by it (science.md, 1.6 and 1.9)."""

import numpy as np

from .gpcm import Floats


def cronbach_alpha(points: Floats) -> float:
    """Internal consistency of a form from points (N, J) without gaps; NaN when all sums are equal."""
    items = points.shape[1]
    total = points.sum(axis=1).var(ddof=1)
    return float(items / (items - 1) * (1 - points.var(axis=0, ddof=1).sum() / total)) if total > 0 else float("nan")


def marginal_reliability(*, theta: Floats, error: Floats) -> float:
    """Share of the variance of estimates that is not error: var(EAP) / (var(EAP) + mean PSD^2)."""
    signal = float(theta.var())
    return signal / (signal + float((error**2).mean()))


def decision_accuracy(below: Floats) -> float:
    """Expected share of right decisions at the cut, the mean of max(p, 1-p) (Rudner 2001)."""
    return float(np.maximum(below, 1 - below).mean())
