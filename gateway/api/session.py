"""Who is signed in, and what they may: read, registered, ended."""

import secrets
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from gateway import queries
from gateway.api.grants import HeldOut, held_out
from gateway.api.inside import AtGate, Inside, SignedIn, Who
from gateway.client import Refused
from gateway.commands import acknowledgements, persons, sessions
from gateway.commands.contacts import hand_over
from gateway.door.gate import Gate
from gateway.door.visitors import Visitor
from gateway.issuers import of_ours
from gateway.rules import code_of, contact, cookie, csrf_token
from shared.access import everyone
from shared.clock import today
from shared.contracts.base import Code
from shared.contracts.enrollment import ConsentPurpose
from shared.edge import Now, Tx
from shared.errors import DomainError, Unavailable

router = APIRouter(prefix="/api/v1", route_class=Inside, tags=["session"])
open_to_all = [everyone("session.own")]


class IssuerOut(BaseModel):
    key: str
    title: str


class WorkplaceOut(BaseModel):
    id: UUID
    name: str
    short_name: str
    oktmo: str | None


class DocumentOut(BaseModel):
    document_id: UUID
    title: str
    version: int
    in_force_from: date


class SessionOut(BaseModel):
    """`claims` are what the issuer said of somebody who has not consented yet; they are stored nowhere but in this session."""

    signed_in: bool
    registered: bool = False
    csrf_token: str | None = None
    code: str | None = None
    account_id: UUID | None = None
    person_id: UUID | None = None
    grants: list[HeldOut] = []
    consents: list[str] = []
    claims: dict[str, str] = {}
    workplace: WorkplaceOut | None = None
    to_acknowledge: list[DocumentOut] = []


class ConsentIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    purpose: ConsentPurpose
    text_version: Annotated[int, Field(gt=0, lt=10_000)]


class RegistrationIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    consents: Annotated[list[ConsentIn], Field(min_length=1, max_length=4)]
    organisation_id: UUID | None = None
    position: Code | None = None
    subjects: Annotated[list[Code], Field(max_length=20)] = []
    levels: Annotated[list[Code], Field(max_length=10)] = []


class RegistrationOut(BaseModel):
    person_id: UUID
    consents: list[str]


class ReadIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    document_id: UUID
    version: Annotated[int, Field(gt=0, lt=1_000_000)]


class NothingKnown(DomainError):
    code, detail = "no_claims", "Система входа не сообщила фамилию и имя. Войдите заново."


class NoAccount(DomainError):
    code, detail = "no_account", "Сначала дайте согласие или получите роль."


@router.get("/issuers", response_model=list[IssuerOut], dependencies=open_to_all)
async def list_issuers(gate: AtGate) -> list[dict[str, str]]:
    """The systems by which one can sign in."""
    return [{"key": one.key, "title": one.title} for one in gate.issuers.by_key.values()]


@router.get("/session", response_model=SessionOut, dependencies=open_to_all)
async def show_session(visitor: Who, tx: Tx, now: Now) -> dict[str, Any]:
    """Who the caller is here; scripts take the CSRF token from it."""
    if not visitor.signed_in:
        return {"signed_in": False}
    person_id, account_id = visitor.caller.person_id, visitor.account_id
    day = today(now)
    documents = await queries.to_acknowledge(tx, account_id=account_id, today=day) if account_id and visitor.held else []
    return {
        "signed_in": True,
        "registered": person_id is not None,
        "csrf_token": csrf_token(visitor.session, secrets.token_bytes(8)) if visitor.session else None,
        "code": code_of(visitor.issuer, visitor.subject),
        "account_id": account_id,
        "person_id": person_id,
        "grants": [held_out(row) for row in await queries.own_grants(tx, account_id=account_id, today=day)] if account_id else [],
        "consents": sorted(visitor.caller.consents),
        "claims": await sessions.claims_of(tx, visitor.session) if visitor.session and not person_id else {},
        "workplace": row._mapping if person_id and (row := await queries.workplace(tx, person_id)) else None,
        "to_acknowledge": [row._mapping for row in documents],
    }


@router.delete("/session", status_code=204, dependencies=open_to_all)
async def sign_out(gate: AtGate, visitor: SignedIn, tx: Tx, response: Response) -> None:
    """End this session."""
    if visitor.session:
        await sessions.close_session(tx, visitor.session)
        response.headers.append("set-cookie", cookie(gate.cookie, "", https=gate.settings.https, max_age=0))


@router.delete("/sessions", dependencies=open_to_all)
async def sign_out_everywhere(gate: AtGate, visitor: SignedIn, tx: Tx, response: Response) -> dict[str, int]:
    """End every session of the caller, on every device."""
    response.headers.append("set-cookie", cookie(gate.cookie, "", https=gate.settings.https, max_age=0))
    return {"ended": await sessions.close_all(tx, issuer=visitor.issuer, subject=visitor.subject)}


@router.post("/me/registration", status_code=201, response_model=RegistrationOut, dependencies=open_to_all)
async def register_me(body: RegistrationIn, gate: AtGate, visitor: SignedIn, tx: Tx, now: Now) -> dict[str, Any]:
    """Consent, and only now be stored: enrollment takes the claims, notify the address, and the session forgets both."""
    claims = await claims_of(gate, visitor, tx)
    if not claims.get("family_name") or not claims.get("given_name"):
        raise NothingKnown()
    person_id, purposes = await hand_to_enrollment(gate, visitor, claims, body)
    address = contact(claims) if "notifications" in purposes else None
    taken = address is None or await hand_over(gate, person_id, address)
    await persons.register(tx, issuer=visitor.issuer, subject=visitor.subject, person_id=person_id, purposes=purposes, now=now)
    if address and not taken:
        if visitor.session is None:
            raise Unavailable()  # nowhere to keep the address meanwhile: the client repeats, and nothing is done twice
        await sessions.hand_over_later(tx, visitor.session, address)
    return {"person_id": person_id, "consents": sorted(purposes)}


@router.post("/me/acknowledgements", status_code=204, dependencies=open_to_all)
async def acknowledge_document(body: ReadIn, visitor: SignedIn, tx: Tx, now: Now) -> None:
    """Say that one has read the newest version of a document, such as the regulation."""
    if visitor.account_id is None:
        raise NoAccount()
    await acknowledgements.acknowledge(tx, account_id=visitor.account_id, document_id=body.document_id, version=body.version, now=now)


async def claims_of(gate: Gate, visitor: Visitor, tx: Tx) -> dict[str, str]:
    """What the issuer says of the caller: kept in the session, or asked with an API client's token."""
    if visitor.session:
        return await sessions.claims_of(tx, visitor.session)
    issuer = gate.issuers.by_name[visitor.issuer]
    return of_ours(issuer, await gate.issuers.userinfo(issuer, visitor.token or "", visitor.subject))


async def hand_to_enrollment(gate: Gate, visitor: Visitor, claims: dict[str, str], body: RegistrationIn) -> tuple[UUID, list[str]]:
    """The id that enrollment gave the person, and the purposes that are consented to now."""
    said = {name: value for name, value in claims.items() if name != "email" and value}
    told = {"issuer": visitor.issuer, "subject": visitor.subject, **said, **body.model_dump(mode="json")}
    answer = await gate.behind("enrollment", "POST", "/learners", orjson.dumps(told))
    if answer.status >= 400:
        raise Refused(answer)
    registered = answer.json()
    return UUID(registered["person_id"]), list(registered["consents"])
