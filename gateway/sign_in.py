"""Sign-in and sign-out: the only pages that a session begins and ends with."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from gateway.api.inside import AtGate, Who
from gateway.commands import sessions
from gateway.door.app import cookie_value
from gateway.door.gate import Gate
from gateway.door.visitors import Visitor
from gateway.issuers import SignInRefused, of_ours
from gateway.rules import cookie, safe_return
from gateway.settings import Issuer

router = APIRouter()
SIGN_IN_SECONDS = 600
Said = Annotated[str, Query(max_length=4000)]


def beginning(gate: Gate) -> str:
    """The cookie that binds a sign-in to the browser that began it."""
    return gate.cookie + "-sign-in"


def callback(gate: Gate, issuer: Issuer) -> str:
    return f"{gate.settings.public_url}/callback/{issuer.key}"


@router.get("/sign-in")
async def sign_in(request: Request, gate: AtGate, issuer: Said | None = None, return_to: Said | None = None) -> Response:
    """Send the browser to an issuer; where there are several, first to the page that asks which."""
    keys = list(gate.issuers.by_key)
    if issuer is None and len(keys) > 1:
        return RedirectResponse("/sign-in/systems?" + urlencode({"return_to": safe_return(return_to)}), 303)
    chosen = gate.issuers.named(issuer or keys[0])
    now = request.app.state.clock()
    async with request.app.state.sessions.begin() as session:
        begun = await sessions.begin_sign_in(session, issuer_key=chosen.key, return_to=safe_return(return_to), now=now)
    url = await gate.issuers.authorization_url(
        chosen, state=begun.state, nonce=begun.nonce, verifier=begun.verifier, redirect_uri=callback(gate, chosen)
    )
    response = RedirectResponse(url, 303)
    response.headers.append("set-cookie", cookie(beginning(gate), begun.cookie, https=gate.settings.https, max_age=SIGN_IN_SECONDS))
    return response


@router.get("/callback/{issuer}")
async def come_back(
    request: Request,
    gate: AtGate,
    visitor: Who,
    issuer: str,
    state: Said = "",
    code: Said = "",
    iss: Said | None = None,
    error: Said | None = None,
) -> Response:
    """Take who signed in from the issuer, and give the browser a session under a new secret."""
    chosen, now = gate.issuers.named(issuer), request.app.state.clock()
    begun_by = cookie_value(request.headers.get("cookie"), beginning(gate))
    async with request.app.state.sessions.begin() as session:
        begun = await sessions.take_sign_in(session, cookie=begun_by, state=state, issuer_key=chosen.key, now=now)
    if error or not code or (iss is not None and iss.rstrip("/") != chosen.issuer):
        raise SignInRefused()
    claims = await gate.issuers.exchanged(
        chosen, code=code, verifier=begun.verifier, nonce=begun.nonce, redirect_uri=callback(gate, chosen)
    )
    async with request.app.state.sessions.begin() as session:
        token = await sessions.open_session(
            session,
            issuer=chosen.issuer,
            subject=claims["sub"],
            claims=of_ours(chosen, claims),
            replaces=cookie_value(request.headers.get("cookie"), gate.cookie),
            now=now,
            lasts=timedelta(seconds=gate.settings.session_seconds),
        )
    arrived = await gate.visitors.of_session(token)
    await note(gate, arrived or visitor, "sign_in")
    response = RedirectResponse(begun.return_to, 303)
    https = gate.settings.https
    response.headers.append("set-cookie", cookie(gate.cookie, token, https=https, max_age=gate.settings.session_seconds))
    response.headers.append("set-cookie", cookie(beginning(gate), "", https=https, max_age=0))
    return response


@router.post("/sign-out")
async def sign_out(request: Request, gate: AtGate, visitor: Who) -> Response:
    """End the session; the form carries its CSRF token."""
    if visitor.session:
        async with request.app.state.sessions.begin() as session:
            await sessions.close_session(session, visitor.session)
        await note(gate, visitor, "sign_out")
    response = RedirectResponse("/", 303)
    response.headers.append("set-cookie", cookie(gate.cookie, "", https=gate.settings.https, max_age=0))
    return response


async def note(gate: Gate, visitor: Visitor, operation: str) -> None:
    entry = await gate.visitors.journal(visitor, role=visitor.caller.role, operation=operation, object_id=None, trace_id=None)
    await gate.visitors.outcome(entry, 303, None)
