"""«Закрепление»: roles given, ended, and told to everyone."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway import rules
from gateway.tables import Account, Organisation, RoleGrant
from shared.access import SCOPE_OF
from shared.clock import REGION, today
from shared.contracts.gateway import Role, RoleGranted, RoleRevoked, ScopeKind
from shared.errors import DomainError, Forbidden, Invalid, NotFound
from shared.messaging.due import forget, schedule
from shared.messaging.outbox import emit

TERM_ENDS = "grant_term_ends"
OVER = "Срок закрепления истёк."


class AlreadyHeld(DomainError):
    code, detail = "already_held", "Эта роль с этой областью у человека уже есть."


class LastOperator(DomainError):
    code, detail = "last_operator", "Это последний бессрочный оператор: сначала назначьте другого."


class FirstOperatorThere(DomainError):
    code, detail = "first_operator_there", "Первый оператор уже назначен."


async def account_for(session: AsyncSession, *, issuer: str, subject: str, now: datetime) -> Account:
    """The account of a subject, made when there is none yet: a role may be given before the first sign-in."""
    values = Account(issuer=issuer, subject=subject, code=rules.code_of(issuer, subject), created_at=now).model_dump()
    await session.execute(insert(Account).values(**values).on_conflict_do_nothing(index_elements=["issuer", "subject"]))
    return (await session.exec(select(Account).where(Account.issuer == issuer, Account.subject == subject))).one()


async def grant_role(
    session: AsyncSession,
    *,
    account: Account,
    role: Role,
    scope: str | None,
    head: bool,
    valid_from: date,
    valid_until: date | None,
    basis: str,
    deputy_of: UUID | None,
    held: Iterable[rules.Held],
    granted_by: UUID | None,
    now: datetime,
) -> RoleGrant:
    """Give a role; raises `Forbidden` when these grants do not let their holder appoint it."""
    kind = SCOPE_OF[role]
    oktmo = await checked_scope(session, role=role, kind=kind, scope=scope)
    if not rules.may_appoint(held, role=role, scope=scope, head=head, oktmo=oktmo):
        raise Forbidden()
    if head and role not in ("school_specialist", "provider_specialist"):
        raise Invalid("head", "Руководитель бывает у школы или организации ДПО.")
    if valid_until and valid_until < valid_from:
        raise Invalid("valid_until", "Срок кончается раньше, чем начинается.")
    if deputy_of:
        of = await session.get(RoleGrant, deputy_of)
        if of is None or of.revoked_at or (of.role, of.scope) != (role, scope) or of.account_id == account.id:
            raise Invalid("deputy_of", "Замещать можно действующее закрепление другого человека с той же ролью и областью.")
    same = (col(RoleGrant.account_id) == account.id) & (col(RoleGrant.role) == role) & col(RoleGrant.scope).is_not_distinct_from(scope)
    taken = select(RoleGrant.id).where(same, col(RoleGrant.revoked_at).is_(None))
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:one))"), {"one": str(account.id)})
    if (await session.exec(taken)).first():
        raise AlreadyHeld()
    grant = RoleGrant(
        account_id=account.id,
        role=role,
        scope_kind=kind,
        scope=scope,
        head=head,
        valid_from=valid_from,
        valid_until=valid_until,
        basis=basis,
        deputy_of=deputy_of,
        granted_by=granted_by,
        granted_at=now,
    )
    session.add(grant)
    await session.flush()
    if valid_until:
        await schedule(session, TERM_ENDS, grant.id, at=rules.ends_at(valid_until, REGION))
    await tell_granted(session, grant, account.person_id)
    return grant


async def checked_scope(session: AsyncSession, *, role: Role, kind: ScopeKind, scope: str | None) -> str | None:
    """The municipality of a scope; raises `Invalid` for one that the role can not have."""
    if kind == "region":
        if scope is not None:
            raise Invalid("scope", "У этой роли область — весь регион.")
        return None
    if kind == "municipality":
        if scope is None or len(scope) != 8 or not scope.isdigit():
            raise Invalid("scope", "Укажите ОКТМО муниципалитета: восемь цифр.")
        return scope
    if kind == "procedure" and scope is None:
        return None
    if (organisation_id := rules.uuid_or_none(scope)) is None:
        raise Invalid("scope", "Здесь должен быть идентификатор UUID.")
    if kind == "procedure":
        return None
    organisation = await session.get(Organisation, organisation_id)
    if organisation is None or organisation.kind not in rules.KINDS[role]:
        raise Invalid("scope", "Такой организации для этой роли нет.")
    return organisation.oktmo


async def end_grant(
    session: AsyncSession, grant_id: UUID, *, reason: str, held: Iterable[rules.Held], revoked_by: UUID | None, now: datetime
) -> RoleGrant:
    """Take a role back; the next call of its holder is refused. A grant that is not the caller's to end is unknown to them."""
    grant = (await session.exec(select(RoleGrant).where(RoleGrant.id == grant_id).with_for_update())).one_or_none()
    if grant is None or not await ends_with(session, grant, held):
        raise NotFound()
    if grant.revoked_at is None:
        await revoke(session, grant, reason=reason, revoked_by=revoked_by, now=now)
    return grant


