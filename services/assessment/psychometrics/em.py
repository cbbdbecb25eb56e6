"""The two halves of the EM search for item parameters, vectorised over items (Bock and Aitkin 1981; science.md, 1.3)."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .categories import MISSING
from .gpcm import Categories, Floats, Items, log_normalisers

NODES: Floats = np.linspace(-6.0, 6.0, 41)
LONGEST_STEP, LEAST_SLOPE = 1.0, 0.05


class Slopes(StrEnum):
    """How slopes are estimated: one per item, one for all (1PL), or held at their starting values (Rasch at 1)."""

    FREE = "free"
    COMMON = "common"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Prior:
    """Normal priors of ln a around 0 and of d (J, K-1) around what the item's writer believed, as precisions; 0 is no prior."""

    d: Floats
    slope_precision: float
    intercept_precision: float


class Answers:
    """The answers in the shapes that EM multiplies: points, who was shown what, and one-hot categories above zero (N, J (K-1))."""

    def __init__(self, responses: Categories, exists: NDArray[np.bool_]) -> None:
        shown = responses != MISSING
        self.persons, self.exists = len(responses), exists
        self.complete = bool(shown.all())
        self.shown: Floats = shown.astype(float)
        self.points: Floats = np.where(shown, responses, 0).astype(float)
        self.hot: Floats = (responses[:, :, None] == np.arange(1, exists.shape[1])).reshape(self.persons, -1).astype(float)
        self.chosen: Floats = self.hot.sum(axis=0).reshape(len(exists), -1)


def expect(answers: Answers, items: Items, *, mean: float, spread: float) -> tuple[Floats, float]:
    """Posterior weights over NODES (N, Q) and the log-likelihood of all answers, theta being N(mean, spread^2)."""
    normalisers = log_normalisers(items, NODES)[0]
    prior = -0.5 * ((NODES - mean) / spread) ** 2
    prior -= np.log(np.exp(prior).sum())
    logs = np.multiply.outer(answers.points @ items.a, NODES)
    logs += prior - (normalisers.sum(axis=0) if answers.complete else answers.shown @ normalisers)
    peak = logs.max(axis=1, keepdims=True)
    np.exp(np.subtract(logs, peak, out=logs), out=logs)
    total = logs.sum(axis=1, keepdims=True)
    chosen = (answers.chosen * np.where(answers.exists, items.d, 0.0)[:, 1:]).sum()  # the part of the likelihood without theta
    return np.divide(logs, total, out=logs), float((peak + np.log(total)).sum() + chosen)


def count(answers: Answers, posterior: Floats) -> tuple[Floats, Floats]:
    """Expected numbers of answers by item, category above zero and node (J, K-1, Q), and by item and node (J, Q)."""
    by_category = (answers.hot.T @ posterior).reshape(*answers.chosen.shape, len(NODES))
    if answers.complete:
        return by_category, np.broadcast_to(posterior.sum(axis=0), (len(by_category), len(NODES)))
    return by_category, answers.shown.T @ posterior


def improve(items: Items, counts: tuple[Floats, Floats], prior: Prior, *, slopes: Slopes, free: NDArray[np.bool_]) -> None:
    """One Newton step of every free item towards its expected counts; the slope is eliminated first, so one for all costs no more."""
    by_category, shown = counts
    above = log_normalisers(items, NODES)[1][:, 1:]
    steps = np.arange(1.0, above.shape[1] + 1)
    exists = np.isfinite(items.d[:, 1:])
    expected = np.einsum("jkq,k->jq", above, steps)
    spread = np.einsum("jkq,k->jq", above, steps**2) - expected**2

    gap = by_category - shown[:, None] * above
    slope_pull = np.einsum("jkq,k,q->j", gap, steps, NODES) - prior.slope_precision * np.log(items.a) / items.a
    pull = gap.sum(axis=2) - prior.intercept_precision * np.where(exists, items.d[:, 1:] - prior.d, 0.0)

    slope_bend = (shown * NODES**2 * spread).sum(axis=1) + prior.slope_precision / items.a**2
    mixed = np.einsum("jq,jkq->jk", shown * NODES, above * (steps[:, None] - expected[:, None]))
    seen = shown[:, None] * above
    bend = -(seen @ above.transpose(0, 2, 1))
    diagonal = np.arange(len(steps))
    bend[:, diagonal, diagonal] += np.where(exists, seen.sum(axis=2) + prior.intercept_precision, 1.0) + 1e-9

    solved = np.linalg.solve(bend, np.stack([pull, mixed], axis=2))
    left_pull = (slope_pull - (mixed * solved[:, :, 0]).sum(axis=1)) * free
    left_bend = (slope_bend - (mixed * solved[:, :, 1]).sum(axis=1)) * free
    if slopes is Slopes.FREE:
        slope_step = left_pull / np.where(free, left_bend, 1.0)
    elif slopes is Slopes.COMMON:
        slope_step = np.where(free, left_pull.sum() / left_bend.sum(), 0.0)
    else:
        slope_step = np.zeros(len(free))
    step = (solved[:, :, 0] - solved[:, :, 1] * slope_step[:, None]) * free[:, None]
    items.a = np.maximum(items.a + np.clip(slope_step, -LONGEST_STEP, LONGEST_STEP), LEAST_SLOPE)
    items.d[:, 1:] += np.clip(step, -LONGEST_STEP, LONGEST_STEP)


def standard_errors(
    answers: Answers, items: Items, posterior: Floats, prior: Prior, *, slopes: Slopes, free: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Errors of a (J,) and d (J, K-1) by the cross-product of the persons' scores; what was held has an error of 0."""
    above = log_normalisers(items, NODES)[1][:, 1:]
    expected = np.einsum("jkq,k->jq", above, np.arange(1.0, above.shape[1] + 1))
    by_slope = answers.points * (posterior @ NODES)[:, None] - answers.shown * (posterior @ (NODES * expected).T)
    by_intercept = answers.hot - np.repeat(answers.shown, above.shape[1], axis=1) * (posterior @ above.reshape(-1, len(NODES)).T)
    moved = free if slopes is Slopes.FREE else np.zeros(len(free), dtype=bool)
    if slopes is Slopes.COMMON:
        by_slope, moved = by_slope[:, free].sum(axis=1, keepdims=True), np.array([True])
    moved = np.concatenate([moved, (answers.exists[:, 1:] & free[:, None]).ravel()])
    precisions = np.repeat([prior.slope_precision, prior.intercept_precision], [by_slope.shape[1], by_intercept.shape[1]])
    scores = np.hstack([by_slope, by_intercept])[:, moved]
    errors = np.zeros(len(moved))
    errors[moved] = np.sqrt(np.diag(np.linalg.pinv(scores.T @ scores + np.diag(precisions[moved]))))
    of_slopes, of_intercepts = errors[: by_slope.shape[1]], errors[by_slope.shape[1] :]
    return np.where(free, of_slopes, 0.0), of_intercepts.reshape(answers.chosen.shape)
