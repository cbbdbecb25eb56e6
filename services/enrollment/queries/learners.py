"""Persons as they see themselves, and names for those who may read them."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, cast, false, func, or_, select
from sqlalchemy.types import Text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.queries.shapes import Shown
from services.enrollment.rules.moves import STUDIED
from services.enrollment.rules.register import FIELDS, gaps
from services.enrollment.tables.applications import Application, Training
from services.enrollment.tables.people import Consent, ConsentText, Learner
from services.enrollment.tables.register import Organisation, RoleGrant
from shared.access import Caller
from shared.clock import today as day_of
from shared.database import within
from shared.errors import NotFound


class Name(Shown):
    """A person's name: in full, with initials, and as one is addressed."""

    person_id: UUID
    family_name: str
    given_name: str
    middle_name: str | None
    full: str
    short: str
    salutation: str


class ProfileShown(Shown):
    """What a person keeps about themselves; `missing` are the fields that the federal register will ask for."""

    person_id: UUID
    family_name: str
    given_name: str
    middle_name: str | None
    birth_date: date | None
    gender: str | None
    snils: str | None
    snils_confirmed: bool
    citizenship: str | None
    education_level: str | None
    diploma_family_name: str | None
    diploma_series: str | None
    diploma_number: str | None
    organisation_id: UUID | None
    organisation: str | None
    oktmo: str | None
    position: str | None
    subjects: list[str]
    levels: list[str]
    hours_norm: int | None
    trained_elsewhere_on: date | None
    last_training_on: date | None
    missing: list[str]
    missing_words: list[str]


class TextShown(Shown):
    """A consent's text in force."""

    purpose: str
    version: int
    title: str
    body: str
    hash: str
    in_force_from: date


class ConsentShown(Shown):
    """A consent that a person gave, and whether it stands."""

    id: UUID
    purpose: str
    title: str
    text_version: int
    text_hash: str
    given_at: datetime
    withdrawn_at: datetime | None


async def names_of(session: AsyncSession, person_ids: Iterable[UUID], *, caller: Caller, now: datetime) -> list[Name]:
    """The names of those among these persons whom the caller may know; nothing about the others."""
    provides = within(caller, provider=col(Application.provider_id))
    applies = within(
        caller,
        organisation=col(Application.organisation_id),
        municipality=col(Application.oktmo),
        agency=col(Application.agency_id),
        provider=col(Application.provider_id),
    )
    applied = select(col(Application.id)).where(col(Application.person_id) == Learner.person_id)
    works = within(
        caller,
        person=col(Learner.person_id),
        organisation=col(Learner.organisation_id),
        municipality=func.left(Organisation.oktmo, 8),
        agency=col(Organisation.agency_id),
    )
    here = and_(col(Learner.erased_at).is_(None), or_(works, applied.where(applies).exists(), heads(caller, today=day_of(now))))
    studied = applied.where(provides, col(Application.status).in_(STUDIED)).exists()
    kept = and_(col(Learner.erased_at).is_not(None), studied if caller.scopes("provider") else false())
    people = (
        select(col(Learner.person_id), col(Learner.family_name), col(Learner.given_name), col(Learner.middle_name))
        .outerjoin(Organisation, col(Organisation.id) == Learner.organisation_id)
        .where(col(Learner.person_id).in_(list(person_ids)), col(Learner.family_name).is_not(None), or_(here, kept))
    )
    return [name_of(person_id, family or "", given or "", middle) for person_id, family, given, middle in (await session.execute(people))]


def heads(caller: Caller, *, today: date) -> ColumnElement[bool]:
    """The people who decide in a teacher's own school: a teacher sees who holds the application."""
    if not caller.scopes("person"):
        return false()
    own_school = select(cast(col(Learner.organisation_id), Text)).where(col(Learner.person_id) == caller.person_id).scalar_subquery()
    decides: ColumnElement[bool] = (
        select(col(RoleGrant.id))
        .where(
            col(RoleGrant.person_id) == Learner.person_id,
            col(RoleGrant.role) == "school_specialist",
            col(RoleGrant.scope) == own_school,
            col(RoleGrant.revoked).is_(False),
            col(RoleGrant.valid_from) <= today,
            or_(col(RoleGrant.valid_until).is_(None), col(RoleGrant.valid_until) >= today),
        )
        .exists()
    )
    return decides


def name_of(person_id: UUID, family: str, given: str, middle: str | None) -> Name:
    initials = " ".join(f"{part[0]}." for part in (given, middle) if part)
    return Name(
        person_id=person_id,
        family_name=family,
        given_name=given,
        middle_name=middle,
        full=" ".join(part for part in (family, given, middle) if part),
        short=f"{family} {initials}",
        salutation=" ".join(part for part in (given, middle) if part),
    )


async def profile_of(session: AsyncSession, *, caller: Caller) -> ProfileShown:
    """The caller's own profile."""
    own = (
        select(Learner, col(Organisation.short_name), col(Organisation.oktmo))
        .outerjoin(Organisation, col(Organisation.id) == Learner.organisation_id)
        .where(col(Learner.person_id).in_(caller.scopes("person")), col(Learner.erased_at).is_(None))
    )
    row = (await session.execute(own)).one_or_none()
    if row is None:
        raise NotFound()
    learner, short_name, oktmo = row
    passed = select(func.max(col(Training.ended_on))).where(
        col(Training.person_id) == learner.person_id, col(Training.outcome) == "completed"
    )
    here: date | None = await session.scalar(passed)
    facts = learner.model_dump()
    missing = gaps(facts)
    return ProfileShown(
        **{name: facts[name] for name in ProfileShown.model_fields if name in facts and name != "oktmo"},
        organisation=short_name,
        oktmo=oktmo,
        last_training_on=max((day for day in (here, learner.trained_elsewhere_on) if day), default=None),
        missing=missing,
        missing_words=[FIELDS[name] for name in missing],
    )


async def consent_texts(session: AsyncSession, *, now: datetime) -> list[TextShown]:
    """The newest text in force for every purpose."""
    in_force = select(ConsentText).where(col(ConsentText.in_force_from) <= day_of(now))
    newest = in_force.distinct(col(ConsentText.purpose)).order_by(col(ConsentText.purpose), col(ConsentText.version).desc())
    return [TextShown.model_validate(text) for text in (await session.execute(newest)).scalars()]


async def consents_of(session: AsyncSession, *, caller: Caller) -> list[ConsentShown]:
    """Everything the caller agreed to, standing or taken back, newest first."""
    given = (
        select(Consent, col(ConsentText.title))
        .join(ConsentText, and_(col(ConsentText.purpose) == Consent.purpose, col(ConsentText.version) == Consent.text_version))
        .where(col(Consent.person_id).in_(caller.scopes("person")))
        .order_by(col(Consent.given_at).desc(), col(Consent.purpose))
    )
    told = {"id", "purpose", "text_version", "text_hash", "given_at", "withdrawn_at"}
    return [ConsentShown(**consent.model_dump(include=told), title=title) for consent, title in (await session.execute(given))]


async def purposes_of(session: AsyncSession, person_id: UUID) -> list[str]:
    """The purposes that a person agrees to now."""
    standing = select(col(Consent.purpose)).where(col(Consent.person_id) == person_id, col(Consent.withdrawn_at).is_(None))
    return sorted((await session.execute(standing)).scalars())
