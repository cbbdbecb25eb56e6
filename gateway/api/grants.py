"""«Закрепление» over HTTP: given, listed with its history, taken back."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Row

from gateway import queries, rules
from gateway.api.inside import AtGate, Inside, Who
from gateway.client import Client
from gateway.commands import grants
from gateway.tables import Account, Organisation
from shared.access import Caller, allow
from shared.clock import today
from shared.contracts.base import Code, Text
from shared.contracts.gateway import Role
from shared.database import keep_newest
from shared.edge import Now, Tx
from shared.errors import Invalid, NotFound

router = APIRouter(prefix="/api/v1", route_class=Inside, tags=["grants"])
Appointing = Annotated[Caller, allow("grants.appoint", "operator", "municipal_specialist", "school_specialist", "provider_specialist")]
Seeing = Annotated[Caller, allow("grants.read", "operator", "auditor", "municipal_specialist", "school_specialist", "provider_specialist")]
Granted = Literal[
    "school_specialist",
    "municipal_specialist",
    "agency_specialist",
    "provider_specialist",
    "assessor",
    "expert",
    "operator",
    "ministry",
    "auditor",
]


class HeldOut(BaseModel):
    """A grant as its holder sees it."""

    grant_id: UUID
    role: Role
    scope_kind: str
    scope: str | None
    scope_name: str | None
    head: bool
    valid_until: date | None


class GrantOut(HeldOut):
    """A grant as those see it who may give it; `code` stands for the account, and a person without consent has no id yet."""

    code: str
    account_id: UUID
    person_id: UUID | None
    valid_from: date
    basis: str
    deputy_of: UUID | None
    granted_by: UUID | None
    granted_at: datetime
    revoked_by: UUID | None
    revoked_at: datetime | None
    reason: str | None


class GrantList(BaseModel):
    items: list[GrantOut]
    next: datetime | None


class GrantIn(BaseModel):
    """To whom (by code, by person, or by issuer and subject before the first sign-in), which role, where, until when, and why."""

    model_config = ConfigDict(extra="forbid")
    code: Code | None = None
    person_id: UUID | None = None
    issuer: Code | None = None
    subject: Code | None = None
    role: Granted
    scope: Code | None = None
    head: bool = False
    valid_from: date | None = None
    valid_until: date | None = None
    basis: Annotated[Text, Field(min_length=3, max_length=500)]
    deputy_of: UUID | None = None

    @model_validator(mode="after")
    def one_way(self) -> "GrantIn":
        ways = (self.code is not None, self.person_id is not None, self.issuer is not None and self.subject is not None)
        if sum(ways) != 1:
            raise ValueError("name the account by code, by person_id, or by issuer and subject")
        return self


class EndIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Annotated[Text, Field(min_length=3, max_length=500)]


@router.post("/grants", status_code=201, response_model=GrantOut)
async def grant_role(body: GrantIn, caller: Appointing, gate: AtGate, visitor: Who, tx: Tx, now: Now, response: Response) -> dict[str, Any]:
    """Give a role in a scope for a term, on a basis such as an order's number."""
    if body.role in rules.KINDS:
        await know_organisation(tx, Client(gate, visitor), body.scope)
    grant = await grants.grant_role(
        tx,
        account=await account_of(tx, body, gate.issuers.by_name, now),
        role=cast(Role, body.role),
        scope=body.scope,
        head=body.head,
        valid_from=body.valid_from or today(now),
        valid_until=body.valid_until,
        basis=body.basis,
        deputy_of=body.deputy_of,
        held=visitor.held,
        granted_by=visitor.account_id,
        now=now,
    )
    response.headers["location"] = f"/api/v1/grants/{grant.id}"
    return grant_out(await queries.one_grant(tx, grant.id))


@router.get("/grants", response_model=GrantList)
async def list_grants(
    caller: Seeing,
    visitor: Who,
    tx: Tx,
    role: Role | None = None,
    scope: Code | None = None,
    person_id: UUID | None = None,
    ended: bool | None = None,
    before: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Grants within the caller's reach, newest first, those that are over with the reason."""
    found = await queries.grants(
        tx, held=visitor.held, role=role, scope=scope, person_id=person_id, ended=ended, before=before, limit=limit + 1
    )
    items = [grant_out(row) for row in found[:limit]]
    return {"items": items, "next": items[-1]["granted_at"] if len(found) > limit else None}


@router.delete("/grants/{grant_id}", response_model=GrantOut)
async def end_grant(grant_id: UUID, body: EndIn, caller: Appointing, visitor: Who, tx: Tx, now: Now) -> dict[str, Any]:
    """Take a role back: the holder's next call is refused."""
    await grants.end_grant(tx, grant_id, reason=body.reason, held=visitor.held, revoked_by=visitor.account_id, now=now)
    await tx.flush()
    return grant_out(await queries.one_grant(tx, grant_id))


async def account_of(tx: Tx, body: GrantIn, issuers: Any, now: datetime) -> Account:
    if body.issuer is not None and body.subject is not None:
        if body.issuer not in issuers:
            raise Invalid("issuer", "Такой системы входа нет.")
        return await grants.account_for(tx, issuer=body.issuer, subject=body.subject, now=now)
    code = body.code.strip().upper() if body.code else None
    if (account := await queries.account_by(tx, code=code, person_id=body.person_id)) is not None:
        return account
    if code and (signed_in := await queries.session_by_code(tx, code)):
        return await grants.account_for(tx, issuer=signed_in[0], subject=signed_in[1], now=now)
    raise NotFound("Такой учётной записи нет: попросите человека войти и назвать свой код.")


async def know_organisation(tx: Tx, client: Client, scope: str | None) -> None:
    """Ask the register for an organisation whose event has not arrived yet."""
    organisation_id = rules.uuid_or_none(scope)
    if organisation_id is None or await tx.get(Organisation, organisation_id) is not None:
        return
    answer = await client.call("GET", f"/organisations/{organisation_id}")
    if answer.status == 200:
        said = answer.json()
        known = {name: said[name] for name in ("kind", "name", "short_name")}
        await keep_newest(tx, Organisation, id=organisation_id, oktmo=said.get("oktmo"), revision=0, **known)


def held_out(row: Row[Any]) -> dict[str, Any]:
    return {"grant_id": row.id, **{name: row._mapping[name] for name in HeldOut.model_fields if name != "grant_id"}}


def grant_out(row: Row[Any]) -> dict[str, Any]:
    own = {name: row._mapping[name] for name in GrantOut.model_fields if name not in ("grant_id", "reason")}
    return {"grant_id": row.id, "reason": row.revoke_reason, **own}