async def ends_with(session: AsyncSession, grant: RoleGrant, held: Iterable[rules.Held]) -> bool:
    organisation_id = rules.uuid_or_none(grant.scope) if grant.scope_kind != "municipality" else None
    organisation = await session.get(Organisation, organisation_id) if organisation_id else None
    oktmo = organisation.oktmo if organisation else None
    return rules.may_appoint(held, role=cast(Role, grant.role), scope=grant.scope, head=grant.head, oktmo=oktmo)


async def revoke(session: AsyncSession, grant: RoleGrant, *, reason: str, revoked_by: UUID | None, now: datetime) -> None:
    """Write down that a role was taken back, and say so; raises `LastOperator` when nobody else is operator now and without an end."""
    day = today(now)
    if grant.role == "operator" and rules.in_force(valid_from=grant.valid_from, valid_until=grant.valid_until, today=day):
        await session.execute(text("LOCK TABLE role_grant IN SHARE ROW EXCLUSIVE MODE"))  # two operators must not revoke each other
        lasting = (col(RoleGrant.revoked_at).is_(None), RoleGrant.valid_from <= day, col(RoleGrant.valid_until).is_(None))
        others = select(func.count()).select_from(RoleGrant).where(RoleGrant.role == "operator", *lasting)
        if (await session.exec(others.where(RoleGrant.id != grant.id))).one() == 0:
            raise LastOperator()
    grant.revoked_at, grant.revoked_by, grant.revoke_reason = now, revoked_by, reason
    grant.revision += 1
    session.add(grant)
    await forget(session, TERM_ENDS, grant.id)
    account = await session.get_one(Account, grant.account_id)
    event = RoleRevoked(
        grant_id=grant.id,
        person_id=account.person_id,
        role=cast(Role, grant.role),
        scope_kind=cast(ScopeKind, grant.scope_kind),
        scope=grant.scope,
        reason=reason,
    )
    await emit(session, event, subject=grant.id, revision=grant.revision)


async def end_term(session: AsyncSession, grant_id: UUID, *, now: datetime) -> None:
    """End a grant whose term is over."""
    grant = (await session.exec(select(RoleGrant).where(RoleGrant.id == grant_id).with_for_update())).one_or_none()
    if grant is not None and grant.revoked_at is None:
        await revoke(session, grant, reason=OVER, revoked_by=None, now=now)


async def tell_granted(session: AsyncSession, grant: RoleGrant, person_id: UUID | None) -> None:
    event = RoleGranted(
        grant_id=grant.id,
        person_id=person_id,
        role=cast(Role, grant.role),
        scope_kind=cast(ScopeKind, grant.scope_kind),
        scope=grant.scope,
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        basis=grant.basis,
        deputy_of=grant.deputy_of,
    )
    await emit(session, event, subject=grant.id, revision=grant.revision)


async def tell_again(session: AsyncSession, account: Account) -> None:
    """Say whose the grants of an account are, now that it has a person."""
    grants = select(RoleGrant).where(RoleGrant.account_id == account.id, col(RoleGrant.revoked_at).is_(None)).with_for_update()
    for grant in await session.exec(grants):
        grant.revision += 1
        session.add(grant)
        await tell_granted(session, grant, account.person_id)


async def appoint_first_operator(session: AsyncSession, *, issuer: str, subject: str, now: datetime) -> RoleGrant:
    """The one grant that nobody gives; raises `FirstOperatorThere` when there has ever been an operator."""
    await session.execute(text("LOCK TABLE role_grant IN SHARE ROW EXCLUSIVE MODE"))
    if (await session.exec(select(RoleGrant.id).where(RoleGrant.role == "operator").limit(1))).first():
        raise FirstOperatorThere()
    return await grant_role(
        session,
        account=await account_for(session, issuer=issuer, subject=subject, now=now),
        role="operator",
        scope=None,
        head=False,
        valid_from=now.astimezone(REGION).date(),
        valid_until=None,
        basis="Первый оператор, заданный при развёртывании.",
        deputy_of=None,
        held=[rules.Held("operator")],
        granted_by=None,
        now=now,
    )
