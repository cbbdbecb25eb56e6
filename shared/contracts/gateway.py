"""What the gateway says: role grants («закрепление»)."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Code, Event, Text

Role = Literal[
    "teacher",
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
ScopeKind = Literal["self", "organisation", "municipality", "agency", "provider", "procedure", "region"]


class RoleGranted(Event, topic="gateway.role_granted.v1"):
    """A role in a scope for a term, on a basis such as an order's number."""

    grant_id: UUID
    person_id: UUID | None = None
    role: Role
    scope_kind: ScopeKind
    scope: Code | None = None
    valid_from: date
    valid_until: date | None = None
    basis: Text
    deputy_of: Annotated[UUID | None, Field(description="the grant it stands in for")] = None


class RoleRevoked(Event, topic="gateway.role_revoked.v1"):
    """A grant that ended; the next call is refused, its approvals move to the deputy."""

    grant_id: UUID
    person_id: UUID | None = None
    role: Role
    scope_kind: ScopeKind
    scope: Code | None = None
    reason: Text
