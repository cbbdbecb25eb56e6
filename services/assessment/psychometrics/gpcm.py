"""The generalised partial credit model: P(X = k | theta) goes as exp(k a theta + d_k), d_0 = 0 (Muraki 1992; science.md, 1.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Categories = NDArray[np.int64]

GRADE_LOGITS = {1: -2.0, 2: -1.0, 3: 0.0, 4: 1.0, 5: 2.0}
"""Difficulty for each grade an item writer gives, in logits of the reference population.

A grade answers «how many teachers of ten would solve this?»: nine, seven, five, three, one. At a slope of 1 the average teacher
solves items at -2, -1, 0, 1, 2 logits with probability 0.88, 0.73, 0.50, 0.27, 0.12, so equal steps of one logit say the same.
"""
STEP_GAP = 1.0  # steps of one item lie one grade apart: each category is then the likeliest one somewhere


class OutOfReach(ValueError):
    """No theta on the scale has the expected score asked for."""

    code = "out_of_reach"


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Slope a and intercepts d_1..d_top of one item."""

    a: float
    d: tuple[float, ...]

    @property
    def top(self) -> int:
        """The highest category."""
        return len(self.d)

    @property
    def steps(self) -> tuple[float, ...]:
        """Step difficulties b_k in logits: where categories k-1 and k are equally likely."""
        return tuple((before - after) / self.a for before, after in zip((0.0, *self.d), self.d, strict=False))


@dataclass(frozen=True, slots=True)
class Cut:
    """The border between enough and not enough on the theta scale, with the standard error of setting it."""

    theta: float
    error: float = 0.0


class Items:
    """Parameters of several items as arrays: a (J,), d (J, K) with -inf where an item has no such category."""

    def __init__(self, items: Sequence[ItemParameters]) -> None:
        width = max((item.top for item in items), default=0) + 1
        self.a: Floats = np.array([item.a for item in items], dtype=float)
        self.d: Floats = np.full((len(items), width), -np.inf)
        self.top: Categories = np.array([item.top for item in items], dtype=np.int64)
        for row, item in zip(self.d, items, strict=True):
            row[: item.top + 1] = (0.0, *item.d)


def prior_parameters(*, grade: int, top: int) -> ItemParameters:
    """What an uncalibrated item is believed to be by the grade 1..5 of its writer: slope 1, steps centred on the grade's difficulty."""
    steps = GRADE_LOGITS[grade] + STEP_GAP * (np.arange(top) - (top - 1) / 2)
    return ItemParameters(1.0, tuple(float(d) for d in -np.cumsum(steps)))


def log_normalisers(items: Items, theta: Floats) -> tuple[Floats, Floats]:
    """log sum_k exp(k a theta + d_k) as (J, Q), and the category probabilities as (J, K, Q), zero where there is no category."""
    ladder = np.arange(items.d.shape[1])[:, None] * theta
    weights = items.a[:, None, None] * ladder + items.d[:, :, None]
    peak = weights.max(axis=1, keepdims=True)
    np.exp(np.subtract(weights, peak, out=weights), out=weights)
    total = weights.sum(axis=1, keepdims=True)
    return (peak + np.log(total))[:, 0], np.divide(weights, total, out=weights)


def probabilities(items: Items, theta: Floats) -> Floats:
    """P(X_j = k | theta) as (J, K, Q), zero where an item has no such category."""
    return log_normalisers(items, theta)[1]


def expected_scores(items: Items, theta: Floats) -> Floats:
    """E[X_j | theta] in points as (J, Q); their sum over items is the test characteristic curve."""
    return _mean(probabilities(items, theta), np.arange(items.d.shape[1], dtype=float))


def information(items: Items, theta: Floats) -> Floats:
    """Fisher information a^2 Var(X_j | theta) as (J, Q); one over the root of the sum is the standard error of a form."""
    points = np.arange(items.d.shape[1], dtype=float)
    chances = probabilities(items, theta)
    return items.a[:, None] ** 2 * (_mean(chances, points**2) - _mean(chances, points) ** 2)


def cut_at(items: Items, *, points: float, error: float = 0.0) -> Cut:
    """The cut on theta whose expected score is `points` (Angoff's raw cut), its error carried over by the slope of the curve."""
    low, high = -6.0, 6.0
    at_low, at_high = expected_scores(items, np.array([low, high])).sum(axis=0)
    if not at_low < points < at_high:
        raise OutOfReach(f"{points} points lie outside {at_low:.2f}..{at_high:.2f}")
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if expected_scores(items, np.array([middle])).sum() < points else (low, middle)
    slope = float((information(items, np.array([low]))[:, 0] / items.a).sum())
    return Cut(low, error / slope)


def _mean(chances: Floats, values: Floats) -> Floats:
    mean: Floats = np.einsum("jkq,k->jq", chances, values)
    return mean
