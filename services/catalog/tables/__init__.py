"""What the register keeps: organisations, programmes, groups, dictionaries, and copies of what others said."""

from services.catalog.tables.copies import (
    Competence,
    ErasedPerson,
    MeasuredEffect,
    PersonAlias,
    Procedure,
    PublicationConsent,
    ReviewRight,
    SeatCount,
    Subscription,
)
from services.catalog.tables.demand import MissedSearch, SavedSearch, ToldItem
from services.catalog.tables.organisations import Organisation, OrganisationChange, OrganisationName
from services.catalog.tables.programmes import Group, Programme, ProgrammeEffect, ProgrammePrerequisite, ProgrammeWord
from services.catalog.tables.reference import HoursMinimum, Term, Territory, Wording
from services.catalog.tables.registry import Base

__all__ = [
    "Base",
    "Competence",
    "ErasedPerson",
    "Group",
    "HoursMinimum",
    "MeasuredEffect",
    "MissedSearch",
    "Organisation",
    "OrganisationChange",
    "OrganisationName",
    "PersonAlias",
    "Procedure",
    "Programme",
    "ProgrammeEffect",
    "ProgrammePrerequisite",
    "ProgrammeWord",
    "PublicationConsent",
    "ReviewRight",
    "SavedSearch",
    "SeatCount",
    "Subscription",
    "Term",
    "Territory",
    "ToldItem",
    "Wording",
]
