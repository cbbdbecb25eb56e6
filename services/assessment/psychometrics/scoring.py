"""Categories become an estimate with its error, and the probability and the depth of a deficit (science.md, 1.3 to 1.6)."""

import math
from dataclasses import dataclass

import numpy as np

from .categories import MISSING
from .gpcm import Categories, Cut, Floats, Items, expected_scores, information, log_normalisers
from .verdicts import RULE, Rule, Verdict, verdict

NODES: Floats = np.linspace(-6.0, 6.0, 61)
NODE_GAP = 0.2
CHUNK = 8192  # persons at a time: a chunk's grid stays within a few megabytes
STANDARD_PRIOR = np.array([[0.0, 1.0]])


@dataclass(frozen=True, slots=True)
class Scores:
    """One competency of N persons, arrays of N: theta and its posterior SD, P(theta < cut), E[(cut - theta)+] in SD units,
    items answered, per cent of their points earned, and the 90 % range of per cent the whole form would bring."""

    theta: Floats
    error: Floats
    below: Floats
    severity: Floats
    items: Categories
    done: Floats
    percent: Floats
    percent_low: Floats
    percent_high: Floats


@dataclass(frozen=True, slots=True)
class Measurement:
    """One competency of one person: the numbers of `Scores` and what they amount to; `done` is None when nothing was answered."""

    theta: float
    error: float
    below: float
    severity: float
    items: int
    done: float | None
    percent: float
    percent_low: float
    percent_high: float
    verdict: Verdict


def score(items: Items, responses: Categories, *, cut: Cut, prior: Floats = STANDARD_PRIOR) -> Scores:
    """Scores of N persons from their categories (N, J), MISSING where there is none; `prior` is (N or 1, 2): mean and SD."""
    below, depth = _below_and_depth(cut)
    share = 100 * expected_scores(items, NODES).sum(axis=0) / max(1, items.top.sum())
    weights = np.column_stack([NODES, NODES**2, below, depth, share])
    persons = len(responses)
    summed, ranges = np.empty((persons, weights.shape[1])), np.empty((persons, 2))
    for start in range(0, persons, CHUNK):
        rows = slice(start, start + CHUNK)
        posterior = posteriors(items, responses[rows], prior=prior if len(prior) == 1 else prior[rows])
        summed[rows] = posterior @ weights
        ranges[rows] = _quantiles(posterior, share, (0.05, 0.95))
    shown = responses != MISSING
    earned, possible = np.where(shown, responses, 0).sum(axis=1), shown @ items.top
    done = np.divide(100.0 * earned, possible, out=np.full(persons, np.nan), where=possible > 0)
    theta, square, p_below, severity, percent = summed.T
    error = np.sqrt(np.maximum(square - theta**2, 0.0))
    return Scores(theta, error, np.clip(p_below, 0, 1), np.maximum(severity, 0), shown.sum(axis=1), done, percent, *ranges.T)


def measure(items: Items, categories: list[int], *, cut: Cut, rule: Rule = RULE) -> Measurement:
    """The measurement of one person from the categories of one form."""
    scores = score(items, np.array([categories], dtype=np.int64).reshape(1, len(items.a)), cut=cut)
    done = float(scores.done[0])
    return Measurement(
        theta=float(scores.theta[0]),
        error=float(scores.error[0]),
        below=float(scores.below[0]),
        severity=float(scores.severity[0]),
        items=int(scores.items[0]),
        done=None if math.isnan(done) else done,
        percent=float(scores.percent[0]),
        percent_low=float(scores.percent_low[0]),
        percent_high=float(scores.percent_high[0]),
        verdict=verdict(below=float(scores.below[0]), error=float(scores.error[0]), items=int(scores.items[0]), rule=rule),
    )


def items_wanted(items: Items, *, theta: float, error: float, goal: float) -> int:
    """How many more items like these bring the standard error at this theta down to `goal`."""
    each = float(information(items, np.array([theta])).mean())
    return max(0, math.ceil((goal**-2 - error**-2) / each - 1e-9))


def posteriors(items: Items, responses: Categories, *, prior: Floats = STANDARD_PRIOR) -> Floats:
    """Posterior weights over NODES, (N, 61), each row summing to 1."""
    return normalised(log_likelihoods(items, responses) - 0.5 * ((NODES - prior[:, :1]) / prior[:, 1:]) ** 2)


def log_likelihoods(items: Items, responses: Categories, nodes: Floats = NODES) -> Floats:
    """log P(answers | theta) at the nodes, (N, Q), up to a constant of each person.

    The slope-weighted score is sufficient in this model, so no category needs a column of its own.
    """
    shown = responses != MISSING
    normalisers = log_normalisers(items, nodes)[0]
    weighted = np.where(shown, responses, 0) @ items.a
    spent = normalisers.sum(axis=0) if shown.all() else shown.astype(float) @ normalisers
    logs: Floats = np.multiply.outer(weighted, nodes) - spent
    return logs


def normalised(logs: Floats) -> Floats:
    """Rows of logarithms as weights that sum to 1; the array is overwritten."""
    logs -= logs.max(axis=1, keepdims=True)
    np.exp(logs, out=logs)
    logs /= logs.sum(axis=1, keepdims=True)
    return logs


def _below_and_depth(cut: Cut) -> tuple[Floats, Floats]:
    """P(theta < cut) and E[(cut - theta)+] given a node, over the error of the cut and over the node's cell of the grid.

    A bare node would jump by its whole weight as the cut passes it; spreading it over its cell keeps both smooth down to a zero error.
    """
    ahead, behind = cut.theta - NODES + NODE_GAP / 2, cut.theta - NODES - NODE_GAP / 2
    first = [np.array([_shortfall(x, cut.error) for x in side]) for side in (ahead, behind)]
    second = [np.array([_shortfall_integral(x, cut.error) for x in side]) for side in (ahead, behind)]
    return (first[0] - first[1]) / NODE_GAP, (second[0] - second[1]) / NODE_GAP


def _shortfall(x: float, error: float) -> float:
    """E[(x + error Z)+] for a standard normal Z."""
    if error == 0:
        return max(x, 0.0)
    return error * _density(x / error) + x * _cumulative(x / error)


def _shortfall_integral(x: float, error: float) -> float:
    """The integral of the shortfall up to x."""
    if error == 0:
        return max(x, 0.0) ** 2 / 2
    return ((x * x + error * error) * _cumulative(x / error) + x * error * _density(x / error)) / 2


def _density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _cumulative(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def _quantiles(posterior: Floats, values: Floats, shares: tuple[float, ...]) -> Floats:
    """Posterior quantiles of an increasing function of theta known at the nodes, (N, shares)."""
    reached = np.cumsum(posterior, axis=1) - posterior / 2
    columns = []
    for share in shares:
        right = np.clip((reached < share).sum(axis=1), 1, len(NODES) - 1)
        rows = np.arange(len(posterior))
        low, high = reached[rows, right - 1], reached[rows, right]
        part = np.clip((share - low) / np.maximum(high - low, 1e-300), 0, 1)
        columns.append(values[right - 1] + part * (values[right] - values[right - 1]))
    return np.column_stack(columns)
