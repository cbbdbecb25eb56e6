"""Which steps of a route are suggested, and when a suggestion is off."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.enrollment.rules.suggestions import Known, Offered, Step, Window, accepted_steps, best_group, lapse_reason, next_opening

TODAY = date(2026, 11, 10)
PROGRAMME, FIRST, SECOND = uuid4(), uuid4(), uuid4()
STEP = Step(uuid4(), PROGRAMME, (FIRST, SECOND))


def window(opens: int = -5, closes: int = 5, *, cancelled: bool = False) -> Window:
    return Window(TODAY + timedelta(days=opens), TODAY + timedelta(days=closes), cancelled)


def known(first: Window | None = None, second: Window | None = None, **changes: set[UUID]) -> Known:
    windows = {group: shown for group, shown in ((FIRST, first), (SECOND, second)) if shown}
    facts = {"open_programmes": {PROGRAMME}, "applied": set(), "declined": set()} | changes
    return Known(windows=windows, **facts)


def test_the_best_open_group_is_suggested() -> None:
    assert best_group(STEP, known(window(), window()), today=TODAY) == FIRST
    assert best_group(STEP, known(window(cancelled=True), window()), today=TODAY) == SECOND
    assert best_group(STEP, known(window(closes=-1), window()), today=TODAY) == SECOND
    assert best_group(STEP, known(None, window()), today=TODAY) == SECOND
    assert best_group(STEP, known(window(), window(), declined={FIRST}), today=TODAY) == SECOND
    assert best_group(STEP, known(window(opens=2), None), today=TODAY) is None


def test_nothing_is_suggested_that_was_applied_to_or_is_not_published() -> None:
    assert best_group(STEP, known(window(), applied={PROGRAMME}), today=TODAY) is None
    assert best_group(STEP, known(window(), open_programmes=set()), today=TODAY) is None


def test_a_group_that_opens_later_is_looked_at_on_that_day() -> None:
    assert next_opening([STEP], known(window(opens=3), window(opens=2)), today=TODAY) == TODAY + timedelta(days=2)
    assert next_opening([STEP], known(window(), window(opens=2, cancelled=True)), today=TODAY) is None


def test_only_accepted_steps_are_suggested() -> None:
    other = Step(uuid4(), PROGRAMME, (FIRST,))
    assert accepted_steps(status="accepted", steps=[STEP, other], agreed=[]) == [STEP, other]
    assert accepted_steps(status="proposed", steps=[STEP, other], agreed=[other.step_id]) == [other]
    assert accepted_steps(status="proposed", steps=[STEP, other], agreed=[]) == []


def offered(*, expires: int = 5, allocated: bool = False) -> Offered:
    return Offered(STEP.step_id, PROGRAMME, FIRST, TODAY + timedelta(days=expires), allocated)


@pytest.mark.parametrize(
    ("suggestion", "wanted", "facts", "reason"),
    [
        (offered(), FIRST, known(window()), None),
        (offered(), FIRST, known(window(), applied={PROGRAMME}), "applied"),
        (offered(), SECOND, known(window(cancelled=True), window()), "group_cancelled"),
        (offered(), None, known(window(), open_programmes=set()), "programme_withdrawn"),
        (offered(expires=-1), None, known(window(closes=-1)), "expired"),
        (offered(), SECOND, known(window(), window()), "route_changed"),
        (offered(allocated=True), SECOND, known(window(), window()), None),
        (offered(allocated=True, expires=-1), None, known(window()), "expired"),
    ],
)
def test_why_a_suggestion_is_off(suggestion: Offered, wanted: UUID | None, facts: Known, reason: str | None) -> None:
    assert lapse_reason(suggestion, wanted={STEP.step_id: wanted}, known=facts, today=TODAY) == reason
