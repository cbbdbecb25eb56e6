"""Persons behind accounts: registered, merged, erased; their consents and where they work."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.commands.grants import account_for, tell_again
from gateway.commands.sessions import close_all, consented
from gateway.tables import Account, Consent, Erased, Learner, Merged, RoleGrant
from shared.contracts.erasure import GatewayPersonErased, Kept
from shared.database import keep_newest
from shared.errors import Forbidden
from shared.messaging.outbox import emit

BEFORE_ANY_EVENT = datetime(1970, 1, 1, tzinfo=UTC)


async def register(session: AsyncSession, *, issuer: str, subject: str, person_id: UUID, purposes: Iterable[str], now: datetime) -> Account:
    """Link a subject to the person that enrollment knows, and let the consents count at once; the events confirm them.

    Raises `Forbidden` for a person who was erased meanwhile.
    """
    person_id = await current_id(session, person_id)
    if not await hold(session, person_id):
        raise Forbidden("Данные удалены по вашему требованию. Войдите снова и дайте согласие.")
    account = await account_for(session, issuer=issuer, subject=subject, now=now)
    if account.person_id != person_id:
        account.person_id = person_id
        session.add(account)
        await session.flush()
        await tell_again(session, account)
    for purpose in purposes:
        await keep_consent(session, person_id=person_id, purpose=purpose, active=True, changed_at=BEFORE_ANY_EVENT)
    await consented(session, issuer=issuer, subject=subject)
    return account


async def hold(session: AsyncSession, person_id: UUID) -> bool:
    """Have a person alone until the transaction ends, so that nothing is kept while they are being erased; False for one erased."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(person_id), 0))))
    return await session.get(Erased, person_id) is None


async def keep_consent(session: AsyncSession, *, person_id: UUID, purpose: str, active: bool, changed_at: datetime) -> None:
    """The newest word on a consent wins, whenever it arrives; an erased person has none."""
    person_id = await current_id(session, person_id)
    if not await hold(session, person_id):
        return
    await keep_newest(session, Consent, by="changed_at", person_id=person_id, purpose=purpose, active=active, changed_at=changed_at)


async def keep_learner(session: AsyncSession, *, person_id: UUID, organisation_id: UUID | None, oktmo: str | None, revision: int) -> None:
    person_id = await current_id(session, person_id)
    if not await hold(session, person_id):
        return
    await keep_newest(session, Learner, person_id=person_id, organisation_id=organisation_id, oktmo=oktmo, revision=revision)


async def merge(session: AsyncSession, *, from_id: UUID, into_id: UUID) -> None:
    """What belonged to one id belongs to the other; facts that still carry the old one follow."""
    into_id = await current_id(session, into_id)
    if from_id == into_id:
        return
    await session.execute(insert(Merged).values(from_id=from_id, into_id=into_id).on_conflict_do_nothing())
    await session.execute(update(Merged).where(col(Merged.into_id) == from_id).values(into_id=into_id))
    await session.execute(update(Account).where(col(Account.person_id) == from_id).values(person_id=into_id))
    for consent in (await session.exec(select(Consent).where(Consent.person_id == from_id))).all():
        await keep_consent(session, person_id=into_id, purpose=consent.purpose, active=consent.active, changed_at=consent.changed_at)
    await session.execute(delete(Consent).where(col(Consent.person_id) == from_id))
    await session.execute(delete(Learner).where(col(Learner.person_id) == from_id))


async def current_id(session: AsyncSession, person_id: UUID) -> UUID:
    """The id a person goes by now."""
    merged = await session.get(Merged, person_id)
    return merged.into_id if merged else person_id


async def erase(session: AsyncSession, *, person_id: UUID, request_id: UUID, now: datetime) -> None:
    """Forget which account was a person's, answer the request, and drop what may still arrive about them.

    An account that still holds roles stays, as its owner signs in by it for work; one that ever held some loses its name only.
    """
    person_id = await current_id(session, person_id)
    await hold(session, person_id)
    tombstone = insert(Erased).values(person_id=person_id, request_id=request_id, erased_at=now, answered=False)
    if removed(await session.execute(tombstone.on_conflict_do_nothing())) == 0:
        return  # answered before, under whatever request
    sessions, accounts, kept = 0, 0, 0
    for account in (await session.exec(select(Account).where(Account.person_id == person_id).with_for_update())).all():
        sessions += await close_all(session, issuer=account.issuer, subject=account.subject)
        grants = select(func.count(), func.count().filter(col(RoleGrant.revoked_at).is_(None))).where(RoleGrant.account_id == account.id)
        ever, active = (await session.exec(grants.select_from(RoleGrant))).one()
        if not ever:
            await session.delete(account)
            accounts += 1
            continue
        account.person_id = None
        kept += active
        if not active:
            account.issuer, account.subject, account.code = "erased", str(uuid4()), str(uuid4())
            accounts += 1
        session.add(account)
    erased = {
        "accounts": accounts,
        "sessions": sessions,
        "consents": removed(await session.execute(delete(Consent).where(col(Consent.person_id) == person_id))),
        "learners": removed(await session.execute(delete(Learner).where(col(Learner.person_id) == person_id))),
    }
    ground = "Закрепление действует: по этой учётной записи сотрудник работает в модуле."
    answer = GatewayPersonErased(
        request_id=request_id,
        service="gateway",
        person_id=person_id,
        erased=erased,
        kept=[Kept(what="role_grants", count=kept, ground=ground)] if kept else [],
    )
    await emit(session, answer, subject=request_id, revision=1)


def removed(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
