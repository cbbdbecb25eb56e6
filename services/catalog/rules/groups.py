"""When a group may be announced, changed and cancelled, and what a visitor may do about it."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from services.catalog.rules.fields import EMAIL_WORDS, PHONE_WORDS, Day, Facts, Line, Municipality, plain
from services.catalog.rules.programmes import CLOSED, UNSEEN, ProgrammeClosed, ProgrammeNotPublished
from shared.clock import today as day_of
from shared.contracts.catalog import Funding, StudyForm
from shared.errors import DomainError, written

Enrolment = Literal["not_yet", "open", "closed"]
FARTHEST = timedelta(days=3 * 366)


class GroupOver(DomainError):
    code, detail = "group_over", "Обучение этого потока уже закончилось."


class GroupStarted(DomainError):
    code, detail = "group_started", "Обучение уже идёт: отменить поток нельзя."


class GroupIsCancelled(DomainError):
    code, detail = "group_cancelled", "Поток отменён. Объявите новый."


def of_this_century(moment: datetime) -> datetime:
    """The moment itself; at the ends of the calendar it could not be turned into the region's time."""
    if not 2000 <= moment.year < 2100:
        raise ValueError("not a moment of this century")
    return moment


Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(plain)]
Phone = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        pattern=written(
            r"^[+0-9][0-9 ()-]{4,24}(, доб\. [0-9]{1,6})?$",
            PHONE_WORDS,
        ),
    ),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=written(r"^[^@\s\x00<>\"']{1,64}@[^@\s\x00<>\"']{3,120}$", EMAIL_WORDS)),
]
Moment = Annotated[AwareDatetime, AfterValidator(of_this_century)]


class Meeting(Facts):
    """One meeting of a timetable; the teacher is named as the provider publishes them."""

    starts: Moment
    ends: Moment
    place: Line | None = None
    room: Label | None = None
    teacher: Label | None = None


class GroupFacts(Facts):
    """A group as its provider states it; form and funding are the programme's unless stated."""

    starts: Day
    ends: Day
    enrolment_opens: Day
    enrolment_closes: Day
    capacity_asked: Annotated[int, Field(gt=0, le=10_000)]
    form: StudyForm | None = None
    funding: Funding | None = None
    oktmo: Municipality | None = None
    place: Line | None = None
    contact_phone: Phone | None = None
    contact_email: Email | None = None
    timetable: Annotated[list[Meeting], Field(max_length=100)] = []


def may_announce(*, programme_status: str) -> None:
    """Refuse a group of a programme that is not published now."""
    if programme_status in UNSEEN:
        raise ProgrammeNotPublished("Сначала опубликуйте программу.")
    if programme_status in CLOSED:
        raise ProgrammeClosed("Программа снята с публикации: новые потоки не открываются.")


def group_faults(facts: GroupFacts, *, form: str, today: date, before: GroupFacts | None = None) -> dict[str, str]:
    """What is wrong with a group, by field; days already past are left alone when they stay as they were `before`."""
    faults = {}
    if facts.ends < facts.starts:
        faults["ends"] = "Обучение не может закончиться раньше, чем начнётся."
    elif facts.ends - facts.starts > FARTHEST:
        faults["ends"] = "Проверьте год окончания."
    if facts.enrolment_closes > facts.starts:
        faults["enrolment_closes"] = "Запись закрывается не позже начала обучения."
    if facts.enrolment_opens > facts.enrolment_closes:
        faults["enrolment_opens"] = "Запись не может открыться позже, чем закроется."
    if facts.starts > today + FARTHEST:
        faults["starts"] = "Проверьте год начала."
    if facts.starts < today and (before is None or facts.starts != before.starts):
        faults["starts"] = "Начало обучения уже прошло."
    if facts.enrolment_closes < today and (before is None or facts.enrolment_closes != before.enrolment_closes):
        faults.setdefault("enrolment_closes", "Срок записи уже прошёл.")
    if form != "distance" and facts.oktmo is None:
        faults["oktmo"] = "Укажите муниципалитет, где пройдут занятия."
    if wrong := [number for number, meeting in enumerate(facts.timetable, 1) if not inside(meeting, facts)]:
        faults["timetable"] = f"Занятие № {wrong[0]} не укладывается в даты потока или заканчивается раньше, чем начинается."
    return faults


def inside(meeting: Meeting, facts: GroupFacts) -> bool:
    """Whether a meeting lies within the group's days and runs forward."""
    return meeting.starts < meeting.ends and facts.starts <= day_of(meeting.starts) and day_of(meeting.ends) <= facts.ends


def may_change_group(*, status: str, ends: date, today: date) -> None:
    """Refuse to change a group that is cancelled or over."""
    if status == "cancelled":
        raise GroupIsCancelled()
    if ends < today:
        raise GroupOver()


def may_cancel_group(*, starts: date, today: date) -> None:
    """Refuse to cancel a group whose training has begun."""
    if starts < today:
        raise GroupStarted()


def enrolment_now(*, status: str, opens: date, closes: date, today: date) -> Enrolment:
    """Whether applications are taken today; never by a cancelled group."""
    if status == "cancelled":
        return "closed"
    return "not_yet" if today < opens else "open" if today <= closes else "closed"


def free_seats(*, capacity: int, held: int, taken: int) -> int:
    """Seats nobody holds; a reduced capacity never makes them negative."""
    return max(capacity - held - taken, 0)
