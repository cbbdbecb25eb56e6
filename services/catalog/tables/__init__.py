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
from services.catalog.tables.imports import ImportMapping, ImportRow, ImportRun
from services.catalog.tables.organisations import Organisation, OrganisationName
from services.catalog.tables.programmes import Group, Programme, ProgrammeEffect, ProgrammePrerequisite, ProgrammeWord
from services.catalog.tables.reference import HoursMinimum, Term, Territory, Wording
from services.catalog.tables.registry import Base
from services.catalog.tables.versions import ProgrammeFile, ProgrammeVersion, WorkingCopy, held_by

__all__ = [
    "Base",
    "Competence",
    "ErasedPerson",
    "Group",
    "HoursMinimum",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "MeasuredEffect",
    "Organisation",
    "OrganisationName",
    "PersonAlias",
    "Procedure",
    "Programme",
    "ProgrammeEffect",
    "ProgrammeFile",
    "ProgrammePrerequisite",
    "ProgrammeVersion",
    "ProgrammeWord",
    "PublicationConsent",
    "ReviewRight",
    "SeatCount",
    "Subscription",
    "Term",
    "Territory",
    "Wording",
    "WorkingCopy",
    "held_by",
]
