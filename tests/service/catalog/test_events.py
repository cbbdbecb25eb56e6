"""Events: announced, found by filters, moved and cancelled with a reason, and nobody else's to touch."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.catalog.rules.cursors import cursor_of
from shared.contracts.assessment import Competence, FrameworkPublished
from shared.contracts.catalog import EventAnnounced, EventCancelled, EventChanged
from tests.service.catalog.conftest import CHELYABINSK, MIASS, Register
from tests.support.service import envelope_of

NOW = datetime.now(UTC).replace(microsecond=0)
REASON = {"reason": "Перенесли из-за ремонта зала"}


def at(days: float, hours: float = 0) -> str:
    """A moment so far from now."""
    return (NOW + timedelta(days=days, hours=hours)).isoformat()


def facts(register: Register, **changes: Any) -> dict[str, Any]:
    return {
        "organiser_id": str(register.provider_id),
        "kind": "seminar",
        "title": "Оценивание без отметки",
        "annotation": "Разберём три приёма обратной связи и попробуем их на своих уроках в тот же день.",
        "starts": at(5),
        "ends": at(5, 2),
        "oktmo": MIASS,
        "place": "ул. Академика Павлова, 17",
        "agenda": [{"time": "10:00", "title": "Приёмы", "speaker": "методист"}],
    } | changes


async def announced(register: Register, **changes: Any) -> dict[str, Any]:
    event = await register.done("POST", "/events", register.specialist, facts(register, **changes))
    return await register.done("POST", f"/events/{event['id']}/publication", register.specialist)


async def wrong(register: Register, **changes: Any) -> set[str]:
    answer = await register.refused("POST", "/events", register.specialist, facts(register, **changes))
    assert answer.status_code == 422, answer.text
    return {one["field"] for one in answer.json()["errors"]}


async def test_an_announced_event_is_seen_and_said(register: Register) -> None:
    event = await announced(register, capacity_asked=40)
    said = (await register.service.told(EventAnnounced))[0]
    fact = said.event()
    assert isinstance(fact, EventAnnounced)
    assert (str(said.subject), said.dporevision, fact.title, fact.capacity_asked) == (event["id"], 2, event["title"], 40)
    card = await register.get(f"/events/{event['id']}")
    assert (card["kind"]["title"], card["municipality"]) == ("Семинар", "Миасский городской округ")
    assert card["agenda"] == [{"time": "10:00", "title": "Приёмы", "speaker": "методист"}]
    assert [one["id"] for one in (await register.get("/events"))["items"]] == [event["id"]]


async def test_a_draft_is_its_organisers_secret(register: Register) -> None:
    draft = await register.done("POST", "/events", register.specialist, facts(register))
    stranger = register.service.staff("provider_specialist", uuid4())
    unknown = await register.refused("GET", f"/events/{uuid4()}", register.service.guest())
    for who in (register.service.guest(), stranger):
        hidden = await register.refused("GET", f"/events/{draft['id']}", who)
        assert (hidden.status_code, hidden.json()) == (404, unknown.json())
    assert (await register.get("/events"))["items"] == []
    assert (await register.get(f"/events/{draft['id']}", register.specialist))["status"] == "draft"
    assert (await register.get("/own-events", stranger))["items"] == []
    assert len((await register.get("/own-events", register.specialist))["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"starts": at(5), "ends": at(4)}, {"ends"}),
        ({"ends": at(30)}, {"ends"}),
        ({"starts": at(-1)}, {"starts"}),
        ({"starts": at(2000), "ends": at(2000, 1)}, {"starts"}),
        ({"link": "http://webinar.example/room"}, {"link"}),
        ({"link": "javascript:alert(1)"}, {"link"}),
        ({"place": None, "oktmo": None}, {"place"}),
        ({"oktmo": None}, {"oktmo"}),
        ({"oktmo": "75999000"}, {"oktmo"}),
        ({"organiser_id": str(uuid4())}, {"organiser_id"}),
        ({"agenda": [{"time": "25:00", "title": "Поздно"}]}, {"agenda.0.time"}),
        ({"capacity_asked": 0}, {"capacity_asked"}),
        ({"kind": "party"}, {"kind"}),
        ({"title": "  "}, {"title"}),
    ],
)
async def test_what_cannot_be_is_named_at_its_field(register: Register, changes: dict[str, Any], fields: set[str]) -> None:
    assert await wrong(register, **changes) == fields


async def test_an_event_without_a_story_is_not_announced(register: Register) -> None:
    draft = await register.done("POST", "/events", register.specialist, facts(register, annotation="Приходите"))
    answer = await register.refused("POST", f"/events/{draft['id']}/publication", register.specialist)
    assert [one["field"] for one in answer.json()["errors"]] == ["annotation"]
    assert await register.service.told(EventAnnounced) == []


async def test_an_announced_event_moves_only_with_a_reason(register: Register) -> None:
    event = await announced(register)
    moved = facts(register, starts=at(6), ends=at(6, 2))
    silent = await register.refused("PUT", f"/events/{event['id']}", register.specialist, moved)
    assert [one["field"] for one in silent.json()["errors"]] == ["reason"]
    for _ in range(2):
        await register.done("PUT", f"/events/{event['id']}", register.specialist, moved | REASON)
    said = await register.service.told(EventChanged)
    fact = said[0].event()
    assert isinstance(fact, EventChanged)
    assert [one.dporevision for one in said] == [3]
    assert (fact.reason, fact.starts) == (REASON["reason"], NOW + timedelta(days=6))
    assert (await register.get(f"/events/{event['id']}"))["change_reason"] == REASON["reason"]


async def test_a_cancelled_event_keeps_its_card_and_leaves_the_list(register: Register) -> None:
    event = await announced(register)
    for _ in range(2):
        await register.done("POST", f"/events/{event['id']}/cancellation", register.specialist, REASON)
    assert [one.dporevision for one in await register.service.told(EventCancelled)] == [3]
    assert (await register.get("/events"))["items"] == []
    assert len((await register.get("/events", cancelled=True))["items"]) == 1
    card = await register.get(f"/events/{event['id']}")
    assert (card["status"], card["cancellation_reason"]) == ("cancelled", REASON["reason"])
    answer = await register.refused("PUT", f"/events/{event['id']}", register.specialist, facts(register, title="Иначе") | REASON)
    assert answer.json()["type"] == "event_cancelled"


async def test_a_draft_is_not_cancelled(register: Register) -> None:
    draft = await register.done("POST", "/events", register.specialist, facts(register))
    answer = await register.refused("POST", f"/events/{draft['id']}/cancellation", register.specialist, REASON)
    assert answer.json()["type"] == "event_not_published"


async def test_somebody_elses_event_is_as_unknown_as_none(register: Register) -> None:
    event = await announced(register)
    stranger = register.service.staff("provider_specialist", uuid4())
    for path, body in ((f"/events/{event['id']}/cancellation", REASON), (f"/events/{event['id']}/publication", {})):
        assert (await register.refused("POST", path, stranger, body)).status_code == 404
    assert (await register.refused("PUT", f"/events/{event['id']}", stranger, facts(register) | REASON)).status_code == 404
    assert (await register.refused("POST", "/events", register.service.teacher(), facts(register))).status_code == 403
    assert (await register.refused("POST", "/events", register.service.guest(), facts(register))).status_code == 401


async def test_counts_react_to_the_other_filters(register: Register) -> None:
    await announced(register, kind="seminar", oktmo=MIASS)
    await announced(register, kind="webinar", oktmo=None, place=None, link="https://webinar.example/1")
    await announced(register, kind="webinar", oktmo=CHELYABINSK, link="https://webinar.example/2", competences=["МЕТ-1"])

    def counts(answer: Any, facet: str) -> dict[str, int]:
        return {one["value"]: one["count"] for one in answer["facets"][facet] if one["count"] or one["chosen"]}

    every = await register.get("/events")
    assert (every["total"], counts(every, "kind")) == (3, {"webinar": 2, "seminar": 1})
    online = await register.get("/events", format="online")
    assert (online["total"], counts(online, "kind"), counts(online, "format")) == (1, {"webinar": 1}, {"online": 1, "onsite": 2})
    there = await register.get("/events", kind="webinar", oktmo=MIASS)
    assert (there["total"], counts(there, "oktmo"), counts(there, "competence")) == (0, {CHELYABINSK: 1, MIASS: 0}, {})


async def test_competences_are_counted_by_their_titles_a_chosen_one_too_that_nothing_names(register: Register) -> None:
    named = {"МЕТ-1": "Проектирование урока", "ПРЕД-4": "Решение задач"}
    competences = [Competence(code=code, title=title, group="методические", labour_functions=["A/01.6"]) for code, title in named.items()]
    framework = FrameworkPublished(framework_id=uuid4(), title="Рамка", version=1, competences=competences)
    await register.service.hear(envelope_of(framework, subject=framework.framework_id))
    await announced(register, competences=["МЕТ-1"])
    lesson = {"value": "МЕТ-1", "title": "Проектирование урока", "count": 1, "chosen": False}
    tasks = {"value": "ПРЕД-4", "title": "Решение задач", "count": 0, "chosen": True}
    assert (await register.get("/events"))["facets"]["competence"] == [lesson]
    assert (await register.get("/events", competence="ПРЕД-4"))["facets"]["competence"] == [lesson, tasks]


async def test_a_cursor_repeats_nothing_and_loses_nothing(register: Register) -> None:
    ids = [(await announced(register, starts=at(3), ends=at(3, 1)))["id"] for _ in range(3)]
    ids.append((await announced(register, starts=at(4), ends=at(4, 1)))["id"])
    seen: list[str] = []
    cursor = None
    while True:
        page = await register.get("/events", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [one["id"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert (sorted(seen), seen[-1]) == (sorted(ids), ids[-1])
    for key in ("soon", "2026-11-24", "2026-11-24T10:00:00", "9999-12-31T23:59:59+00:00"):
        crafted = cursor_of(order="gathering:starts:False", key=key, last=uuid4())
        stale = await register.refused("GET", "/events", register.service.guest(), cursor=crafted)
        assert stale.json()["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "завтра"])
async def test_days_at_the_ends_of_the_calendar_are_refused(register: Register, day: str) -> None:
    for name in ("starts_from", "starts_to"):
        answer = await register.refused("GET", "/events", register.service.guest(), **{name: day})
        assert [one["field"] for one in answer.json()["errors"]] == [name]


async def test_the_database_holds_what_the_rules_say_of_events(register: Register) -> None:
    await announced(register)
    await register.forbids(
        "UPDATE gathering SET ends = starts",
        "UPDATE gathering SET ends = starts + interval '15 days'",
        "UPDATE gathering SET link = 'http://x.example'",
        "UPDATE gathering SET link = 'https://x.example/a b'",
        "UPDATE gathering SET place = NULL",
        "UPDATE gathering SET oktmo = NULL",
        "UPDATE gathering SET capacity_asked = 0",
        "UPDATE gathering SET status = 'cancelled'",
        "UPDATE gathering SET published_at = NULL",
        "UPDATE gathering SET changed_at = now()",
        "UPDATE gathering SET kind = 'party'",
        "UPDATE gathering SET organiser_id = gen_random_uuid()",
    )
