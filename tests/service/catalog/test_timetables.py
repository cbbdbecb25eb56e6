"""Groups announced again next year, and warnings when a teacher or a room is wanted twice."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from shared.contracts.catalog import GroupAnnounced
from tests.service.catalog.conftest import Register, day


def meeting(offset: int, hour: int, **facts: str) -> dict[str, Any]:
    return {"starts": f"{day(offset)}T{hour:02}:00:00+05:00", "ends": f"{day(offset)}T{hour + 2:02}:00:00+05:00", **facts}


async def test_a_copy_begins_on_the_same_weekday_a_year_later_with_its_timetable(register: Register) -> None:
    programme = await register.published()
    contact = {"contact_phone": "+7 (351) 263-89-35", "contact_email": "uchchast@example.test"}
    timetable = [meeting(21, 10, place="Красноармейская, 88", room="12", teacher="Иванова И. И.")]
    group = await register.group(programme, timetable=timetable, **contact)
    copy = await register.done("POST", f"/groups/{group['id']}/copy", register.specialist, {})
    before, after = date.fromisoformat(group["starts"]), date.fromisoformat(copy["starts"])
    assert (after - before, after.weekday()) == (timedelta(weeks=52), before.weekday())
    for field in ("ends", "enrolment_opens", "enrolment_closes"):
        assert date.fromisoformat(copy[field]) - date.fromisoformat(group[field]) == timedelta(weeks=52)
    first = copy["timetable"][0]
    assert first["starts"][:10] == (date.fromisoformat(day(21)) + timedelta(weeks=52)).isoformat()
    assert (first["room"], first["teacher"]) == ("12", "Иванова И. И.")
    assert {field: copy[field] for field in contact} == contact
    told = await register.service.told(GroupAnnounced)
    assert len(told) == 2
    assert "Иванова" not in str([one.data for one in told])


async def test_a_copy_may_begin_on_a_given_day_and_not_in_the_past(register: Register) -> None:
    group = await register.group(await register.published())
    copy = await register.done("POST", f"/groups/{group['id']}/copy", register.specialist, {"starts": day(60)})
    assert (copy["starts"], copy["ends"], copy["clashes"]) == (day(60), day(80), [])
    for wrong, sentence in (
        (day(-60), "Начало обучения уже прошло."),
        ("0001-01-01", "уже прошло"),
        ("9999-12-31", "Проверьте год начала."),
    ):
        answer = await register.refused("POST", f"/groups/{group['id']}/copy", register.specialist, {"starts": wrong})
        assert answer.json()["errors"][0]["field"] == "starts"
        assert sentence in answer.json()["errors"][0]["message"]
    soon = await register.refused("POST", f"/groups/{group['id']}/copy", register.specialist, {"starts": day(2)})
    assert [one["field"] for one in soon.json()["errors"]] == ["enrolment_closes"]
    stranger = register.service.staff("provider_specialist", uuid4())
    assert (await register.refused("POST", f"/groups/{group['id']}/copy", stranger, {})).status_code == 404


async def test_a_teacher_or_a_room_wanted_twice_is_a_warning(register: Register) -> None:
    programme = await register.published(title="Первая")
    busy = await register.group(programme, timetable=[meeting(21, 10, place="Корпус А", room="12", teacher="Иванова И. И.")])
    assert busy["clashes"] == []
    wanted = [
        meeting(21, 11, place="Корпус А", room="12", teacher="иванова  и. и."),
        meeting(21, 12, place="Корпус А", room="12", teacher="Иванова И. И."),
        meeting(22, 10, place="Корпус А", room="12"),
        meeting(21, 10, place="Корпус Б", room="12"),
    ]
    other = await register.group(await register.published(), timetable=wanted)
    assert [(one["kind"], one["what"], one["title"]) for one in other["clashes"]] == [
        ("teacher", "иванова  и. и.", "Первая"),
        ("room", "12", "Первая"),
        ("teacher", "иванова  и. и.", "этот же поток"),
        ("room", "12", "этот же поток"),
    ]
    checklist = await register.get(f"/groups/{other['id']}/readiness", register.specialist)
    assert [one["group_id"] for one in checklist["clashes"]] == [busy["id"], busy["id"], other["id"], other["id"]]
    await register.done("POST", f"/groups/{busy['id']}/cancellation", register.specialist, {"reason": "Не набрали слушателей"})
    left = (await register.get(f"/groups/{other['id']}/readiness", register.specialist))["clashes"]
    assert [one["group_id"] for one in left] == [other["id"], other["id"]]


async def test_the_checklist_of_a_group_says_what_applicants_will_miss(register: Register) -> None:
    group = await register.group(await register.published())
    found = await register.get(f"/groups/{group['id']}/readiness", register.specialist)
    lines = {one["code"]: one["ok"] for one in found["conditions"]}
    assert found["ready"] is True
    assert (lines["published"], lines["window"], lines["capacity"], lines["contact"], lines["place"]) == (True, True, True, False, False)
    stranger = register.service.staff("provider_specialist", uuid4())
    assert (await register.refused("GET", f"/groups/{group['id']}/readiness", stranger)).status_code == 404
    wrong = register.dates(contact_email="office", contact_phone="позвоните")
    answer = await register.refused("POST", f"/programmes/{group['programme']['id']}/groups", register.specialist, wrong)
    assert {one["field"] for one in answer.json()["errors"]} == {"contact_email", "contact_phone"}
