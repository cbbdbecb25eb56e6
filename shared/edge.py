"""The edge of a service: who calls, one transaction, one effect per intent."""

import hashlib
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.access import Caller, bearer
from shared.database import driven, named
from shared.errors import DomainError, Invalid
from shared.messaging.outbox import STORE, untold
from shared.messaging.tables import idempotency
from shared.telemetry import SAFE

Run = Callable[[Request], Coroutine[Any, Any, Response]]


class KeyReused(DomainError):
    code, detail = "idempotency_key_reused", "Этот ключ повтора уже использован для другого запроса."


class Edge(APIRoute):
    """Runs a route inside its transaction and commits before the answer leaves; an `Idempotency-Key` makes repeats answer alike."""

    at_once: ClassVar = False
    """Whether every statement of a safe request stands for itself, without the two round trips of a transaction."""

    def caller(self, request: Request) -> Caller:
        """Who calls, by the gateway's token; the gateway itself knows it otherwise."""
        caller: Caller = request.app.state.tokens.caller(bearer(request))
        return caller

    def get_route_handler(self) -> Run:
        run = super().get_route_handler()

        async def edge(request: Request) -> Response:
            request.state.caller = self.caller(request)
            if "\x00" in request.scope["path"] or b"%00" in request.scope["query_string"]:
                raise Invalid("query", "Символ с кодом 0 недопустим.")
            key = request.headers.get("idempotency-key")
            state, safe = request.app.state, request.method in SAFE
            if safe or key is None:
                async with (state.reads if safe and self.at_once else state.sessions).begin() as request.state.session:
                    return await run(request)
            return await once(request, f"{request.method} {self.path_format}", key, run)

        return edge


ASKED = [idempotency.c[name] == bindparam(f"asked_{name}") for name in ("subject", "route", "key")]
STORED = select(idempotency).where(*ASKED).execution_options(bookkeeping=True)
ANSWER = named(idempotency, "subject", "route", "key", "request_hash", "status", "media_type", "body")
KEPT = insert(idempotency).values(ANSWER).on_conflict_do_nothing().returning(idempotency.c.key)
KEEP = KEPT.add_cte(STORE.cte("told")).execution_options(bookkeeping=True)
"""Stores an answer and, in the same round trip, what was told."""


class Repeated(Exception):
    """The answer to this intent is stored already, so what was done again is undone."""


async def once(request: Request, route: str, key: str, run: Run) -> Response:
    """The first answer to an intent, again and again.

    The answer is stored in the transaction of its effect: a repeat either fails at what the first one did,
    or finds the answer there (a simultaneous one waits for it), and in both cases leaves nothing behind.
    """
    if not 1 <= len(key) <= 200:
        raise Invalid("Idempotency-Key", "Ключ повтора — от 1 до 200 знаков.")
    asked = hashlib.sha256(request.scope["path"].encode() + b"\0" + request.scope["query_string"] + b"\0" + await request.body()).digest()
    intent = {"subject": request.state.caller.subject, "route": route, "key": key}
    sessions = request.app.state.sessions
    try:
        async with sessions.begin() as session:
            request.state.session = session
            response = await run(request)
            media_type = response.media_type or response.headers.get("content-type")
            kept = {"request_hash": asked, "status": response.status_code, "media_type": media_type, "body": bytes(response.body)}
            if not await driven(session, KEEP, intent | kept | untold(session)):
                raise Repeated()
            return response
    except Exception:
        async with sessions.begin() as session:
            stored = (await session.execute(STORED, {f"asked_{name}": value for name, value in intent.items()})).one_or_none()
        if stored is None:
            raise
        if stored.request_hash != asked:
            raise KeyReused() from None
        return Response(stored.body, stored.status, {"Idempotent-Replay": "true"}, stored.media_type)


async def session_of(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


async def time_of(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


Tx = Annotated[AsyncSession, Depends(session_of)]
Now = Annotated[datetime, Depends(time_of)]
