"""What this service keeps about persons: rights to review, consents to publication; and how it forgets them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.copies import keep_newest
from services.catalog.tables import ErasedPerson, PersonAlias, PublicationConsent, ReviewRight
from shared.contracts.erasure import CatalogPersonErased
from shared.messaging.outbox import emit


async def grant_review(session: AsyncSession, right_id: UUID, *, person_id: UUID, **right: Any) -> None:
    """A right once given stays as it is; nobody erased gets one."""
    if await is_erased(session, person_id):
        return
    stored = insert(ReviewRight).values(id=right_id, person_id=person_id, **right)
    await session.execute(stored.on_conflict_do_nothing())


async def note_consent(session: AsyncSession, consent_id: UUID, *, person_id: UUID, given: bool, revision: int) -> None:
    """Remember whether a person lets their name be published."""
    if not await is_erased(session, person_id):
        row = {"person_id": person_id, "given": given, "revision": revision}
        await keep_newest(session, PublicationConsent, {"id": consent_id}, row, by="revision")


async def erase_person(session: AsyncSession, person_id: UUID, *, request_id: UUID, now: datetime) -> None:
    """Forget a person under all their ids, remember only that they are gone, and answer the request."""
    noted = insert(ErasedPerson).values(request_id=request_id, person_id=person_id, erased_at=now).on_conflict_do_nothing()
    if (await session.execute(noted.returning(col(ErasedPerson.request_id)))).first() is None:
        return
    erased = await forget_erased(session)
    event = CatalogPersonErased(request_id=request_id, service="catalog", person_id=person_id, erased=erased)
    await emit(session, event, subject=request_id, revision=1)


async def merge_persons(session: AsyncSession, from_id: UUID, into_id: UUID) -> None:
    """Two records are one person from now on; if either is erased, so is the other."""
    await session.execute(insert(PersonAlias).values(person_id=from_id, same_as=into_id).on_conflict_do_nothing())
    await forget_erased(session)


async def forget_erased(session: AsyncSession) -> dict[str, int]:
    """Drop every row about erased persons and their other records; return how many of each kind."""
    gone = select(erased_ids().c.id)
    rights = await session.execute(delete(ReviewRight).where(col(ReviewRight.person_id).in_(gone)).returning(col(ReviewRight.id)))
    consents = await session.execute(
        delete(PublicationConsent).where(col(PublicationConsent.person_id).in_(gone)).returning(col(PublicationConsent.id))
    )
    return {"review_rights": len(rights.all()), "publication_consents": len(consents.all())}


async def is_erased(session: AsyncSession, person_id: UUID) -> bool:
    gone = erased_ids()
    return bool(await session.scalar(select(select(gone.c.id).where(gone.c.id == person_id).exists())))


def erased_ids() -> CTE:
    """The ids of everyone erased, those of their other records among them."""
    gone = select(col(ErasedPerson.person_id).label("id")).cte("gone", recursive=True)
    other = case((col(PersonAlias.person_id) == gone.c.id, col(PersonAlias.same_as)), else_=col(PersonAlias.person_id))
    return gone.union(select(other).where(gone.c.id.in_((col(PersonAlias.person_id), col(PersonAlias.same_as)))))
