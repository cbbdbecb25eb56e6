"""Who comes: a browser's session or a bearer token, with the grants and consents in force at this very call."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import asyncpg
import orjson
import structlog

from gateway.rules import Held, code_of, hashed
from shared.access import GUEST, Caller, Grant
from shared.clock import Clock, today
from shared.contracts.gateway import Role
from shared.errors import Unavailable

log = structlog.get_logger()
SEEN_EVERY = timedelta(seconds=60)
RIGHTS = """
    SELECT a.id, a.person_id,
        (SELECT json_agg(json_build_array(g.role, g.scope, g.head) ORDER BY g.role, g.scope) FROM role_grant g
            WHERE g.account_id = a.id AND g.revoked_at IS NULL AND g.valid_from <= $1 AND (g.valid_until IS NULL OR g.valid_until >= $1)),
        (SELECT array_agg(c.purpose ORDER BY c.purpose) FROM consent c WHERE c.person_id = a.person_id AND c.active)"""
BY_SESSION = (
    RIGHTS
    + """, s.issuer, s.subject, s.seen_at, s.id_hash
    FROM web_session s LEFT JOIN account a ON a.issuer = s.issuer AND a.subject = s.subject
    WHERE s.id_hash = ANY($2) AND s.expires_at > $3 AND s.seen_at > $4"""
)
BY_SUBJECT = RIGHTS + " FROM account a WHERE a.issuer = $2 AND a.subject = $3"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who calls at the door, and by what: `session` is the cookie's value, `token` the bearer's."""

    caller: Caller = GUEST
    held: tuple[Held, ...] = ()
    account_id: UUID | None = None
    issuer: str = ""
    subject: str = ""
    session: str | None = None
    token: str | None = None

    @property
    def signed_in(self) -> bool:
        return self.caller is not GUEST


NOBODY = Visitor()


def visitor_of(row: Any, *, issuer: str, subject: str, session: str | None = None, token: str | None = None) -> Visitor:
    """A signed-in visitor; without an account there is nothing to be allowed yet."""
    if row is None or row[0] is None:
        return Visitor(Caller("visitor:" + code_of(issuer, subject)), (), None, issuer, subject, session, token)
    caller, held, account_id = rights_of(row[0], row[1], row[2], tuple(row[3] or ()))
    return Visitor(caller, held, account_id, issuer, subject, session, token)


@lru_cache(5000)
def rights_of(
    account_id: UUID, person_id: UUID | None, grants: str | None, consents: tuple[str, ...]
) -> tuple[Caller, tuple[Held, ...], UUID]:
    """What a row just read amounts to; only the working out is remembered, never the row."""
    held = tuple(Held(cast(Role, role), scope, head) for role, scope, head in orjson.loads(grants or "[]"))
    granted = tuple(Grant(one.role, one.scope) for one in held) + ((Grant("teacher"),) if person_id else ())
    caller = Caller(str(account_id), UUID(int=person_id.int) if person_id else None, granted, frozenset(consents))
    return caller, held, UUID(int=account_id.int)  # asyncpg has a kind of UUID of its own


class Stateless(asyncpg.Connection):  # type: ignore[misc]
    """A connection whose statements leave nothing behind, so that giving it back costs no round trip."""

    def get_reset_query(self) -> str:
        return ""


class Together:
    """Asks at once for all who wait; whoever comes while the database thinks is asked for in the next statement."""

    def __init__(self, ask: Callable[[list[bytes]], Awaitable[dict[bytes, Any]]]) -> None:
        self.ask, self.asking = ask, False
        self.waiting: dict[bytes, list[asyncio.Future[Any]]] = {}

    async def find(self, key: bytes) -> Any:
        """What is known under a key, read after this call began; None when nothing is."""
        found = asyncio.get_running_loop().create_future()
        self.waiting.setdefault(key, []).append(found)
        if not self.asking:
            self.asking = True
            self.task = asyncio.create_task(self.ask_for_all())
        return await found

    async def ask_for_all(self) -> None:
        while self.waiting:
            batch, self.waiting = self.waiting, {}
            rows, problem = {}, None
            try:
                rows = await self.ask(list(batch))
            except Exception as error:
                problem = error
            for key, futures in batch.items():
                for future in futures:
                    if future.done():
                        continue  # whoever waited has gone
                    if problem:
                        future.set_exception(problem)
                    else:
                        future.set_result(rows.get(key))
        self.asking = False


