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
from services.catalog.tables.organisations import Organisation, OrganisationName
from services.catalog.tables.programmes import Group, Programme, ProgrammeEffect, ProgrammePrerequisite, ProgrammeWord
from services.catalog.tables.reference import HoursMinimum, Term, Territory, Wording
from services.catalog.tables.registry import Base
from services.catalog.tables.reviews import AbuseWord, Rating, Review
from services.catalog.tables.targets import TARGETS

__all__ = [
    "TARGETS",
    "AbuseWord",
    "Base",
    "Competence",
    "ErasedPerson",
    "Group",
    "HoursMinimum",
    "MeasuredEffect",
    "Organisation",
    "OrganisationName",
    "PersonAlias",
    "Procedure",
    "Programme",
    "ProgrammeEffect",
    "ProgrammePrerequisite",
    "ProgrammeWord",
    "PublicationConsent",
    "Rating",
    "Review",
    "ReviewRight",
    "SeatCount",
    "Subscription",
    "Term",
    "Territory",
    "Wording",
]
