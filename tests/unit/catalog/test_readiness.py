"""The checklists say each condition with its reason, and advice does not stop anybody."""

from typing import Any

from services.catalog.rules.groups import GroupFacts
from services.catalog.rules.readiness import Condition, group_conditions, programme_conditions
from tests.unit.catalog.test_versions import facts


def failing(conditions: list[Condition], *, needed: bool) -> set[str]:
    return {one.code for one in conditions if not one.ok and one.needed is needed}


def programme(**changes: Any) -> list[Condition]:
    stated = facts(**{"annotation": "Слова о том, чему учит программа и кому она нужна.", **changes})
    return programme_conditions(stated, minimum=16, competences={"МЕТ-1"}, labour_functions={"A/01.6"}, faults={})


def group(*, status: str = "published", quotas: bool = True, **changes: Any) -> list[Condition]:
    stated = {
        "starts": "2026-12-01",
        "ends": "2026-12-18",
        "enrolment_opens": "2026-11-01",
        "enrolment_closes": "2026-11-28",
        "capacity_asked": 25,
        "form": "full_time",
        "funding": "regional",
        "oktmo": "75742000",
        "place": "Красноармейская, 88",
        "contact_phone": "+7 (351) 263-89-35",
        "timetable": [{"starts": "2026-12-01T10:00:00+05:00", "ends": "2026-12-01T12:00:00+05:00"}],
    }
    facts = GroupFacts.model_validate(stated | changes)
    return group_conditions(
        facts, programme_status=status, programme_hours=36, positions=["teacher"], labour_functions=["A/01.6"], has_quotas=quotas
    )


def test_a_programme_that_may_be_submitted_lacks_only_advice() -> None:
    assert failing(programme(), needed=True) == set()
    assert failing(programme(), needed=False) == {"goal", "outline", "teachers", "positions"}
    assert all(one.why for one in programme() if not one.ok)


def test_what_stops_a_programme_is_named() -> None:
    assert failing(programme(hours=12), needed=True) == {"hours"}
    assert failing(programme(effects=[]), needed=True) == {"competences"}
    assert failing(programme(annotation=""), needed=True) == {"annotation"}
    assert failing(programme(funding="paid"), needed=True) == {"funding"}
    assert failing(programme(form="distance"), needed=True) == {"form"}


def test_a_group_with_everything_is_ready() -> None:
    assert [one for one in group() if not one.ok] == []


def test_what_a_group_lacks_is_named() -> None:
    assert failing(group(status="in_review"), needed=True) == {"published"}
    assert failing(group(enrolment_closes="2026-12-05"), needed=True) == {"window"}
    assert failing(group(ends="2026-11-30", timetable=[]), needed=True) == {"dates"}
    assert failing(group(oktmo=None), needed=True) == {"place"}
    assert failing(group(contact_phone=None, place=None, timetable=[]), needed=False) == {"contact", "place", "timetable"}
    assert failing(group(quotas=False), needed=False) == {"quotas"}
    assert failing(group(quotas=False, funding="paid"), needed=False) == set()
