"""What a measurement amounts to, and what may be said about a change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.psychometrics.verdicts import Band, Closure, Rule, ScaleMalformed, Verdict, change, level, verdict

calm = settings(deadline=None, max_examples=50)

BANDS = [Band(0, "high"), Band(60, "none"), Band(40, "medium")]


@pytest.mark.parametrize(
    ("below", "error", "items", "expected"),
    [
        (0.80, 0.40, 5, Verdict.DEFICIT),
        (0.79, 0.45, 5, Verdict.BORDERLINE),
        (0.21, 0.45, 5, Verdict.BORDERLINE),
        (0.20, 0.40, 5, Verdict.NONE),
        (0.50, 0.46, 5, Verdict.INSUFFICIENT),  # too blurred to be called borderline
        (0.95, 0.60, 3, Verdict.DEFICIT),  # blurred, but decisive all the same
        (0.05, 0.60, 3, Verdict.NONE),
        (0.99, 0.40, 2, Verdict.INSUFFICIENT),  # two items decide nothing
        (0.01, 0.40, 2, Verdict.INSUFFICIENT),
    ],
)
def test_the_verdict_follows_probability_error_and_length(below: float, error: float, items: int, expected: Verdict) -> None:
    assert verdict(below=below, error=error, items=items) is expected


def test_the_thresholds_are_a_policy() -> None:
    strict = Rule(deficit_from=0.9, none_to=0.1, least_items=6, largest_error=0.3)
    assert verdict(below=0.85, error=0.3, items=6, rule=strict) is Verdict.BORDERLINE
    assert verdict(below=0.95, error=0.3, items=5, rule=strict) is Verdict.INSUFFICIENT


@pytest.mark.parametrize(("percent", "word"), [(0, "high"), (39.99, "high"), (40, "medium"), (59.9, "medium"), (60, "none"), (100, "none")])
def test_a_level_begins_at_its_border(percent: float, word: str) -> None:
    assert level(BANDS, percent=percent) == word


@pytest.mark.parametrize("bands", [[], [Band(10, "high"), Band(60, "none")], [Band(0, "high"), Band(40, "a"), Band(40, "b")]])
def test_a_scale_with_a_gap_or_a_tie_is_refused(bands: list[Band]) -> None:
    with pytest.raises(ScaleMalformed):
        level(bands, percent=50)


@pytest.mark.parametrize(
    ("leave", "at_exit", "closure"),
    [
        (0.6, Verdict.NONE, Closure.CLOSED),
        (-1.1, Verdict.NONE, Closure.CLOSED),  # the exit finds no deficit; how far the person came does not matter
        (-0.2, Verdict.BORDERLINE, Closure.PARTLY),  # grew by 1.0 with an error of 0.57: 96 %
        (-0.2, Verdict.DEFICIT, Closure.PARTLY),
        (-0.8, Verdict.DEFICIT, Closure.OPEN),  # grew by 0.4: 76 %, within the error
        (-0.8, Verdict.BORDERLINE, Closure.OPEN),
        (-0.8, Verdict.INSUFFICIENT, Closure.OPEN),
        (-2.5, Verdict.DEFICIT, Closure.OPEN),
    ],
)
def test_only_a_measurement_closes_and_only_growth_beyond_error_counts_as_part(leave: float, at_exit: Verdict, closure: Closure) -> None:
    result = change(entry=-1.2, entry_error=0.4, leave=leave, leave_error=0.4, verdict_at_exit=at_exit)
    assert result.closure is closure
    assert (result.difference, result.error) == pytest.approx((leave + 1.2, 0.5657), abs=1e-4)


@calm
@given(entry=st.floats(-3, 3), leave=st.floats(-3, 3), first=st.floats(0.1, 1), second=st.floats(0.1, 1))
def test_growth_one_way_is_loss_the_other_way(entry: float, leave: float, first: float, second: float) -> None:
    there = change(entry=entry, entry_error=first, leave=leave, leave_error=second, verdict_at_exit=Verdict.BORDERLINE)
    back = change(entry=leave, entry_error=second, leave=entry, leave_error=first, verdict_at_exit=Verdict.BORDERLINE)
    assert there.grew + back.grew == pytest.approx(1)
    assert (there.grew > 0.5) == (there.difference > 0) or there.difference == pytest.approx(0, abs=1e-9)
