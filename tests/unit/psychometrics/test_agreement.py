"""Agreement between raters: the published answers (science.md, 3.2) and what must hold for any grades."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.psychometrics.agreement import (
    Level,
    NothingToCompare,
    Trust,
    cohen,
    fleiss,
    krippendorff,
    krippendorff_range,
    trust,
)
from services.assessment.psychometrics.gpcm import Floats

calm = settings(deadline=None, max_examples=50)

FLEISS_1971 = """00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"""

KRIPPENDORFF = """1 2 3 3 2 1 4 1 2 * * *
1 2 3 3 2 2 4 1 2 5 * *
* 3 3 3 2 3 4 2 2 5 1 3
1 2 3 3 2 4 4 1 2 5 1 *"""
RATINGS = np.array([[float("nan") if one == "*" else float(one) for one in line.split()] for line in KRIPPENDORFF.splitlines()])

ROW = st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, float("nan")]), min_size=6, max_size=6)
GRADES = st.lists(ROW, min_size=2, max_size=4).map(np.array)


def test_fleiss_1971_diagnoses_of_thirty_patients() -> None:
    assert fleiss(np.array([[int(digit) for digit in row] for row in FLEISS_1971.split()])) == pytest.approx(0.430245, abs=1e-6)


@pytest.mark.parametrize(
    ("scale", "alpha"), [(Level.NOMINAL, 0.743), (Level.ORDINAL, 0.815), (Level.INTERVAL, 0.849), (Level.RATIO, 0.797)]
)
def test_krippendorff_four_observers_of_twelve_units(scale: Level, alpha: float) -> None:
    assert krippendorff(RATINGS, level=scale) == pytest.approx(alpha, abs=5e-4)


def test_cohen_fifty_proposals() -> None:
    assert cohen(np.array([[20, 5], [10, 15]])) == pytest.approx(0.40)


def test_quadratic_weights_forgive_a_near_miss_and_punish_a_far_one() -> None:
    near, far = np.array([[10, 4, 0], [0, 10, 0], [0, 0, 10]]), np.array([[10, 0, 4], [0, 10, 0], [0, 0, 10]])
    assert cohen(near, quadratic=True) > cohen(near) > 0
    assert cohen(far, quadratic=True) < cohen(far)


def test_quadratic_kappa_of_equal_margins_is_the_correlation() -> None:
    table = np.array([[8, 3, 1], [3, 9, 4], [1, 4, 7]])
    first, second = (np.repeat(index.ravel(), table.ravel()) for index in np.indices(table.shape))
    assert cohen(table, quadratic=True) == pytest.approx(np.corrcoef(first, second)[0, 1])


@calm
@given(ratings=GRADES, scale=st.sampled_from(Level), order=st.permutations(range(6)))
def test_alpha_depends_neither_on_the_order_of_works_nor_of_raters_and_never_exceeds_one(
    ratings: Floats, scale: Level, order: list[int]
) -> None:
    try:
        alpha = krippendorff(ratings, level=scale)
    except NothingToCompare:
        return
    assert alpha <= 1 + 1e-12
    assert krippendorff(ratings[::-1, order], level=scale) == pytest.approx(alpha)


@calm
@given(ratings=GRADES, shift=st.integers(-3, 3), scale=st.sampled_from([Level.NOMINAL, Level.ORDINAL, Level.INTERVAL]))
def test_alpha_below_the_ratio_level_ignores_where_zero_is(ratings: Floats, shift: int, scale: Level) -> None:
    try:
        alpha = krippendorff(ratings, level=scale)
    except NothingToCompare:
        return
    assert krippendorff(2 * ratings + shift, level=scale) == pytest.approx(alpha)


def test_raters_who_always_agree_reach_one_and_those_who_guess_reach_zero() -> None:
    random = np.random.default_rng(5)
    grades = random.integers(0, 4, 3000).astype(float)
    assert krippendorff(np.array([grades, grades, grades]), level=Level.ORDINAL) == pytest.approx(1)
    assert krippendorff(random.integers(0, 4, (3, 3000)).astype(float), level=Level.ORDINAL) == pytest.approx(0, abs=0.03)


def test_the_bootstrap_interval_holds_alpha_narrows_with_works_and_repeats_with_its_seed() -> None:
    few = krippendorff_range(RATINGS, level=Level.ORDINAL, seed=1)
    many = krippendorff_range(np.tile(RATINGS, 9), level=Level.ORDINAL, seed=1)
    assert few[0] < 0.815 < few[1]
    assert many[1] - many[0] < (few[1] - few[0]) / 2
    assert few == krippendorff_range(RATINGS, level=Level.ORDINAL, seed=1)
    assert few != krippendorff_range(RATINGS, level=Level.ORDINAL, seed=2)


def test_the_bootstrap_interval_covers_the_truth_nineteen_times_of_twenty() -> None:
    """Two raters who add equal noise to a work's worth: alpha is then the share of variance between works, here 0.8."""
    random = np.random.default_rng(8)
    covered = 0
    for draw in range(120):
        grades = random.normal(size=20) + 0.5 * random.normal(size=(2, 20))
        low, high = krippendorff_range(grades, level=Level.INTERVAL, seed=draw, draws=100)
        covered += low <= 0.8 <= high
    assert 0.84 < covered / 120 < 0.99  # a percentile interval of 20 works is a little short


@pytest.mark.parametrize(
    "ratings",
    [np.full((3, 4), 2.0), np.full((3, 4), np.nan), np.array([[1.0, np.nan], [np.nan, 2.0]]), np.empty((2, 0))],
    ids=["all the same", "no grades", "no work graded twice", "no works"],
)
def test_what_cannot_be_compared_is_refused(ratings: Floats) -> None:
    with pytest.raises(NothingToCompare):
        krippendorff(ratings, level=Level.ORDINAL)
    with pytest.raises(NothingToCompare):
        krippendorff_range(ratings, level=Level.ORDINAL, seed=1)


def test_kappas_of_nothing_or_of_uneven_raters_are_refused() -> None:
    for table in (np.zeros((2, 2), dtype=int), np.array([[7, 0], [0, 0]])):
        with pytest.raises(NothingToCompare):
            cohen(table)
    for counts in (np.array([[2, 0], [1, 2]]), np.array([[1, 0], [0, 1]]), np.array([[3, 0], [3, 0]]), np.zeros((0, 3), dtype=int)):
        with pytest.raises(NothingToCompare):
            fleiss(counts)


@pytest.mark.parametrize(
    ("alpha", "allowed"), [(0.80, Trust.USE), (0.79, Trust.TENTATIVE), (0.667, Trust.TENTATIVE), (0.66, Trust.RETRAIN)]
)
def test_how_far_grades_may_be_used(alpha: float, allowed: Trust) -> None:
    assert trust(alpha) is allowed
