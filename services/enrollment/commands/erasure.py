"""Taking consents back, and erasing a person: what has no other ground is destroyed at once, the rest is kept and named."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, Delete
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.enrollment.commands.consents import demand_consent, end_consent
from services.enrollment.commands.learners import lock_learner
from services.enrollment.commands.moves import By, move
from services.enrollment.commands.reference import calendar_of
from services.enrollment.commands.seats import settle
from services.enrollment.commands.suggestions import lapse
from services.enrollment.rules.moves import MOVES, STUDIED
from services.enrollment.rules.seats import Shift
from services.enrollment.rules.terms import ERASURE_DAYS
from services.enrollment.tables.applications import Application, Remark
from services.enrollment.tables.people import Consent, Erasure, ErasureAnswer, Identity, Learner
from services.enrollment.tables.routes import Route, Suggestion
from shared.access import Caller
from shared.clock import today as day_of
from shared.contracts.enrollment import ConsentPurpose
from shared.contracts.erasure import EnrollmentPersonErased, Kept
from shared.errors import NotFound
from shared.messaging.outbox import emit

GROUND = "Федеральный закон № 273-ФЗ, ст. 98: сведения о документах об образовании"
REGISTER = {
    "family_name",
    "given_name",
    "middle_name",
    "birth_date",
    "gender",
    "snils",
    "citizenship",
    "education_level",
    "diploma_family_name",
    "diploma_series",
    "diploma_number",
}
"""What the federal register keeps of a person who studied."""
OWN = ("organisation_id", "oktmo", "position", "hours_norm", "trained_elsewhere_on")


async def withdraw_consent(session: AsyncSession, purpose: ConsentPurpose, *, erase: bool, caller: Caller, now: datetime) -> UUID:
    """Take a consent back; with `erase` everything about the caller goes. Returns the request that every service answers."""
    if caller.person_id is None:
        raise NotFound()
    learner = await lock_learner(session, caller.person_id)
    consent = await demand_consent(session, learner.person_id, purpose)
    request_id = uuid4()
    if erase or purpose == "training":
        await leave_applications(session, learner, now=now)
    if erase:
        standing = Consent.person_id == learner.person_id, col(Consent.withdrawn_at).is_(None)
        others = select(Consent).where(*standing, Consent.id != consent.id)
        for other in list(await session.exec(others.order_by(col(Consent.purpose)).with_for_update(key_share=True))):
            await end_consent(session, other, request_id=request_id, erase=False, now=now)
    await end_consent(session, consent, request_id=request_id, erase=erase, now=now)
    if erase:
        await erase_person(session, learner, request_id=request_id, now=now)
    return request_id


async def leave_applications(session: AsyncSession, learner: Learner, *, now: datetime) -> None:
    """Withdraw whatever no order stands behind yet, and take all suggestions off."""
    mine = (
        select(Application).where(Application.person_id == learner.person_id).order_by(col(Application.id)).with_for_update(key_share=True)
    )
    by, calendar, shift = By("learner", str(learner.person_id)), await calendar_of(session), Shift()
    for application in list(await session.exec(mine)):
        if "withdraw" in MOVES[application.status]:
            shift.update(await move(session, application, "withdraw", by=by, now=now, calendar=calendar, reason="consent_withdrawn"))
    await settle(session, shift, now=now)
    on_offer = select(Suggestion).where(Suggestion.person_id == learner.person_id, col(Suggestion.lapsed_at).is_(None))
    for suggestion in list(await session.exec(on_offer.with_for_update(key_share=True))):
        await lapse(session, suggestion, "withdrawn_consent", now=now)


async def erase_person(session: AsyncSession, learner: Learner, *, request_id: UUID, now: datetime) -> None:
    """Destroy what has no ground but consent; leave an empty row that drops late facts, or what the law keeps of a training."""
    mine = select(Application.id).where(Application.person_id == learner.person_id)
    studied = list(await session.exec(mine.where(col(Application.status).in_(STUDIED))))
    erased = {
        "identities": await removed(session, delete(Identity).where(col(Identity.person_id) == learner.person_id)),
        "remarks": await removed(session, delete(Remark).where(col(Remark.application_id).in_(mine))),
        "routes": await removed(session, delete(Route).where(col(Route.person_id) == learner.person_id)),
        "learners": 0 if studied else 1,
    }
    for name in (*OWN, *(() if studied else sorted(REGISTER))):
        setattr(learner, name, None)
    learner.subjects, learner.levels = [], []
    learner.erased_at, learner.kept_ground = now, GROUND if studied else None
    today = day_of(now)
    session.add(Erasure(request_id=request_id, person_id=learner.person_id, requested_on=today, due=today + timedelta(days=ERASURE_DAYS)))
    kept = [Kept(what="training_records", count=len(studied), ground=GROUND)] if studied else []
    event = EnrollmentPersonErased(request_id=request_id, service="enrollment", person_id=learner.person_id, erased=erased, kept=kept)
    session.add(
        ErasureAnswer(
            request_id=request_id,
            service="enrollment",
            answered_at=now,
            erased=erased,
            kept=[one.model_dump(mode="json") for one in kept],
        )
    )
    await session.flush()
    await emit(session, event, subject=request_id, revision=1)


async def removed(session: AsyncSession, statement: Delete) -> int:
    """How many rows a deletion took."""
    result = await session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount
