"""Organisations that the gateway has heard of, and roles given in them."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.catalog import OrganisationChanged
from tests.service.gateway.conftest import Stand
from tests.support.service import envelope_of

MIASS, CHELYABINSK = "75742000", "75701000"


async def organisation(stand: Stand, kind: str = "school", oktmo: str | None = MIASS, revision: int = 1, **facts: Any) -> UUID:
    """An organisation that the gateway has heard of."""
    made = {"organisation_id": uuid4(), "name": "Школа № 106", "short_name": "Школа № 106", "status": "active", **facts}
    event = OrganisationChanged.model_validate({"kind": kind, "oktmo": oktmo, "valid_from": date(2026, 1, 1), **made})
    await stand.gateway.hear(envelope_of(event, subject=event.organisation_id, revision=revision))
    return event.organisation_id


async def grant(stand: Stand, by: str, to: str, role: str, **facts: Any) -> Any:
    body = {"issuer": stand.issuer.url, "subject": to, "role": role, "basis": "Приказ № 17 от 01.09.2026", **facts}
    return await stand.call("POST", "/api/v1/grants", by, body)
