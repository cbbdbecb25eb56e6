"""People at the gateway's door, put straight into its tables: no sign-in is measured here."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from gateway.rules import cookie_name, csrf_token, hashed

ISSUER = "http://issuer.example"
ORIGIN = "http://127.0.0.1:8000"


async def opened(
    gateway: asyncpg.Connection, *, role: tuple[str, str, str | None] | None = None, person: UUID | None = None
) -> dict[str, str]:
    """Headers of a browser with a session: of somebody with a role (its name, kind of scope and scope), or of a consenting teacher."""
    token, account, now = secrets.token_urlsafe(32), uuid4(), datetime.now(UTC)
    who, code = (ISSUER, str(account)), str(account)[:8]
    await gateway.execute("INSERT INTO account VALUES ($1, $2, $3, $4, $5, $6)", account, *who, code, person, now)
    if role:
        columns = "(id, account_id, role, scope_kind, scope, head, valid_from, basis, granted_by, granted_at, revision)"
        grant = (uuid4(), account, *role, False, now.date() - timedelta(days=2), "приказ", account, now, 1)
        await gateway.execute(f"INSERT INTO role_grant {columns} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", *grant)
    if person:
        consents = [(person, purpose, True, now) for purpose in ("training", "assessment", "notifications")]
        await gateway.executemany("INSERT INTO consent VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", consents)
    columns = "(id_hash, issuer, subject, code, handing_over, created_at, seen_at, expires_at)"
    session = (hashed(token), *who, code, False, now, now, now + timedelta(hours=1))
    await gateway.execute(f"INSERT INTO web_session {columns} VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", *session)
    cookie = f"{cookie_name(https=False)}={token}"
    return {"cookie": cookie, "x-csrf-token": csrf_token(token, secrets.token_bytes(8)), "origin": ORIGIN}
