"""Groups of a programme with their timetables; days are counted from a day."""

from datetime import date, datetime, time, timedelta
from typing import Any

from deploy.demo.door import Person
from shared.clock import REGION

DATES = ("starts", "ends", "enrolment_opens", "enrolment_closes")
MEETS, MEETS_HOURS, SUNDAY = time(10), timedelta(hours=5), 6


async def enter_groups(author: Person, programme: dict[str, Any], programme_id: str, day: date) -> None:
    """The groups that a programme comes with."""
    for place, group in enumerate(programme["groups"]):
        await enter_group(author, programme, programme_id, group, day, key=f"demo:{programme['code']}:{place}")


async def enter_group(author: Person, programme: dict[str, Any], programme_id: str, group: dict[str, Any], day: date, *, key: str) -> str:
    """Announce a group; returns its id."""
    dated = {name: (day + timedelta(days=value)).isoformat() for name, value in group.items() if name in DATES}
    facts = {**group, **dated, "timetable": timetable(programme, group, day)}
    made = await author.post(f"/programmes/{programme_id}/groups", facts, key=key)
    return str(made["id"])


def timetable(programme: dict[str, Any], group: dict[str, Any], day: date) -> list[dict[str, Any]]:
    """A day in the classroom for each module, from the group's first day to its last; what is learnt at a distance has no hours."""
    if programme["form"] == "distance":
        return []
    first, days, modules = day + timedelta(days=group["starts"]), group["ends"] - group["starts"], len(programme["outline"])
    teachers = [one["name"] for one in programme.get("teachers", ())]
    meetings = []
    for number in range(modules):
        meets = first + timedelta(days=days * number // max(modules - 1, 1))
        if meets.weekday() == SUNDAY and 0 < number < modules - 1:
            meets += timedelta(days=1)
        begins = datetime.combine(meets, MEETS, REGION)
        meeting = {"starts": begins.isoformat(), "ends": (begins + MEETS_HOURS).isoformat(), "room": f"ауд. {programme['code'][-3:]}"}
        meetings.append(meeting | ({"teacher": teachers[number % len(teachers)]} if teachers else {}))
    return meetings
