"""What the register hears: seats, competences, procedures, measured effects, and what concerns persons."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import dictionaries, imports, missed, municipalities, saved
from services.catalog.commands.frameworks import adopt_framework
from services.catalog.commands.persons import INVITATION, SECOND_POLL, erase_person, grant_review, merge_persons, note_consent
from services.catalog.commands.procedures import show_again, show_procedure
from services.catalog.commands.reviews import ask_again, invite
from services.catalog.commands.working_copies import OLD, forget_old
from services.catalog.tables import MeasuredEffect, Procedure, SeatCount, Subscription
from shared.contracts import Envelope
from shared.contracts.assessment import FrameworkPublished, ProcedurePublished
from shared.contracts.enrollment import AttendanceRecorded, ConsentGranted, ConsentWithdrawn, PersonMerged, SeatsChanged, TrainingCompleted
from shared.contracts.notify import SubscriptionCancelled, SubscriptionConfirmed
from shared.contracts.routes import EffectMeasured
from shared.database import keep_newest
from shared.messaging.consumer import Hears
from shared.messaging.due import Dues


async def on_seats_changed(event: SeatsChanged, envelope: Envelope, session: AsyncSession) -> None:
    counts = event.model_dump(include={"group_id", "capacity", "held", "taken", "waiting", "quotas"})
    await keep_newest(session, SeatCount, **counts, revision=envelope.dporevision, as_of=envelope.time)


async def on_framework_published(event: FrameworkPublished, envelope: Envelope, session: AsyncSession) -> None:
    taken = await adopt_framework(session, event.framework_id, event.version, [one.model_dump() for one in event.competences])
    await show_again(session, taken)


async def on_procedure_published(event: ProcedurePublished, envelope: Envelope, session: AsyncSession) -> None:
    row = event.model_dump(include={"title", "organiser_id", "competences", "minutes", "result_visible_to"})
    if await keep_newest(session, Procedure, id=event.procedure_id, revision=envelope.dporevision, **row):
        await session.flush()
        await show_procedure(session, await session.get_one(Procedure, event.procedure_id, populate_existing=True))


async def on_effect_measured(event: EffectMeasured, envelope: Envelope, session: AsyncSession) -> None:
    row = event.model_dump(include={"programme_id", "competence", "mean", "low", "high", "n", "version"})
    await keep_newest(session, MeasuredEffect, by="version", **row)


async def on_training_completed(event: TrainingCompleted, envelope: Envelope, session: AsyncSession) -> None:
    if event.outcome == "completed":
        await grant_review(
            session,
            event.application_id,
            person_id=event.person_id,
            target_kind="programme",
            target_id=event.programme_id,
            position=event.position,
            subject_group=event.subject_group,
            granted_at=envelope.time,
        )


async def on_attendance_recorded(event: AttendanceRecorded, envelope: Envelope, session: AsyncSession) -> None:
    await grant_review(
        session,
        event.attendance_id,
        person_id=event.person_id,
        target_kind="event",
        target_id=event.event_id,
        position=event.position,
        subject_group=event.subject_group,
        granted_at=envelope.time,
    )


async def on_consent_granted(event: ConsentGranted, envelope: Envelope, session: AsyncSession) -> None:
    if event.purpose == "publication":
        await note_consent(session, event.consent_id, person_id=event.person_id, given=True, revision=envelope.dporevision)


async def on_consent_withdrawn(event: ConsentWithdrawn, envelope: Envelope, session: AsyncSession) -> None:
    if event.purpose == "publication":
        await note_consent(session, event.consent_id, person_id=event.person_id, given=False, revision=envelope.dporevision)
    if event.erase:
        await erase_person(session, event.person_id, request_id=event.request_id, now=envelope.time)


async def on_person_merged(event: PersonMerged, envelope: Envelope, session: AsyncSession) -> None:
    await merge_persons(session, event.from_person_id, event.into_person_id)


async def on_subscription_confirmed(event: SubscriptionConfirmed, envelope: Envelope, session: AsyncSession) -> None:
    if await keep_newest(session, Subscription, id=event.subscription_id, confirmed=True, revision=envelope.dporevision):
        await saved.begin(session, event.subscription_id)


async def on_subscription_cancelled(event: SubscriptionCancelled, envelope: Envelope, session: AsyncSession) -> None:
    await keep_newest(session, Subscription, id=event.subscription_id, confirmed=False, revision=envelope.dporevision)
    await saved.drop(session, event.subscription_id)


HEARS: Hears = {
    FrameworkPublished: on_framework_published,
    ProcedurePublished: on_procedure_published,
    EffectMeasured: on_effect_measured,
    SeatsChanged: on_seats_changed,
    TrainingCompleted: on_training_completed,
    AttendanceRecorded: on_attendance_recorded,
    ConsentGranted: on_consent_granted,
    ConsentWithdrawn: on_consent_withdrawn,
    PersonMerged: on_person_merged,
    SubscriptionConfirmed: on_subscription_confirmed,
    SubscriptionCancelled: on_subscription_cancelled,
}
DUES: Dues = {
    OLD: forget_old,
    imports.OLD: imports.forget_old,
    INVITATION: invite,
    SECOND_POLL: ask_again,
    saved.LOOKED_AT: saved.look,
    saved.LAPSES: saved.lapse,
    missed.SAID: missed.say,
    dictionaries.REWRITTEN: dictionaries.rewrite,
    municipalities.SUCCEEDED: municipalities.move,
}
