"""Groups: readiness, changes, cancellation, and the seats that enrollment counts."""

from datetime import UTC, datetime
from uuid import uuid4

from shared.contracts.catalog import GroupAnnounced, GroupCancelled, GroupChanged
from shared.contracts.enrollment import QuotaRest, SeatsChanged
from tests.service.catalog.conftest import MIASS, Register, day
from tests.support.service import envelope_of


async def test_a_group_is_announced_with_everything_enrolment_needs(register: Register) -> None:
    programme = await register.published()
    group = await register.group(programme, place="ул. Академика Павлова, 17")
    said = (await register.service.told(GroupAnnounced))[0]
    event = said.event()
    assert isinstance(event, GroupAnnounced)
    assert (str(said.subject), said.dporevision) == (group["id"], 1)
    assert (str(event.programme_id), event.provider_id, event.oktmo) == (programme["id"], register.provider_id, MIASS)
    assert (event.form, event.funding) == ("distance", "regional")
    assert group["enrolment"] == "open"
    assert group["seats"] is None
    card = await register.get(f"/programmes/{programme['id']}")
    assert [one["id"] for one in card["groups"]] == [group["id"]]


async def test_a_draft_opens_no_group(register: Register) -> None:
    draft = await register.draft()
    answer = await register.refused("POST", f"/programmes/{draft['id']}/groups", register.specialist, register.dates())
    assert (answer.status_code, answer.json()["type"]) == (409, "programme_not_published")


async def test_dates_that_cannot_be_are_named(register: Register) -> None:
    programme = await register.published(form="full_time", distance_share=0)
    wrong = register.dates(starts=day(-2), ends=day(-3), enrolment_opens=day(3), enrolment_closes=day(2), oktmo=None)
    answer = await register.refused("POST", f"/programmes/{programme['id']}/groups", register.specialist, wrong)
    assert {one["field"] for one in answer.json()["errors"]} == {"starts", "ends", "enrolment_opens", "enrolment_closes", "oktmo"}
    nowhere = register.dates(oktmo="75999000")
    answer = await register.refused("POST", f"/programmes/{programme['id']}/groups", register.specialist, nowhere)
    assert answer.json()["errors"][0]["field"] == "oktmo"


async def test_an_abolished_municipality_means_its_successor(register: Register) -> None:
    programme = await register.published()
    group = await register.group(programme, oktmo="75649000")
    assert (group["oktmo"], group["municipality"]) == ("75549000", "Саткинский муниципальный округ")


async def test_a_change_has_a_reason_and_one_revision(register: Register) -> None:
    programme = await register.published()
    group = await register.group(programme)
    moved = register.dates(ends=day(45)) | {"reason": "Перенесли итоговое занятие"}
    await register.done("PUT", f"/groups/{group['id']}", register.specialist, moved)
    await register.done("PUT", f"/groups/{group['id']}", register.specialist, moved)
    said = await register.service.told(GroupChanged)
    event = said[0].event()
    assert isinstance(event, GroupChanged)
    assert [one.dporevision for one in said] == [2]
    assert (event.reason, event.ends.isoformat()) == ("Перенесли итоговое занятие", day(45))
    silent = await register.refused("PUT", f"/groups/{group['id']}", register.specialist, register.dates())
    assert silent.json()["errors"][0] == {"field": "reason", "code": "missing", "message": "Заполните это поле."}


async def test_a_cancelled_group_stays_on_the_card_with_its_reason(register: Register) -> None:
    programme = await register.published()
    group = await register.group(programme)
    body = {"reason": "Не набрали слушателей"}
    for _ in range(2):
        await register.done("POST", f"/groups/{group['id']}/cancellation", register.specialist, body)
    said = await register.service.told(GroupCancelled)
    assert [one.dporevision for one in said] == [2]
    card = await register.get(f"/programmes/{programme['id']}")
    assert (card["groups"][0]["status"], card["groups"][0]["cancellation_reason"]) == ("cancelled", "Не набрали слушателей")
    assert card["groups"][0]["enrolment"] == "closed"
    assert (await register.get("/groups"))["items"] == []
    assert len((await register.get("/groups", upcoming=False))["items"]) == 1
    changed = await register.refused("PUT", f"/groups/{group['id']}", register.specialist, register.dates() | body)
    assert changed.json()["type"] == "group_cancelled"


