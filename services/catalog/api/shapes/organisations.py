"""What is told of an organisation."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from services.catalog.api.shapes.dictionaries import Coded, FacetValue
from services.catalog.rules.organisations import LicenceStatus, OrganisationStatus


class LicenceOut(BaseModel):
    """A licence to educate."""

    number: str
    issued: date
    authority: str
    status: LicenceStatus


class OrganisationItem(BaseModel):
    id: UUID
    code: str
    kind: Coded
    name: str
    short_name: str
    previous_name: str | None
    valid_from: date
    inn: str | None
    kpp: str | None
    ogrn: str | None
    oktmo: str | None
    municipality: str | None
    authority_id: UUID | None
    agency_id: UUID | None
    address: str | None
    site: str | None
    phone: str | None
    email: str | None
    founder: str | None
    licence: LicenceOut | None
    status: OrganisationStatus
    merged_into: UUID | None
    changed_at: datetime
    revision: int


class NameOut(BaseModel):
    """A name from a day on."""

    valid_from: date
    name: str
    short_name: str


class AboveOut(BaseModel):
    """One organisation of those above another."""

    id: UUID
    short_name: str
    kind: Coded


class OrganisationOut(OrganisationItem):
    """An organisation with the names it had, the newest first, what stands above it, the highest first, and its published programmes."""

    names: list[NameOut]
    above: list[AboveOut]
    programmes: int


class OrganisationPage(BaseModel):
    items: list[OrganisationItem]
    total: int
    next: str | None
    facets: dict[str, list[FacetValue]]


class ChangeOut(BaseModel):
    """What one revision changed: each field with its value before and after."""

    revision: int
    changed_at: datetime
    role: str
    changes: dict[str, tuple[str | None, str | None]]


class ChangesOut(BaseModel):
    items: list[ChangeOut]


class ProviderOut(BaseModel):
    id: UUID
    name: str
    short_name: str


class ProviderCard(ProviderOut):
    kind: str
    site: str | None
