"""What the gateway knows: grants with their history, sessions, documents to read, the journal."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, String, and_, cast, false, func, or_, select, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.rules import Held
from gateway.tables import Account, Acknowledgement, Document, JournalEntry, JournalOutcome, Learner, Organisation, RoleGrant, WebSession

scope_organisation = cast(col(Organisation.id), String) == col(RoleGrant.scope)
place = and_(col(RoleGrant.scope_kind) == "municipality", col(Organisation.kind) == "municipal_authority")
named_by = or_(scope_organisation, and_(place, func.left(col(Organisation.oktmo), 8) == col(RoleGrant.scope)))
scope_name = select(func.min(col(Organisation.short_name))).where(named_by).correlate(RoleGrant).scalar_subquery()
GRANT = (
    *(getattr(RoleGrant, name) for name in ("id", "role", "scope_kind", "scope", "head", "valid_from", "valid_until", "basis")),
    *(getattr(RoleGrant, name) for name in ("deputy_of", "granted_by", "granted_at", "revoked_by", "revoked_at", "revoke_reason")),
    scope_name.label("scope_name"),
    col(RoleGrant.account_id),
    col(Account.code),
    col(Account.person_id),
)


def visible(held: Iterable[Held]) -> ColumnElement[bool]:
    """The grants that the holder of these sees: the operator and the auditor all, others those that they could appoint."""
    seen: list[ColumnElement[bool]] = [false()]
    for one in held:
        if one.role in ("operator", "auditor"):
            return true()
        if one.role == "municipal_specialist":
            schools = select(cast(col(Organisation.id), String)).where(func.left(col(Organisation.oktmo), 8) == one.scope)
            seen.append(and_(col(RoleGrant.role) == "school_specialist", col(RoleGrant.scope).in_(schools)))
        if one.head:
            seen.append(and_(col(RoleGrant.role) == one.role, col(RoleGrant.scope) == one.scope))
    return or_(*seen)


async def grants(
    session: AsyncSession,
    *,
    held: Iterable[Held],
    role: str | None,
    scope: str | None,
    person_id: UUID | None,
    ended: bool | None,
    before: datetime | None,
    limit: int,
) -> list[Row[Any]]:
    """Grants newest first; `ended` picks those that were taken back or are still given."""
    asked = select(*GRANT).join(Account, col(Account.id) == col(RoleGrant.account_id)).where(visible(held))
    wanted = {col(RoleGrant.role): role, col(RoleGrant.scope): scope, col(Account.person_id): person_id}
    asked = asked.where(*(column == value for column, value in wanted.items() if value is not None))
    if ended is not None:
        asked = asked.where(col(RoleGrant.revoked_at).is_not(None) if ended else col(RoleGrant.revoked_at).is_(None))
    if before is not None:
        asked = asked.where(col(RoleGrant.granted_at) < before)
    return list((await session.execute(asked.order_by(col(RoleGrant.granted_at).desc(), col(RoleGrant.id)).limit(limit))).all())


async def one_grant(session: AsyncSession, grant_id: UUID) -> Row[Any]:
    asked = select(*GRANT).join(Account, col(Account.id) == col(RoleGrant.account_id))
    return (await session.execute(asked.where(col(RoleGrant.id) == grant_id))).one()


async def own_grants(session: AsyncSession, *, account_id: UUID, today: date) -> list[Row[Any]]:
    """The grants of an account that are in force."""
    running = (col(RoleGrant.valid_from) <= today) & or_(col(RoleGrant.valid_until).is_(None), col(RoleGrant.valid_until) >= today)
    mine = (col(RoleGrant.account_id) == account_id) & col(RoleGrant.revoked_at).is_(None) & running
    asked = select(*GRANT).join(Account, col(Account.id) == col(RoleGrant.account_id)).where(mine)
    return list((await session.execute(asked.order_by(col(RoleGrant.role), col(RoleGrant.scope)))).all())


async def account_by(session: AsyncSession, *, code: str | None, person_id: UUID | None) -> Account | None:
    """The account that a code or a person stands for; of a person with several the oldest."""
    wanted = col(Account.code) == code if code else col(Account.person_id) == person_id
    return (await session.execute(select(Account).where(wanted).order_by(col(Account.created_at)).limit(1))).scalar_one_or_none()


async def session_by_code(session: AsyncSession, code: str) -> tuple[str, str] | None:
    """Issuer and subject of somebody who is signed in but has no account yet."""
    asked = select(col(WebSession.issuer), col(WebSession.subject)).where(col(WebSession.code) == code).limit(1)
    row = (await session.execute(asked)).first()
    return (row.issuer, row.subject) if row else None


async def to_acknowledge(session: AsyncSession, *, account_id: UUID, today: date) -> list[Row[Any]]:
    """Documents in force whose newest version the account has not read yet."""
    read = select(col(Acknowledgement.document_id)).where(
        col(Acknowledgement.account_id) == account_id,
        col(Acknowledgement.document_id) == col(Document.id),
        col(Acknowledgement.version) == col(Document.version),
    )
    columns: list[Any] = [col(Document.id).label("document_id"), Document.title, Document.version, Document.in_force_from]
    asked: Any = select(*columns)
    unread = asked.where(col(Document.in_force_from) <= today, ~read.exists())
    return list((await session.execute(unread.order_by(col(Document.title)))).all())


async def newest_version(session: AsyncSession, document_id: UUID) -> int | None:
    """The number of a document's newest version."""
    document = await session.get(Document, document_id)
    return document.version if document else None


