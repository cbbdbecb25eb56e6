"""What this service keeps about persons: rights to review and reviews, consents to publication; and how it forgets them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Uuid, cast, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands.ratings import count_out
from services.catalog.rules.reviews import INVITED_AFTER, MARKS
from services.catalog.tables import ErasedPerson, PersonAlias, PublicationConsent, Review, ReviewRight, records
from shared.contracts.erasure import CatalogPersonErased
from shared.database import keep_newest
from shared.messaging.due import forget, schedule
from shared.messaging.outbox import emit

INVITATION, SECOND_POLL = "review_invitation", "review_second_poll"
COUNTED = tuple(col(getattr(Review, name)) for name in ("id", "status", "target_kind", "target_id", *MARKS))


async def grant_review(session: AsyncSession, right_id: UUID, *, person_id: UUID, granted_at: datetime, **right: Any) -> None:
    """A right once given stays as it is; nobody erased gets one."""
    if await is_erased(session, person_id):
        return
    stored = insert(ReviewRight).values(id=right_id, person_id=person_id, granted_at=granted_at, **right)
    if (await session.execute(stored.on_conflict_do_nothing().returning(col(ReviewRight.id)))).first():
        await schedule(session, INVITATION, right_id, at=granted_at + INVITED_AFTER)


async def note_consent(session: AsyncSession, consent_id: UUID, *, person_id: UUID, given: bool, revision: int) -> None:
    """Remember whether a person lets their name be published."""
    if not await is_erased(session, person_id):
        await keep_newest(session, PublicationConsent, id=consent_id, person_id=person_id, given=given, revision=revision)


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
    """Drop every row about erased persons and their other records; return how many of each kind.

    A review goes with its author, published or not: who asks to be forgotten asks for their words too, and averages follow.
    """
    gone = select(erased_ids().c.id)
    theirs = select(col(ReviewRight.id)).where(col(ReviewRight.person_id).in_(gone)).order_by(col(ReviewRight.id))
    # Locked first: a review written or published at this moment is either seen below or refused.
    rights = list(await session.scalars(theirs.with_for_update()))
    reviews = (await session.execute(delete(Review).where(col(Review.right_id).in_(rights)).returning(*COUNTED))).all()
    await count_out(session, (one for one in reviews if one.status == "published"))
    await session.execute(delete(ReviewRight).where(col(ReviewRight.id).in_(rights)))
    for kind, subjects in ((INVITATION, rights), (SECOND_POLL, [one.id for one in reviews])):
        for subject in subjects:
            await forget(session, kind, subject)
    consents = await session.execute(
        delete(PublicationConsent).where(col(PublicationConsent.person_id).in_(gone)).returning(col(PublicationConsent.id))
    )
    return {"review_rights": len(rights), "reviews": len(reviews), "publication_consents": len(consents.all())}


async def is_erased(session: AsyncSession, person_id: UUID) -> bool:
    gone = erased_ids()
    return bool(await session.scalar(select(select(gone.c.id).where(gone.c.id == person_id).exists())))


def erased_ids() -> CTE:
    """The ids of everyone erased, those of their other records among them."""
    return records(select(col(ErasedPerson.person_id).label("id")), "gone")


async def survivor(session: AsyncSession, person_id: UUID) -> UUID:
    """The record that a person goes on under after all merges."""
    onward = select(cast(person_id, Uuid).label("id")).cte("onward", recursive=True)
    onward = onward.union(select(col(PersonAlias.same_as)).where(col(PersonAlias.person_id) == onward.c.id))
    merged = select(col(PersonAlias.person_id)).where(col(PersonAlias.person_id) == onward.c.id).exists()
    found: UUID | None = await session.scalar(select(onward.c.id).where(~merged))
    return found or person_id
