"""Facts in: each becomes rows of the read models; two kinds of them say whose facts belong together."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.reports.commands import gate, people
from services.reports.commands.facts import ROWS, rows_of
from services.reports.commands.keeping import keep
from shared.contracts import Envelope, Event
from shared.contracts.enrollment import ApplicationSubmitted, ConsentWithdrawn, PersonMerged, StatusChanged
from shared.messaging.consumer import Hears
from shared.telemetry import annotate


async def on_fact(event: Event, envelope: Envelope, session: AsyncSession) -> None:
    if isinstance(event, ApplicationSubmitted | StatusChanged):
        annotate(dpo__application__id=event.number)
    await gate.enter(session)
    await keep(session, rows_of(event, envelope))


async def on_person_merged(event: PersonMerged, envelope: Envelope, session: AsyncSession) -> None:
    await gate.shut(session)
    await people.unite(session, {event.from_person_id, event.into_person_id})


async def on_consent_withdrawn(event: ConsentWithdrawn, envelope: Envelope, session: AsyncSession) -> None:
    if event.erase:
        await gate.shut(session)
        await people.answer(session, event)


HEARS: Hears = {
    **dict.fromkeys(ROWS, on_fact),
    PersonMerged: on_person_merged,
    ConsentWithdrawn: on_consent_withdrawn,
}
