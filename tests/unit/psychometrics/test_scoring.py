"""Estimates: against numerical integration, against the truth in simulation, and in the order that common sense asks for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from services.assessment.psychometrics.categories import MISSING
from services.assessment.psychometrics.gpcm import (
    Categories,
    Cut,
    Floats,
    ItemParameters,
    Items,
    cut_at,
    expected_scores,
    prior_parameters,
    probabilities,
)
from services.assessment.psychometrics.scoring import items_wanted, measure, score
from services.assessment.psychometrics.verdicts import Verdict

calm = settings(deadline=None, max_examples=50)

MIXED = Items([prior_parameters(grade=grade, top=top) for grade, top in [(1, 1), (2, 2), (3, 1), (3, 3), (4, 2), (5, 1), (2, 1), (4, 1)]])
CUT = Cut(-0.5, 0.15)
ROWS = [[0, 1, 0, 1, 0, 0, 1, 0], [1, 2, 1, 3, 2, 1, 1, 1], [0, -1, -1, 2, -1, -1, 1, -1]]

ANSWERS = st.tuples(*(st.integers(MISSING, int(top)) for top in MIXED.top)).map(lambda row: np.array([row]))


def answered(items: Items, theta: Floats, seed: int) -> Categories:
    """Simulated categories of persons with this theta."""
    steps = probabilities(items, theta).cumsum(axis=1)
    luck = np.random.default_rng(seed).random((len(items.a), 1, len(theta)))
    categories: Categories = np.minimum((luck > steps).sum(axis=1), items.top[:, None]).T
    return categories


def density(row: list[int], theta: float) -> float:
    """The posterior of one person up to a constant, as the textbook writes it."""
    chances = probabilities(MIXED, np.array([theta]))[:, :, 0]
    likelihood = np.prod([chances[item, category] for item, category in enumerate(row) if category != MISSING])
    return float(likelihood * norm.pdf(theta))


def integral(row: list[int], weight: str, cut: Cut) -> float:
    """The posterior expectation by adaptive quadrature: no grid, no shortcut."""

    def value(theta: float) -> float:
        if cut.error == 0:
            return float(theta < cut.theta) if weight == "below" else max(cut.theta - theta, 0)
        z = (cut.theta - theta) / cut.error
        return float(norm.cdf(z) if weight == "below" else cut.error * (norm.pdf(z) + z * norm.cdf(z)))

    total = quad(lambda theta: density(row, theta), -8, 8, points=[0])[0]
    return float(quad(lambda theta: density(row, theta) * value(theta), -8, 8, points=[cut.theta], limit=200)[0] / total)


@pytest.mark.parametrize("cut", [Cut(-0.5), Cut(-0.43), Cut(0.31, 0.05), Cut(-0.5, 0.3)])
@pytest.mark.parametrize("row", ROWS)
def test_probability_and_severity_equal_the_integral_even_when_the_cut_falls_between_nodes(row: list[int], cut: Cut) -> None:
    scores = score(MIXED, np.array([row]), cut=cut)
    assert scores.below[0] == pytest.approx(integral(row, "below", cut), abs=0.004)
    assert scores.severity[0] == pytest.approx(integral(row, "severity", cut), abs=0.004)


@pytest.mark.parametrize("row", ROWS)
def test_the_range_leaves_a_twentieth_on_either_side(row: list[int]) -> None:
    scores = score(MIXED, np.array([row]), cut=CUT)
    outside = [cut_at(MIXED, points=float(percent[0]) / 100 * MIXED.top.sum()) for percent in (scores.percent_low, scores.percent_high)]
    assert [integral(row, "below", border) for border in outside] == pytest.approx([0.05, 0.95], abs=0.006)


def test_without_answers_the_prior_comes_back_and_nothing_is_decided() -> None:
    nothing = measure(MIXED, [MISSING] * 8, cut=CUT)
    assert (nothing.theta, nothing.error) == pytest.approx((0, 1), abs=1e-3)
    assert (nothing.items, nothing.done, nothing.verdict) == (0, None, Verdict.INSUFFICIENT)
    assert measure(Items([]), [], cut=CUT).verdict is Verdict.INSUFFICIENT


def test_per_cent_done_counts_only_what_was_shown() -> None:
    assert measure(MIXED, [1, 1, 0, MISSING, MISSING, MISSING, 1, MISSING], cut=CUT).done == pytest.approx(60)


@calm
@given(responses=ANSWERS)
def test_bounds_hold_for_every_pattern(responses: Categories) -> None:
    scores = score(MIXED, responses, cut=CUT)
    assert 0 <= scores.below[0] <= 1
    assert scores.severity[0] >= 0
    assert 0 < scores.error[0] <= 1.001
    assert 0 <= scores.percent_low[0] <= scores.percent[0] <= scores.percent_high[0] <= 100


@calm
@given(responses=ANSWERS, item=st.integers(0, 7))
def test_one_step_more_raises_the_estimate_and_lowers_the_probability_and_depth_of_a_deficit(responses: Categories, item: int) -> None:
    low, high = responses.copy(), responses.copy()
    low[0, item], high[0, item] = 0, 1
    before, after = score(MIXED, low, cut=CUT), score(MIXED, high, cut=CUT)
    assert after.theta[0] > before.theta[0]
    assert after.below[0] < before.below[0]
    assert after.severity[0] < before.severity[0]
    assert after.percent[0] > before.percent[0]


@calm
@given(responses=ANSWERS, order=st.permutations(range(8)))
def test_the_order_of_items_does_not_matter(responses: Categories, order: list[int]) -> None:
    shuffled = Items([ItemParameters(float(MIXED.a[place]), tuple(MIXED.d[place, 1 : MIXED.top[place] + 1])) for place in order])
    plain, other = score(MIXED, responses, cut=CUT), score(shuffled, responses[:, order], cut=CUT)
    assert (plain.theta[0], plain.below[0], plain.severity[0]) == pytest.approx((other.theta[0], other.below[0], other.severity[0]))


def test_many_persons_are_scored_as_each_alone() -> None:
    theta = np.random.default_rng(3).normal(size=9000)  # more than one chunk
    responses = answered(MIXED, theta, seed=4)
    together = score(MIXED, responses, cut=CUT)
    for person in (0, 8191, 8192, 8999):
        alone = measure(MIXED, [int(category) for category in responses[person]], cut=CUT)
        assert (together.theta[person], together.below[person]) == pytest.approx((alone.theta, alone.below))
        assert together.percent_high[person] == pytest.approx(alone.percent_high)


def test_everyone_is_scored_under_a_prior_of_their_own() -> None:
    responses = np.tile([1, 1, 0, 2, 1, 0, 1, 0], (8200, 1))  # more than one chunk
    priors = np.column_stack([np.linspace(-1, 1, 8200), np.full(8200, 0.5)])
    together = score(MIXED, responses, cut=CUT, prior=priors)
    for person in (0, 8199):
        alone = score(MIXED, responses[:1], cut=CUT, prior=priors[person : person + 1])
        assert together.theta[person] == pytest.approx(alone.theta[0])
    assert (np.diff(together.theta) > 0).all()


def test_the_probability_of_a_deficit_keeps_its_word() -> None:
    """Among those given p between 0.4 and 0.6 about half are truly below the cut; the same in the other fifths."""
    theta = np.random.default_rng(11).normal(size=40_000)
    below = score(MIXED, answered(MIXED, theta, seed=12), cut=Cut(-0.5)).below
    for low, high in [(0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0)]:
        told = (below >= low) & (below < high)
        assert told.sum() > 1000
        assert (theta[told] < -0.5).mean() == pytest.approx(below[told].mean(), abs=0.03)


def test_the_error_and_the_range_keep_their_word() -> None:
    theta = np.random.default_rng(21).normal(size=40_000)
    scores = score(MIXED, answered(MIXED, theta, seed=22), cut=CUT)
    assert np.sqrt(((scores.theta - theta) ** 2).mean()) == pytest.approx(np.sqrt((scores.error**2).mean()), rel=0.02)
    truth = 100 * expected_scores(MIXED, theta).sum(axis=0) / MIXED.top.sum()
    assert ((truth >= scores.percent_low) & (truth <= scores.percent_high)).mean() == pytest.approx(0.90, abs=0.01)


def test_the_items_asked_for_bring_the_error_down_to_the_goal() -> None:
    short = Items([prior_parameters(grade=3, top=1)] * 5)
    measured = measure(short, [1, 0, 1, 0, 1], cut=CUT)
    more = items_wanted(short, theta=measured.theta, error=measured.error, goal=0.55)
    longer = Items([prior_parameters(grade=3, top=1)] * (5 + more))
    assert measure(longer, [1, 0] * 2 + [1] + [1, 0] * (more // 2) + [1] * (more % 2), cut=CUT).error == pytest.approx(0.55, abs=0.02)
    assert items_wanted(short, theta=0, error=0.5, goal=0.55) == 0
