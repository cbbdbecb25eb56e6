"""Facts in: each is translated into copies, notices and letters."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify import commands, queries, subscriptions, support
from services.notify.commands import notify
from services.notify.tables import GroupCopy, Programme, Seat
from shared.contracts import Envelope
from shared.contracts.assessment import AssessmentCompleted, ReassessmentDue
from shared.contracts.catalog import GroupAnnounced, GroupChanged, GroupDates, ProgrammePublished, ReviewDue, SavedSearchMatched
from shared.contracts.enrollment import (
    FINAL,
    ConsentGranted,
    ConsentWithdrawn,
    DocumentIssued,
    StatusChanged,
    SuggestionLapsed,
    SuggestionOffered,
)
from shared.contracts.routes import RouteAccepted, RouteCompleted, RoutePlanned, RouteStepCompleted, RouteStudied
from shared.database import keep_newest
from shared.messaging.consumer import Hears
from shared.messaging.due import Dues
from shared.telemetry import annotate


async def on_programme_published(event: ProgrammePublished, envelope: Envelope, session: AsyncSession) -> None:
    await keep_newest(session, Programme, programme_id=event.programme_id, title=event.title, revision=envelope.dporevision)


async def keep_group(event: GroupDates, envelope: Envelope, session: AsyncSession) -> bool:
    row = event.model_dump(include={"group_id", "programme_id", "starts", "ends"})
    return await keep_newest(session, GroupCopy, revision=envelope.dporevision, **row)


async def on_group_announced(event: GroupAnnounced, envelope: Envelope, session: AsyncSession) -> None:
    await keep_group(event, envelope, session)


async def on_group_changed(event: GroupChanged, envelope: Envelope, session: AsyncSession) -> None:
    if not await keep_group(event, envelope, session):
        return  # a newer change is known already; its letter speaks for this one
    programme = await commands.programme_title(session, event.programme_id)
    facts = {"programme": programme, "starts": event.starts.isoformat(), "ends": event.ends.isoformat(), "reason": event.reason}
    for person_id in await commands.people_of_group(session, event.group_id):
        await notify(session, envelope, person_id=person_id, rule="group_changed", about_id=event.group_id, **facts)


async def on_status_changed(event: StatusChanged, envelope: Envelope, session: AsyncSession) -> None:
    annotate(dpo__application__id=event.number)
    if await queries.is_erased(session, event.person_id):
        return  # a late fact brings nobody back
    seat = event.model_dump(include={"application_id", "person_id", "group_id"})
    await keep_newest(session, Seat, **seat, live=event.to_status not in FINAL, revision=envelope.dporevision)
    if event.from_status == event.to_status:
        return  # another holder or deadline within the same status: nothing new to the learner
    await notify(
        session,
        envelope,
        person_id=event.person_id,
        rule="application_status",
        about_id=event.application_id,
        application_id=str(event.application_id),
        status=event.to_status,
        number=event.number,
        reason=event.reason,
        holder=event.holder.role,
        due=event.due.isoformat() if event.due else None,
        order_number=event.order_number,
        programme=await commands.programme_title(session, event.programme_id),
        **await commands.group_dates(session, event.group_id),
    )


async def on_assessment_completed(event: AssessmentCompleted, envelope: Envelope, session: AsyncSession) -> None:
    deficits = sum(1 for result in event.results if result.verdict == "deficit")
    await notify(session, envelope, person_id=event.person_id, rule="result_ready", about_id=event.attempt_id, deficits=deficits)


async def on_reassessment_due(event: ReassessmentDue, envelope: Envelope, session: AsyncSession) -> None:
    facts = {"due": event.due.isoformat()}
    await notify(session, envelope, person_id=event.person_id, rule="reassessment_due", about_id=event.route_id, **facts)


async def on_route_planned(event: RoutePlanned, envelope: Envelope, session: AsyncSession) -> None:
    if event.replaced_because == "person":
        return  # the person has just changed it and sees it
    facts = {"steps": len(event.steps), "hours": event.hours, "because": event.replaced_because}
    await notify(session, envelope, person_id=event.person_id, rule="route_planned", about_id=event.route_id, **facts)


async def on_route_accepted(event: RouteAccepted, envelope: Envelope, session: AsyncSession) -> None:
    await notify(session, envelope, person_id=event.person_id, rule="route_accepted", about_id=event.route_id)


async def on_route_step_completed(event: RouteStepCompleted, envelope: Envelope, session: AsyncSession) -> None:
    facts = {"remaining": event.remaining}
    await notify(session, envelope, person_id=event.person_id, rule="step_completed", about_id=event.route_id, **facts)


async def on_route_studied(event: RouteStudied, envelope: Envelope, session: AsyncSession) -> None:
    await notify(session, envelope, person_id=event.person_id, rule="route_studied", about_id=event.route_id)


async def on_route_completed(event: RouteCompleted, envelope: Envelope, session: AsyncSession) -> None:
    verdicts = [change.verdict for change in event.changes]
    await notify(session, envelope, person_id=event.person_id, rule="route_completed", about_id=event.route_id, verdicts=verdicts)


async def on_suggestion_offered(event: SuggestionOffered, envelope: Envelope, session: AsyncSession) -> None:
    facts = {"programme": await commands.programme_title(session, event.programme_id), "expires": event.expires.isoformat()}
    await notify(session, envelope, person_id=event.person_id, rule="suggestion_offered", about_id=event.suggestion_id, **facts)


async def on_suggestion_lapsed(event: SuggestionLapsed, envelope: Envelope, session: AsyncSession) -> None:
    if event.reason not in ("applied", "declined"):
        await notify(session, envelope, person_id=event.person_id, rule="suggestion_lapsed", about_id=event.suggestion_id)


async def on_document_issued(event: DocumentIssued, envelope: Envelope, session: AsyncSession) -> None:
    facts = {"programme": await commands.programme_title(session, event.programme_id), "issued_on": event.issued_on.isoformat()}
    await notify(session, envelope, person_id=event.person_id, rule="document_issued", about_id=event.document_id, **facts)


async def on_review_due(event: ReviewDue, envelope: Envelope, session: AsyncSession) -> None:
    facts = {"right_id": str(event.right_id), "kind": event.kind, "target": event.target_kind, "title": event.title}
    await notify(session, envelope, person_id=event.person_id, rule="review_due", about_id=event.right_id, **facts)


async def on_consent_granted(event: ConsentGranted, envelope: Envelope, session: AsyncSession) -> None:
    if event.purpose == "notifications":
        await commands.keep_consent(session, person_id=event.person_id, active=True, changed_at=envelope.time)


async def on_consent_withdrawn(event: ConsentWithdrawn, envelope: Envelope, session: AsyncSession) -> None:
    if event.erase:
        await commands.say_goodbye(session, envelope, person_id=event.person_id, request_id=event.request_id)
    elif event.purpose == "notifications":
        await commands.keep_consent(session, person_id=event.person_id, active=False, changed_at=envelope.time)


async def on_saved_search_matched(event: SavedSearchMatched, envelope: Envelope, session: AsyncSession) -> None:
    await subscriptions.tell(session, envelope, event)


HEARS: Hears = {
    ProgrammePublished: on_programme_published,
    GroupAnnounced: on_group_announced,
    GroupChanged: on_group_changed,
    StatusChanged: on_status_changed,
    AssessmentCompleted: on_assessment_completed,
    ReassessmentDue: on_reassessment_due,
    RoutePlanned: on_route_planned,
    RouteAccepted: on_route_accepted,
    RouteStepCompleted: on_route_step_completed,
    RouteStudied: on_route_studied,
    RouteCompleted: on_route_completed,
    SuggestionOffered: on_suggestion_offered,
    SuggestionLapsed: on_suggestion_lapsed,
    DocumentIssued: on_document_issued,
    ReviewDue: on_review_due,
    ConsentGranted: on_consent_granted,
    ConsentWithdrawn: on_consent_withdrawn,
    SavedSearchMatched: on_saved_search_matched,
}
DUES: Dues = {
    subscriptions.LAPSES: subscriptions.lapse,
    commands.ADDRESS_GOES: commands.forget_address,
    support.FORGOTTEN: support.forget_answered,
}
