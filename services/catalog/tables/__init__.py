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
    ids_of,
    records,
)
from services.catalog.tables.demand import MissedSearch, SavedSearch, ToldItem
from services.catalog.tables.events import Gathering
from services.catalog.tables.findable import Findable, FindableWord
from services.catalog.tables.imports import ImportMapping, ImportRow, ImportRun
from services.catalog.tables.organisations import Organisation, OrganisationChange, OrganisationName
from services.catalog.tables.programmes import Group, Programme, ProgrammeEffect, ProgrammePrerequisite, ProgrammeWord
from services.catalog.tables.publications import DocumentVersion, News, Notice, PublicDocument
from services.catalog.tables.reference import AbuseWord, HoursMinimum, Term, TermEdition, Territory, Wording
from services.catalog.tables.registry import Base, in_force
from services.catalog.tables.reviews import Rating, Review
from services.catalog.tables.targets import TARGETS
from services.catalog.tables.versions import ProgrammeFile, ProgrammeVersion, WorkingCopy, held_by

__all__ = [
    "TARGETS",
    "AbuseWord",
    "Base",
    "Competence",
    "DocumentVersion",
    "ErasedPerson",
    "Findable",
    "FindableWord",
    "Gathering",
    "Group",
    "HoursMinimum",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "MeasuredEffect",
    "MissedSearch",
    "News",
    "Notice",
    "Organisation",
    "OrganisationChange",
    "OrganisationName",
    "PersonAlias",
    "Procedure",
    "Programme",
    "ProgrammeEffect",
    "ProgrammeFile",
    "ProgrammePrerequisite",
    "ProgrammeVersion",
    "ProgrammeWord",
    "PublicDocument",
    "PublicationConsent",
    "Rating",
    "Review",
    "ReviewRight",
    "SavedSearch",
    "SeatCount",
    "Subscription",
    "Term",
    "TermEdition",
    "Territory",
    "ToldItem",
    "Wording",
    "WorkingCopy",
    "held_by",
    "ids_of",
    "in_force",
    "records",
]
