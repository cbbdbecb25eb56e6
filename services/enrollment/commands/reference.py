"""Loading what decisions lean on: the calendar, reasons, programmes and groups."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.rules.calendar import Calendar
from services.enrollment.rules.refusals import GroupUnknown, ReasonUnknown
from services.enrollment.tables.people import Consent
from services.enrollment.tables.register import (
    CalendarDay,
    GroupCancellation,
    Organisation,
    Programme,
    ProgrammeWithdrawal,
    Reason,
    StudyGroup,
)


async def calendar_of(session: AsyncSession) -> Calendar:
    """The production calendar with its moved days."""
    rows = await session.exec(select(col(CalendarDay.day), col(CalendarDay.works)))
    return Calendar(dict(rows.all()))


async def demand_reason(session: AsyncSession, code: str | None, *, action: str, today: date) -> None:
    """Refuse a reason that nobody may choose for an action today."""
    if code is None:
        return
    reason = await session.get(Reason, code)
    if reason is None or action not in reason.actions or not reason.valid_from <= today < (reason.valid_to or date.max):
        raise ReasonUnknown()


async def has_consent(session: AsyncSession, person_id: UUID) -> bool:
    """Whether a person's consent to training stands."""
    standing = col(Consent.person_id) == person_id, col(Consent.purpose) == "training", col(Consent.withdrawn_at).is_(None)
    return bool(await session.scalar(exists().where(*standing).select()))


async def groups_of(session: AsyncSession, programme_id: UUID, group_ids: Iterable[UUID]) -> list[StudyGroup]:
    """The groups by id in the order asked for, locked against a change of the announcement; raises `GroupUnknown` for a foreign one."""
    wanted = list(group_ids)
    rows = await session.exec(
        select(StudyGroup).where(col(StudyGroup.id).in_(wanted)).order_by(col(StudyGroup.id)).with_for_update(read=True)
    )
    known = {group.id: group for group in rows if group.programme_id == programme_id}
    if len(known) != len(set(wanted)):
        raise GroupUnknown()
    return [known[group_id] for group_id in wanted]


async def group_of(session: AsyncSession, group_id: UUID) -> StudyGroup:
    """A group that an application already stands in."""
    return (await session.exec(select(StudyGroup).where(StudyGroup.id == group_id))).one()


async def cancelled_among(session: AsyncSession, group_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the groups that are cancelled."""
    rows = await session.exec(select(GroupCancellation.group_id).where(col(GroupCancellation.group_id).in_(list(group_ids))))
    return set(rows)


async def programme_is_open(session: AsyncSession, programme: Programme) -> bool:
    """Whether a programme is published and not withdrawn since."""
    newer = col(ProgrammeWithdrawal.revision) > programme.revision
    withdrawn = exists().where(col(ProgrammeWithdrawal.programme_id) == programme.id, newer)
    return not await session.scalar(withdrawn.select())


async def workplace_of(session: AsyncSession, organisation_id: UUID | None) -> Organisation | None:
    """The organisation that a person works in, when its municipality is known."""
    organisation = await session.get(Organisation, organisation_id) if organisation_id else None
    return organisation if organisation and organisation.oktmo else None