async def acknowledgements(session: AsyncSession, *, document_id: UUID, version: int, today: date) -> list[Row[Any]]:
    """Staff by role and place, with the number of those who have read this version."""
    running = (col(RoleGrant.valid_from) <= today) & or_(col(RoleGrant.valid_until).is_(None), col(RoleGrant.valid_until) >= today)
    has_read = and_(
        col(Acknowledgement.account_id) == col(RoleGrant.account_id),
        col(Acknowledgement.document_id) == document_id,
        col(Acknowledgement.version) == version,
    )
    held: Any = select(col(RoleGrant.role), scope_name.label("scope_name"), col(RoleGrant.account_id), col(Acknowledgement.at))
    held = held.outerjoin(Acknowledgement, has_read).where(col(RoleGrant.revoked_at).is_(None), running).subquery()
    counted: Any = select(
        held.c.role,
        held.c.scope_name,
        func.count(held.c.account_id.distinct()).label("staff"),
        func.count(held.c.account_id.distinct()).filter(held.c.at.is_not(None)).label("read"),
    )
    return list((await session.execute(counted.group_by(held.c.role, held.c.scope_name).order_by(held.c.role, held.c.scope_name))).all())


async def workplace(session: AsyncSession, person_id: UUID) -> Row[Any] | None:
    """Where a person works: id and names of the organisation."""
    asked = select(col(Organisation.id), col(Organisation.name), col(Organisation.short_name), col(Organisation.oktmo))
    joined = asked.join(Learner, col(Learner.organisation_id) == col(Organisation.id)).where(col(Learner.person_id) == person_id)
    return (await session.execute(joined)).one_or_none()


async def journal(
    session: AsyncSession,
    *,
    account_id: UUID | None,
    operation: str | None,
    object_id: str | None,
    denied: bool | None,
    since: datetime | None,
    until: datetime | None,
    before: int | None,
    limit: int,
) -> list[Row[Any]]:
    """Entries newest first; one without a status was cut off before its outcome was known."""
    asked = (
        select(
            *(getattr(JournalEntry, name) for name in ("id", "at", "account_id", "role", "operation", "object_id", "trace_id")),
            col(JournalOutcome.status),
            col(JournalOutcome.code),
            col(Account.person_id),
        )
        .outerjoin(JournalOutcome, col(JournalOutcome.entry_id) == col(JournalEntry.id))
        .outerjoin(Account, col(Account.id) == col(JournalEntry.account_id))
    )
    wanted = {col(JournalEntry.account_id): account_id, col(JournalEntry.operation): operation, col(JournalEntry.object_id): object_id}
    asked = asked.where(*(column == value for column, value in wanted.items() if value is not None))
    if denied is not None:
        asked = asked.where(col(JournalOutcome.status).in_((401, 403, 404)) if denied else col(JournalOutcome.status) < 400)
    if since is not None:
        asked = asked.where(col(JournalEntry.at) >= since)
    if until is not None:
        asked = asked.where(col(JournalEntry.at) < until)
    if before is not None:
        asked = asked.where(col(JournalEntry.id) < before)
    return list((await session.execute(asked.order_by(col(JournalEntry.id).desc()).limit(limit))).all())
