"""Calibration: the published answers for LSAT section 6 (science.md, 3.1) and recovery of what was simulated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.psychometrics.calibration import (
    Calibration,
    ResponsesMalformed,
    Standing,
    calibrate,
    merged,
    rare_merges,
    standing,
)
from services.assessment.psychometrics.categories import MISSING
from services.assessment.psychometrics.em import Answers, Slopes, expect
from services.assessment.psychometrics.gpcm import (
    Categories,
    Cut,
    Floats,
    ItemParameters,
    Items,
    expected_scores,
    prior_parameters,
    probabilities,
)
from services.assessment.psychometrics.reliability import cronbach_alpha, decision_accuracy, marginal_reliability
from services.assessment.psychometrics.scoring import score

calm = settings(deadline=None, max_examples=15)

LSAT6 = """00000 3 00001 6 00010 2 00011 11 00100 1 00101 1 00110 3 00111 4 01000 1 01001 8 01011 16 01101 3 01110 2 01111 15
10000 10 10001 29 10010 14 10011 81 10100 3 10101 28 10110 15 10111 80 11000 16 11001 56 11010 21 11011 173 11100 11 11101 61
11110 28 11111 298"""  # Bock and Lieberman 1970: patterns and how many of 1,000 gave them


@pytest.fixture(scope="module")
def lsat() -> Categories:
    words = LSAT6.split()
    patterns = np.array([[int(answer) for answer in pattern] for pattern in words[::2]])
    return patterns.repeat([int(times) for times in words[1::2]], axis=0)


def slopes_of(fit: Calibration) -> list[float]:
    return [item.a for item in fit.items]


def slope_of(item: ItemParameters) -> float:
    return item.a


def last_intercept_of(item: ItemParameters) -> float:
    return item.d[-1]


def difficulties_of(fit: Calibration) -> list[float]:
    return [item.steps[0] for item in fit.items]


def test_lsat6_two_parameters_as_in_ltm(lsat: Categories) -> None:
    fit = calibrate(lsat, tolerance=1e-6)
    assert fit.settled
    assert fit.log_likelihood == pytest.approx(-2466.653, abs=0.001)
    assert slopes_of(fit) == pytest.approx([0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=0.005)
    assert difficulties_of(fit) == pytest.approx([-3.3597, -1.3696, -0.2799, -1.8659, -3.1236], abs=0.01)
    assert [error.a for error in fit.errors] == pytest.approx([0.2581, 0.1867, 0.2326, 0.1852, 0.2100], rel=0.05)


def test_lsat6_one_slope_for_all_as_in_mirt_and_bugs(lsat: Categories) -> None:
    fit = calibrate(lsat, slopes=Slopes.COMMON, tolerance=1e-6)
    assert fit.log_likelihood == pytest.approx(-2466.938, abs=0.001)
    assert slopes_of(fit) == pytest.approx([0.7551] * 5, abs=0.001)
    assert fit.items[0].a ** 2 == pytest.approx(0.57, abs=0.002)  # the variance of theta when the slope is 1
    assert [item.d[0] for item in fit.items] == pytest.approx([2.73, 0.999, 0.240, 1.306, 2.099], abs=0.005)
    assert difficulties_of(fit) == pytest.approx([-3.6153, -1.3224, -0.3176, -1.7301, -2.7802], abs=0.001)
    intercepts = np.array([item.d[0] for item in fit.items])
    assert intercepts.mean() - intercepts == pytest.approx([-1.259, 0.4782, 1.239, 0.1685, -0.6264], abs=0.01)
    half_widths = [0.2525, 0.1535, 0.140, 0.1635, 0.2035]  # of mirt's 95 % intervals of d
    assert [1.96 * error.d[0] for error in fit.errors] == pytest.approx(half_widths, rel=0.05)


def test_lsat6_rasch_with_slope_one(lsat: Categories) -> None:
    fit = calibrate(lsat, slopes=Slopes.HELD, tolerance=1e-6)
    assert fit.log_likelihood == pytest.approx(-2473.054, abs=0.001)
    assert slopes_of(fit) == [1.0] * 5
    assert [item.d[0] for item in fit.items] == pytest.approx([2.8720, 1.0630, 0.2576, 1.3881, 2.2188], abs=0.001)
    assert {error.a for error in fit.errors} == {0.0}


def test_lsat6_cronbach_alpha(lsat: Categories) -> None:
    assert cronbach_alpha(lsat.astype(float)) == pytest.approx(0.2950, abs=5e-5)


def bank(*, items: int, top: int, seed: int) -> list[ItemParameters]:
    random = np.random.default_rng(seed)
    made = []
    for _ in range(items):
        slope = float(np.exp(random.normal(0, 0.3)))
        steps = random.normal(0, 0.8) + np.linspace(-0.6, 0.6, top) * (top > 1)
        made.append(ItemParameters(slope, tuple(float(d) for d in -slope * np.cumsum(steps))))
    return made


def answered(items: list[ItemParameters], theta: Floats, seed: int) -> Categories:
    steps = probabilities(Items(items), theta).cumsum(axis=1)
    luck = np.random.default_rng(seed).random((len(items), 1, len(theta)))
    categories: Categories = (luck > steps[:, :-1]).sum(axis=1).T
    return categories


def rmse(found: list[float], true: list[float]) -> float:
    return float(np.sqrt(np.mean((np.array(found) - np.array(true)) ** 2)))


@pytest.mark.parametrize(("top", "slope_error", "step_error"), [(1, 0.06, 0.06), (3, 0.05, 0.11)], ids=["2PL", "GPCM 4"])
def test_what_was_simulated_is_recovered_within_its_errors_with_a_fifth_missing(top: int, slope_error: float, step_error: float) -> None:
    true = bank(items=20, top=top, seed=1)
    random = np.random.default_rng(2)
    responses = answered(true, random.normal(size=4000), seed=3)
    responses[random.random(responses.shape) < 0.2] = MISSING
    fit = calibrate(responses)
    assert fit.settled
    assert rmse(slopes_of(fit), [item.a for item in true]) < slope_error
    assert rmse([d for item in fit.items for d in item.d], [d for item in true for d in item.d]) < step_error
    pulls = [
        (of(found) - of(item)) / of(error)
        for found, item, error in zip(fit.items, true, fit.errors, strict=True)
        for of in (slope_of, last_intercept_of)
    ]
    assert 0.6 < np.sqrt(np.mean(np.square(pulls))) < 1.5  # the errors are neither boastful nor shy


def test_priors_help_fifty_persons_and_hardly_touch_thousands() -> None:
    true = bank(items=12, top=2, seed=5)
    believed = [prior_parameters(grade=3, top=2)] * 12
    small = answered(true, np.random.default_rng(6).normal(size=50), seed=7)
    with_priors, plain = calibrate(small, believed=believed), calibrate(small)
    wanted = [item.a for item in true]
    assert rmse(slopes_of(with_priors), wanted) < rmse(slopes_of(plain), wanted)
    large = answered(true, np.random.default_rng(8).normal(size=2500), seed=9)
    assert slopes_of(calibrate(large, believed=believed)) == pytest.approx(slopes_of(calibrate(large)), abs=0.05)


@pytest.mark.parametrize(("persons", "spread"), [(120, 0.3), (600, 0.5)])
def test_a_calibration_with_priors_stands_at_the_top_of_the_posterior(persons: int, spread: float) -> None:
    """Likelihood and priors of science.md 1.3 written out once more; a step either way from the estimate only loses."""
    believed = [prior_parameters(grade=grade, top=2) for grade in (1, 2, 3, 4, 5)]
    responses = answered(bank(items=5, top=2, seed=51), np.random.default_rng(52).normal(size=persons), seed=53)
    found = calibrate(responses, believed=believed, tolerance=1e-7).items

    def posterior(place: int, a: float, d: float) -> float:
        moved = [*found[:place], ItemParameters(a, (d, found[place].d[1])), *found[place + 1 :]]
        items = Items(moved)
        answers = Answers(responses, np.isfinite(items.d))
        drawn = (np.log(a) / spread) ** 2 + ((d - believed[place].d[0]) / 3.0) ** 2
        return expect(answers, items, mean=0.0, spread=1.0)[1] - float(drawn) / 2

    for place, item in enumerate(found):
        for step in (-0.01, 0.01):
            assert posterior(place, item.a + step, item.d[0]) < posterior(place, item.a, item.d[0])
            assert posterior(place, item.a, item.d[0] + step) < posterior(place, item.a, item.d[0])


def test_an_item_everybody_solves_and_an_unseen_category_do_not_break_a_calibration_with_priors() -> None:
    true = bank(items=6, top=2, seed=11)
    responses = answered(true, np.random.default_rng(12).normal(size=60), seed=13)
    responses[:, 0] = 2
    responses[:, 1] = np.where(responses[:, 1] == 1, 2, responses[:, 1])
    fit = calibrate(responses, believed=[prior_parameters(grade=3, top=2)] * 6)
    assert fit.settled
    assert all(np.isfinite([item.a, *item.d]).all() for item in fit.items)
    assert expected_scores(Items(fit.items), np.array([0.0]))[0, 0] > 1.7


def test_mixed_numbers_of_categories_keep_their_own() -> None:
    true = [*bank(items=4, top=1, seed=14), *bank(items=4, top=3, seed=15)]
    width_one, width_three = true[:4], true[4:]
    theta = np.random.default_rng(16).normal(size=2000)
    responses = np.hstack([answered(width_one, theta, seed=17), answered(width_three, theta, seed=18)])
    fit = calibrate(responses)
    assert [item.top for item in fit.items] == [1, 1, 1, 1, 3, 3, 3, 3]
    assert rmse(slopes_of(fit), [item.a for item in true]) < 0.12


def test_anchors_keep_the_old_scale_for_a_stronger_sample() -> None:
    true = bank(items=15, top=2, seed=21)
    theta = np.random.default_rng(22).normal(0.7, 0.8, size=3000)
    responses = answered(true, theta, seed=23)
    fit = calibrate(responses, anchors=dict(enumerate(true[:5])))
    assert fit.items[:5] == tuple(true[:5])
    assert {error.a for error in fit.errors[:5]} == {0.0}
    assert (fit.mean, fit.spread) == pytest.approx((0.7, 0.8), abs=0.05)
    assert rmse(slopes_of(fit)[5:], [item.a for item in true[5:]]) < 0.12


@calm
@given(order=st.permutations(range(6)))
def test_the_order_of_items_and_persons_does_not_matter(order: list[int]) -> None:
    responses = answered(bank(items=6, top=2, seed=31), np.random.default_rng(32).normal(size=300), seed=33)
    plain, other = calibrate(responses, tolerance=1e-6), calibrate(responses[::-1, order], tolerance=1e-6)
    assert [slopes_of(plain)[place] for place in order] == pytest.approx(slopes_of(other), abs=1e-4)
    assert plain.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-6)


def test_answers_that_do_not_fit_the_items_are_refused() -> None:
    believed = [prior_parameters(grade=3, top=1)] * 2
    for responses in ([[0, 2]], [[0, -2]], [[0, 1, 1]]):
        with pytest.raises(ResponsesMalformed):
            calibrate(np.array(responses), believed=believed)
    with pytest.raises(ResponsesMalformed):
        calibrate(np.array([[0, MISSING], [1, MISSING]]))


def test_rare_categories_join_their_neighbours() -> None:
    counted = {(9, 2, 9): (0, 1, 1), (2, 9, 9): (0, 0, 1), (10, 9, 1): (0, 1, 1), (5, 5, 10): (0, 1, 2)}
    counted |= {(0, 0, 20): (0, 0, 1), (20, 0, 0): (0, 0, 1)}
    responses = np.array([np.repeat([0, 1, 2], counts) for counts in counted]).T
    maps = rare_merges(responses, tops=[2] * len(counted), least=5)
    assert maps == list(counted.values())
    assert merged(responses, maps)[:, 2].tolist() == [0] * 10 + [1] * 10


def test_a_merge_leaves_missing_answers_missing() -> None:
    column = np.array([0] * 9 + [1] * 6 + [2] + [MISSING] * 4)[:, None]
    assert merged(column, rare_merges(column, tops=[2]))[:, 0].tolist() == [0] * 9 + [1] * 7 + [MISSING] * 4


@calm
@given(counts=st.lists(st.integers(0, 12), min_size=2, max_size=5))
def test_a_merge_keeps_order_leaves_no_rare_category_and_never_fewer_than_two(counts: list[int]) -> None:
    column = np.repeat(np.arange(len(counts)), counts)[:, None]
    (new,) = rare_merges(column, tops=[len(counts) - 1], least=5)
    assert new[0] == 0
    assert all(step in (0, 1) for step in np.diff(new))
    assert new[-1] >= 1
    if new[-1] > 1:
        assert (np.bincount(merged(column, [new])[:, 0], minlength=new[-1] + 1) >= 5).all()


@pytest.mark.parametrize(
    ("persons", "expected"),
    [(49, Standing.EXPERT), (50, Standing.PRELIMINARY), (199, Standing.PRELIMINARY), (200, Standing.SETTLED)],
)
def test_how_far_a_calibration_is_trusted(persons: int, expected: Standing) -> None:
    assert standing(persons=persons) is expected


def test_reliability_and_accuracy_foretold_are_those_that_come() -> None:
    true = bank(items=20, top=2, seed=41)
    theta = np.random.default_rng(42).normal(size=20_000)
    scores = score(Items(true), answered(true, theta, seed=43), cut=Cut(-0.5))
    foretold = marginal_reliability(theta=scores.theta, error=scores.error)
    assert np.corrcoef(scores.theta, theta)[0, 1] ** 2 == pytest.approx(foretold, abs=0.01)
    assert ((scores.below > 0.5) == (theta < -0.5)).mean() == pytest.approx(decision_accuracy(scores.below), abs=0.01)
