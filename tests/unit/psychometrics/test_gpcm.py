"""The model: probabilities, information, difficulty grades and cuts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.psychometrics.gpcm import (
    ItemParameters,
    Items,
    OutOfReach,
    cut_at,
    expected_scores,
    information,
    prior_parameters,
    probabilities,
)

calm = settings(deadline=None, max_examples=50)

PARAMETERS = st.builds(
    ItemParameters,
    st.floats(0.2, 3),
    st.lists(st.floats(-4, 4), min_size=1, max_size=4).map(tuple),
)


def test_two_categories_are_the_logistic_model() -> None:
    chance = probabilities(Items([ItemParameters(1.3, (0.4,))]), np.array([0.7]))[0, 1, 0]
    assert chance == pytest.approx(1 / (1 + np.exp(-(1.3 * 0.7 + 0.4))))


@calm
@given(items=st.lists(PARAMETERS, min_size=1, max_size=4), theta=st.floats(-6, 6))
def test_probabilities_sum_to_one_over_the_categories_an_item_has(items: list[ItemParameters], theta: float) -> None:
    chances = probabilities(Items(items), np.array([theta]))
    assert chances.sum(axis=1) == pytest.approx(1)
    for item, row in zip(items, chances, strict=True):
        assert (row[item.top + 1 :] == 0).all()


@calm
@given(item=PARAMETERS, theta=st.floats(-4, 4))
def test_information_is_the_slope_of_the_expected_score_times_a(item: ItemParameters, theta: float) -> None:
    around = expected_scores(Items([item]), np.array([theta - 1e-4, theta + 1e-4]))[0]
    assert information(Items([item]), np.array([theta]))[0, 0] == pytest.approx(item.a * np.diff(around)[0] / 2e-4, rel=1e-4, abs=1e-6)


@calm
@given(item=PARAMETERS)
def test_neighbouring_categories_are_equally_likely_at_their_step(item: ItemParameters) -> None:
    for category, step in enumerate(item.steps, 1):
        chances = probabilities(Items([item]), np.array([step]))[0, :, 0]
        assert chances[category] == pytest.approx(chances[category - 1])


def test_a_grade_says_how_many_average_teachers_solve_the_item() -> None:
    items = Items([prior_parameters(grade=grade, top=1) for grade in (1, 2, 3, 4, 5)])
    assert probabilities(items, np.array([0.0]))[:, 1, 0] == pytest.approx([0.88, 0.73, 0.50, 0.27, 0.12], abs=0.005)


@pytest.mark.parametrize("top", [1, 2, 3])
def test_a_graded_item_of_any_length_brings_half_its_points_at_its_difficulty_and_every_category_is_somewhere_likeliest(top: int) -> None:
    item = Items([prior_parameters(grade=4, top=top)])
    assert expected_scores(item, np.array([1.0]))[0, 0] == pytest.approx(top / 2)
    likeliest = probabilities(item, np.linspace(-6, 6, 241))[0].argmax(axis=0)
    assert set(likeliest) == set(range(top + 1))


def test_a_cut_in_points_becomes_a_cut_on_theta_with_its_error() -> None:
    items = Items([prior_parameters(grade=grade, top=2) for grade in (1, 2, 3, 3, 4, 5)])
    cut = cut_at(items, points=7.2, error=0.5)
    assert expected_scores(items, np.array([cut.theta])).sum() == pytest.approx(7.2)
    either_side = expected_scores(items, np.array([cut.theta - cut.error, cut.theta + cut.error])).sum(axis=0)
    assert either_side == pytest.approx([6.7, 7.7], abs=0.02)


@pytest.mark.parametrize("points", [-1.0, 0.0, 2.0, 3.0])
def test_a_cut_nobody_can_stand_at_is_refused(points: float) -> None:
    with pytest.raises(OutOfReach):
        cut_at(Items([prior_parameters(grade=3, top=2)]), points=points)
