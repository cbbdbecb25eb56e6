"""Persons: stored on their first consent, changed by themselves, told about in codes only."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.consents import grant_consent
from services.enrollment.commands.moves import SYSTEM, move
from services.enrollment.commands.reference import calendar_of, workplace_of
from services.enrollment.rules.moves import LIVE, MOVES
from services.enrollment.rules.people import Claims, Profile, may_store, same_person
from services.enrollment.rules.refusals import ConsentMissing, SnilsTaken
from services.enrollment.tables.applications import Application, Training
from services.enrollment.tables.people import Identity, Learner
from services.enrollment.tables.register import Organisation
from shared.access import Caller
from shared.contracts.enrollment import LearnerChanged
from shared.errors import Invalid, NotFound
from shared.messaging.outbox import emit

CODES = {"organisation_id", "position", "subjects", "levels", "hours_norm"}
"""What others may know of a person."""


async def register_learner(session: AsyncSession, claims: Claims, *, now: datetime) -> Learner:
    """The person behind an account: known already, or stored now with what they agreed to."""
    account = f"{claims.issuer}\x1f{claims.subject}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(account, 0))))
    learner = await person_behind(session, claims)
    fresh = learner is None
    if learner is None:
        if not may_store([agreement.purpose for agreement in claims.consents]):
            raise ConsentMissing("Без согласия на обучение или оценку портал ничего о вас не хранит.")
        learner = Learner(stored_at=now)
    before = codes_of(learner)
    await take_claims(session, learner, claims)
    session.add(learner)
    await session.flush()
    if await session.get(Identity, (claims.issuer, claims.subject)) is None:
        session.add(Identity(issuer=claims.issuer, subject=claims.subject, person_id=learner.person_id, linked_at=now))
    for agreement in claims.consents:
        await grant_consent(session, learner.person_id, agreement, now=now)
    if fresh:
        await tell_learner(session, learner, revision=1)
    elif codes_of(learner) != before:
        await tell_learner(session, learner)
        await follow_learner(session, learner, now=now)
    return learner


async def person_behind(session: AsyncSession, claims: Claims) -> Learner | None:
    """The record of an account, or of the same person's other account, found by a СНИЛС that an issuer confirmed."""
    identity = await session.get(Identity, (claims.issuer, claims.subject))
    if identity is not None:
        return await lock_learner(session, identity.person_id)
    if claims.snils is None:
        return None
    same_number = select(Learner).where(Learner.snils == claims.snils, col(Learner.erased_at).is_(None))
    learner = (await session.exec(same_number.with_for_update(key_share=True))).one_or_none()
    if learner is None:
        return None
    if not learner.snils_confirmed or not same_person(family_name=learner.family_name, birth_date=learner.birth_date, claims=claims):
        raise SnilsTaken()
    return learner


async def take_claims(session: AsyncSession, learner: Learner, claims: Claims) -> None:
    """Let the issuer's word stand for names and number; what it does not say stays as the person said it."""
    learner.family_name, learner.given_name, learner.middle_name = claims.family_name, claims.given_name, claims.middle_name
    for name in ("birth_date", "gender", "organisation_id", "position", "hours_norm", "trained_elsewhere_on"):
        if (stated := getattr(claims, name)) is not None:
            setattr(learner, name, stated)
    learner.subjects, learner.levels = claims.subjects or learner.subjects, claims.levels or learner.levels
    if claims.snils is not None and claims.snils != learner.snils:
        await demand_free_snils(session, claims.snils, learner.person_id)
    if claims.snils is not None:
        learner.snils, learner.snils_confirmed = claims.snils, True


async def change_profile(session: AsyncSession, profile: Profile, *, caller: Caller, now: datetime) -> Learner:
    """Replace what the caller keeps about themselves; a confirmed СНИЛС stays."""
    if caller.person_id is None:
        raise NotFound()
    learner = await lock_learner(session, caller.person_id)
    if profile.organisation_id is not None and profile.organisation_id != learner.organisation_id:
        await demand_organisation(session, profile.organisation_id)
    before = codes_of(learner)
    stated = profile.model_dump()
    if learner.snils_confirmed:
        stated.pop("snils")
    elif profile.snils is not None and profile.snils != learner.snils:
        await demand_free_snils(session, profile.snils, learner.person_id)
    learner.sqlmodel_update(stated)
    await session.flush()
    if codes_of(learner) != before:
        await tell_learner(session, learner)
        await follow_learner(session, learner, now=now)
    return learner


async def lock_learner(session: AsyncSession, person_id: UUID) -> Learner:
    """A person who is not erased, locked; any other is `NotFound`."""
    row = select(Learner).where(Learner.person_id == person_id, col(Learner.erased_at).is_(None)).with_for_update(key_share=True)
    learner = (await session.exec(row, execution_options={"populate_existing": True})).one_or_none()
    if learner is None:
        raise NotFound()
    return learner


async def demand_free_snils(session: AsyncSession, snils: str, person_id: UUID) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"snils\x1f{snils}", 0))))
    others = select(Learner.person_id).where(Learner.snils == snils, Learner.person_id != person_id, col(Learner.erased_at).is_(None))
    if (await session.exec(others)).first() is not None:
        raise SnilsTaken()


async def demand_organisation(session: AsyncSession, organisation_id: UUID) -> None:
    organisation = await session.get(Organisation, organisation_id)
    if organisation is None or organisation.status != "active":
        raise Invalid("organisation_id", "Такой действующей организации в реестре нет.")


def codes_of(learner: Learner) -> dict[str, object]:
    return learner.model_dump(include=CODES | {"trained_elsewhere_on"})


async def tell_learner(session: AsyncSession, learner: Learner, *, revision: int | None = None) -> None:
    """Say a person's codes under the next revision; never a name."""
    learner.revision = revision or learner.revision + 1
    workplace = await workplace_of(session, learner.organisation_id)
    learner.oktmo = workplace.oktmo if workplace else None
    event = LearnerChanged(
        person_id=learner.person_id,
        **learner.model_dump(include=CODES | {"oktmo"}),
        last_training_on=await last_training(session, learner),
    )
    await emit(session, event, subject=learner.person_id, revision=learner.revision)


async def last_training(session: AsyncSession, learner: Learner) -> date | None:
    """The day of the newest training passed, here or elsewhere."""
    passed = select(func.max(Training.ended_on)).where(Training.person_id == learner.person_id, Training.outcome == "completed")
    here: date | None = await session.scalar(passed)
    return max((day for day in (here, learner.trained_elsewhere_on) if day is not None), default=None)


async def follow_learner(session: AsyncSession, learner: Learner, *, now: datetime) -> None:
    """Let applications that nobody has ordered yet go to the person's present workplace; its head decides now."""
    workplace = await workplace_of(session, learner.organisation_id)
    if workplace is None or workplace.oktmo is None:
        return
    mine = select(Application).where(Application.person_id == learner.person_id, col(Application.status).in_(LIVE))
    for application in await session.exec(mine.order_by(col(Application.id)).with_for_update(key_share=True)):
        now_at = (workplace.id, workplace.oktmo[:8], workplace.agency_id)
        if "follow" not in MOVES[application.status]:
            continue
        if (application.organisation_id, application.oktmo, application.agency_id) != now_at:
            application.organisation_id, application.oktmo, application.agency_id = now_at
            await move(session, application, "follow", by=SYSTEM, now=now, calendar=await calendar_of(session), reason="school_changed")
