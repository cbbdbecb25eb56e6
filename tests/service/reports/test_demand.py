"""What was looked for in vain, waited for, and can not be closed by any programme."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.contracts import Envelope
from shared.contracts.catalog import GroupAnnounced, ProgrammePublished, SearchMissed
from shared.contracts.enrollment import SeatsChanged
from shared.contracts.routes import RoutePlanned
from tests.service.reports.conftest import Reports
from tests.service.reports.streams import BEGIN, said


def missed(lexemes: list[str], count: int, at: datetime = BEGIN, **facets: list[str]) -> Envelope:
    return said(SearchMissed, miss_id=uuid4(), hour=at, lexemes=lexemes, facets=facets, count=count)


async def test_searches_in_vain_are_added_up_by_words_and_filters(reports: Reports) -> None:
    later = BEGIN + timedelta(days=2)
    told = [
        missed(["физика"], 5),
        missed(["физика"], 7, later),
        missed(["физика"], 6, form=["distance"]),
        missed([], 9),
    ]
    await reports.hear([*told, *told])
    shown = await reports.figures("demand")
    assert [(one["lexemes"], one["facets"], one["count"]) for one in shown["searches"]] == [
        (["физика"], {}, 12),
        ([], {}, 9),
        (["физика"], {"form": ["distance"]}, 6),
    ]
    assert shown["searches"][0]["last_on"] == later.date().isoformat()
    shown = await reports.figures("demand", **{"from": (BEGIN + timedelta(days=1)).date().isoformat()})
    assert [one["count"] for one in shown["searches"]] == [7]


async def test_a_provider_sees_its_own_waiting_lists_and_the_region_all(reports: Reports) -> None:
    provider, starts = uuid4(), (datetime.now(UTC) + timedelta(days=30)).date()
    for one, waiting in ((provider, 4), (uuid4(), 9)):
        group, programme = uuid4(), uuid4()
        ids: dict[str, Any] = {"group_id": group, "programme_id": programme}
        dates: dict[str, Any] = {"starts": starts, "ends": starts + timedelta(days=9)}
        await reports.hear(
            [
                said(ProgrammePublished, programme_id=programme, title=f"Ждут {waiting}", provider_id=one),
                said(GroupAnnounced, provider_id=one, **ids, **dates),
                said(SeatsChanged, waiting=waiting, revision=2, **ids),
            ]
        )
    assert [one["waiting"] for one in (await reports.figures("demand"))["waiting"]] == [9, 4]
    own = await reports.figures("demand", reports.service.staff("provider_specialist", provider))
    assert [(one["title"], one["waiting"]) for one in own["waiting"]] == [("Ждут 4", 4)]
    answer = await reports.service.call("GET", "/reports/demand", reports.service.teacher())
    assert answer.status_code == 403


async def test_deficits_without_a_programme_are_told_in_fives_and_few_people_not_at_all(reports: Reports) -> None:
    def lacking(code: str, reason: str) -> Envelope:
        residual = [{"competence": code, "share": 1, "reason": reason}]
        return said(RoutePlanned, route_id=uuid4(), person_id=uuid4(), residual=residual)

    for code, people, reason in (("М.1", 8, "no_programme"), ("М.2", 4, "no_programme"), ("М.3", 9, "dates")):
        await reports.hear([lacking(code, reason) for _ in range(people)])
    shown = (await reports.figures("demand"))["deficits"]
    assert [(one["competence"], one["at_least"]) for one in shown] == [("М.1", 5)]


async def test_a_deficit_that_the_next_route_closes_is_no_longer_wanted(reports: Reports) -> None:
    residual = [{"competence": "М.1", "share": 1, "reason": "no_programme"}]
    for _ in range(6):
        person = uuid4()
        await reports.hear([said(RoutePlanned, route_id=uuid4(), person_id=person, residual=residual)])
        await reports.hear([said(RoutePlanned, route_id=uuid4(), person_id=person, residual=[], at=BEGIN + timedelta(days=9))])
    assert (await reports.figures("demand"))["deficits"] == []
