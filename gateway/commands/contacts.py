"""Addresses on their way to notify: kept in the session no longer than it takes."""

from uuid import UUID

import orjson
import structlog
from sqlalchemy import select, update
from sqlmodel import col

from gateway.door.gate import Gate
from gateway.tables import Account, Consent, WebSession
from shared.database import Sessions
from shared.errors import DomainError

log = structlog.get_logger()


async def hand_over(gate: Gate, person_id: UUID, contact: dict[str, str]) -> bool:
    """Whether notify has taken an address."""
    try:
        answer = await gate.behind("notify", "PUT", f"/contacts/{person_id}", orjson.dumps(contact))
    except DomainError as refused:
        log.warning("contact_waits", code=refused.code)
        return False
    if answer.status >= 400:
        log.warning("contact_waits", status=answer.status)
    return answer.status < 400 or answer.status == 422  # an address that is none will not become one by waiting


async def hand_over_waiting(gate: Gate, sessions: Sessions, limit: int = 50) -> int:
    """Try again with the addresses that still wait; return how many went."""
    consented = select(col(Consent.person_id)).where(
        col(Consent.person_id) == col(Account.person_id), col(Consent.purpose) == "notifications", col(Consent.active)
    )
    whose = (col(Account.issuer) == col(WebSession.issuer)) & (col(Account.subject) == col(WebSession.subject))
    waiting = select(col(WebSession.id_hash), col(WebSession.claims), col(Account.person_id)).join(Account, whose)
    async with sessions() as session:
        rows = (await session.execute(waiting.where(col(WebSession.handing_over), consented.exists()).limit(limit))).all()
    went = [row.id_hash for row in rows if await hand_over(gate, row.person_id, row.claims)]
    if went:
        async with sessions.begin() as session:
            gone = (col(WebSession.id_hash).in_(went)) & col(WebSession.handing_over)
            await session.execute(update(WebSession).where(gone).values(claims=None, handing_over=False))
    return len(went)
