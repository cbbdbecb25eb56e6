"""How fast people are scored and items calibrated, against a plain implementation of the same work that also checks the results."""

import time
from collections.abc import Callable
from statistics import median
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import norm

from services.assessment.psychometrics.calibration import calibrate
from services.assessment.psychometrics.gpcm import Cut, ItemParameters, Items
from services.assessment.psychometrics.scoring import score

Floats = NDArray[np.float64]
T = TypeVar("T")
CUT = Cut(-0.5, 0.1)


def run() -> list[dict[str, object]]:
    """One row per job: seconds of ours and of the plain implementation, their ratio, and the ratio that is promised."""
    return [scoring(persons=20_000, items=40), calibration(persons=1_000, items=40)]


def scoring(*, persons: int, items: int) -> dict[str, object]:
    """Estimate, error, P(theta < cut), severity and the range of per cent for everyone; one in ten answers is missing."""
    slopes, intercepts, responses = simulated(persons=persons, items=items)
    responses[np.random.default_rng(2).random(responses.shape) < 0.1] = -1
    bank = Items([ItemParameters(float(a), (float(d),)) for a, d in zip(slopes, intercepts, strict=True)])
    ours, result = timed(lambda: score(bank, responses, cut=CUT), times=5)
    baseline, referee = timed(lambda: np.array([score_one(slopes, intercepts, row) for row in responses]), times=1)
    apart = np.abs(np.column_stack([result.theta, result.error, result.below, result.severity]) - referee[:, :4]).max(axis=0)
    agree(bool((apart < 0.01).all()), f"scores differ from the referee's by {apart}")
    return row("scoring 20,000 x 40 items, 2 categories", ours, baseline, goal=10.0)


def calibration(*, persons: int, items: int) -> dict[str, object]:
    """Slopes and intercepts of the 2PL by marginal maximum likelihood; both must end at the same likelihood."""
    _, _, responses = simulated(persons=persons, items=items)
    ours, result = timed(lambda: calibrate(responses), times=5)
    baseline, referee = timed(lambda: fit_by_scipy(responses), times=1)
    agree(result.log_likelihood > referee - 0.05, f"the likelihood is {result.log_likelihood}, the referee's {referee}")
    return row("calibration 1,000 x 40 items, 2PL", ours, baseline, goal=2.0)


def simulated(*, persons: int, items: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Slopes, intercepts and answers of a 2PL bank."""
    random = np.random.default_rng(1)
    slopes = np.exp(random.normal(0, 0.3, items))
    intercepts = -slopes * random.normal(0, 1, items)
    theta = random.normal(size=(persons, 1))
    chance = 1 / (1 + np.exp(-(slopes * theta + intercepts)))
    return slopes, intercepts, (random.random((persons, items)) < chance).astype(np.int64)


def score_one(slopes: Floats, intercepts: Floats, answers: NDArray[np.int64]) -> Floats:
    """The referee for one person: the textbook product of item probabilities on the same grid."""
    nodes = np.linspace(-6, 6, 61)
    chance = 1 / (1 + np.exp(-(np.outer(nodes, slopes) + intercepts)))
    given = answers >= 0
    likelihood = np.where(answers[given] == 1, chance[:, given], 1 - chance[:, given]).prod(axis=1)
    posterior = likelihood * np.exp(-(nodes**2) / 2)
    posterior /= posterior.sum()
    theta = posterior @ nodes
    below = norm.cdf((CUT.theta - nodes) / CUT.error)
    depth = (CUT.theta - nodes) * below + CUT.error * norm.pdf((CUT.theta - nodes) / CUT.error)
    share, reached = 100 * chance.mean(axis=1), posterior.cumsum()
    low, high = np.interp([0.05, 0.95], reached, share)
    return np.array([theta, np.sqrt(posterior @ nodes**2 - theta**2), posterior @ below, posterior @ depth, low, high])


def fit_by_scipy(responses: NDArray[np.int64]) -> float:
    """The referee's log-likelihood: L-BFGS on the marginal likelihood with its exact gradient."""
    nodes = np.linspace(-6, 6, 41)
    weight = np.exp(-(nodes**2) / 2)
    weight /= weight.sum()
    right = responses.astype(float)
    items = responses.shape[1]

    def loss(parameters: Floats) -> tuple[float, Floats]:
        slopes, intercepts = parameters[:items], parameters[items:]
        chance = 1 / (1 + np.exp(-(np.outer(slopes, nodes) + intercepts[:, None])))
        likelihood = np.exp(right @ np.log(chance) + (1 - right) @ np.log(1 - chance)) * weight
        total = likelihood.sum(axis=1)
        posterior = likelihood / total[:, None]
        gap = right.T @ posterior - posterior.sum(axis=0) * chance
        return -float(np.log(total).sum()), -np.concatenate([gap @ nodes, gap.sum(axis=1)])

    start = np.concatenate([np.ones(items), np.zeros(items)])
    return -float(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 1000}).fun)


def timed(work: Callable[[], T], *, times: int) -> tuple[float, T]:
    """The median of seconds, and what the work gave."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return median(seconds), result


def agree(holds: bool, problem: str) -> None:
    """A fast wrong answer is no result."""
    if not holds:
        raise AssertionError(problem)


def row(bench: str, ours: float, baseline: float, *, goal: float) -> dict[str, object]:
    """A line of the table of benchmarks; `ratio` is how many times faster ours is, `goal` the least ratio promised."""
    return {"bench": bench, "ours": ours, "baseline": baseline, "ratio": baseline / ours, "unit": "s", "goal": goal}


if __name__ == "__main__":
    for line in run():
        print(line)
