"""Groups that repeat a former one, and meetings that want one teacher or one room at one time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from services.catalog.rules.groups import FARTHEST, GroupFacts, Meeting

YEAR = timedelta(weeks=52)


class Taken(NamedTuple):
    """A meeting of a group of the provider's."""

    group_id: UUID
    title: str
    meeting: Meeting


@dataclass(frozen=True)
class Clash:
    """Two meetings at one time with one teacher or in one room."""

    kind: Literal["teacher", "room"]
    what: str
    group_id: UUID
    title: str
    starts: datetime
    ends: datetime


def next_start(*, starts: date, wanted: date | None, today: date) -> date:
    """When a copy begins: on the wanted day, else on the same weekday of the next year that is still ahead."""
    if wanted is not None:
        return wanted
    later = starts + YEAR
    while later <= today:
        later += YEAR
    return later


def copy_faults(*, wanted: date | None, today: date) -> dict[str, str]:
    """What is wrong with the day on which a copy is to begin."""
    if wanted is not None and wanted < today:
        return {"starts": "Начало обучения уже прошло."}
    if wanted is not None and wanted > today + FARTHEST:
        return {"starts": "Проверьте год начала."}
    return {}


def shifted(facts: GroupFacts, *, days: timedelta) -> GroupFacts:
    """The same group so many days later, its timetable with it."""
    dates = {field: getattr(facts, field) + days for field in ("starts", "ends", "enrolment_opens", "enrolment_closes")}
    meetings = [one.model_copy(update={"starts": one.starts + days, "ends": one.ends + days}) for one in facts.timetable]
    return facts.model_copy(update={**dates, "timetable": meetings})


def clashes(own: Iterable[Taken], others: Iterable[Taken]) -> list[Clash]:
    """What of a group's own meetings is taken elsewhere or by itself, each clash once, in order of time; warnings only."""
    ours, elsewhere, found = sorted(own, key=lambda one: one.meeting.starts), list(others), []
    for place, (_, _, meeting) in enumerate(ours, 1):
        for other in [*elsewhere, *ours[place:]]:
            if meeting.starts < other.meeting.ends and other.meeting.starts < meeting.ends:
                found += [
                    Clash(kind, what, other.group_id, other.title, meeting.starts, meeting.ends)
                    for kind, what in same(meeting, other.meeting)
                ]
    return list(dict.fromkeys(found))


def same(one: Meeting, other: Meeting) -> list[tuple[Literal["teacher", "room"], str]]:
    """What two meetings share: their teacher, their room in one place."""
    shared: list[tuple[Literal["teacher", "room"], str]] = []
    if one.teacher and other.teacher and folded(one.teacher) == folded(other.teacher):
        shared.append(("teacher", one.teacher))
    if one.room and other.room and folded(one.room) == folded(other.room) and folded(one.place) == folded(other.place):
        shared.append(("room", one.room))
    return shared


def folded(words: str | None) -> str:
    """Words as they are compared: small letters, ё as е, one space between and after each point."""
    return " ".join((words or "").lower().replace("ё", "е").replace(".", ". ").split())
