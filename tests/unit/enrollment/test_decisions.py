"""Guards and notices around a decision, and as what somebody stands before an application."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from services.enrollment.rules.guards import explained, may_apply, may_end, may_seat
from services.enrollment.rules.notices import Period, audience_warnings, clash_warnings, register_warning, repeat_warning
from services.enrollment.rules.orders import ACTIONS, outcome_of
from services.enrollment.rules.refusals import (
    GroupGone,
    GroupOver,
    ProgrammeClosed,
    ReasonMissing,
    RemarkMissing,
    TrainingNotStarted,
    WindowClosed,
)
from services.enrollment.rules.standing import standing
from shared.access import Caller, Grant

OPENS, CLOSES = date(2026, 11, 2), date(2026, 11, 20)


@pytest.mark.parametrize("today", [OPENS, date(2026, 11, 10), CLOSES])
def test_one_may_apply_from_the_first_day_to_the_last(today: date) -> None:
    may_apply(today=today, opens=OPENS, closes=CLOSES, cancelled=False, programme_open=True)


@pytest.mark.parametrize("today", [date(2026, 11, 1), date(2026, 11, 21)])
def test_outside_the_window_one_may_not(today: date) -> None:
    with pytest.raises(WindowClosed):
        may_apply(today=today, opens=OPENS, closes=CLOSES, cancelled=False, programme_open=True)


def test_nobody_applies_to_what_is_gone() -> None:
    with pytest.raises(GroupGone):
        may_apply(today=OPENS, opens=OPENS, closes=CLOSES, cancelled=True, programme_open=True)
    with pytest.raises(ProgrammeClosed):
        may_apply(today=OPENS, opens=OPENS, closes=CLOSES, cancelled=False, programme_open=False)


def test_a_seat_is_given_until_the_last_lesson() -> None:
    may_seat(today=CLOSES, ends=CLOSES, cancelled=False)
    with pytest.raises(GroupOver):
        may_seat(today=date(2026, 11, 21), ends=CLOSES, cancelled=False)
    with pytest.raises(GroupGone):
        may_seat(today=OPENS, ends=CLOSES, cancelled=True)


@pytest.mark.parametrize(
    ("action", "reason", "remark", "refusal"),
    [
        ("reject", None, "не подходит", ReasonMissing),
        ("reject", "other", None, RemarkMissing),
        ("clarify", None, None, RemarkMissing),
        ("clarify", "other", None, RemarkMissing),
        ("reject", "no_seats", None, None),
        ("reject", "other", "потому что", None),
        ("clarify", "snils", None, None),
        ("clarify", None, "Какой год диплома?", None),
        ("approve", None, None, None),
    ],
)
def test_a_decision_never_leaves_the_person_guessing(
    action: str, reason: str | None, remark: str | None, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        explained(action=action, reason=reason, remark=remark)
    else:
        with pytest.raises(refusal):
            explained(action=action, reason=reason, remark=remark)


def test_a_training_does_not_end_before_it_begins() -> None:
    may_end(dated=OPENS, starts=OPENS)
    with pytest.raises(TrainingNotStarted):
        may_end(dated=date(2026, 11, 1), starts=OPENS)


def test_an_order_of_every_kind_has_an_action() -> None:
    kinds = {(kind, outcome_of(kind=kind, stated=None)) for kind in ("enrolment", "transfer", "completion", "expulsion")}
    assert kinds <= set(ACTIONS)
    assert ACTIONS["completion", outcome_of(kind="completion", stated="not_completed")] == "fail"


def audience(position: str, subjects: list[str], levels: list[str]) -> list[str]:
    found = audience_warnings(
        position=position,
        subjects=subjects,
        levels=levels,
        wanted_positions=["teacher"],
        wanted_subjects=["mathematics"],
        wanted_levels=[],
    )
    return [one.code for one in found]


def test_a_learner_outside_the_audience_is_remarked_not_refused() -> None:
    assert audience("teacher", ["mathematics", "physics"], []) == []
    assert audience("methodist", ["mathematics"], ["preschool"]) == ["position_differs"]
    assert audience("methodist", [], []) == ["position_differs", "subject_differs"]


def test_gaps_for_the_register_are_named_in_words() -> None:
    [notice] = register_warning(["snils", "diploma_family_name"])
    assert notice.text == "Для ФИС ФРДО не хватает: СНИЛС, фамилия в дипломе."
    assert register_warning([]) == []


def test_trainings_at_the_same_time_are_remarked() -> None:
    wanted = Period("Новая", date(2026, 12, 14), date(2026, 12, 18))
    touching = Period("Старая", date(2026, 12, 1), date(2026, 12, 14))
    apart = Period("Другая", date(2026, 12, 19), date(2026, 12, 20))
    assert [one.text for one in clash_warnings(wanted, [touching, apart])] == ["Даты пересекаются с обучением «Старая»."]


def test_the_same_programme_within_three_years_is_remarked() -> None:
    assert repeat_warning(None, today=OPENS) == []
    assert repeat_warning(date(2023, 11, 1), today=OPENS) == []
    assert [one.code for one in repeat_warning(date(2023, 11, 2), today=OPENS)] == ["repeated"]
    assert [one.code for one in repeat_warning(date(2024, 2, 29), today=OPENS)] == ["repeated"]


ORGANISATION, PROVIDER, AGENCY, PERSON = (uuid4() for _ in range(4))


def stands(*grants: Grant, person: UUID | None = None) -> list[str]:
    caller = Caller("someone", person, grants)
    return list(standing(caller, person=PERSON, organisation=ORGANISATION, municipality="75742000", agency=AGENCY, provider=PROVIDER))


def test_one_stands_before_an_application_by_the_scope_of_the_grant() -> None:
    assert stands(Grant("teacher"), person=PERSON) == ["learner"]
    assert stands(Grant("teacher"), person=uuid4()) == []
    assert stands(Grant("school_specialist", str(ORGANISATION))) == ["school"]
    assert stands(Grant("school_specialist", str(uuid4()))) == []
    assert stands(Grant("municipal_specialist", "75742000")) == ["municipality"]
    assert stands(Grant("municipal_specialist", "75701000")) == []
    assert stands(Grant("agency_specialist", str(AGENCY))) == ["agency"]
    assert stands(Grant("provider_specialist", str(PROVIDER)), Grant("operator")) == ["provider", "operator"]
    assert stands(Grant("auditor")) == []
    assert stands(Grant("provider_specialist", str(ORGANISATION))) == []
