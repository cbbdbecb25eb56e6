"""Sign-ins on their way and browsers' sessions."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gateway.issuers import SignInRefused
from gateway.rules import code_of, contact, hashed
from gateway.tables import Account, Consent, SignIn, WebSession

SIGN_IN_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Begun:
    """What a sign-in needs to be recognised when it comes back: `cookie` stays in the browser, the rest goes to the issuer."""

    cookie: str
    state: str
    nonce: str
    verifier: str


async def begin_sign_in(session: AsyncSession, *, issuer_key: str, return_to: str, now: datetime) -> Begun:
    cookie, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
    begun = Begun(cookie, state, nonce, verifier=secrets.token_urlsafe(48))
    session.add(
        SignIn(
            cookie_hash=hashed(begun.cookie),
            state_hash=hashed(begun.state),
            issuer_key=issuer_key,
            nonce=begun.nonce,
            verifier=begun.verifier,
            return_to=return_to,
            expires_at=now + SIGN_IN_FOR,
        )
    )
    await session.flush()
    return begun


async def take_sign_in(session: AsyncSession, *, cookie: str | None, state: str, issuer_key: str, now: datetime) -> Any:
    """The sign-in that this browser began, once; raises `SignInRefused` when it did not begin this one."""
    taken = delete(SignIn).where(col(SignIn.cookie_hash) == hashed(cookie or "")).returning(SignIn)
    found = (await session.execute(taken)).scalar_one_or_none()
    if found is None or found.expires_at <= now or found.issuer_key != issuer_key:
        raise SignInRefused()
    if not secrets.compare_digest(found.state_hash, hashed(state)):
        raise SignInRefused()
    return found


async def open_session(
    session: AsyncSession, *, issuer: str, subject: str, claims: Mapping[str, str], replaces: str | None, now: datetime, lasts: timedelta
) -> str:
    """A fresh session under a new secret, in place of the browser's old one; claims of a known person are not kept again."""
    if replaces:
        await close_session(session, replaces)
    mine = (col(Account.issuer) == issuer) & (col(Account.subject) == subject)
    person_id = await session.scalar(select(col(Account.person_id)).where(mine))
    kept, handing_over = dict(claims) or None, False
    if person_id:
        kept = await contact_of(session, person_id, claims)
        handing_over = kept is not None
    token = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            id_hash=hashed(token),
            issuer=issuer,
            subject=subject,
            code=code_of(issuer, subject),
            claims=kept,
            handing_over=handing_over,
            created_at=now,
            seen_at=now,
            expires_at=now + lasts,
        )
    )
    await session.flush()
    return token


async def contact_of(session: AsyncSession, person_id: Any, claims: Mapping[str, str]) -> dict[str, str] | None:
    """The address and greeting that notify may have: with consent to notifications only."""
    consented = select(col(Consent.active)).where(col(Consent.person_id) == person_id, col(Consent.purpose) == "notifications")
    return contact(claims) if await session.scalar(consented) else None


async def close_session(session: AsyncSession, token: str) -> None:
    await session.execute(delete(WebSession).where(col(WebSession.id_hash) == hashed(token)))


async def close_all(session: AsyncSession, *, issuer: str, subject: str) -> int:
    """End every session of a subject; return how many there were."""
    mine = (col(WebSession.issuer) == issuer) & (col(WebSession.subject) == subject)
    return len((await session.execute(delete(WebSession).where(mine).returning(col(WebSession.id_hash)))).all())


async def claims_of(session: AsyncSession, token: str) -> dict[str, Any]:
    found = await session.scalar(select(col(WebSession.claims)).where(col(WebSession.id_hash) == hashed(token)))
    return found or {}


async def consented(session: AsyncSession, *, issuer: str, subject: str) -> None:
    """From the moment of consent no session of the subject keeps claims."""
    mine = (col(WebSession.issuer) == issuer) & (col(WebSession.subject) == subject)
    await session.execute(update(WebSession).where(mine).values(claims=None, handing_over=False))


async def hand_over_later(session: AsyncSession, token: str, contact: dict[str, str]) -> None:
    """Keep an address in the session until notify has taken it."""
    mine = col(WebSession.id_hash) == hashed(token)
    await session.execute(update(WebSession).where(mine).values(claims=contact, handing_over=True))


async def forget_ended(session: AsyncSession, *, now: datetime, idle: timedelta) -> int:
    """Remove sessions and sign-ins that are over; return how many sessions."""
    await session.execute(delete(SignIn).where(col(SignIn.expires_at) <= now))
    over = (col(WebSession.expires_at) <= now) | (col(WebSession.seen_at) <= now - idle)
    return len((await session.execute(delete(WebSession).where(over).returning(col(WebSession.id_hash)))).all())
