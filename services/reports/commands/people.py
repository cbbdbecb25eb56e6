"""Two records that were one person, and a person who is nobody any more: their facts move under one key; an erasure changes no figure."""

from collections.abc import Iterable
from uuid import UUID, uuid5

from sqlalchemy import delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.tables.facts import Closure, Measurement, Residence, Route, Training
from services.reports.tables.people import Answer, Erasure, Identity
from shared.contracts.enrollment import ConsentWithdrawn
from shared.contracts.erasure import ReportsPersonErased
from shared.messaging.outbox import emit

NOBODY = UUID("6f0d8f0e-5f0c-5b0e-9d59-3f6a4a7f2b11")
"""The namespace of the keys of erased persons."""
MOVED = (Training, Measurement, Route, Closure)


async def answer(session: AsyncSession, event: ConsentWithdrawn) -> None:
    """Erase a person and say so, once per request."""
    erased = await erase(session, event)
    row = {"request_id": event.request_id, "answered_at": session.info["clock"]()}
    stored = insert(Answer).values(row).on_conflict_do_nothing().returning(col(Answer.request_id))
    if (await session.execute(stored)).first() is None:
        return
    fact = ReportsPersonErased(request_id=event.request_id, service="reports", person_id=event.person_id, erased=erased)
    await emit(session, fact, subject=event.request_id, revision=1)


async def erase(session: AsyncSession, event: ConsentWithdrawn) -> dict[str, int]:
    """Put the person's facts under a key that is nobody's; return how many rows of each kind that were."""
    row = {"request_id": event.request_id, "person_id": event.person_id}
    await session.execute(insert(Erasure).values(row).on_conflict_do_nothing())
    return await unite(session, {event.person_id})


async def unite(session: AsyncSession, persons: set[UUID]) -> dict[str, int]:
    """Let these ids, and all that were united with them before, be one person under the key that any order of events leads to."""
    was = select(col(Identity.key)).where(col(Identity.person_id).in_(persons))
    before = set((await session.execute(was)).scalars())
    others = select(col(Identity.person_id)).where(col(Identity.key).in_(before))
    members = persons | set((await session.execute(others)).scalars())
    asked = select(col(Erasure.request_id)).where(col(Erasure.person_id).in_(members))
    key = key_of(members, (await session.execute(asked)).scalars())
    known = insert(Identity)
    moved = known.on_conflict_do_update(index_elements=["person_id"], set_={"key": known.excluded.key})
    await session.execute(moved, [{"person_id": one, "key": key} for one in sorted(members)])
    return await move(session, (members | before) - {key}, key)


def key_of(members: Iterable[UUID], requests: Iterable[UUID]) -> UUID:
    """The key of one person's records: made of the first request to erase them, else the first of the ids."""
    first = min(requests, default=None)
    return min(members) if first is None else uuid5(NOBODY, str(first))


async def move(session: AsyncSession, old: set[UUID], key: UUID) -> dict[str, int]:
    """Put what stands under old keys under a new one; return how many rows of each kind that were."""
    rows = {}
    for table in MOVED:
        person = col(table.person)
        moved = update(table).where(person.in_(old)).values(person=key).returning(literal(1))
        rows[str(table.__tablename__)] = len((await session.execute(moved)).all())
    theirs = col(Residence.person).in_(old)
    place = (col(Residence.changed_at), col(Residence.revision), col(Residence.oktmo))
    copied = insert(Residence).from_select(
        ["person", "changed_at", "revision", "oktmo"], select(literal(key), *place).where(theirs)
    )  # two records may say the same
    await session.execute(copied.on_conflict_do_nothing())
    rows["residence"] = len((await session.execute(delete(Residence).where(theirs).returning(literal(1)))).all())
    return rows