async def test_a_group_under_way_is_neither_cancelled_nor_moved_to_the_past(register: Register) -> None:
    programme = await register.published()
    group = await register.group(programme)
    register.service.move_clock(days=30)
    await register.get("/groups")  # the clock's file is read at most once a second

    async def answered() -> int:
        answer = await register.service.call(
            "POST", f"/groups/{group['id']}/cancellation", register.specialist, json={"reason": "Поздно отменять"}, key=str(uuid4())
        )
        return answer.status_code

    register.service.app.state.clock = lambda: datetime.fromisoformat(day(30) + "T12:00:00+05:00")
    assert await answered() == 409
    stated = {key: group[key] for key in ("starts", "ends", "enrolment_opens", "enrolment_closes", "capacity_asked", "oktmo")}
    longer = stated | {"ends": day(50), "reason": "Добавили занятие"}
    changed = await register.done("PUT", f"/groups/{group['id']}", register.specialist, longer)
    assert changed["ends"] == day(50)
    earlier = longer | {"starts": day(18)}
    refused = await register.refused("PUT", f"/groups/{group['id']}", register.specialist, earlier)
    assert {one["field"] for one in refused.json()["errors"]} == {"starts"}


async def test_a_foreign_group_answers_exactly_as_an_unknown_one(register: Register) -> None:
    group = await register.group(await register.published())
    stranger = register.service.staff("provider_specialist", uuid4())
    body = {"reason": "Чужая отмена"}
    answers = [await register.refused("POST", f"/groups/{one}/cancellation", stranger, body) for one in (group["id"], uuid4())]
    assert answers[0].status_code == 404
    assert answers[0].json() == answers[1].json()


async def test_seats_are_the_newest_count_in_any_order_and_however_often(register: Register) -> None:
    programme = await register.published()
    group = await register.group(programme)

    def counted(revision: int, taken: int) -> SeatsChanged:
        return SeatsChanged(
            group_id=group["id"], programme_id=programme["id"], capacity=25, held=2, taken=taken, waiting=0,
            quotas=[QuotaRest(oktmo=MIASS, rest=revision)],
        )  # fmt: skip

    at = datetime(2026, 11, 24, 7, 40, tzinfo=UTC)
    facts = [
        envelope_of(counted(revision, taken), subject=counted(1, 1).group_id, revision=revision, at=at)
        for revision, taken in ((3, 9), (1, 1))
    ]
    assert await register.service.hear(facts[0], facts[1], facts[0]) == [True, True, False]
    card = await register.get(f"/programmes/{programme['id']}")
    assert card["groups"][0]["seats"] == {
        "capacity": 25, "held": 2, "taken": 9, "waiting": 0, "free": 14,
        "quotas": [{"oktmo": MIASS, "rest": 3}], "as_of": "2026-11-24T07:40:00Z",
    }  # fmt: skip
    listed = (await register.get("/groups"))["items"][0]
    assert (listed["seats"]["free"], listed["programme"]["id"]) == (14, programme["id"])


async def test_groups_are_listed_by_their_first_day_in_pages(register: Register) -> None:
    programme = await register.published()
    days = [50, 30, 40]
    for offset in days:
        await register.group(programme, starts=day(offset), ends=day(offset + 5))
    seen, cursor = [], None
    for _ in range(3):
        answer = await register.get("/groups", limit=1, **({"cursor": cursor} if cursor else {}))
        seen += [group["starts"] for group in answer["items"]]
        cursor = answer["next"]
    assert seen == [day(offset) for offset in sorted(days)]
    assert cursor is None
    assert [one["starts"] for one in (await register.get("/groups", starts_from=day(45)))["items"]] == [day(50)]


async def test_a_meeting_lies_within_the_groups_days(register: Register) -> None:
    programme = await register.published()
    meeting = {"starts": f"{day(60)}T10:00:00+05:00", "ends": f"{day(60)}T12:00:00+05:00"}
    answer = await register.refused(
        "POST", f"/programmes/{programme['id']}/groups", register.specialist, register.dates(timetable=[meeting])
    )
    assert answer.json()["errors"][0]["field"] == "timetable"
    inside = {"starts": f"{day(21)}T10:00:00+05:00", "ends": f"{day(21)}T12:00:00+05:00", "place": "Кабинет 12"}
    group = await register.group(programme, timetable=[inside])
    (shown,) = (await register.get(f"/programmes/{programme['id']}"))["groups"]
    assert [one["place"] for one in shown["timetable"]] == [one["place"] for one in group["timetable"]] == ["Кабинет 12"]