class Visitors:
    """Looks every caller up anew, on connections of its own, so that what was revoked is refused at once."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock, *, idle: timedelta) -> None:
        self.pool, self.clock, self.idle = pool, clock, idle
        self.sessions = Together(self.sessions_of)

    async def sessions_of(self, keys: list[bytes]) -> dict[bytes, Any]:
        """Live sessions with the rights of their owners, by hashed cookie."""
        now = self.clock()
        rows = await self.asked(lambda pool: pool.fetch(BY_SESSION, today(now), keys, now, now - self.idle))
        return {row["id_hash"]: row for row in rows}

    async def of_session(self, token: str) -> Visitor | None:
        """The visitor behind a session cookie, or None when there is no such session any more."""
        now, key = self.clock(), hashed(token)
        row = await self.sessions.find(key)
        if row is None:
            return None
        if now - row["seen_at"] > SEEN_EVERY:
            await self.asked(lambda pool: pool.execute("UPDATE web_session SET seen_at = $2 WHERE id_hash = $1 AND seen_at < $2", key, now))
        return visitor_of(row, issuer=row["issuer"], subject=row["subject"], session=token)

    async def of_subject(self, issuer: str, subject: str, token: str) -> Visitor:
        """The visitor an issuer's access token speaks for."""
        row = await self.asked(lambda pool: pool.fetchrow(BY_SUBJECT, today(self.clock()), issuer, subject))
        return visitor_of(row, issuer=issuer, subject=subject, token=token)

    async def asked(self, ask: Callable[[asyncpg.Pool], Awaitable[Any]]) -> Any:
        """One statement; a connection that died meanwhile is tried once more, anything else is «later»."""
        for attempt in (1, 2):
            try:
                return await ask(self.pool)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError) as problem:
                log.warning("identity_away", error=type(problem).__name__, attempt=attempt)
        raise Unavailable()

    async def journal(self, visitor: Visitor, *, role: str, operation: str, object_id: str | None, trace_id: str | None) -> int:
        """Write down what is about to be changed; return the entry to be closed."""
        columns = "at, account_id, role, operation, object_id, trace_id"
        statement = f"INSERT INTO journal ({columns}) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id"
        row = (self.clock(), visitor.account_id, role, operation, object_id, trace_id)
        entry: int = await self.asked(lambda pool: pool.fetchval(statement, *row))
        return entry

    async def outcome(self, entry: int, status: int, code: str | None) -> None:
        """Write down how it ended; the change stands already, so a database that is away leaves the entry open."""
        statement = "INSERT INTO journal_outcome (entry_id, status, code) VALUES ($1, $2, $3)"
        try:
            await self.asked(lambda pool: pool.execute(statement, entry, status, code))
        except Unavailable:
            log.error("journal_outcome_lost", entry=entry, status=status)


async def opened(url: str, *, size: int, patience: float = 10) -> asyncpg.Pool:
    """The pool of the lookups; waits a while for a database that is only just starting."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return await asyncpg.create_pool(
                url.replace("postgresql+asyncpg://", "postgresql://", 1),
                min_size=1,
                max_size=size,
                timeout=5,
                command_timeout=5,
                connection_class=Stateless,
                server_settings={"application_name": "gateway-door", "statement_timeout": "4000", "jit": "off"},
            )
        except (asyncpg.PostgresError, OSError, TimeoutError):
            if time.monotonic() > deadline:
                raise
