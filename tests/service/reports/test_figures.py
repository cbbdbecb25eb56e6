"""Routes, coverage, seats and letters; and who may not ask."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalog import GroupAnnounced, GroupCancelled
from shared.contracts.enrollment import LearnerChanged, PersonMerged, SeatsChanged, TrainingCompleted
from shared.contracts.notify import NotificationDelivered, NotificationFailed
from shared.contracts.routes import RouteAccepted, RoutePlanned, RouteStudied
from tests.service.reports.conftest import Reports
from tests.service.reports.streams import CHELYABINSK, MIASS, said


@pytest.mark.parametrize("path", ["funnel", "deficits", "routes", "closure", "coverage", "seats", "letters", "checksum"])
async def test_who_has_no_such_role_is_refused(reports: Reports, path: str) -> None:
    service = reports.service
    assert (await service.call("GET", f"/reports/{path}", service.guest())).status_code in (401, 403)
    assert (await service.call("GET", f"/reports/{path}", service.teacher())).status_code == 403
    if path in ("deficits", "routes", "closure", "coverage", "letters", "checksum"):
        assert (await service.call("GET", f"/reports/{path}", service.staff("provider_specialist", uuid4()))).status_code == 403


async def test_a_senseless_question_is_refused_in_words(reports: Reports) -> None:
    for asked in ({"from": "2026-12-01", "to": "2026-11-01"}, {"oktmo": "Миасс"}, {"from": "вчера"}, {"to": "9999-12-31"}):
        answer = await reports.service.call("GET", "/reports/funnel", reports.operator, params=asked)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["message"]


async def test_routes_are_counted_by_their_state_with_what_they_leave_open(reports: Reports) -> None:
    for number in range(20):
        ids: dict[str, Any] = {"route_id": uuid4(), "person_id": uuid4()}
        await reports.hear([said(LearnerChanged, person_id=ids["person_id"], oktmo=MIASS), said(RoutePlanned, **ids)])
        if number >= 5:
            await reports.hear([said(RouteAccepted, revision=2, **ids)])
        if number >= 10:
            await reports.hear([said(RoutePlanned, revision=3, hours=72, status="accepted", residual=[], **ids)])
        if number >= 15:
            await reports.hear([said(RouteStudied, revision=4, **ids)])
    seen = await reports.figures("routes")
    assert {one["status"]: one["n"] for one in seen["by_status"]} == {"proposed": 5, "accepted": 10, "studied": 5, "completed": 0}
    assert (seen["total"]["n"], seen["load"]["n"], seen["load"]["hours"]) == (20, 20, 54)
    assert {one["title"]: one["n"] for one in seen["residual"]["by_reason"]} == {"Нет подходящей программы": 10, "Польза слишком мала": 10}
    later = await reports.figures("routes", **{"from": "2027-01-15"})
    assert (later["total"]["n"], later["load"]["suppressed"], later["cells"]) == (0, False, [])


async def test_few_routes_are_hidden_with_their_load(reports: Reports) -> None:
    await reports.hear([said(LearnerChanged, oktmo=MIASS), said(RoutePlanned)])
    seen = await reports.figures("routes")
    assert (seen["total"], seen["load"]["hours"], seen["load"]["suppressed"]) == ({"n": None, "suppressed": True}, None, True)
    assert all(one["suppressed"] or one["n"] == 0 for one in seen["cells"])


async def test_coverage_counts_people_once_where_they_work_now(reports: Reports) -> None:
    people = [uuid4() for _ in range(4)]
    told = [said(LearnerChanged, person_id=person, oktmo=MIASS if number < 3 else CHELYABINSK) for number, person in enumerate(people)]
    for person, ended, outcome in (
        (people[0], "2026-03-01", "completed"),
        (people[0], "2026-05-01", "completed"),
        (people[1], "2026-05-01", "expelled"),
        (people[2], "2020-05-01", "completed"),
        (people[3], "2025-05-01", "completed"),
    ):
        told.append(said(TrainingCompleted, application_id=uuid4(), person_id=person, ended_on=ended, outcome=outcome, hours=36))
    await reports.hear([*told, said(PersonMerged, from_person_id=people[1], into_person_id=people[2])])
    seen = await reports.figures("coverage", to="2026-12-31")
    assert seen["period"] == {"from": "2023-12-28", "to": "2026-12-31"}
    assert [(one["oktmo"], one["people"], one["trained"], one["hours"]) for one in seen["by_municipality"]] == [
        (CHELYABINSK, 1, 1, 36),
        (MIASS, 2, 1, 72),
    ]
    assert seen["total"] == {"people": 3, "trained": 2, "share": 0.6667, "hours": 108}
    own = await reports.figures("coverage", reports.service.staff("municipal_specialist", MIASS), to="2026-12-31")
    assert (own["by_municipality"], own["total"]) == ([one for one in seen["by_municipality"] if one["oktmo"] == MIASS], None)


async def test_seats_of_groups_that_gather_and_what_is_left_of_quotas(reports: Reports) -> None:
    first, second = uuid4(), uuid4()
    told = []
    for provider, taken, cancelled in ((first, 20, False), (first, 5, False), (second, 10, True)):
        ids: dict[str, Any] = {"group_id": uuid4(), "programme_id": uuid4()}
        quotas = [{"oktmo": MIASS, "rest": 3}, {"oktmo": CHELYABINSK + "001", "rest": 1}]
        told += [
            said(GroupAnnounced, provider_id=provider, starts=date(2026, 10, 5), **ids),
            said(SeatsChanged, revision=9, capacity=25, held=2, taken=taken, waiting=1, quotas=quotas, **ids),
            said(SeatsChanged, revision=8, capacity=25, held=0, taken=0, waiting=0, quotas=[], **ids),
        ]
        told += [said(GroupCancelled, revision=3, **ids)] if cancelled else []
    await reports.hear(told)
    seen = await reports.figures("seats")
    (row,) = seen["by_provider"]
    assert (row["groups"], row["capacity"], row["held"], row["taken"], row["use"]) == (2, 50, 4, 25, 0.58)
    assert [(one["oktmo"], one["rest"]) for one in seen["quotas"]] == [(CHELYABINSK, 2), (MIASS, 6)]
    assert (await reports.figures("seats", reports.service.staff("provider_specialist", second)))["by_provider"] == []
    supplier = await reports.figures("seats", reports.service.staff("provider_specialist", first))
    assert (supplier["by_provider"], supplier["quotas"]) == (seen["by_provider"], seen["quotas"])
    own = await reports.figures("seats", reports.service.staff("municipal_specialist", MIASS))
    assert [one["oktmo"] for one in own["quotas"]] == [MIASS]
    assert (await reports.figures("seats", **{"from": "2026-11-01"}))["by_provider"] == []


async def test_letters_are_timed_from_their_fact(reports: Reports) -> None:
    letters = [said(NotificationDelivered, delivery_id=uuid4(), seconds=second) for second in range(1, 101)]
    await reports.hear([*letters, said(NotificationFailed, delivery_id=uuid4(), rule="application_status")])
    seen = await reports.figures("letters")
    assert (seen["total"]["delivered"], seen["total"]["failed"]) == (100, 1)
    assert (seen["total"]["p50_seconds"], seen["total"]["p95_seconds"]) == (50.5, 95.05)
    assert seen["by_rule"][0]["title"] == "Статус заявки"
